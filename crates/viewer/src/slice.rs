//! Single slices of a view, as bytes.

use ndarray::{ArrayView2, Axis};

use crate::View;

/// A plane through a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// x across, depth down: a B-scan, at one y.
    Bscan,
    /// y across, depth down, at one x.
    Side,
    /// x across, y down: seen from above, at one depth.
    EnFace,
}

impl Plane {
    /// The plane of a name in an address.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "bscan" => Some(Self::Bscan),
            "side" => Some(Self::Side),
            "enface" => Some(Self::EnFace),
            _ => None,
        }
    }

    /// The axis that the plane is perpendicular to.
    fn axis(self) -> usize {
        match self {
            Self::Bscan => 1,
            Self::Side => 0,
            Self::EnFace => 2,
        }
    }
}

/// The bytes of one slice, row by row from the top: of each pixel the channels of one image, then of each pixel the masks, eight in a
/// byte. `None` if there is no such slice; without the image if there is no such image.
#[must_use]
pub fn bytes(view: &View, image: usize, plane: Plane, index: usize) -> Option<Vec<u8>> {
    if index >= view.shape()[plane.axis()] {
        return None;
    }
    let axis = Axis(plane.axis());
    let channels = view.images().nth(image).unwrap_or_default();
    let channels = channels.into_iter().map(|c| c.index_axis_move(axis, index));
    let masks = view.masks().map(|c| c.index_axis_move(axis, index));
    let mut out = Vec::new();
    for planes in [channels.collect::<Vec<_>>(), masks.collect()] {
        interleave(&planes, &mut out);
    }
    Some(out)
}

/// Appends the values of all planes, pixel by pixel. The first axis goes across, the second down.
fn interleave(planes: &[ArrayView2<'_, u8>], out: &mut Vec<u8>) {
    let Some((width, height)) = planes.first().map(ArrayView2::dim) else {
        return;
    };
    out.reserve(width * height * planes.len());
    for down in 0..height {
        for across in 0..width {
            out.extend(planes.iter().map(|plane| plane[[across, down]]));
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use rsom_volume::{Grid, Mask, Scan, Spacing};

    use super::*;

    #[test]
    fn a_slice_is_the_image_and_then_the_masks() {
        let grid = Grid::new([2, 3, 2], Spacing::Unknown).unwrap();
        let mut view = View::new(grid.clone());
        let intensities =
            Array4::from_shape_fn((2, 3, 2, 1), |(x, y, z, _)| (x + 2 * y + 6 * z) as f32);
        let scan = Scan::new(grid.clone(), vec!["a".into()], intensities).unwrap();
        view.add_image("a", &scan).unwrap();
        let mask = Array3::from_shape_fn((2, 3, 2), |(x, y, z)| x == 1 && y == 2 && z == 0);
        view.add_mask("m", false, &Mask::new(grid, mask).unwrap())
            .unwrap();
        // Values from 0 to 11 become multiples of 255 / 11.
        let gray = |value: f64| (value * 255.0 / 11.0).round() as u8;
        let bscan = bytes(&view, 0, Plane::Bscan, 2).unwrap();
        assert_eq!(
            bscan,
            [gray(4.0), gray(5.0), gray(10.0), gray(11.0), 0, 1, 0, 0]
        );
        let side = bytes(&view, 0, Plane::Side, 1).unwrap();
        assert_eq!(side[..3], [gray(1.0), gray(3.0), gray(5.0)]);
        assert_eq!(side[6..], [0, 0, 1, 0, 0, 0]);
        let above = bytes(&view, 7, Plane::EnFace, 0).unwrap();
        assert_eq!(above, [0, 0, 0, 0, 0, 1]);
        assert_eq!(bytes(&view, 0, Plane::EnFace, 2), None);
    }
}

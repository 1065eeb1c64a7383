//! One B-scan with the outlines of masks as a picture, for paper and for browsers without scripts.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use ndarray::{Array2, ArrayView2, Axis};

use crate::{PreviewError, View};

/// The B-scan in the middle, with the outlines of the reference and of the first prediction: what the viewer shows before anything is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Still {
    /// The picture as JPEG.
    pub jpeg: Vec<u8>,
    /// Width and height in pixels, true to scale if the spacing is known.
    pub size: [usize; 2],
    /// Index of the B-scan along y.
    pub y: usize,
    /// Name and color, such as `#ffffff`, of each mask that is drawn.
    pub masks: Vec<(String, String)>,
}

/// Largest width and height: as fine as 8 cm of paper show.
const MOST: [f64; 2] = [360.0, 480.0];
/// Thinner is no picture.
const LEAST: f64 = 24.0;
const QUALITY: u8 = 70;
/// As `viewer.js` draws them.
const REFERENCE: [u8; 3] = [255, 255, 255];
const PREDICTION: [u8; 3] = [230, 159, 0];

impl Still {
    /// The picture of a view. `None` if the view has no voxels.
    ///
    /// # Errors
    /// The picture cannot be encoded.
    pub fn of(view: &View) -> Result<Option<Self>, PreviewError> {
        let [x, y, z] = view.shape();
        if x * y * z == 0 {
            return Ok(None);
        }
        let (middle, size) = (y / 2, size(view));
        let [width, height] = size;
        let mut pixels = vec![[0u8; 3]; width * height];
        if let Some(channels) = view.images().next() {
            let slices: Vec<ArrayView2<'_, u8>> = (channels.iter())
                .map(|channel| channel.index_axis(Axis(1), middle))
                .collect();
            for (at, pixel) in pixels.iter_mut().enumerate() {
                let place = [at % width, at / width];
                // One channel is gray.
                *pixel = [0, 1, 2].map(|c| between(slices[c.min(slices.len() - 1)], place, size));
            }
        }
        let shown = drawn(view);
        for (mask, color) in &shown {
            let inside = enlarged(view, (*mask, middle), size);
            outline(&mut pixels, &inside, *color);
        }
        let names: Vec<(String, bool)> = view.mask_names().collect();
        let masks = shown.iter().map(|(mask, [r, g, b])| {
            let name = names[*mask].0.clone();
            (name, format!("#{r:02x}{g:02x}{b:02x}"))
        });
        Ok(Some(Self {
            jpeg: jpeg(&pixels, size)?,
            size,
            y: middle,
            masks: masks.collect(),
        }))
    }
}

/// The masks that are drawn, with their colors: the first prediction, and the references above it.
fn drawn(view: &View) -> Vec<(usize, [u8; 3])> {
    let names: Vec<(String, bool)> = view.mask_names().collect();
    let first = names.iter().position(|(_, is_reference)| !is_reference);
    let references = names.iter().enumerate().filter(|(_, (_, is))| *is);
    let references = references.map(|(place, _)| (place, REFERENCE));
    let prediction = first.map(|place| (place, PREDICTION));
    prediction.into_iter().chain(references).collect()
}

fn size(view: &View) -> [usize; 2] {
    let [x, _, z] = view.shape().map(|extent| extent as f64);
    let [dx, _, dz] = view.spacing_mm().unwrap_or([1.0; 3]);
    let aspect = (z * dz) / (x * dx);
    let width = MOST[0].min(MOST[1] / aspect);
    [width, width * aspect].map(|extent| extent.round().max(LEAST) as usize)
}

/// The value at a pixel, linear between the voxels.
fn between(slice: ArrayView2<'_, u8>, at: [usize; 2], size: [usize; 2]) -> u8 {
    let place = |axis: usize| {
        let extent = slice.len_of(Axis(axis));
        let at = (at[axis] as f64 + 0.5) * extent as f64 / size[axis] as f64 - 0.5;
        let at = at.clamp(0.0, (extent - 1) as f64);
        let low = at.floor() as usize;
        (low, (low + 1).min(extent - 1), at - low as f64)
    };
    let ([x0, x1], x) = {
        let (low, high, share) = place(0);
        ([low, high], share)
    };
    let (z0, z1, z) = place(1);
    let row = |z: usize| (1.0 - x) * f64::from(slice[[x0, z]]) + x * f64::from(slice[[x1, z]]);
    ((1.0 - z) * row(z0) + z * row(z1)).round() as u8
}

/// Whether the voxel at each pixel is in a mask.
fn enlarged(view: &View, (mask, y): (usize, usize), size: [usize; 2]) -> Array2<bool> {
    let plane = view.masks().nth(mask / 8);
    let [nx, _, nz] = view.shape();
    Array2::from_shape_fn((size[0], size[1]), |(across, down)| {
        let voxel = [across * nx / size[0], y, down * nz / size[1]];
        plane.is_some_and(|plane| plane[voxel] >> (mask % 8) & 1 == 1)
    })
}

/// Colors the pixels on both sides of the edges of a mask.
fn outline(pixels: &mut [[u8; 3]], inside: &Array2<bool>, color: [u8; 3]) {
    let (width, height) = inside.dim();
    let is_in = |across: usize, down: usize| inside.get([across, down]).copied().unwrap_or(false);
    for down in 0..height {
        for across in 0..width {
            let here = is_in(across, down);
            // Beyond the picture is outside: a wrapped index is no pixel.
            let neighbours = [
                is_in(across.wrapping_sub(1), down),
                is_in(across + 1, down),
                is_in(across, down.wrapping_sub(1)),
                is_in(across, down + 1),
            ];
            if neighbours.iter().any(|other| *other != here) {
                pixels[down * width + across] = color;
            }
        }
    }
}

fn jpeg(pixels: &[[u8; 3]], size: [usize; 2]) -> Result<Vec<u8>, PreviewError> {
    let [width, height] = size.map(|extent| u16::try_from(extent).unwrap_or(u16::MAX));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    // Thin colored lines stay sharp.
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    encoder
        .encode(pixels.as_flattened(), width, height, ColorType::Rgb)
        .map_err(|e| PreviewError::Encoding(e.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use rsom_volume::{Grid, Mask, Scan, Spacing};

    use super::*;

    fn view(shape: [usize; 3], spacing: Spacing) -> View {
        let grid = Grid::new(shape, spacing).unwrap();
        let [x, y, z] = shape;
        let intensities = Array4::from_shape_fn((x, y, z, 1), |(x, ..)| x as f32);
        let scan = Scan::new(grid.clone(), vec!["c".to_owned()], intensities).unwrap();
        let mut view = View::new(grid.clone());
        view.add_image("scan", &scan).unwrap();
        for (name, is_reference, layer) in [("a", false, 1), ("truth", true, 2), ("b", false, 3)] {
            let voxels = Array3::from_shape_fn((x, y, z), |(_, _, at)| at == layer);
            let mask = Mask::new(grid.clone(), voxels).unwrap();
            view.add_mask(name, is_reference, &mask).unwrap();
        }
        view
    }

    #[test]
    fn the_reference_and_the_first_prediction_are_drawn() {
        let still = Still::of(&view([6, 5, 8], Spacing::Millimetres([0.1; 3])));
        let still = still.unwrap().unwrap();
        assert_eq!((still.y, still.size), (2, [360, 480]));
        let masks: Vec<_> = (still.masks.iter().map(|(n, c)| (n.as_str(), c.as_str()))).collect();
        assert_eq!(masks, [("a", "#e69f00"), ("truth", "#ffffff")]);
        assert_eq!(&still.jpeg[..3], [0xff, 0xd8, 0xff]);
    }

    #[test]
    fn a_picture_is_true_to_scale_and_never_a_line() {
        let size = |shape, spacing| size(&view(shape, spacing));
        let coarse_depth = Spacing::Millimetres([0.01, 0.01, 0.02]);
        assert_eq!(size([10, 1, 5], coarse_depth), [360, 360]);
        assert_eq!(size([10, 1, 5], Spacing::Unknown), [360, 180]);
        assert_eq!(size([1000, 1, 5], Spacing::Unknown), [360, 24]);
        assert_eq!(size([4, 1, 4000], Spacing::Unknown), [24, 480]);
    }

    #[test]
    fn an_outline_has_two_pixels_along_each_edge() {
        let inside = Array2::from_shape_fn((6, 6), |(x, z)| (2..5).contains(&x) && z >= 2);
        let mut pixels = vec![[0; 3]; 36];
        outline(&mut pixels, &inside, [9; 3]);
        let drawn = |across: usize, down: usize| pixels[down * 6 + across] == [9; 3];
        assert!(drawn(1, 3) && drawn(2, 3) && drawn(3, 1) && drawn(3, 2) && drawn(3, 5));
        assert!(!drawn(3, 3) && !drawn(0, 3) && !drawn(3, 0));
    }

    #[test]
    fn values_are_linear_between_voxels() {
        let slice = ndarray::arr2(&[[0u8, 100], [100, 200]]);
        let at = |across, down| between(slice.view(), [across, down], [4, 4]);
        // Pixel centers lie at -0.25, 0.25, 0.75, 1.25 voxels, and no value is beyond the last voxel.
        assert_eq!([at(0, 0), at(1, 0), at(2, 0), at(3, 3)], [0, 25, 75, 200]);
    }
}

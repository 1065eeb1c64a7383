//! Images and masks on one grid, as a browser shows them.

use ndarray::{Array3, ArrayView3, Axis};
use rsom_volume::{Grid, LabelMap, Mask, Scan, VolumeError};
use serde::Serialize;

use crate::gray::gray;
use crate::overlay::{MOST_MASKS, Overlay};

/// Images and masks on one grid, as 8-bit values.
#[derive(Debug, Clone)]
pub struct View {
    grid: Grid,
    images: Vec<Image>,
    names: Vec<MaskName>,
    overlay: Overlay,
}

/// An image.
#[derive(Debug, Clone)]
pub struct Image {
    name: String,
    /// One channel is gray; three are red, green, blue.
    channels: Vec<Array3<u8>>,
}

/// The name of a mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MaskName {
    pub name: String,
    /// Whether it is the reference of a comparison.
    pub reference: bool,
}

/// What a view holds, for the script.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    /// Voxels along x, y, z.
    size: [usize; 3],
    /// Distance of voxels along x, y, z in mm. `None` if it is unknown.
    spacing_mm: Option<[f64; 3]>,
    images: Vec<ImageName>,
    masks: Vec<MaskName>,
}

/// The name of an image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImageName {
    name: String,
    /// Bytes of a voxel: 1 or 3.
    channels: usize,
}

impl View {
    /// An empty view on a grid.
    #[must_use]
    pub fn new(grid: Grid) -> Self {
        Self {
            grid,
            images: Vec::new(),
            names: Vec::new(),
            overlay: Overlay::default(),
        }
    }

    /// Adds an image. One channel is shown gray; of two, the first is red and the second green; of more, the first three are red,
    /// green and blue. Each is stretched to its own range.
    ///
    /// # Errors
    /// A scan on another grid.
    pub fn add_image(&mut self, name: &str, scan: &Scan) -> Result<(), VolumeError> {
        self.grid.require_same(scan.grid())?;
        let intensities = scan.intensities();
        let shown = intensities.len_of(Axis(3)).min(3);
        let mut channels: Vec<Array3<u8>> = (0..shown)
            .map(|channel| gray(intensities.index_axis(Axis(3), channel)))
            .collect();
        if channels.len() == 2 {
            channels.push(Array3::zeros(self.grid.shape()));
        }
        self.images.push(Image {
            name: name.to_owned(),
            channels,
        });
        Ok(())
    }

    /// Adds a mask. A view has at most [`MOST_MASKS`]; whether this one found its place.
    ///
    /// # Errors
    /// A mask on another grid.
    pub fn add_mask(
        &mut self,
        name: &str,
        is_reference: bool,
        mask: &Mask,
    ) -> Result<bool, VolumeError> {
        self.grid.require_same(mask.grid())?;
        if self.names.len() == MOST_MASKS {
            return Ok(false);
        }
        self.overlay.push(mask.voxels().view());
        self.names.push(MaskName {
            name: name.to_owned(),
            reference: is_reference,
        });
        Ok(true)
    }

    /// Adds each label of a label map but 0 as a mask; whether all found their place.
    ///
    /// # Errors
    /// A label map on another grid.
    pub fn add_labels(
        &mut self,
        name: &str,
        is_reference: bool,
        labels: &LabelMap,
    ) -> Result<bool, VolumeError> {
        for label in labels.in_use().into_iter().filter(|label| *label != 0) {
            let of_label = match labels.names().get(&label) {
                Some(known) => format!("{name}: {known}"),
                None => format!("{name}: label {label}"),
            };
            if self.names.len() == MOST_MASKS
                || !self.add_mask(&of_label, is_reference, &labels.select(&[label]))?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the view holds.
    #[must_use]
    pub fn description(&self) -> Description {
        let name = |image: &Image| ImageName {
            name: image.name.clone(),
            channels: image.channels.len(),
        };
        Description {
            size: self.grid.shape(),
            spacing_mm: self.grid.spacing().millimetres(),
            images: self.images.iter().map(name).collect(),
            masks: self.names.clone(),
        }
    }

    /// Voxels along x, y, z.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.grid.shape()
    }

    /// Distance of voxels along x, y, z in mm. `None` if it is unknown.
    pub(crate) fn spacing_mm(&self) -> Option<[f64; 3]> {
        self.grid.spacing().millimetres()
    }

    /// The name of each mask, and whether it is a reference.
    pub(crate) fn mask_names(&self) -> impl Iterator<Item = (String, bool)> {
        let names = self.names.iter();
        names.map(|mask| (mask.name.clone(), mask.reference))
    }

    /// The channels of each image.
    pub(crate) fn images(&self) -> impl Iterator<Item = Vec<ArrayView3<'_, u8>>> {
        let images = self.images.iter();
        images.map(|image| image.channels.iter().map(|c| c.view()).collect())
    }

    /// The masks, eight in a byte.
    pub(crate) fn masks(&self) -> impl Iterator<Item = ArrayView3<'_, u8>> {
        self.overlay.planes().iter().map(|plane| plane.view())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ndarray::Array4;
    use rsom_volume::Spacing;

    use super::*;

    fn grid() -> Grid {
        Grid::new([2, 3, 4], Spacing::Millimetres([0.1; 3])).unwrap()
    }

    #[test]
    fn two_channels_are_red_and_green() {
        let mut view = View::new(grid());
        let intensities = Array4::from_shape_fn((2, 3, 4, 2), |(x, _, _, c)| (x + c) as f32);
        let names = vec!["LF".to_owned(), "HF".to_owned()];
        view.add_image("scan", &Scan::new(grid(), names, intensities).unwrap())
            .unwrap();
        let image = view.images().next().unwrap();
        let voxel = |x: usize| [0, 1, 2].map(|c: usize| image[c][[x, 0, 0]]);
        assert_eq!([voxel(0), voxel(1)], [[0, 0, 0], [255, 255, 0]]);
    }

    #[test]
    fn each_label_is_a_mask_with_its_name() {
        let labels = Array3::from_shape_fn((2, 3, 4), |(_, y, _)| y as i32);
        let names = BTreeMap::from([(1, "epidermis".to_owned())]);
        let labels = LabelMap::new(grid(), labels, names).unwrap();
        let mut view = View::new(grid());
        assert!(view.add_labels("reference", true, &labels).unwrap());
        let names: Vec<&str> = view.names.iter().map(|mask| mask.name.as_str()).collect();
        assert_eq!(names, ["reference: epidermis", "reference: label 2"]);
        let masks = view.masks().next().unwrap();
        assert_eq!([0, 1, 2].map(|y| masks[[0, y, 0]]), [0, 1, 2]);
    }

    #[test]
    fn another_grid_is_refused() {
        let other = Grid::new([2, 3, 5], Spacing::Millimetres([0.1; 3])).unwrap();
        let mask = Mask::new(other.clone(), Array3::default((2, 3, 5))).unwrap();
        assert!(View::new(grid()).add_mask("m", false, &mask).is_err());
        let mut view = View::new(other);
        for _ in 0..MOST_MASKS {
            assert!(view.add_mask("m", false, &mask).unwrap());
        }
        assert!(!view.add_mask("m", false, &mask).unwrap());
    }
}

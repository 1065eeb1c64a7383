//! Label maps: integer labels, which are never converted to floating point.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array3;

use crate::{Grid, Mask, VolumeError};

/// A label map of shape (x, y, z): 0 is background, other integers are structures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelMap {
    grid: Grid,
    labels: Array3<i32>,
    names: BTreeMap<i32, String>,
}

impl LabelMap {
    /// Creates a label map from an array of shape (x, y, z) and a grid; `names` may name some of its labels.
    ///
    /// # Errors
    /// The array and the grid differ in shape.
    pub fn new(
        grid: Grid,
        labels: Array3<i32>,
        names: BTreeMap<i32, String>,
    ) -> Result<Self, VolumeError> {
        if labels.shape() != grid.shape() {
            return Err(VolumeError::ShapeMismatch {
                array: labels.shape().to_vec(),
                grid: grid.shape(),
            });
        }
        Ok(Self {
            grid,
            labels,
            names,
        })
    }

    /// The same labels with these names.
    #[must_use]
    pub fn named(self, names: BTreeMap<i32, String>) -> Self {
        Self { names, ..self }
    }

    /// The grid.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The labels, of shape (x, y, z).
    #[must_use]
    pub fn labels(&self) -> &Array3<i32> {
        &self.labels
    }

    /// Names of labels.
    #[must_use]
    pub fn names(&self) -> &BTreeMap<i32, String> {
        &self.names
    }

    /// The labels of the voxels, without 0, the background.
    #[must_use]
    pub fn in_use(&self) -> BTreeSet<i32> {
        let mut labels = BTreeSet::new();
        // Neighbors mostly have the same label.
        let mut last = 0;
        for label in &self.labels {
            if *label != last {
                labels.insert(*label);
                last = *label;
            }
        }
        labels.remove(&0);
        labels
    }

    /// The voxels with one of `labels`, as a mask.
    #[must_use]
    pub fn select(&self, labels: &[i32]) -> Mask {
        let voxels = self.labels.mapv(|label| labels.contains(&label));
        Mask::new(self.grid.clone(), voxels).unwrap_or_else(|_| unreachable!("same shape"))
    }
}

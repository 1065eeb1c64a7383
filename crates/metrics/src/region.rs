//! A part of a pair of masks that is measured separately: the whole scan or one B-scan.

use ndarray::ArrayView3;

use crate::Status;

/// The whole scan, or one B-scan of it as a slab that is one voxel thick.
#[derive(Debug, Clone, Copy)]
pub struct Region<'a> {
    /// Index of the B-scan (y), or `None` for the whole scan.
    pub slice: Option<usize>,
    /// Reference voxels of shape (x, y, z).
    pub reference: ArrayView3<'a, bool>,
    /// Predicted voxels of the same shape.
    pub prediction: ArrayView3<'a, bool>,
    /// Which of the two are empty; kept, because finding out reads all voxels.
    pub(crate) status: Status,
}

impl<'a> Region<'a> {
    /// Two whole masks of equal shape (x, y, z).
    #[must_use]
    pub fn of(reference: ArrayView3<'a, bool>, prediction: ArrayView3<'a, bool>) -> Self {
        let is_empty = |mask: ArrayView3<'_, bool>| !mask.iter().any(|voxel| *voxel);
        Self {
            slice: None,
            reference,
            prediction,
            status: Status::of_pair(is_empty(reference), is_empty(prediction)),
        }
    }

    /// Status of a measure that needs both masks.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Status of a measure of the prediction alone.
    #[must_use]
    pub fn prediction_status(&self) -> Status {
        match self.status() {
            Status::EmptyReference => Status::Ok,
            status => status,
        }
    }

    /// Status of a measure of the reference alone.
    #[must_use]
    pub fn reference_status(&self) -> Status {
        match self.status() {
            Status::EmptyPrediction => Status::Ok,
            status => status,
        }
    }
}

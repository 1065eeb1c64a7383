//! A reference and a prediction on one grid.

use std::borrow::Cow;
use std::sync::Arc;

use ndarray::Axis;
use rsom_volume::{Mask, VolumeError};

use crate::surface::SubVoxelSurfaces;
use crate::{Columns, Region, Status};

/// A reference mask and a predicted mask whose grids agree.
#[derive(Debug, Clone)]
pub struct Pair<'a> {
    reference: &'a Mask,
    prediction: &'a Mask,
    /// Columns of the reference and of the prediction.
    columns: Arc<[Columns; 2]>,
    sub_voxel: [Option<&'a SubVoxelSurfaces>; 2],
}

impl<'a> Pair<'a> {
    /// Pairs two masks, and finds where their columns begin and end.
    ///
    /// # Errors
    /// [`VolumeError::GridMismatch`] with both grids when shape, spacing or affine differ.
    pub fn new(reference: &'a Mask, prediction: &'a Mask) -> Result<Self, VolumeError> {
        reference.grid().require_same(prediction.grid())?;
        Ok(Self {
            reference,
            prediction,
            columns: Arc::new([reference, prediction].map(|m| Columns::of(m.voxels().view()))),
            sub_voxel: [None; 2],
        })
    }

    /// The same pair with sub-voxel surfaces of the reference and of the prediction, instead of those of the masks.
    ///
    /// # Errors
    /// The (x, y) shape of surfaces that do not fit the masks.
    pub fn with_surfaces(
        &self,
        sub_voxel: [Option<&'a SubVoxelSurfaces>; 2],
    ) -> Result<Self, [usize; 2]> {
        let [nx, ny, _] = self.reference.grid().shape();
        for SubVoxelSurfaces(surfaces) in sub_voxel.into_iter().flatten() {
            for surface in surfaces {
                let (x, y) = surface.dim();
                if (x, y) != (nx, ny) {
                    return Err([x, y]);
                }
            }
        }
        Ok(Self {
            sub_voxel,
            ..self.clone()
        })
    }

    /// The surfaces of the reference and of the prediction in a region: the sub-voxel ones, else those of the masks.
    #[must_use]
    pub fn surfaces(&self, region: &Region<'_>) -> [SubVoxelSurfaces; 2] {
        let [reference, prediction] = self.sub_voxel;
        let of = |known: Option<&SubVoxelSurfaces>, columns: &Columns| match (known, region.slice) {
            (Some(surfaces), Some(y)) => surfaces.of_slice(y),
            (Some(surfaces), None) => surfaces.clone(),
            (None, _) => SubVoxelSurfaces::of_columns(columns),
        };
        let [of_reference, of_prediction] = self.columns(region);
        [of(reference, &of_reference), of(prediction, &of_prediction)]
    }

    /// The columns of the reference and of the prediction in a region.
    #[must_use]
    pub fn columns(&self, region: &Region<'_>) -> [Cow<'_, Columns>; 2] {
        self.columns_of(region.slice)
    }

    fn columns_of(&self, slice: Option<usize>) -> [Cow<'_, Columns>; 2] {
        self.columns.each_ref().map(|columns| match slice {
            Some(y) => Cow::Owned(columns.of_slice(y)),
            None => Cow::Borrowed(columns),
        })
    }

    fn status_of(&self, slice: Option<usize>) -> Status {
        let [reference, prediction] = self.columns_of(slice);
        Status::of_pair(reference.is_empty(), prediction.is_empty())
    }

    /// The reference.
    #[must_use]
    pub fn reference(&self) -> &'a Mask {
        self.reference
    }

    /// The prediction.
    #[must_use]
    pub fn prediction(&self) -> &'a Mask {
        self.prediction
    }

    /// Voxel size in mm along x, y, z; `None` when unknown.
    #[must_use]
    pub fn spacing_mm(&self) -> Option<[f64; 3]> {
        self.reference.grid().spacing().millimetres()
    }

    /// The whole scan.
    #[must_use]
    pub fn whole(&self) -> Region<'a> {
        Region {
            slice: None,
            reference: self.reference.voxels().view(),
            prediction: self.prediction.voxels().view(),
            status: self.status_of(None),
        }
    }

    /// The B-scans, one for each y.
    pub fn slices(&self) -> impl Iterator<Item = Region<'a>> {
        let (reference, prediction) = (self.reference.voxels(), self.prediction.voxels());
        (0..reference.len_of(Axis(1))).map(move |y| Region {
            slice: Some(y),
            reference: reference.slice_axis(Axis(1), (y..=y).into()),
            prediction: prediction.slice_axis(Axis(1), (y..=y).into()),
            status: self.status_of(Some(y)),
        })
    }

    /// The whole scan, followed by its B-scans if `per_slice`.
    pub fn regions(&self, per_slice: bool) -> impl Iterator<Item = Region<'a>> {
        let slices = per_slice.then(|| self.slices());
        std::iter::once(self.whole()).chain(slices.into_iter().flatten())
    }
}

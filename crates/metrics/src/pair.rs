//! A reference and a prediction on one grid.

use ndarray::Axis;
use rsom_volume::{Mask, VolumeError};

use crate::Region;
use crate::surface::SubVoxelSurfaces;

/// A reference mask and a predicted mask whose grids agree.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    reference: &'a Mask,
    prediction: &'a Mask,
    sub_voxel: [Option<&'a SubVoxelSurfaces>; 2],
}

impl<'a> Pair<'a> {
    /// Pairs two masks.
    ///
    /// # Errors
    /// [`VolumeError::GridMismatch`] with both grids when shape, spacing or affine differ.
    pub fn new(reference: &'a Mask, prediction: &'a Mask) -> Result<Self, VolumeError> {
        reference.grid().require_same(prediction.grid())?;
        Ok(Self {
            reference,
            prediction,
            sub_voxel: [None; 2],
        })
    }

    /// The same pair with sub-voxel surfaces of the reference and of the prediction, instead of those of the masks.
    ///
    /// # Errors
    /// The (x, y) shape of surfaces that do not fit the masks.
    pub fn with_surfaces(
        self,
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
        Ok(Self { sub_voxel, ..self })
    }

    /// The surfaces of the reference and of the prediction in a region: the sub-voxel ones, else those of the masks.
    #[must_use]
    pub fn surfaces(&self, region: &Region<'_>) -> [SubVoxelSurfaces; 2] {
        let [reference, prediction] = self.sub_voxel;
        let of = |known: Option<&SubVoxelSurfaces>, mask| match (known, region.slice) {
            (Some(surfaces), Some(y)) => surfaces.of_slice(y),
            (Some(surfaces), None) => surfaces.clone(),
            (None, _) => SubVoxelSurfaces::of_mask(mask),
        };
        [
            of(reference, region.reference),
            of(prediction, region.prediction),
        ]
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
        }
    }

    /// The B-scans, one for each y.
    pub fn slices(&self) -> impl Iterator<Item = Region<'a>> + use<'a> {
        let (reference, prediction) = (self.reference.voxels(), self.prediction.voxels());
        (0..reference.len_of(Axis(1))).map(move |y| Region {
            slice: Some(y),
            reference: reference.slice_axis(Axis(1), (y..=y).into()),
            prediction: prediction.slice_axis(Axis(1), (y..=y).into()),
        })
    }

    /// The whole scan, followed by its B-scans if `per_slice`.
    pub fn regions(&self, per_slice: bool) -> impl Iterator<Item = Region<'a>> + use<'a> {
        let slices = per_slice.then(|| self.slices());
        std::iter::once(self.whole()).chain(slices.into_iter().flatten())
    }
}

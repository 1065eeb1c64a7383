//! Vessel voxels below a layer.

use ndarray::{ArrayView3, Axis, Zip};

use crate::surface::surfaces;

/// Vessel voxels that lie below the lower surface of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Below {
    /// Number of vessel voxels below the surface.
    pub voxels: usize,
    /// Sum of their depths below the surface, in voxels: from the lower end of the layer's last voxel to the center of
    /// the vessel voxel, so the first voxel below the layer has depth 0.5.
    pub depth_sum_vox: f64,
    /// Number of all vessel voxels.
    pub vessel_voxels: usize,
}

impl Below {
    /// Counts vessel voxels below the layer in masks of shape (x, y, z) with equal extents along x and y; the vessels'
    /// depth z corresponds to the layer's depth z + `cut`.
    ///
    /// Vessel voxels above the lower surface, or in a column without one (no layer, or a layer cut by the field of
    /// view), count in `vessel_voxels` only.
    #[must_use]
    pub fn of(layer: ArrayView3<'_, bool>, vessels: ArrayView3<'_, bool>, cut: isize) -> Self {
        let mut below = Self {
            voxels: 0,
            depth_sum_vox: 0.0,
            vessel_voxels: 0,
        };
        let [_, lower] = surfaces(layer);
        Zip::from(&lower)
            .and(vessels.lanes(Axis(2)))
            .for_each(|lower, column| {
                for (z, _) in column.iter().enumerate().filter(|(_, vessel)| **vessel) {
                    below.vessel_voxels += 1;
                    let depth = lower.map(|last| z as f64 + cut as f64 - (last + 0.5));
                    if let Some(depth) = depth.filter(|d| *d > 0.0) {
                        below.voxels += 1;
                        below.depth_sum_vox += depth;
                    }
                }
            });
        below
    }

    /// Mean depth in voxels; `None` when no vessel voxel lies below the surface.
    #[must_use]
    pub fn mean_vox(&self) -> Option<f64> {
        (self.voxels > 0).then(|| self.depth_sum_vox / self.voxels as f64)
    }
}

//! The dermis: what lies below the lower surface of the epidermis.

use std::cell::OnceCell;

use ndarray::{Array2, Array3};
use rsom_volume::Mask;

use crate::surface::surfaces;

/// The dermis on the grid of the vessels.
pub(super) struct Dermis {
    /// Depth of the junction of epidermis and dermis in each column (x, y): voxels from the center of the first voxel of the vessels'
    /// grid. Missing where there is no epidermis, or where the field of view cuts it.
    junction: Array2<Option<f64>>,
    shape: [usize; 3],
    all: OnceCell<Array3<bool>>,
}

impl Dermis {
    /// Below a layer; the vessels' depth z corresponds to the layer's depth z + `cut`.
    pub fn below(layer: &Mask, vessels: &Mask, cut: isize) -> Self {
        let [_, lower] = surfaces(layer.voxels().view());
        Self {
            junction: lower.mapv(|last| last.map(|last| last + 0.5 - cut as f64)),
            shape: vessels.grid().shape(),
            all: OnceCell::new(),
        }
    }

    /// Depth below the junction at a place (x, y, z) in voxels, which may lie between voxel centers; `None` outside of the columns with
    /// a junction.
    pub fn depth_vox(&self, place: [f64; 3]) -> Option<f64> {
        let [x, y] = [place[0], place[1]].map(|v| v.round().max(0.0) as usize);
        let junction = (*self.junction.get((x, y))?)?;
        Some(place[2] - junction)
    }

    /// The voxels whose depth below the junction is in a range: from `low_vox` to just above `high_vox`, at the center.
    pub fn voxels(&self, low_vox: f64, high_vox: f64) -> Array3<bool> {
        let [nx, ny, nz] = self.shape;
        Array3::from_shape_fn((nx, ny, nz), |(x, y, z)| {
            let depth = self.junction[[x, y]].map(|junction| z as f64 - junction);
            depth.is_some_and(|depth| low_vox <= depth && depth < high_vox)
        })
    }

    /// All voxels of the dermis.
    pub fn all(&self) -> &Array3<bool> {
        self.all.get_or_init(|| self.voxels(0.0, f64::INFINITY))
    }
}

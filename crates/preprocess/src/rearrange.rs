//! Steps that move voxels without interpolation, for intensities, labels and masks alike.

use ndarray::{Array3, ArrayView3, Axis};
use rayon::prelude::*;
use rsom_volume::{Grid, LabelMap, Mask, Scan};

use crate::PreprocessError;

/// A step that fills every voxel of its result from one voxel of its source, or with zero.
///
/// Because nothing is interpolated, a scan and its labels stay registered to the voxel.
pub trait Rearrangement: Sync {
    /// The grid of the result.
    ///
    /// # Errors
    /// The step cannot be applied to a source on this grid.
    fn grid(&self, source: &Grid) -> Result<Grid, PreprocessError>;

    /// Index of the source voxel for a voxel of the result; `None`, or an index outside the source, gives zero.
    fn source(&self, voxel: [usize; 3]) -> Option<[usize; 3]>;

    /// Moves the voxels of every channel.
    ///
    /// # Errors
    /// The step cannot be applied to the scan.
    fn scan(&self, scan: &Scan) -> Result<Scan, PreprocessError> {
        let grid = self.grid(scan.grid())?;
        let [x, y, z] = grid.shape();
        let channels = scan.channels().len();
        let mut out = ndarray::Array4::zeros((x, y, z, channels));
        for (c, source) in scan.intensities().axis_iter(Axis(3)).enumerate() {
            out.index_axis_mut(Axis(3), c)
                .assign(&gather(self, &source, grid.shape()));
        }
        Ok(Scan::new(grid, scan.channels().to_vec(), out)?)
    }

    /// Moves labels and keeps their names.
    ///
    /// # Errors
    /// The step cannot be applied to the map.
    fn labels(&self, labels: &LabelMap) -> Result<LabelMap, PreprocessError> {
        let grid = self.grid(labels.grid())?;
        let out = gather(self, &labels.labels().view(), grid.shape());
        Ok(LabelMap::new(grid, out, labels.names().clone())?)
    }

    /// Moves a mask.
    ///
    /// # Errors
    /// The step cannot be applied to the mask.
    fn mask(&self, mask: &Mask) -> Result<Mask, PreprocessError> {
        let grid = self.grid(mask.grid())?;
        let out = gather(self, &mask.voxels().view(), grid.shape());
        Ok(Mask::new(grid, out)?)
    }
}

fn gather<R, T>(step: &R, source: &ArrayView3<'_, T>, shape: [usize; 3]) -> Array3<T>
where
    R: Rearrangement + ?Sized,
    T: Copy + Default + Send + Sync,
{
    let mut out = Array3::default(shape);
    out.axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            for ((y, z), voxel) in plane.indexed_iter_mut() {
                if let Some(from) = step.source([x, y, z])
                    && let Some(value) = source.get(from)
                {
                    *voxel = *value;
                }
            }
        });
    out
}

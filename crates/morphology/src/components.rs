//! Connected components.

use ndarray::{Array3, ArrayView3};

use crate::{Connectivity, Runs};

/// The components of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// Component numbers, of shape (x, y, z): 0 outside the mask, else from 1 in the order of first voxels (z fastest),
    /// as in scipy's `label`.
    pub labels: Array3<u32>,
    /// Number of voxels of each component; component n has index n − 1.
    pub sizes: Vec<usize>,
}

/// Labels the connected components of a mask of shape (x, y, z).
///
/// Method: union-find over the runs of set voxels along z.
#[must_use]
pub fn label(mask: ArrayView3<'_, bool>, connectivity: Connectivity) -> Components {
    let runs = Runs::of(mask);
    let (numbers, sizes) = runs.components(connectivity);
    let mut labels = Array3::zeros(mask.raw_dim());
    for (run, number) in runs.list().iter().zip(&numbers) {
        for z in run.start..run.end {
            labels[[run.x, run.y, z]] = *number;
        }
    }
    Components { labels, sizes }
}

/// Removes the components with less than `least` voxels from a mask of shape (x, y, z).
#[must_use]
pub fn remove_small(
    mask: ArrayView3<'_, bool>,
    least: usize,
    connectivity: Connectivity,
) -> Array3<bool> {
    let runs = Runs::of(mask);
    let (numbers, sizes) = runs.components(connectivity);
    let mut kept = Array3::from_elem(mask.raw_dim(), false);
    for (run, number) in runs.list().iter().zip(&numbers) {
        if sizes[*number as usize - 1] >= least {
            for z in run.start..run.end {
                kept[[run.x, run.y, z]] = true;
            }
        }
    }
    kept
}

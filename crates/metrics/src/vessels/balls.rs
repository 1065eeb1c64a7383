//! The largest balls around the voxels of a skeleton.

use ndarray::{Array3, ArrayView3, s};
use rsom_morphology::squared_distances;

use super::skeleton_voxels::SkeletonVoxels;

/// Radii of the largest balls: distances to the nearest background voxel, center to center. They give the scale of a vessel; its
/// radius comes from cross-sections. Infinite without background; the outside of the array is no background.
#[derive(Default)]
pub(crate) struct Balls {
    /// Around each voxel of the skeleton.
    pub here: Vec<f64>,
    /// The largest in the 3 × 3 × 3 voxels around each: the skeleton may run beside the axis.
    pub near: Vec<f64>,
}

impl Balls {
    pub fn of(mask: ArrayView3<'_, bool>, spacing: [f64; 3], voxels: &SkeletonVoxels) -> Self {
        let Some([first, end]) = bounds(mask) else {
            return Self::default();
        };
        // The nearest background voxel of a voxel in the box lies in the box, or in the layer of voxels around it.
        let part = mask.slice(s![first[0]..end[0], first[1]..end[1], first[2]..end[2]]);
        let background: Array3<bool> = part.mapv(|set| !set);
        let squares = squared_distances(background.view(), spacing);
        let (nx, ny, nz) = squares.dim();
        let around = |at: usize, extent: usize| at.saturating_sub(1)..(at + 2).min(extent);
        let mut balls = Self::default();
        for voxel in 0..voxels.len() {
            let place = voxels.place(voxel);
            let [x, y, z] = [0, 1, 2].map(|axis| place[axis] - first[axis]);
            let near = s![around(x, nx), around(y, ny), around(z, nz)];
            let most = squares.slice(near).fold(0.0, |a: f64, b| a.max(*b));
            balls.here.push(squares[[x, y, z]].sqrt());
            balls.near.push(most.sqrt());
        }
        balls
    }
}

/// First and one past the last index of the box of all set voxels with one more voxel on each side, as far as the array goes.
fn bounds(mask: ArrayView3<'_, bool>) -> Option<[[usize; 3]; 2]> {
    let shape = [mask.dim().0, mask.dim().1, mask.dim().2];
    let (mut first, mut end) = (shape, [0; 3]);
    for (x, plane) in mask.outer_iter().enumerate() {
        for (y, row) in plane.outer_iter().enumerate() {
            let Some(low) = row.iter().position(|set| *set) else {
                continue;
            };
            let high = row.iter().rposition(|set| *set).unwrap_or(low);
            first = [first[0].min(x), first[1].min(y), first[2].min(low)];
            end = [end[0].max(x + 1), end[1].max(y + 1), end[2].max(high + 1)];
        }
    }
    (end[0] > 0).then(|| {
        let end = [0, 1, 2].map(|axis| (end[axis] + 1).min(shape[axis]));
        [first.map(|index| index.saturating_sub(1)), end]
    })
}

//! Draws trees into voxels: as a mask, and as the share of each voxel inside a vessel.

use ndarray::{Array3, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;
use rsom_volume::{Grid, Mask, Spacing};

use super::{Tree, TreeError};
use crate::geometry::piece::Piece;
use crate::geometry::point::{Point, dot};

/// Samples of a voxel along each axis; their number cubed is the number of bits of a `u64`.
const SAMPLES: usize = 4;

/// The voxels whose center lies in a tube of a tree, on a grid whose corner is the corner of the tree's box.
///
/// The volume of the mask is that of the tree at any voxel size. Each tree is connected when no radius is smaller than
/// half the diagonal of a voxel (8.6 µm for RSOM). Thinner vessels become disconnected; the voxels with any
/// [`coverage`] are still connected, but their volume is too large.
///
/// # Errors
/// The grid's voxel size is unknown.
pub fn mask(tree: &Tree, grid: &Grid) -> Result<Mask, TreeError> {
    let frame = Frame::of(grid)?;
    let pieces = pieces(tree);
    let mut voxels = Array3::from_elem(grid.shape(), false);
    frame.draw(&pieces, &mut voxels, |center, piece, voxel| {
        *voxel = *voxel || piece.holds(center);
    });
    Ok(Mask::new(grid.clone(), voxels)?)
}

/// The share of each voxel, of shape (x, y, z), in a tube of a tree, on a grid whose corner is the corner of the tree's
/// box: the share of 4 × 4 × 4 samples.
///
/// # Errors
/// The grid's voxel size is unknown.
pub fn coverage(tree: &Tree, grid: &Grid) -> Result<Array3<f32>, TreeError> {
    let frame = Frame::of(grid)?;
    let pieces = pieces(tree);
    let offsets = frame.offsets();
    let half_diagonal = dot(frame.spacing, frame.spacing).sqrt() / 2.0;
    let mut samples = Array3::from_elem(grid.shape(), 0_u64);
    frame.draw(&pieces, &mut samples, |center, piece, bits| {
        if *bits == u64::MAX {
            return;
        }
        let distance = piece.square_distance(center).sqrt();
        if distance + half_diagonal <= piece.radius {
            *bits = u64::MAX;
        } else if distance - half_diagonal <= piece.radius {
            for (i, offset) in offsets.iter().enumerate() {
                let sample = std::array::from_fn(|a| center[a] + offset[a]);
                *bits |= u64::from(piece.holds(sample)) << i;
            }
        }
    });
    let mut shares = Array3::zeros(grid.shape());
    Zip::from(&mut shares)
        .and(&samples)
        .par_for_each(|share, bits| *share = bits.count_ones() as f32 / 64.0);
    Ok(shares)
}

fn pieces(tree: &Tree) -> Vec<Piece> {
    let pairs = |(line, radius): (&[Point], f64)| -> Vec<Piece> {
        let pairs = line.windows(2);
        pairs.map(|w| Piece::new(w[0], w[1], radius)).collect()
    };
    tree.tubes().flat_map(pairs).collect()
}

/// The voxels of a grid in µm.
struct Frame {
    shape: [usize; 3],
    spacing: Point,
}

impl Frame {
    fn of(grid: &Grid) -> Result<Self, TreeError> {
        let Spacing::Millimetres(mm) = grid.spacing() else {
            return Err(TreeError::UnknownSpacing);
        };
        Ok(Self {
            shape: grid.shape(),
            spacing: mm.map(|v| v * 1000.0),
        })
    }

    fn center(&self, index: [usize; 3]) -> Point {
        std::array::from_fn(|a| (index[a] as f64 + 0.5) * self.spacing[a])
    }

    /// Voxels along an axis that a piece's tube may touch.
    fn voxels(&self, piece: &Piece, axis: usize) -> std::ops::Range<usize> {
        let [low, high] = piece.range(axis);
        // Casts saturate: positions before the grid become 0.
        let first = (low / self.spacing[axis]) as usize;
        let end = if high < 0.0 {
            0
        } else {
            (high / self.spacing[axis]) as usize + 1
        };
        let end = end.min(self.shape[axis]);
        first.min(end)..end
    }

    /// Positions of the samples of a voxel, relative to its center.
    fn offsets(&self) -> Vec<Point> {
        let along = |i: usize| (i as f64 + 0.5) / SAMPLES as f64 - 0.5;
        (0..SAMPLES.pow(3))
            .map(|i| {
                let index = [i / (SAMPLES * SAMPLES), i / SAMPLES % SAMPLES, i % SAMPLES];
                std::array::from_fn(|a| along(index[a]) * self.spacing[a])
            })
            .collect()
    }

    /// Calls `visit` with the center of every voxel that a piece may touch, the piece and the voxel; planes along x in
    /// parallel, pieces in order.
    fn draw<V: Send + Sync>(
        &self,
        pieces: &[Piece],
        into: &mut Array3<V>,
        visit: impl Fn(Point, &Piece, &mut V) + Sync,
    ) {
        let mut planes: Vec<Vec<usize>> = vec![Vec::new(); self.shape[0]];
        for (i, piece) in pieces.iter().enumerate() {
            for plane in &mut planes[self.voxels(piece, 0)] {
                plane.push(i);
            }
        }
        into.axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(planes)
            .enumerate()
            .for_each(|(x, (mut plane, here))| {
                for i in here {
                    self.draw_in_plane(&mut plane, x, &pieces[i], &visit);
                }
            });
    }

    fn draw_in_plane<V>(
        &self,
        plane: &mut ArrayViewMut2<'_, V>,
        x: usize,
        piece: &Piece,
        visit: &impl Fn(Point, &Piece, &mut V),
    ) {
        let depths = self.voxels(piece, 2);
        for y in self.voxels(piece, 1) {
            for z in depths.clone() {
                visit(self.center([x, y, z]), piece, &mut plane[[y, z]]);
            }
        }
    }
}

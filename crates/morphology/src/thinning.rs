//! Thins a mask to its skeleton.

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;

use crate::bits::{Bits, set_bits, shifted};
use crate::neighborhood::Neighborhood;

/// Check that is repeated right before a voxel is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recheck {
    /// Only that its neighbors are connected, as in the paper. Equal, voxel for voxel, to scikit-image 0.26's
    /// `skeletonize`. Objects that are two voxels wide may be removed entirely: nothing is left of 2 × 2 × 5 voxels.
    Connectivity,
    /// All criteria: its neighbors are connected, the Euler number is preserved, and it is not the end of a line. Every
    /// object keeps its number of components, tunnels and cavities, and thin objects keep their length.
    Topology,
}

/// One face of a voxel: an axis, and the direction along it.
type Face = (usize, isize);

/// The six directions of removal, in scikit-image's order: −y, +y, +z, −z, +x, −x.
const FACES: [Face; 6] = [(1, -1), (1, 1), (2, 1), (2, -1), (0, 1), (0, -1)];

/// Most layers along one axis in a round; also the value for spacings that are no numbers.
const MOST_LAYERS: f64 = 64.0;

/// Thins a mask of shape (x, y, z) to a skeleton of curves, one voxel wide, with the connectivity of the mask (26
/// neighbors; 6 for the background).
///
/// Method: Lee, Kashyap and Chu (1994), "Building skeleton models via 3-D medial surface/axis thinning algorithms",
/// For each direction in turn, the border voxels are collected that are not ends of lines and whose removal changes
/// neither the Euler number nor connectivity. Then they are removed one by one, if the check of [`Recheck`] still holds: with
/// `Connectivity` in the order x, y, z, with `Topology` in the order of eight subfields. This repeats until a round over all six directions removes nothing.
///
/// Voxels outside the array are not set. A mask of a single x is an image: it is thinned from its four sides only, as
/// in scikit-image.
#[must_use]
pub fn skeletonize(mask: ArrayView3<'_, bool>, recheck: Recheck) -> Array3<bool> {
    skeletonize_spaced(mask, [1.0; 3], recheck)
}

/// The same, for voxels of any spacing along x, y and z.
///
/// [`skeletonize`] removes one layer of voxels from each side per round. With voxels of 12 × 12 × 3 µm, a round tube then first
/// becomes a sheet that is high along z, with many spurs. Here, a round removes as many layers along each axis as go into the largest
/// spacing, rounded, in the order of their depth: four times as many along z. So the mask shrinks from all sides by the same
/// physical depth. With equal spacings, the result is that of `skeletonize`.
#[must_use]
pub fn skeletonize_spaced(
    mask: ArrayView3<'_, bool>,
    spacing: [f64; 3],
    recheck: Recheck,
) -> Array3<bool> {
    let mut bits = Bits::pack(mask, 1, false);
    let faces = round(spacing, mask.dim().0 == 1);
    let mut changed = true;
    while changed {
        changed = false;
        for face in &faces {
            for voxel in ordered(candidates(&bits, *face), recheck) {
                let neighborhood = neighborhood(&bits, voxel);
                let free = match recheck {
                    Recheck::Connectivity => neighborhood.is_connected(),
                    Recheck::Topology => is_free(neighborhood),
                };
                if free {
                    bits.clear(voxel);
                    changed = true;
                }
            }
        }
    }
    bits.unpack()
}

/// The faces of one round, ordered by depth; those of equal depth in the order of [`FACES`].
fn round(spacing: [f64; 3], is_image: bool) -> Vec<Face> {
    let inner = if is_image { 1 } else { 0 };
    let coarsest = spacing[inner..].iter().copied().fold(0.0, f64::max);
    let mut layers = Vec::new();
    for (place, pair) in FACES.chunks(2).enumerate() {
        let axis = pair[0].0;
        if axis >= inner {
            let count = (coarsest / spacing[axis]).round().clamp(1.0, MOST_LAYERS);
            let depths = (1..=count as usize).map(|layer| layer as f64 / count);
            layers.extend(depths.map(|depth| (depth, place)));
        }
    }
    layers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let pairs = layers
        .iter()
        .map(|(_, place)| &FACES[2 * place..2 * place + 2]);
    pairs.flatten().copied().collect()
}

/// The order of removal.
///
/// With `Topology` these are the eight subfields of voxels whose indices along x, y, z are even or odd: no two voxels of one
/// are neighbors. In plain order, a tube that is two voxels wide would be eaten up from its end: each removal makes the next
/// voxel removable, and none of them is ever the only neighbor of a last one.
fn ordered(candidates: Vec<[usize; 3]>, recheck: Recheck) -> Vec<[usize; 3]> {
    match recheck {
        Recheck::Connectivity => candidates,
        Recheck::Topology => {
            let mut candidates = candidates;
            candidates.sort_by_key(|voxel| voxel.map(|index| index % 2));
            candidates
        }
    }
}

/// Whether a voxel is not the end of a line and its removal preserves topology.
fn is_free(neighborhood: Neighborhood) -> bool {
    neighborhood.count() != 1 && neighborhood.keeps_euler_number() && neighborhood.is_connected()
}

/// The removable voxels on one side, in the order x, y, z.
fn candidates(bits: &Bits, face: Face) -> Vec<[usize; 3]> {
    let [nx, ny, _] = bits.shape();
    let planes: Vec<Vec<[usize; 3]>> = (1..=nx)
        .into_par_iter()
        .map(|x| {
            let mut found = Vec::new();
            for y in 1..=ny {
                push_candidates(bits, face, [x, y], &mut found);
            }
            found
        })
        .collect();
    planes.concat()
}

fn push_candidates(
    bits: &Bits,
    (axis, step): Face,
    [x, y]: [usize; 2],
    found: &mut Vec<[usize; 3]>,
) {
    let row = bits.row(x, y);
    let neighbors = match axis {
        0 => bits.row(x.wrapping_add_signed(step), y),
        1 => bits.row(x, y.wrapping_add_signed(step)),
        _ => row,
    };
    for (index, word) in row.iter().enumerate().filter(|(_, word)| **word != 0) {
        let next = if axis == 2 {
            shifted(row, index, -step)
        } else {
            neighbors[index]
        };
        for bit in set_bits(word & !next, index) {
            if is_free(neighborhood(bits, [x, y, bit])) {
                found.push([x, y, bit]);
            }
        }
    }
}

/// The neighborhood of a voxel; indices include the border, which is one voxel wide.
fn neighborhood(bits: &Bits, [x, y, bit]: [usize; 3]) -> Neighborhood {
    let (index, offset) = ((bit - 1) / 64, (bit - 1) % 64);
    let mut all = 0;
    for dx in 0..3 {
        for dy in 0..3 {
            let row = bits.row(x + dx - 1, y + dy - 1);
            let mut three = row[index] >> offset;
            if offset > 61 {
                three |= row[index + 1] << (64 - offset);
            }
            all |= (three as u32 & 7) << (9 * dx + 3 * dy);
        }
    }
    Neighborhood::new(all)
}

//! Thinning of a mask to its skeleton.

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;

use crate::bits::{Bits, set_bits, shifted};
use crate::neighborhood::Neighborhood;

/// What is asked again of a voxel right before it is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recheck {
    /// That its neighbors are connected, as in the paper. Equal, voxel for voxel, to scikit-image 0.26's `skeletonize`.
    /// Objects that are two voxels wide may be thinned away altogether: 2 × 2 × 5 voxels leave nothing.
    Connectivity,
    /// Everything: that its neighbors are connected, that the Euler number stays, and that it ends no line. Every object
    /// keeps its number of components, tunnels and cavities, and thin objects keep their length.
    Topology,
}

/// One face of a voxel: an axis, and the direction along it.
type Face = (usize, isize);

/// The six sides from which voxels are taken, in scikit-image's order: −y, +y, +z, −z, +x, −x.
const FACES: [Face; 6] = [(1, -1), (1, 1), (2, 1), (2, -1), (0, 1), (0, -1)];

/// Thins a mask of shape (x, y, z) to a skeleton of curves, one voxel wide, that is connected as the mask is
/// (26 neighbors; 6 for the background).
///
/// Method: Lee, Kashyap and Chu (1994), "Building skeleton models via 3-D medial surface/axis thinning algorithms",
/// CVGIP 56(6):462–478. From each side in turn, those border voxels are collected that end no line and whose removal
/// changes neither the Euler number nor connectivity; then, in the order x, y, z, they are taken away, if what
/// [`Recheck`] names still holds; until a round over all six sides takes nothing.
///
/// Outside the array nothing is set. A mask of a single x is a picture: it is thinned from its four sides alone, as
/// scikit-image does.
#[must_use]
pub fn skeletonize(mask: ArrayView3<'_, bool>, recheck: Recheck) -> Array3<bool> {
    let mut bits = Bits::pack(mask, 1, false);
    let faces = if mask.dim().0 == 1 {
        &FACES[..4]
    } else {
        &FACES
    };
    let mut changed = true;
    while changed {
        changed = false;
        for face in faces {
            for voxel in candidates(&bits, *face) {
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

/// Whether a voxel ends no line and its removal changes no topology.
fn is_free(neighborhood: Neighborhood) -> bool {
    neighborhood.count() != 1 && neighborhood.keeps_euler_number() && neighborhood.is_connected()
}

/// The free voxels on one side, in the order x, y, z.
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
    let beside = match axis {
        0 => bits.row(x.wrapping_add_signed(step), y),
        1 => bits.row(x, y.wrapping_add_signed(step)),
        _ => row,
    };
    for (index, word) in row.iter().enumerate().filter(|(_, word)| **word != 0) {
        let next = if axis == 2 {
            shifted(row, index, -step)
        } else {
            beside[index]
        };
        for bit in set_bits(word & !next, index) {
            if is_free(neighborhood(bits, [x, y, bit])) {
                found.push([x, y, bit]);
            }
        }
    }
}

/// The voxels around one; bits count with the border, which is one voxel wide.
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

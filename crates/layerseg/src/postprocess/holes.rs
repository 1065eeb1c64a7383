//! Filling the holes of a mask.

use ndarray::Array3;

/// What counts as the border of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Borders {
    /// All six faces.
    All,
    /// Those across x and z: the volume is a single B-scan.
    OfBscan,
}

/// Sets every voxel that no path of unset face neighbors joins to the border of the volume.
pub fn fill(voxels: &mut Array3<bool>, borders: Borders) {
    let (nx, ny, nz) = voxels.dim();
    let mut outside = Array3::from_elem((nx, ny, nz), false);
    let mut front: Vec<[usize; 3]> = Vec::new();
    for ((x, y, z), set) in voxels.indexed_iter() {
        let ends = |i: usize, n: usize| i == 0 || i + 1 == n;
        let border = ends(x, nx) || ends(z, nz) || (borders == Borders::All && ends(y, ny));
        if border && !set {
            outside[[x, y, z]] = true;
            front.push([x, y, z]);
        }
    }
    while let Some(voxel) = front.pop() {
        for axis in 0..3 {
            for step in [-1, 1] {
                let mut next = voxel;
                let Some(index) = voxel[axis].checked_add_signed(step) else {
                    continue;
                };
                next[axis] = index;
                if voxels.get(next) == Some(&false) && !outside[next] {
                    outside[next] = true;
                    front.push(next);
                }
            }
        }
    }
    voxels.zip_mut_with(&outside, |voxel, outside| *voxel = !outside);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_shell_is_filled_and_an_open_one_is_not() {
        let shell = |open: bool| {
            Array3::from_shape_fn((5, 5, 5), |(x, y, z)| {
                let far = [x, y, z].iter().map(|i| i.abs_diff(2)).max() == Some(2);
                far && !(open && (x, y, z) == (2, 2, 0))
            })
        };
        let mut closed = shell(false);
        fill(&mut closed, Borders::All);
        assert!(closed.iter().all(|v| *v));
        let mut open = shell(true);
        fill(&mut open, Borders::All);
        assert_eq!(open, shell(true));
    }

    #[test]
    fn a_diagonal_gap_does_not_open_a_hole() {
        // The corner voxel touches the hole only by an edge: face neighbors see no path.
        let mut voxels = Array3::from_elem((3, 3, 3), true);
        voxels[[1, 1, 1]] = false;
        voxels[[0, 0, 1]] = false;
        fill(&mut voxels, Borders::All);
        assert!(voxels[[1, 1, 1]]);
        assert!(!voxels[[0, 0, 1]]);
    }

    #[test]
    fn a_ring_in_a_single_bscan_is_filled_when_only_its_own_borders_count() {
        let ring =
            Array3::from_shape_fn((5, 1, 5), |(x, _, z)| x.abs_diff(2).max(z.abs_diff(2)) == 1);
        let filled = |borders| {
            let mut voxels = ring.clone();
            fill(&mut voxels, borders);
            voxels[[2, 0, 2]]
        };
        assert!(filled(Borders::OfBscan));
        assert!(!filled(Borders::All));
    }
}

//! Filling the holes of a mask.

use ndarray::Array3;

/// Sets every voxel that no path of unset face neighbors joins to the border of the volume.
pub fn fill(voxels: &mut Array3<bool>) {
    let (nx, ny, nz) = voxels.dim();
    let mut outside = Array3::from_elem((nx, ny, nz), false);
    let mut front: Vec<[usize; 3]> = Vec::new();
    for ((x, y, z), set) in voxels.indexed_iter() {
        let border = [x, y, z]
            .iter()
            .zip([nx, ny, nz])
            .any(|(i, n)| *i == 0 || i + 1 == n);
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
        fill(&mut closed);
        assert!(closed.iter().all(|v| *v));
        let mut open = shell(true);
        fill(&mut open);
        assert_eq!(open, shell(true));
    }

    #[test]
    fn a_diagonal_gap_does_not_open_a_hole() {
        // The corner voxel touches the hole only by an edge: face neighbors see no path.
        let mut voxels = Array3::from_elem((3, 3, 3), true);
        voxels[[1, 1, 1]] = false;
        voxels[[0, 0, 1]] = false;
        fill(&mut voxels);
        assert!(voxels[[1, 1, 1]]);
        assert!(!voxels[[0, 0, 1]]);
    }
}

//! Volumes: grid and voxels.

use std::path::Path;

use rsom_formats::nifti;
use rsom_volume::RawChannel;

use super::degree::Agreement;
use super::numbers::Numbers;

/// Compares two NIfTI files. Scale of the differences: the largest voxel.
pub(super) fn compare(a: &Path, b: &Path) -> Result<Agreement, String> {
    let grid = |path: &Path| nifti::read_grid(path).map_err(|e| e.to_string());
    if let Some(difference) = grid(a)?.difference(&grid(b)?) {
        return Ok(Agreement::Different(difference));
    }
    let voxels = |path: &Path| nifti::read_channels(path).map_err(|e| e.to_string());
    let (a, b) = (voxels(a)?, voxels(b)?);
    if a.len() != b.len() {
        let (a, b) = (a.len(), b.len());
        return Ok(Agreement::Different(format!("{a} and {b} channels")));
    }
    let mut numbers = Numbers::default();
    for (a, b) in a.iter().zip(&b) {
        numbers.add_all(&doubles(a), &doubles(b));
    }
    Ok(numbers.agreement())
}

fn doubles(channel: &RawChannel) -> Vec<f64> {
    match channel {
        RawChannel::Single(values) => values.iter().map(|value| f64::from(*value)).collect(),
        RawChannel::Double(values) => values.iter().copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Mask, Spacing};

    use super::*;
    use crate::agreement::degree::Distance;

    #[test]
    fn voxels_are_counted_and_another_grid_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, shape: [usize; 3], set: &[[usize; 3]]| {
            let path = folder.path().join(name);
            let mut voxels = Array3::from_elem(shape, false);
            for at in set {
                voxels[*at] = true;
            }
            let grid = Grid::new(shape, Spacing::RSOM).unwrap();
            nifti::write_mask(&path, &Mask::new(grid, voxels).unwrap()).unwrap();
            path
        };
        let a = write("a.nii", [4, 5, 6], &[[0, 0, 0], [1, 1, 1]]);
        // Compressed, so that no byte is the same.
        let same = write("same.nii.gz", [4, 5, 6], &[[0, 0, 0], [1, 1, 1]]);
        let other = write("other.nii", [4, 5, 6], &[[0, 0, 0], [1, 1, 2]]);
        let longer = write("longer.nii", [4, 5, 7], &[]);
        assert_eq!(compare(&a, &same), Ok(Agreement::Values));
        let distance = Distance {
            digits: 0,
            different: 2,
            of: 120,
        };
        assert_eq!(compare(&a, &other), Ok(Agreement::Digits(distance)));
        let Ok(Agreement::Different(why)) = compare(&a, &longer) else {
            panic!()
        };
        assert!(
            why.contains("the shape is 4 × 5 × 6 and 4 × 5 × 7"),
            "{why}"
        );
        let text = folder.path().join("text.nii");
        std::fs::write(&text, "no volume").unwrap();
        assert!(compare(&a, &text).is_err());
    }
}

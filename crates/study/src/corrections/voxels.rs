//! How many voxels a correction changed.

use std::path::Path;

use rsom_formats::nifti;
use rsom_io::ports::at_input;
use rsom_stage::{Kind, StageError};
use rsom_volume::LabelMap;

/// The voxels that differ between an output and its correction, in words.
///
/// # Errors
/// Exit code 3: a file cannot be read, or the shapes differ.
pub(super) fn difference(
    original: &Path,
    corrected: &Path,
    kind: Kind,
) -> Result<String, StageError> {
    if !matches!(kind, Kind::Mask | Kind::Labels) {
        return Ok(String::new());
    }
    let read = |path: &Path| nifti::read_labels(path).map_err(|fault| at_input(path, fault));
    let (before, after) = (read(original)?, read(corrected)?);
    let shapes = [&before, &after].map(|map| map.grid().shape());
    if shapes[0] != shapes[1] {
        return Err(StageError::input(
            corrected,
            format_args!("it has {:?} voxels, the output {:?}", shapes[1], shapes[0]),
        ));
    }
    Ok(words(&before, &after, kind))
}

/// Of masks, it does not matter which number stands for "inside": programs write 1 or 255.
fn words(before: &LabelMap, after: &LabelMap, kind: Kind) -> String {
    let (mut added, mut removed, mut relabeled, mut same, mut sum) =
        (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    for (old, new) in before.labels().iter().zip(after.labels()) {
        match (*old != 0, *new != 0) {
            (false, true) => added += 1,
            (true, false) => removed += 1,
            (true, true) if old != new && kind == Kind::Labels => relabeled += 1,
            (true, true) => same += 1,
            (false, false) => {}
        }
        sum += u64::from(*old != 0) + u64::from(*new != 0);
    }
    let other = match relabeled {
        0 => String::new(),
        count => format!(", {count} with another label"),
    };
    let dice = match sum {
        0 => 1.0,
        sum => 2.0 * same as f64 / sum as f64,
    };
    format!(
        "  voxels: {added} added, {removed} removed{other}; Dice of output and correction {dice:.4}\n"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ndarray::Array3;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    #[test]
    fn voxels_are_counted_by_what_happened_to_them() {
        let map = |labels: Vec<i32>| {
            let shape = [labels.len(), 1, 1];
            let labels = Array3::from_shape_vec(shape, labels).unwrap();
            LabelMap::new(
                Grid::new(shape, Spacing::RSOM).unwrap(),
                labels,
                BTreeMap::new(),
            )
            .unwrap()
        };
        let maps = [vec![0, 1, 1, 2, 0, 1], vec![1, 1, 0, 1, 0, 1]].map(map);
        let said = words(&maps[0], &maps[1], Kind::Labels);
        // Two voxels of four and four are the same.
        assert!(
            said.contains(
                "1 added, 1 removed, 1 with another label; Dice of output and correction 0.5000"
            ),
            "{said}"
        );
        let said = words(&maps[0], &maps[1], Kind::Mask);
        assert!(
            said.contains("1 added, 1 removed; Dice of output and correction 0.7500"),
            "{said}"
        );
    }
}

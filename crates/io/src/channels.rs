//! The channels of a scan, in the order in which a network was trained on them.

use std::path::Path;

use ndarray::Axis;
use rsom_stage::{StageError, log};
use rsom_volume::Scan;

/// The channel names of a scan, if its file or sidecar states them. `None` for the names that readers make up.
#[must_use]
pub fn stated_names(scan: &Scan) -> Option<&[String]> {
    let names = scan.channels();
    let is_made_up = match names {
        [one] => one == "intensity" || one == "1",
        _ => (names.iter().enumerate()).all(|(index, name)| *name == (index + 1).to_string()),
    };
    (!is_made_up).then_some(names)
}

/// The scan with its channels in the order of `trained`, the channels of the training scans.
///
/// Channels of the same names are put in this order. Other names are taken in the order of the file, with a warning.
/// `trained` is `None` if the weights do not name their channels: then several named channels give a warning.
///
/// # Errors
/// Exit code 1: none for a valid scan.
pub fn in_order_of(
    trained: Option<&[String]>,
    scan: Scan,
    path: &Path,
) -> Result<Scan, StageError> {
    let Some(names) = stated_names(&scan) else {
        return Ok(scan);
    };
    let (path, said) = (path.display(), names.join(", "));
    let Some(trained) = trained else {
        if names.len() > 1 {
            log::warn(format_args!(
                "{path}: the weights do not name the channels that they were trained on; those of the scan are taken in this order: {said}"
            ));
        }
        return Ok(scan);
    };
    if names == trained || names.len() != trained.len() {
        // Another number of channels is an error of the network.
        return Ok(scan);
    }
    let place = |name: &String| names.iter().position(|known| known == name);
    let order: Option<Vec<usize>> = trained.iter().map(place).collect();
    let Some(order) = order else {
        log::warn(format_args!(
            "{path}: the channels are {said}, but the network was trained on {}; they are taken in this order",
            trained.join(", ")
        ));
        return Ok(scan);
    };
    log::info(format_args!(
        "{path}: the channels {said} are put in the order {}",
        trained.join(", ")
    ));
    let (grid, _, intensities) = scan.into_parts();
    Scan::new(grid, trained.to_vec(), intensities.select(Axis(3), &order))
        .map_err(StageError::failure)
}

#[cfg(test)]
mod tests {
    use ndarray::Array4;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn scan(names: &[&str]) -> Scan {
        let grid = Grid::new([1, 1, 1], Spacing::Unknown).unwrap();
        let values = Array4::from_shape_fn((1, 1, 1, names.len()), |(.., c)| c as f32);
        Scan::new(
            grid,
            names.iter().map(|n| (*n).to_owned()).collect(),
            values,
        )
        .unwrap()
    }

    fn ordered(trained: &[&str], names: &[&str]) -> Vec<f32> {
        let trained: Vec<String> = trained.iter().map(|n| (*n).to_owned()).collect();
        let scan = in_order_of(Some(&trained), scan(names), Path::new("x.nii")).unwrap();
        scan.intensities().iter().copied().collect()
    }

    #[test]
    fn channels_are_taken_by_name() {
        assert_eq!(ordered(&["LF", "HF"], &["HF", "LF"]), [1.0, 0.0]);
        assert_eq!(ordered(&["a", "b", "c"], &["c", "a", "b"]), [1.0, 2.0, 0.0]);
        assert_eq!(ordered(&["LF", "HF"], &["LF", "HF"]), [0.0, 1.0]);
    }

    #[test]
    fn channels_without_common_names_keep_their_order() {
        assert_eq!(ordered(&["LF", "HF"], &["foo", "bar"]), [0.0, 1.0]);
        assert_eq!(ordered(&["LF", "HF"], &["1", "2"]), [0.0, 1.0]);
        assert_eq!(ordered(&["LF"], &["HF"]), [0.0]);
        // Two channels of one name cannot be told apart.
        assert_eq!(ordered(&["LF", "HF"], &["LF", "LF"]), [0.0, 1.0]);
    }

    #[test]
    fn names_that_a_reader_made_up_state_nothing() {
        assert_eq!(stated_names(&scan(&["intensity"])), None);
        assert_eq!(stated_names(&scan(&["1", "2"])), None);
        assert!(stated_names(&scan(&["2", "1"])).is_some());
        assert!(stated_names(&scan(&["LF"])).is_some());
    }
}

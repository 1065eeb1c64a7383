//! Checks that the output of a foreign program is what its kind promises.

use std::io::Read;
use std::path::Path;

use rsom_formats::FormatError;
use rsom_formats::nifti;
use rsom_formats::table::parquet;
use rsom_stage::{Kind, atomic};

/// Checks a file that a program has written as an output of this kind; `scan` is the input on whose grid a volume must lie.
///
/// # Errors
/// One line that says what is wrong: a file of another kind, values that the kind does not allow, or another grid.
pub fn check_output(path: &Path, kind: Kind, scan: Option<&Path>) -> Result<(), String> {
    match kind {
        Kind::Volume => nifti::read_grid(path).map(drop).map_err(|e| words(&e))?,
        Kind::Mask => nifti::read_mask(path).map(drop).map_err(|e| words(&e))?,
        Kind::Labels => nifti::read_labels(path).map(drop).map_err(|e| words(&e))?,
        Kind::Probabilities => probabilities(path)?,
        Kind::Table => parquet::read(path).map(drop).map_err(|e| words(&e))?,
        Kind::Weights => weights(path)?,
        Kind::Figure => figure(path)?,
        Kind::Document | Kind::Directory => {}
    }
    match scan {
        Some(scan) => same_grid(path, scan),
        None => Ok(()),
    }
}

fn same_grid(path: &Path, scan: &Path) -> Result<(), String> {
    let found = nifti::read_grid(path).map_err(|e| words(&e))?;
    let expected = nifti::read_grid(scan).map_err(|e| words(&e))?;
    match found.difference(&expected) {
        None => Ok(()),
        Some(difference) => Err(format!(
            "it is not on the grid of {}: {difference}",
            scan.display()
        )),
    }
}

fn probabilities(path: &Path) -> Result<(), String> {
    let scan = nifti::read_scan(path).map_err(|e| words(&e))?;
    let channels = scan.channels().len();
    if channels != 1 {
        return Err(format!(
            "it has {channels} channels, but probabilities have one"
        ));
    }
    match scan
        .intensities()
        .iter()
        .find(|p| !(0.0..=1.0).contains(*p))
    {
        None => Ok(()),
        Some(value) => Err(format!("{value} is not a probability from 0 to 1")),
    }
}

fn weights(path: &Path) -> Result<(), String> {
    let file = std::fs::File::open(path).map_err(|e| atomic::plain(&e))?;
    let size = file.metadata().map_err(|e| atomic::plain(&e))?.len();
    let header = rsom_weights::Header::read(file, size);
    header.map(drop).map_err(|e| e.to_string())
}

fn figure(path: &Path) -> Result<(), String> {
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| atomic::plain(&e))?;
    file.take(1024)
        .read_to_end(&mut start)
        .map_err(|e| atomic::plain(&e))?;
    let is_svg = String::from_utf8_lossy(&start).contains("<svg");
    let starts = [b"\x89PNG\r\n\x1a\n".as_slice(), b"%PDF-"];
    if starts.iter().any(|bytes| start.starts_with(bytes)) || is_svg {
        return Ok(());
    }
    Err("it is neither PNG nor SVG nor PDF".to_owned())
}

fn words(fault: &FormatError) -> String {
    match fault {
        FormatError::System(error) => atomic::plain(error),
        fault => fault.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use rsom_volume::{Grid, Mask, Scan, Spacing};

    use super::*;

    #[test]
    fn an_output_of_another_kind_or_grid_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let grid = |z| Grid::new([2, 3, z], Spacing::RSOM).unwrap();
        let mask = |z| Mask::new(grid(z), Array3::from_elem((2, 3, z), true)).unwrap();
        nifti::write_mask(&at("mask.nii"), &mask(4)).unwrap();
        nifti::write_mask(&at("cut.nii"), &mask(5)).unwrap();
        let values = Array4::from_shape_fn((2, 3, 4, 1), |(x, ..)| x as f32 + 0.5);
        let scan = Scan::new(grid(4), vec!["a".into()], values).unwrap();
        nifti::write_scan(&at("scan.nii"), &scan, nifti::Storage::Float32).unwrap();
        std::fs::write(at("text.nii"), "no volume").unwrap();
        let checked = |name: &str, kind| check_output(&at(name), kind, Some(&at("scan.nii")));
        assert_eq!(checked("mask.nii", Kind::Mask), Ok(()));
        assert_eq!(checked("scan.nii", Kind::Volume), Ok(()));
        let said = checked("cut.nii", Kind::Mask).unwrap_err();
        assert!(
            said.contains("the shape is 2 × 3 × 5 and 2 × 3 × 4"),
            "{said}"
        );
        assert!(checked("scan.nii", Kind::Mask).is_err());
        let said = checked("scan.nii", Kind::Probabilities).unwrap_err();
        assert_eq!(said, "1.5 is not a probability from 0 to 1");
        for kind in [Kind::Volume, Kind::Table, Kind::Weights, Kind::Figure] {
            assert!(
                check_output(&at("text.nii"), kind, None).is_err(),
                "{kind:?}"
            );
        }
        assert_eq!(check_output(&at("text.nii"), Kind::Document, None), Ok(()));
    }
}

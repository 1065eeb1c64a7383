//! HDF5 files: what attributes, types and neighbors of a dataset say about its values.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::Numbers;
use rsom_formats::hdf5::{File, Kind};
use rsom_formats::nifti::{read_mask, read_scan};
use rsom_io::inspect;
use rsom_testing::{Finished, Folder, Program};
use rsom_volume::{Scan, Spacing};

use crate::common::hdf5::put;

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

fn import(folder: &Folder, file: &str, words: &[&str]) -> Finished {
    let start = ["import", "hdf5", "--input", file, "--output", "s.nii"];
    RSOM_IO.run(folder, [&start, words].concat())
}

/// Imports a dataset of `conventions.h5`; the words are more options.
fn imported(folder: &Folder, dataset: &str, words: &[&str]) -> (Finished, Scan) {
    let words = [&["--dataset", dataset], words].concat();
    let finished = import(folder, "conventions.h5", &words);
    assert_eq!(finished.code, Some(0), "{dataset}: {}", finished.stderr);
    (finished, read_scan(&folder.join("s.nii")).unwrap())
}

/// The error of an import that must fail with this exit code.
fn refused(folder: &Folder, file: &str, words: &[&str], code: i32) -> String {
    let finished = import(folder, file, words);
    assert_eq!(finished.code, Some(code), "{}", finished.stderr);
    assert!(!folder.join("s.nii").exists());
    finished.stderr
}

fn with_conventions() -> Folder {
    let folder = Folder::new();
    put(&folder, "conventions.h5");
    folder
}

#[test]
fn chunks_that_are_numbered_by_the_largest_extents_are_read_right_or_refused() {
    let folder = with_conventions();
    let file = File::open(&folder.join("conventions.h5")).unwrap();
    for name in ["/fixed_array", "/implicit"] {
        let error = file.dataset(name).unwrap().numbers().unwrap_err();
        let expected = "chunks of extents [6, 6, 4] that may grow to [6, 12, 4]";
        assert!(error.to_string().contains(expected), "{error}");
    }
    for name in ["/first_axis", "/same_chunks"] {
        let numbers = file.dataset(name).unwrap().numbers().unwrap().real;
        assert_eq!(numbers, Numbers::I16((0..144).collect()), "{name}");
    }
}

#[test]
fn integers_in_some_of_their_bits_keep_their_value() {
    let folder = with_conventions();
    let file = File::open(&folder.join("conventions.h5")).unwrap();
    let of = |name: &str| file.dataset(name).unwrap().numbers();
    for name in ["/bits_12", "/bits_12_from_4", "/nbit"] {
        let expected = Numbers::I16((-12..12).collect());
        assert_eq!(of(name).unwrap().real, expected, "{name}");
    }
    let expected = Numbers::U16((0..24).map(|n| n * 100).collect());
    assert_eq!(of("/unsigned_bits").unwrap().real, expected);
    let error = of("/odd_float").unwrap_err().to_string();
    assert!(
        error.contains("/odd_float: a float of 4 bytes that is not IEEE 754"),
        "{error}"
    );
}

#[test]
fn packed_intensities_are_unpacked_and_packed_labels_must_be_whole() {
    let folder = with_conventions();
    // Element (1, 2, 3) of numpy's array is 23.
    let (_, scan) = imported(&folder, "packed", &[]);
    assert_eq!(scan.intensities()[[1, 2, 3, 0]], 23.0 * 0.5 + 10.0);
    let (_, scan) = imported(&folder, "packed_by_one", &["--kind", "labels"]);
    assert_eq!(scan.intensities()[[1, 2, 3, 0]], 23.0);
    std::fs::remove_file(folder.join("s.nii")).unwrap();
    let words = ["--dataset", "packed", "--kind", "labels"];
    let error = refused(&folder, "conventions.h5", &words, 3);
    assert!(
        error.contains("scale_factor 0.5 and add_offset 10"),
        "{error}"
    );
    let error = refused(&folder, "conventions.h5", &["--dataset", "turned"], 3);
    assert!(error.contains("_Unsigned"), "{error}");
}

#[test]
fn missing_values_are_refused_unless_a_value_for_them_is_given() {
    let folder = with_conventions();
    let error = refused(&folder, "conventions.h5", &["--dataset", "missing"], 3);
    let expected = "2 values are -999, which its attribute _FillValue marks as missing; --missing";
    assert!(error.contains(expected), "{error}");
    let (_, scan) = imported(&folder, "missing", &["--missing", "7"]);
    assert_eq!(scan.intensities()[[0, 0, 1, 0]], 7.0);
    assert_eq!(scan.intensities()[[0, 0, 2, 0]], 2.0);
    imported(&folder, "complete", &[]);
}

#[test]
fn axes_are_named_by_scales_attributes_and_words() {
    let folder = with_conventions();
    for (dataset, place) in [
        ("with_scales", "axes zyx, from its dimension scales"),
        ("with_axes", "axes zyx, from its attribute axes"),
        ("with_words", "axes zyx, from its DIMENSION_LABELS"),
    ] {
        let (finished, scan) = imported(&folder, dataset, &[]);
        finished.expect_said(&[place]);
        assert_eq!(scan.grid().shape(), [4, 3, 2], "{dataset}");
        assert_eq!(scan.intensities()[[3, 2, 0, 0]], 11.0, "{dataset}");
    }
    let (finished, _) = imported(&folder, "with_scales", &[]);
    finished.expect_said(&["coordinates in its dimension scales z, y, x are not used"]);
    let (finished, _) = imported(&folder, "unknown_words", &[]);
    finished.expect_said(&[
        "warning",
        "(row, col, page) are not an order of x, y, z and c",
    ]);
    let (finished, scan) = imported(&folder, "of_matlab", &[]);
    finished.expect_said(&["MATLAB wrote it", "--axes zyx"]);
    assert_eq!(scan.grid().shape(), [2, 3, 4]);
}

#[test]
fn the_size_of_elements_may_have_any_type_of_number() {
    let folder = with_conventions();
    for dataset in ["size_i2", "size_u1", "size_f2"] {
        let (_, scan) = imported(&folder, dataset, &[]);
        let expected = Spacing::Millimetres([0.024, 0.012, 0.003]);
        assert_eq!(scan.grid().spacing(), expected, "{dataset}");
    }
}

#[test]
fn what_single_precision_changes_is_said() {
    let folder = with_conventions();
    let (finished, _) = imported(&folder, "large", &[]);
    finished.expect_said(&["24 integers are rounded to single precision"]);
    let (finished, _) = imported(&folder, "tiny", &[]);
    finished.expect_said(&["23 values are too small for single precision and become 0"]);
}

#[test]
fn a_mask_has_two_values() {
    let folder = with_conventions();
    let of = |dataset: &'static str| ["--dataset", dataset, "--kind", "mask"];
    let error = refused(&folder, "conventions.h5", &of("three"), 3);
    assert!(error.contains("not a binary mask"), "{error}");
    let error = refused(&folder, "conventions.h5", &of("half"), 3);
    assert!(error.contains("0.5 is no value of a mask"), "{error}");
    // In single precision it would be empty.
    let error = refused(&folder, "conventions.h5", &of("tiny"), 3);
    assert!(error.contains("not a binary mask"), "{error}");
    assert_eq!(import(&folder, "conventions.h5", &of("two")).code, Some(0));
    assert_eq!(read_mask(&folder.join("s.nii")).unwrap().count(), 12);
}

#[test]
fn a_neighbor_that_cannot_be_read_may_be_what_is_meant() {
    let folder = Folder::new();
    put(&folder, "neighbors.h5");
    let error = refused(&folder, "neighbors.h5", &[], 2);
    assert!(
        error.contains("choose one with --dataset: /thumb")
            && error.contains("/recon cannot be read"),
        "{error}"
    );
    assert_eq!(
        import(&folder, "neighbors.h5", &["--dataset", "thumb"]).code,
        Some(0)
    );
}

#[test]
fn a_dataset_without_numbers_is_told_by_its_type() {
    let folder = Folder::new();
    let path = put(&folder, "no_numbers.h5");
    let error = refused(&folder, "no_numbers.h5", &[], 3);
    assert!(
        error.contains("/field has no numbers to import: it holds complex"),
        "{error}"
    );
    let kind = |name: &str| File::open(&path).unwrap().dataset(name).unwrap().kind();
    assert_eq!(
        (kind("/field"), kind("/records")),
        (Kind::Complex, Kind::Other)
    );
}

#[test]
fn links_in_a_circle_are_told_from_links_to_nowhere() {
    let folder = Folder::new();
    let path = put(&folder, "circles.h5");
    let report = inspect::inspect(&path).unwrap();
    let said = |name: &str| {
        report.get("datasets").unwrap()[name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        said("/a").contains("a link to /b, which leads back to it in a circle"),
        "{}",
        said("/a")
    );
    assert!(said("/gone").contains("/nowhere, which is not there"));
    let error = refused(&folder, "circles.h5", &["--dataset", "b"], 3);
    assert!(error.contains("in a circle"), "{error}");
}

#[test]
fn inspection_shows_what_attributes_say_about_values() {
    let folder = with_conventions();
    let report = inspect::inspect(&folder.join("conventions.h5")).unwrap();
    let datasets = report.get("datasets").unwrap();
    let expected = "2 x 3 x 4 int16, scale_factor 0.5, add_offset 10";
    assert_eq!(datasets["/packed"], expected);
    assert_eq!(datasets["/missing"], "2 x 3 x 4 int16, _FillValue -999");
    assert_eq!(
        datasets["/with_words"],
        "2 x 3 x 4 int16, DIMENSION_LABELS depth y x"
    );
}

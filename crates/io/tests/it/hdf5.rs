//! HDF5 files: types, chunks, inspection and import.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use proptest::prelude::*;
use rsom_formats::FormatError;
use rsom_formats::Numbers;
use rsom_formats::hdf5::{Array, Dataset, File, Node};
use rsom_formats::nifti::read_scan;
use rsom_io::inspect;
use rsom_testing::{Folder, Program, shared};
use rsom_volume::Spacing;
use serde_json::{Value, json};

use crate::common::hdf5::{bytes_of, put};

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

fn dataset(file: &File, path: &str) -> Dataset {
    let objects = file.objects().unwrap().into_iter();
    let mut found = objects.filter_map(|node| match node {
        Node::Dataset(dataset) if dataset.path() == path => Some(dataset.clone()),
        _ => None,
    });
    found.next().unwrap()
}

fn read_all(path: &Path) -> Result<Vec<Array>, FormatError> {
    let file = File::open(path)?;
    let mut arrays = Vec::new();
    for node in file.objects()? {
        node.attributes()?;
        if let Node::Dataset(dataset) = node {
            dataset.text()?;
            arrays.extend(dataset.numbers().ok());
        }
    }
    Ok(arrays)
}

/// Exit code, and what was printed: the result or the error.
fn rsom_io(folder: &Path, words: &[&str]) -> (i32, String) {
    let finished = RSOM_IO.run(folder, words);
    match finished.code.unwrap() {
        0 => (0, finished.stdout),
        code => (code, finished.stderr),
    }
}

fn import(folder: &Path, words: &[&str]) -> (i32, String) {
    let words = [&["import", "hdf5", "--output", "s.nii.gz", "--json"], words].concat();
    rsom_io(folder, &words)
}

#[test]
fn numbers_keep_their_type_and_value_in_both_byte_orders() {
    let folder = Folder::new();
    let file = File::open(&put(&folder, "types.h5")).unwrap();
    let of = |name: &str| dataset(&file, &format!("/types/{name}")).numbers().unwrap();
    assert_eq!(of("i1").real, Numbers::I8(vec![1, 2, 100]));
    assert_eq!(of("u1").real, Numbers::U8(vec![1, 2, 100]));
    for name in ["le_i2", "be_i2"] {
        assert_eq!(of(name).real, Numbers::I16(vec![1, 2, 100]), "{name}");
    }
    for name in ["le_u4", "be_u4"] {
        assert_eq!(of(name).real, Numbers::U32(vec![1, 2, 100]), "{name}");
    }
    assert_eq!(of("be_i8").real, Numbers::I64(vec![1, 2, 100]));
    assert_eq!(of("le_u8").real, Numbers::U64(vec![1, 2, 100]));
    assert_eq!(of("be_f4").real, Numbers::F32(vec![1.0, 2.0, 100.0]));
    assert_eq!(of("be_f8").real, Numbers::F64(vec![1.0, 2.0, 100.0]));
    // The last is 6e-8 as float16: its smallest number.
    let half = Numbers::F32(vec![1.0, -2.0, 65504.0, 2_f32.powi(-24)]);
    assert_eq!(of("half").real, half);
    assert_eq!(of("halfbig").real, Numbers::F32(vec![0.5]));
    assert_eq!(of("bool").real, Numbers::I8(vec![1, 0]));
    assert_eq!(of("enum").real, Numbers::I16(vec![0, 5]));
    assert_eq!(of("scalar").real, Numbers::F64(vec![2.5]));
    assert_eq!(of("null").real, Numbers::F64(vec![]));
    let complex = of("complex");
    assert_eq!(complex.real, Numbers::F32(vec![1.0, 3.0]));
    assert_eq!(complex.imaginary, Some(Numbers::F32(vec![2.0, -4.0])));
    let text = dataset(&file, "/types/text").text().unwrap();
    assert_eq!(text.as_deref(), Some("skin"));
}

#[test]
fn chunks_come_together_whatever_they_went_through() {
    let folder = Folder::new();
    let file = File::open(&put(&folder, "chunked.h5")).unwrap();
    let volume = dataset(&file, "/volume");
    assert_eq!(
        (volume.shape(), volume.chunks()),
        (&[5, 6, 7][..], Some(vec![2, 4, 3]))
    );
    assert_eq!(volume.filters().unwrap(), ["shuffle", "gzip"]);
    assert_eq!(volume.attributes().unwrap().text("unit"), Some("a.u."));
    assert_eq!(
        volume.numbers().unwrap().real,
        Numbers::I32((0..210).collect())
    );
    let halves = (0..210).map(|i| f64::from(i) / 2.0).collect();
    let checked = dataset(&file, "/checked").numbers().unwrap();
    assert_eq!(checked.real, Numbers::F64(halves));
    // Chunks that were never written hold the fill value.
    let part = dataset(&file, "/part").numbers().unwrap().real;
    let expected = [1, 2, -1, -1, 3, 4, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1];
    assert_eq!(part, Numbers::I16(expected.to_vec()));
}

#[test]
fn inspection_lists_datasets_with_extents_type_and_compression() {
    let folder = Folder::new();
    let path = put(&folder, "chunked.h5");
    let report = inspect::inspect(&path).unwrap();
    assert_eq!(report.get("format"), Some(&json!("HDF5")));
    assert_eq!(
        report.get("attributes"),
        Some(&json!({"title": "made by hand"}))
    );
    let datasets = report.get("datasets").unwrap();
    let volume = "5 x 6 x 7 int32, chunks 2 x 4 x 3, shuffle, gzip";
    assert_eq!(datasets["/volume"], json!(volume));
    assert_eq!(datasets["/channels"], json!("2 x 3 x 4 x 1 uint16"));
}

#[test]
fn a_dataset_becomes_a_volume_with_the_axes_that_are_told() {
    let folder = Folder::new();
    put(&folder, "chunked.h5");
    let spacing = ["--spacing-mm", "0.012,0.012,0.003"];
    let words = [
        "--input",
        "chunked.h5",
        "--dataset",
        "volume",
        "--axes",
        "zyx",
    ];
    let (code, line) = import(&folder, &[&words[..], &spacing].concat());
    assert_eq!(code, 0, "{line}");
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        line["result"],
        json!({"shape": [7, 6, 5], "dataset": "/volume"})
    );
    let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
    let mm = Spacing::Millimetres([0.012, 0.012, 0.003]);
    assert_eq!(scan.grid().spacing(), mm);
    // Element (4, 2, 3) of numpy's array.
    assert_eq!(
        scan.intensities()[[3, 2, 4, 0]],
        (4 * 42 + 2 * 7 + 3) as f32
    );
    let (code, line) = import(&folder, &["--input", "chunked.h5", "--dataset", "/part"]);
    assert_eq!(code, 0, "{line}");
    let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
    assert_eq!(
        (scan.grid().shape(), scan.grid().spacing()),
        ([4, 1, 4], Spacing::Unknown)
    );
    assert_eq!(scan.intensities()[[1, 0, 0, 0]], 3.0);
}

#[test]
fn channels_and_masks_are_told_from_volumes() {
    let folder = Folder::new();
    put(&folder, "chunked.h5");
    let words = ["--input", "chunked.h5", "--dataset", "channels"];
    let (code, error) = import(&folder, &words);
    assert_eq!(code, 2);
    assert!(
        error.contains("/channels has 4 axes; state their order with --axes"),
        "{error}"
    );
    let (code, line) = import(&folder, &[&words[..], &["--axes", "cxyz"]].concat());
    assert_eq!(code, 0, "{line}");
    let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
    assert_eq!((scan.grid().shape(), scan.channels().len()), ([3, 4, 1], 2));
    assert_eq!(scan.intensities()[[1, 2, 0, 1]], 18.0);
    let words = [
        "--input",
        "chunked.h5",
        "--dataset",
        "/part",
        "--kind",
        "mask",
    ];
    let (code, error) = import(&folder, &words);
    assert_eq!(code, 3);
    assert!(error.contains("it has the values -1, 1, 2, 3"), "{error}");
}

#[test]
fn what_cannot_be_a_volume_says_why_and_what_there_is() {
    let folder = Folder::new();
    put(&folder, "chunked.h5");
    put(&folder, "types.h5");
    let says = |words: &[&str], code: i32, parts: &[&str]| {
        let (found, error) = import(&folder, words);
        assert_eq!((found, error.lines().count()), (code, 1), "{error}");
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    };
    let there = "there is no dataset /R; the file has /channels (2 x 3 x 4 x 1 uint16)";
    says(
        &["--input", "chunked.h5", "--dataset", "R"],
        3,
        &["chunked.h5: ", there],
    );
    says(
        &["--input", "chunked.h5"],
        2,
        &["choose one with --dataset"],
    );
    says(
        &["--input", "types.h5"],
        3,
        &["no dataset with two to four axes"],
    );
    let words = ["--input", "types.h5", "--dataset", "types/u1"];
    says(&words, 3, &["/types/u1 (3 uint8) is not a volume"]);
    let words = ["--input", "chunked.h5", "--dataset", "volume", "--axes"];
    says(
        &[&words[..], &["zy"]].concat(),
        2,
        &["--axes zy does not match the 3 axes"],
    );
    says(
        &[&words[..], &["zyy"]].concat(),
        2,
        &["'zyy' is not an order"],
    );
    assert!(!folder.join("s.nii.gz").exists());
}

#[test]
fn an_ipasc_file_is_recognized_as_time_series_and_refused_as_a_volume() {
    let Some(folder) = shared("data/formats/ipasc") else {
        return;
    };
    let path = folder.join("ipasc_compatible_V1.hdf5");
    let report = inspect::inspect(&path).unwrap();
    assert_eq!(report.get("format"), Some(&json!("IPASC (HDF5)")));
    assert_eq!(
        report.get("time_series"),
        Some(&json!("4 x 100 x 2 float64"))
    );
    let metadata = report.get("metadata").unwrap();
    assert_eq!(metadata["speed_of_sound"], json!(1540));
    assert_eq!(
        metadata["unique_identifier"],
        json!("a2fd-48nbsh-sfiush7-chjs")
    );
    assert_eq!(metadata["dimensionality"], json!("time"));
    // The sum and an element as h5py reads them.
    let series = dataset(&File::open(&path).unwrap(), "/binary_time_series_data");
    let values = series.numbers().unwrap().real.into_f64();
    assert_eq!(values[3 * 200 + 99 * 2 + 1], 0.320_001_580_636_135_5);
    assert!((values.iter().sum::<f64>() - 395.530_824_836_919).abs() < 1e-9);
    let scratch = Folder::new();
    let (code, error) = import(&scratch, &["--input", &path.to_string_lossy()]);
    assert_eq!(code, 3);
    assert!(
        error.contains("an IPASC file holds the recorded time series"),
        "{error}"
    );
    let twin = inspect::inspect(&folder.join("ipasc_compatible_V1.mat")).unwrap();
    assert_eq!(
        twin.get("variables"),
        Some(&json!({"pa_matlab": "1 x 1 struct"}))
    );
}

#[test]
fn extents_that_the_file_cannot_account_for_take_no_memory() {
    let folder = Folder::new();
    let file = File::open(&put(&folder, "chunked.h5")).unwrap();
    let error = dataset(&file, "/endless").numbers().unwrap_err();
    let expected = "HDF5: /endless: [1099511627776, 8] values of 8 bytes do not fit into a file of";
    assert!(error.to_string().starts_with(expected), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_an_error_or_other_numbers(
        chunked: bool,
        cut in 0.0..1.0_f64,
        changes in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 0..6),
    ) {
        let mut bytes = bytes_of(if chunked { "chunked.h5" } else { "types.h5" });
        if changes.is_empty() {
            bytes.truncate((cut * bytes.len() as f64) as usize);
        }
        for (place, byte) in &changes {
            let place = (place * bytes.len() as f64) as usize;
            bytes[place] = *byte;
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let read = read_all(file.path());
        prop_assert!(!changes.is_empty() || read.is_err());
        if let Err(error) = read {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}

/// `linked.h5` and `linked_old.h5`: `libver` latest and earliest; both hold the same.
const LINKED: [&str; 2] = ["linked.h5", "linked_old.h5"];

#[test]
fn data_compressed_with_lzf_are_read() {
    let folder = Folder::new();
    for name in LINKED {
        let file = File::open(&put(&folder, name)).unwrap();
        let lzf = dataset(&file, "/lzf");
        assert_eq!(lzf.filters().unwrap(), ["shuffle", "lzf"]);
        let expected = Numbers::I32((0..120).map(|i| i / 7).collect());
        assert_eq!(lzf.numbers().unwrap().real, expected, "{name}");
    }
}

#[test]
fn a_neighbor_that_cannot_be_read_does_not_hide_a_dataset() {
    let folder = Folder::new();
    for name in LINKED {
        put(&folder, name);
        for path in ["/recon", "/soft", "/inner/plain"] {
            let (code, text) = import(&folder, &["--input", name, "--dataset", path]);
            assert_eq!(code, 0, "{name}{path}: {text}");
        }
        let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
        assert_eq!(scan.intensities()[[0, 2, 3, 0]], 11.0);
        for (path, why) in [
            ("/virtual", "a virtual dataset"),
            ("/gone", "a link to /nowhere, which is not there"),
            ("/other", "a link to /p in another file, parts.h5"),
            ("/absent", "there is no dataset /absent"),
        ] {
            let (code, text) = import(&folder, &["--input", name, "--dataset", path]);
            assert_eq!(code, 3);
            assert!(text.contains(why), "{name}{path}: {text}");
        }
        let report = inspect::inspect(&folder.join(name)).unwrap();
        let datasets = report.get("datasets").unwrap();
        assert!(
            datasets["/inner/virtual"]
                .as_str()
                .unwrap()
                .starts_with("not read: a virtual")
        );
        assert_eq!(datasets["/recon"], json!("2 x 3 x 4 uint8"));
    }
}

#[test]
fn labels_of_axes_and_the_size_of_elements_are_honored() {
    let folder = Folder::new();
    put(&folder, "linked.h5");
    let words = ["--input", "linked.h5", "--dataset", "labeled"];
    let (code, text) = import(&folder, &words);
    assert_eq!(code, 0, "{text}");
    let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
    // Axes z, y, x of 2, 3, 4 values of 3, 12, 24 µm.
    assert_eq!(scan.grid().shape(), [4, 3, 2]);
    assert_eq!(
        scan.grid().spacing(),
        Spacing::Millimetres([0.024, 0.012, 0.003])
    );
    assert_eq!(scan.intensities()[[1, 2, 1, 0]], 21.0);
    let given = ["--axes", "xyz", "--spacing-mm", "1,1,2"];
    let finished = RSOM_IO.run(
        &folder,
        [
            &["import", "hdf5", "--output", "s.nii.gz"],
            &words[..],
            &given,
        ]
        .concat(),
    );
    finished.expect_said(&["say zyx, but --axes xyz is used"]);
    let scan = read_scan(&folder.join("s.nii.gz")).unwrap();
    assert_eq!(scan.grid().spacing(), Spacing::Millimetres([1.0, 1.0, 2.0]));
}

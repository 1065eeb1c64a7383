//! NIfTI files that contradict themselves, or say what a reader may not expect: read with a note, or refused by name.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::PathBuf;

use rsom_formats::nifti::{
    Reading, read_doubts, read_grid, read_intent, read_labels, read_mask, read_scan,
    read_scan_with, summarize,
};
use rsom_testing::Folder;
use rsom_volume::Spacing;

use crate::common::{Nifti, gzip};

fn put(folder: &Folder, name: &str, bytes: &[u8]) -> PathBuf {
    folder.write(name, bytes);
    folder.join(name)
}

fn notes(nifti: &Nifti) -> Vec<String> {
    let folder = Folder::new();
    let path = put(&folder, "x.nii", &nifti.file());
    read_scan_with(&path, Reading::DEFAULT).unwrap().notes
}

fn doubts(nifti: &Nifti) -> Vec<String> {
    let folder = Folder::new();
    read_doubts(&put(&folder, "x.nii", &nifti.file())).unwrap()
}

fn doubles(values: &[f64]) -> Nifti {
    let data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    Nifti::new(&[values.len() as i64, 1, 1], 64, 64, data)
}

#[test]
fn what_single_precision_changes_is_noted() {
    let data = [16_777_217_i32, 5]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let integers = Nifti::new(&[2, 1, 1], 8, 32, data);
    assert_eq!(
        notes(&integers),
        ["1 integers are rounded to single precision (24 bits)"]
    );
    let small = doubles(&[1e-300, 0.1]);
    assert_eq!(
        notes(&small),
        ["1 values are too small for single precision and become 0"]
    );
    assert_eq!(notes(&doubles(&[0.1, 0.2])), Vec::<String>::new());
}

#[test]
fn values_too_large_for_single_precision_are_not_called_infinite() {
    let folder = Folder::new();
    let path = put(&folder, "x.nii", &doubles(&[1e300, 1.0]).file());
    let error = read_scan(&path).unwrap_err().to_string();
    assert!(
        error.contains("1 voxels, such as 1e300, are outside single precision"),
        "{error}"
    );
    let path = put(&folder, "y.nii", &doubles(&[f64::INFINITY, 1.0]).file());
    let error = read_scan(&path).unwrap_err().to_string();
    assert!(error.contains("0 voxels are NaN and 1 infinite"), "{error}");
    let path = put(&folder, "z.nii", &doubles(&[1e-300, 0.0]).file());
    let error = read_mask(&path).unwrap_err().to_string();
    assert!(error.starts_with("1e-300 is no value of a mask"), "{error}");
}

#[test]
fn a_large_label_is_shown_as_it_is_stored() {
    let folder = Folder::new();
    let label = 9_007_199_254_740_993_u64;
    let nifti = Nifti::new(&[1, 1, 1], 1280, 64, label.to_le_bytes().to_vec());
    let error = read_labels(&put(&folder, "x.nii", &nifti.file())).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("9007199254740993 is not a label"),
        "{error}"
    );
}

#[test]
fn bytes_behind_compressed_data_are_left_out_and_zeros_are_padding() {
    let folder = Folder::new();
    let packed = gzip(&Nifti::bytes(&[2, 3, 4]).file());
    let read = |name: &str, tail: &[u8]| {
        let path = put(&folder, name, &[&packed[..], tail].concat());
        read_scan_with(&path, Reading::DEFAULT).unwrap()
    };
    let padded = read("a.nii.gz", &[0; 512]);
    assert_eq!(padded.volume.intensities()[[1, 2, 3, 0]], 23.0);
    assert_eq!(padded.notes.len(), 0);
    let other = read("b.nii.gz", b"garbage");
    assert_eq!(other.volume.intensities()[[1, 2, 3, 0]], 23.0);
    assert!(
        other.notes[0].contains("behind its compressed data"),
        "{:?}",
        other.notes
    );
    let whole = Nifti::bytes(&[2, 3, 4]).file();
    let members = [gzip(&whole[..360]), gzip(&whole[360..]), vec![0]].concat();
    let scan = read_scan(&put(&folder, "c.nii.gz", &members)).unwrap();
    assert_eq!(scan.intensities()[[1, 2, 3, 0]], 23.0);
}

#[test]
fn labels_read_as_intensities_are_noted_and_the_intent_is_told() {
    let mut nifti = Nifti::bytes(&[2, 2, 2]);
    nifti.intent = 1002;
    assert!(
        notes(&nifti)[0].contains("labels (intent_code 1002)"),
        "{:?}",
        notes(&nifti)
    );
    let folder = Folder::new();
    let mut told = |intent| {
        nifti.intent = intent;
        read_intent(&put(&folder, "x.nii", &nifti.file())).unwrap()
    };
    assert_eq!(told(1002).unwrap(), "1002 (labels)");
    assert_eq!(
        told(1007).unwrap(),
        "1007 (vectors; such values are not read)"
    );
    assert_eq!(told(0), None);
}

#[test]
fn channels_of_colors_have_their_names() {
    let folder = Folder::new();
    let mut nifti = Nifti::bytes(&[2, 2, 2, 1, 3]);
    nifti.intent = 2003;
    let scan = read_scan(&put(&folder, "x.nii", &nifti.file())).unwrap();
    assert_eq!(scan.channels(), ["R", "G", "B"]);
}

#[test]
fn an_sform_and_a_qform_that_disagree_are_one_doubt() {
    let mut nifti = Nifti::bytes(&[2, 2, 2]);
    nifti.pixdim[1..4].copy_from_slice(&[0.5; 3]);
    nifti.srow = [0.5, 0., 0., 0., 0., 0.5, 0., 0., 0., 0., -0.5, 0.];
    // A half turn around x: y and z are flipped.
    nifti.quaternion = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    nifti.qform_code = 1;
    let said = doubts(&nifti);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("by the sform the axes are RAI, by the qform RPI"),
        "{said:?}"
    );
    nifti.pixdim[0] = -1.0;
    nifti.quaternion = [0.0; 6];
    assert_eq!(doubts(&nifti), Vec::<String>::new());
}

#[test]
fn a_form_that_is_none_gives_way_to_the_other_one_with_a_doubt() {
    let folder = Folder::new();
    let mut nifti = Nifti::bytes(&[2, 2, 2]);
    nifti.srow = [0.0; 12];
    nifti.qform_code = 1;
    nifti.pixdim[0] = -1.0;
    let path = put(&folder, "x.nii", &nifti.file());
    let grid = read_grid(&path).unwrap();
    assert_eq!(grid.affine()[2], [0.0, 0.0, -2.0, 0.0]);
    assert!(
        doubts(&nifti)[0].contains("its sform is unusable"),
        "{:?}",
        doubts(&nifti)
    );
    nifti.srow = [f64::NAN; 12];
    nifti.quaternion = [f64::NAN; 6];
    let path = put(&folder, "y.nii", &nifti.file());
    let grid = read_grid(&path).unwrap();
    assert_eq!(grid.spacing(), Spacing::Millimetres([2.0; 3]));
    let said = doubts(&nifti);
    assert!(
        said[0].contains("sform and qform are unusable") && said[0].contains("voxel size alone"),
        "{said:?}"
    );
}

#[test]
fn a_size_in_a_wrong_unit_shows_in_the_field_of_view() {
    let mut nifti = Nifti::bytes(&[20, 1, 3]);
    // Micrometers that are said to be millimeters.
    nifti.pixdim[1..4].copy_from_slice(&[12.0, 12.0, 3.0]);
    nifti.srow = [12., 0., 0., 0., 0., 12., 0., 0., 0., 0., -3., 0.];
    assert!(
        doubts(&nifti)[0].contains("a field of view of 240 × 12 × 9 mm"),
        "{:?}",
        doubts(&nifti)
    );
    nifti.units = 3;
    assert_eq!(doubts(&nifti), Vec::<String>::new());
}

#[test]
fn pairs_with_capital_endings_are_found() {
    let folder = Folder::new();
    let mut nifti = Nifti::bytes(&[2, 3, 4]);
    nifti.magic = b"ni1\0".to_vec();
    nifti.vox_offset = 0.0;
    let header = put(&folder, "P.HDR", &nifti.header());
    let image = put(&folder, "P.IMG", &nifti.data);
    for path in [header, image] {
        let scan = read_scan(&path).unwrap();
        assert_eq!(scan.intensities()[[1, 2, 3, 0]], 23.0);
    }
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    let folder = Folder::new();
    let error = read_scan(&put(&folder, "x.nii.gz", b"")).unwrap_err();
    assert_eq!(error.to_string(), "the file is empty");
}

#[test]
fn few_scaled_labels_are_listed() {
    let folder = Folder::new();
    let mut nifti = Nifti::bytes(&[3, 1, 1]);
    nifti.slope = 2.0;
    let summary = summarize(&put(&folder, "x.nii", &nifti.file())).unwrap();
    assert_eq!(
        summary.labels.unwrap().into_iter().collect::<Vec<_>>(),
        [0, 2, 4]
    );
}

//! Every fault of a NIfTI file gives its own clear line, and none a panic.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use proptest::prelude::*;
use rsom_formats::nifti::{
    Limits, Reading, read_doubts, read_labels, read_mask, read_mask_with, read_scan, read_scan_with,
};
use rsom_testing::Folder;

use crate::common::{Nifti, gzip};

/// Writes the bytes under a name and reads them as a scan.
fn fault_of(name: &str, bytes: &[u8]) -> String {
    let folder = Folder::new();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    read_scan(&path).unwrap_err().to_string()
}

fn expect(nifti: &Nifti, fault: &str) {
    let message = fault_of("x.nii", &nifti.file());
    assert!(message.contains(fault), "{message}\nlacks\n{fault}");
    assert!(!message.contains('\n'));
}

/// Labels 0 to 3 in 16 bits with the slope and intercept that nibabel 5.3 writes for them.
fn scaled_labels(slope: f64, intercept: f64) -> Nifti {
    let stored = (0..4).map(|label| (label * 21845 - 32768) as i16);
    let data = stored.flat_map(i16::to_le_bytes).collect();
    let mut nifti = Nifti::new(&[4, 1, 1], 4, 16, data);
    (nifti.slope, nifti.intercept) = (slope, intercept);
    nifti
}

#[test]
fn labels_stored_with_a_slope_are_whole_up_to_its_precision() {
    let folder = Folder::new();
    let path = folder.join("l.nii");
    let labels = |nifti: &Nifti| {
        std::fs::write(&path, nifti.file()).unwrap();
        read_labels(&path).map(|labels| labels.labels().iter().copied().collect::<Vec<i32>>())
    };
    let exact = 3.0 / 65535.0;
    for factor in [1.0, 10.0, 1000.0] {
        let nifti = scaled_labels(exact * factor, (1.5 + exact / 2.0) * factor);
        let expected = [0, 1, 2, 3].map(|label| label * factor as i32);
        assert_eq!(labels(&nifti).unwrap(), expected, "{factor}");
        assert_eq!(labels(&nifti.version_2()).unwrap(), expected, "{factor}");
    }
    let error = labels(&scaled_labels(exact / 2.0, 0.75 + exact / 4.0))
        .unwrap_err()
        .to_string();
    let named = [
        "0.49999",
        "stored -10923",
        "scl_slope 0.0000228",
        "scl_inter 0.750011",
    ];
    assert!(named.iter().all(|word| error.contains(word)), "{error}");
}

#[test]
fn the_zero_of_a_mask_stored_with_a_slope_is_zero() {
    let folder = Folder::new();
    let path = folder.join("m.nii");
    let data = [-32768_i16, 32767]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let mut nifti = Nifti::new(&[2, 1, 1], 4, 16, data);
    // As nibabel 5.3 stores 0 and 1; in single precision the zero comes back as 7e-9.
    (nifti.slope, nifti.intercept) = (1.0 / 65535.0, 32768.0 / 65535.0);
    std::fs::write(&path, nifti.file()).unwrap();
    assert_eq!(read_mask(&path).unwrap().count(), 1);
}

#[test]
fn values_that_are_no_intensities_are_refused_or_doubted() {
    // Depth points to inferior, so that nothing else is doubted.
    let plain = |shape: &[i64]| Nifti::bytes(shape).clone_with(|n| n.srow[10] = -2.0);
    let with = |intent| plain(&[2, 2, 2]).clone_with(|n| n.intent = intent);
    for (intent, name) in [
        (1005, "symmetric matrix"),
        (1006, "displacement"),
        (1007, "vectors"),
        (1010, "quaternions"),
    ] {
        expect(&with(intent), name);
        expect(&with(intent).version_2(), name);
    }
    let folder = Folder::new();
    let path = folder.join("x.nii");
    let doubts = |nifti: &Nifti| {
        std::fs::write(&path, nifti.file()).unwrap();
        read_doubts(&path).unwrap().join("; ")
    };
    assert!(doubts(&with(3)).contains("a statistic (intent_code 3)"));
    assert_eq!(doubts(&with(1002)), "");
    let series = plain(&[2, 2, 2, 3]);
    assert!(doubts(&series.clone_with(|n| n.units = 10)).contains("3 time points"));
    assert!(doubts(&series.clone_with(|n| n.units = 0)).contains("mm is assumed"));
    assert_eq!(doubts(&series), "");
}

#[test]
fn another_voxel_size_stands_in_for_none() {
    let folder = Folder::new();
    let path = folder.join("x.nii");
    for size in [0.0, -2.0, f64::NAN] {
        let nifti = Nifti::bytes(&[2, 2, 2]).clone_with(|n| n.pixdim[2] = size);
        expect(&nifti, "convert --spacing-mm");
        let binary = Nifti {
            data: vec![1; 8],
            ..nifti
        };
        std::fs::write(&path, binary.file()).unwrap();
        let reading = Reading {
            spacing_mm: Some([1.0, 2.0, 3.0]),
            ..Reading::DEFAULT
        };
        let spacing = rsom_volume::Spacing::Millimetres([1.0, 2.0, 3.0]);
        assert_eq!(
            read_mask_with(&path, reading)
                .unwrap()
                .volume
                .grid()
                .spacing(),
            spacing
        );
        assert_eq!(
            read_scan_with(&path, reading)
                .unwrap()
                .volume
                .grid()
                .spacing(),
            spacing
        );
    }
}

#[test]
fn headers_that_lie_are_refused() {
    let good = || Nifti::bytes(&[4, 3, 2]);
    let with = |change: fn(&mut Nifti)| {
        let mut nifti = good();
        change(&mut nifti);
        nifti
    };
    expect(&with(|n| n.magic = b"xyz\0".to_vec()), "magic \"xyz\"");
    expect(&with(|n| n.magic = vec![0; 4]), "Analyze 7.5");
    expect(&with(|n| n.dim[0] = 0), "dim[0] is 0");
    expect(&with(|n| n.dim[0] = 8), "dim[0]");
    expect(&with(|n| n.dim[1] = -1), "dim[1] is -1");
    expect(&with(|n| n.dim[2] = 0), "dim[2] is 0");
    expect(&with(|n| n.datatype = 77), "datatype 77 is unknown");
    expect(&with(|n| n.datatype = 1), "datatype 1 is unknown");
    expect(
        &with(|n| n.bitpix = 16),
        "bitpix is 16, but uint8 has 8 bits",
    );
    expect(&with(|n| n.bitpix = -8), "bitpix is -8");
    expect(&with(|n| n.pixdim[2] = 0.0), "pixdim[2] is 0");
    expect(&with(|n| n.pixdim[3] = -2.0), "pixdim[3] is -2");
    expect(&with(|n| n.pixdim[1] = f64::NAN), "pixdim[1] is NaN");
    expect(&with(|n| n.vox_offset = 0.0), "vox_offset is 0");
    expect(&with(|n| n.vox_offset = f64::NAN), "vox_offset is NaN");
    expect(&with(|n| n.vox_offset = 352.5), "vox_offset is 352.5");
    expect(&with(|n| n.vox_offset = 1e30), "vox_offset is");
    expect(
        &with(|n| (n.slope, n.intercept) = (2.0, f64::NAN)),
        "scl_inter is NaN",
    );
    expect(
        &with(|n| n.dim = [5, 2, 1, 1, 2, 3, 1, 1]),
        "two axes beyond space",
    );
    expect(&with(|n| (n.datatype, n.bitpix) = (32, 64)), "truncated");
    expect(
        &good().version_2().clone_with(|n| n.magic[4] = b'\n'),
        "transferred as text",
    );
}

impl Nifti {
    fn clone_with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }
}

#[test]
fn complex_and_extended_numbers_are_refused_by_name() {
    for (datatype, bitpix, name) in [
        (32, 64, "complex64"),
        (1792, 128, "complex128"),
        (2048, 256, "complex256"),
        (1536, 128, "float128"),
    ] {
        let data = vec![0; 2 * bitpix as usize / 8];
        expect(&Nifti::new(&[2], datatype, bitpix, data), name);
    }
}

#[test]
fn truncated_voxels_are_refused_with_both_sizes() {
    let file = Nifti::bytes(&[4, 3, 2]).file();
    let message = fault_of("x.nii", &file[..file.len() - 5]);
    assert!(
        message.contains("states 376 bytes, but the file has 371"),
        "{message}"
    );
    let short = gzip(&file[..file.len() - 5]);
    let message = fault_of("x.nii.gz", &short);
    assert!(
        message.contains("end after 19 of 24 bytes; it is truncated"),
        "{message}"
    );
    let whole = gzip(&file);
    for cut in 1..whole.len() {
        fault_of("x.nii.gz", &whole[..whole.len() - cut]);
    }
    for cut in [1, 4, 347] {
        let message = fault_of("x.nii", &file[..cut]);
        assert!(message.contains("too short for a header"), "{message}");
    }
}

#[test]
fn a_wrong_checksum_is_found() {
    let mut file = gzip(&Nifti::bytes(&[4, 3, 2]).file());
    let crc = file.len() - 8;
    file[crc] ^= 1;
    let message = fault_of("x.nii.gz", &file);
    assert!(message.contains("corrupt"), "{message}");
}

#[test]
fn extents_that_no_file_of_that_size_can_hold_are_refused_before_anything_is_allocated() {
    let mut nifti = Nifti::bytes(&[4, 3, 2]);
    nifti.dim = [3, 1000, 1000, 1000, 1, 1, 1, 1];
    expect(&nifti, "states 1000000352 bytes");
    let message = fault_of("x.nii.gz", &gzip(&nifti.file()));
    assert!(message.contains("states 1000000352 bytes"), "{message}");
    nifti.dim = [4, 32767, 32767, 32767, 32767, 1, 1, 1];
    expect(&nifti, "values exceed the limit of 2147483648");
}

#[test]
fn the_limit_is_the_callers() {
    let folder = Folder::new();
    let path = folder.join("x.nii");
    std::fs::write(&path, Nifti::bytes(&[4, 3, 2]).file()).unwrap();
    let with = |voxels| Reading {
        limits: Limits { voxels },
        ..Reading::DEFAULT
    };
    assert!(read_scan_with(&path, with(24)).is_ok());
    let error = read_scan_with(&path, with(23)).unwrap_err();
    assert_eq!(error.to_string(), "24 values exceed the limit of 23");
}

#[test]
fn nan_and_infinite_voxels_are_counted_and_kept_only_on_request() {
    let values = [1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let nifti = Nifti::new(&[4], 16, 32, data);
    expect(&nifti, "1 voxels are NaN and 2 infinite");
    let folder = Folder::new();
    let path = folder.join("x.nii");
    std::fs::write(&path, nifti.file()).unwrap();
    let keep = Reading {
        keep_non_finite: true,
        ..Reading::DEFAULT
    };
    let scan = read_scan_with(&path, keep).unwrap().volume;
    assert!(scan.intensities()[[1, 0, 0, 0]].is_nan());
    assert!(read_mask(&path).unwrap_err().to_string().contains("NaN"));
    assert!(read_labels(&path).is_err());
}

#[test]
fn a_mask_holds_one_value_beside_zero() {
    let folder = Folder::new();
    let path = folder.join("m.nii");
    let write =
        |data: &[u8]| std::fs::write(&path, Nifti::new(&[4], 2, 8, data.into()).file()).unwrap();
    write(&[0, 255, 0, 255]);
    assert_eq!(read_mask(&path).unwrap().count(), 2);
    write(&[0; 4]);
    assert_eq!(read_mask(&path).unwrap().count(), 0);
    write(&[0, 3, 1, 3]);
    assert_eq!(
        read_mask(&path).unwrap_err().to_string(),
        "it is not a binary mask: in addition to 0 it has the values 1, 3; read it as labels, or set all but one of them to 0 first"
    );
    std::fs::write(&path, Nifti::bytes(&[2, 2, 1, 2]).file()).unwrap();
    assert!(
        read_mask(&path)
            .unwrap_err()
            .to_string()
            .contains("one channel")
    );
}

#[test]
fn labels_are_integers_and_exact() {
    let folder = Folder::new();
    let path = folder.join("l.nii");
    // Beyond 2²⁴ single precision would round.
    let labels = [0, 16_777_217, -5, i32::MAX];
    let data = labels.iter().flat_map(|v| v.to_le_bytes()).collect();
    std::fs::write(&path, Nifti::new(&[4], 8, 32, data).file()).unwrap();
    let read = read_labels(&path).unwrap();
    assert_eq!(read.labels().iter().copied().collect::<Vec<_>>(), labels);
    let data = [0.0_f32, 1.5]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    std::fs::write(&path, Nifti::new(&[2], 16, 32, data).file()).unwrap();
    assert!(
        read_labels(&path)
            .unwrap_err()
            .to_string()
            .contains("1.5 is not a label")
    );
    let data = [0_i64, 1 << 40]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    std::fs::write(&path, Nifti::new(&[2], 1024, 64, data).file()).unwrap();
    assert!(
        read_labels(&path)
            .unwrap_err()
            .to_string()
            .contains("1099511627776")
    );
}

#[test]
fn a_header_without_its_image_names_what_is_missing() {
    let mut nifti = Nifti::bytes(&[4, 3, 2]);
    nifti.magic = b"ni1\0".to_vec();
    let message = fault_of("x.hdr", &nifti.header());
    assert!(
        message.contains("x.img or x.img.gz, is missing"),
        "{message}"
    );
    let message = fault_of("x.img", &[0; 24]);
    assert!(
        message.contains("x.hdr or x.hdr.gz, is missing"),
        "{message}"
    );
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused(at in 0_usize..376, byte: u8, compressed: bool, cut in 0_usize..400) {
        let mut file = Nifti::bytes(&[4, 3, 2]).file();
        file[at] = byte;
        file.truncate(file.len() - cut.min(file.len()) / 8);
        let (name, bytes) = if compressed { ("x.nii.gz", gzip(&file)) } else { ("x.nii", file) };
        let folder = Folder::new();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        if let Ok(scan) = read_scan(&path) {
            prop_assert!(scan.intensities().iter().all(|v| v.is_finite()));
        }
        let _ = (read_mask(&path), read_labels(&path));
    }

    #[test]
    fn a_damaged_compressed_stream_is_read_or_refused(at in 0.0..1.0_f64, byte: u8) {
        let mut file = gzip(&Nifti::bytes(&[4, 3, 2]).file());
        let at = (at * file.len() as f64) as usize;
        file[at] = byte;
        let folder = Folder::new();
        let path = folder.join("x.nii.gz");
        std::fs::write(&path, file).unwrap();
        let _ = read_scan(&path);
    }
}

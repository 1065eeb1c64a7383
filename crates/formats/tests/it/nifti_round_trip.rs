//! What NIfTI files hold comes out, whatever their version, byte order and type; what is written comes back.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use ndarray::{Array3, Array4};
use proptest::prelude::*;
use rsom_formats::nifti::{
    Storage, read_grid, read_header, read_labels, read_mask, read_scan, write_labels, write_mask,
    write_scan,
};
use rsom_testing::{Folder, shared};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};

use crate::common::{Nifti, gzip};

fn in_folder(name: &str, bytes: &[u8]) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// The bytes of small integers 0, 1, 2, … in a NIfTI type.
fn ramp(datatype: i16, count: usize, big: bool) -> (i16, Vec<u8>) {
    fn all<const N: usize>(values: impl Iterator<Item = [u8; N]>, big: bool) -> (i16, Vec<u8>) {
        let ordered = values.map(|mut v| {
            if big {
                v.reverse();
            }
            v
        });
        (8 * N as i16, ordered.flatten().collect())
    }
    let n = 0..count;
    match datatype {
        2 => all(n.map(|i| (i as u8).to_le_bytes()), big),
        256 => all(n.map(|i| (i as i8).to_le_bytes()), big),
        512 => all(n.map(|i| (i as u16).to_le_bytes()), big),
        4 => all(n.map(|i| (i as i16).to_le_bytes()), big),
        768 => all(n.map(|i| (i as u32).to_le_bytes()), big),
        8 => all(n.map(|i| (i as i32).to_le_bytes()), big),
        1280 => all(n.map(|i| (i as u64).to_le_bytes()), big),
        1024 => all(n.map(|i| (i as i64).to_le_bytes()), big),
        16 => all(n.map(|i| (i as f32).to_le_bytes()), big),
        _ => all(n.map(|i| (i as f64).to_le_bytes()), big),
    }
}

proptest! {
    #[test]
    fn every_type_order_version_and_shape_reads_right(
        datatype in prop::sample::select(vec![2_i16, 256, 512, 4, 768, 8, 1280, 1024, 16, 64]),
        big: bool, second: bool, compressed: bool, gap in 0_usize..3,
        shape in (1_i64..5, 1_i64..5, 1_i64..4, 1_i64..3),
    ) {
        let shape = [shape.0, shape.1, shape.2, shape.3];
        let count = shape.iter().product::<i64>() as usize;
        let (bitpix, data) = ramp(datatype, count, big);
        let mut nifti = Nifti::new(&shape, datatype, bitpix, data);
        if second { nifti = nifti.version_2(); }
        nifti.big_endian = big;
        nifti.vox_offset += 16.0 * gap as f64;
        let bytes = if compressed { gzip(&nifti.file()) } else { nifti.file() };
        let (_folder, path) = in_folder("x.nii", &bytes);
        let scan = read_scan(&path).unwrap();
        let [nx, ny, nz, nc] = shape.map(|n| n as usize);
        prop_assert_eq!(scan.intensities().dim(), (nx, ny, nz, nc));
        // The standard: x varies fastest, then y, z, and the fourth axis.
        for ((x, y, z, c), value) in scan.intensities().indexed_iter() {
            prop_assert_eq!(*value, (x + nx * (y + ny * (z + nz * c))) as f32);
        }
        prop_assert!(scan.intensities().is_standard_layout());
        prop_assert_eq!(scan.grid().spacing(), Spacing::Millimetres([2.0; 3]));
        prop_assert_eq!(scan.grid().affine()[2], [0.0, 0.0, 2.0, -3.0]);
        if nc == 1 {
            let labels = read_labels(&path).unwrap();
            let whole = labels.labels().mapv(|v| v as f32);
            prop_assert_eq!(whole, scan.channel(0).unwrap().to_owned());
        }
    }

    #[test]
    fn a_written_scan_comes_back(
        shape in (1_usize..6, 1_usize..6, 1_usize..40, 1_usize..3),
        compressed: bool, seed: u32,
    ) {
        let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) ^ seed) as f32 / 7.0;
        let count = shape.0 * shape.1 * shape.2 * shape.3;
        let array = Array4::from_shape_vec(shape, (0..count).map(value).collect()).unwrap();
        let grid = Grid::new([shape.0, shape.1, shape.2], Spacing::RSOM).unwrap();
        let names = (0..shape.3).map(|c| format!("c{c}")).collect();
        let scan = Scan::new(grid, names, array).unwrap();
        let folder = Folder::new();
        let path = folder.join(if compressed { "vol.v2.nii.gz" } else { "vol.v2.nii" });
        write_scan(&path, &scan, Storage::Float32).unwrap();
        let read = read_scan(&path).unwrap();
        prop_assert_eq!(read.intensities(), scan.intensities());
        prop_assert_eq!(read.grid().spacing(), Spacing::RSOM);
        prop_assert!(read.grid().require_same(scan.grid()).is_ok());
        let again = folder.join("again.nii.gz");
        write_scan(&again, &scan, Storage::Float32).unwrap();
        if compressed {
            prop_assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&again).unwrap());
        }
    }

    #[test]
    fn written_labels_and_masks_come_back_exactly(
        labels in prop::collection::vec(any::<i32>(), 24), shift in 0_u32..31,
    ) {
        let labels: Vec<i32> = labels.iter().map(|v| v >> shift).collect();
        let grid = Grid::new([2, 3, 4], Spacing::Unknown).unwrap();
        let array = Array3::from_shape_vec((2, 3, 4), labels).unwrap();
        let map = LabelMap::new(grid.clone(), array, BTreeMap::new()).unwrap();
        let folder = Folder::new();
        let path = folder.join("l.nii.gz");
        write_labels(&path, &map).unwrap();
        prop_assert_eq!(&read_labels(&path).unwrap(), &map);
        let mask = Mask::new(grid, map.labels().mapv(|v| v & 1 == 1)).unwrap();
        write_mask(&path, &mask).unwrap();
        prop_assert_eq!(read_mask(&path).unwrap(), mask);
    }

    #[test]
    fn a_rotation_survives_as_a_quaternion(
        b in -1.0..1.0_f64, c in -1.0..1.0_f64, d in -1.0..1.0_f64, flip: bool,
    ) {
        let length = (b * b + c * c + d * d).sqrt();
        prop_assume!(length > 1e-3);
        // Inside the unit ball, so that the real part is real.
        let q = [b, c, d].map(|v| v * 0.99 / length.max(1.0));
        let mut nifti = Nifti::bytes(&[2, 2, 2]);
        nifti.sform_code = 0;
        nifti.qform_code = 1;
        nifti.pixdim[..4].copy_from_slice(&[if flip { -1.0 } else { 1.0 }, 0.5, 2.0, 3.0]);
        nifti.quaternion = [q[0], q[1], q[2], 7.0, 8.0, 9.0];
        let (_folder, path) = in_folder("x.nii", &nifti.file());
        let scan = read_scan(&path).unwrap();
        let again = path.with_file_name("again.nii");
        write_scan(&again, &scan, Storage::Uint8).unwrap();
        let header = read_header(&again).unwrap();
        prop_assert_eq!(header.qform_code, 1);
        prop_assert_eq!(header.pixdim[0] < 0.0, flip);
        for i in 0..3 {
            prop_assert!((header.quaternion[i] - q[i]).abs() < 1e-3, "{:?} {:?}", header.quaternion, q);
        }
    }
}

#[test]
fn an_unknown_spacing_stays_unknown_and_one_millimetre_stays_known() {
    for spacing in [Spacing::Unknown, Spacing::Millimetres([1.0; 3])] {
        let grid = Grid::new([2, 2, 2], spacing).unwrap();
        let mask = Mask::new(grid, Array3::default((2, 2, 2))).unwrap();
        let folder = Folder::new();
        let path = folder.join("m.nii.gz");
        write_mask(&path, &mask).unwrap();
        assert_eq!(read_grid(&path).unwrap().spacing(), spacing);
    }
}

#[test]
fn units_are_honored() {
    for (unit, factor) in [(0, 1.0), (2, 1.0), (3, 0.001), (1, 1000.0), (2 | 8, 1.0)] {
        let mut nifti = Nifti::bytes(&[2, 2, 2]);
        nifti.units = unit;
        let (_folder, path) = in_folder("x.nii", &nifti.file());
        let grid = read_grid(&path).unwrap();
        let Spacing::Millimetres(mm) = grid.spacing() else {
            panic!("unit {unit} is unknown")
        };
        assert_eq!(mm, [2.0 * factor; 3]);
        assert_eq!(grid.affine()[0][3], -factor);
    }
}

#[test]
fn the_sform_wins_over_the_qform_and_both_over_the_voxel_size() {
    let mut nifti = Nifti::bytes(&[2, 2, 2]);
    nifti.qform_code = 1;
    // Half a turn about x.
    nifti.quaternion = [1.0, 0.0, 0.0, 5.0, 6.0, 7.0];
    let affine = |nifti: &Nifti| {
        let (_folder, path) = in_folder("x.nii", &nifti.file());
        *read_grid(&path).unwrap().affine()
    };
    assert_eq!(affine(&nifti)[0], [2.0, 0.0, 0.0, -1.0]);
    nifti.sform_code = 0;
    assert_eq!(affine(&nifti)[2], [0.0, 0.0, -2.0, 7.0]);
    nifti.qform_code = 0;
    assert_eq!(affine(&nifti)[2], [0.0, 0.0, 2.0, 0.0]);
}

#[test]
fn slope_and_intercept_apply_unless_the_slope_is_zero_or_nan() {
    for (slope, intercept, expected) in [
        (2.0, -1.0, 5.0),
        (0.0, 9.0, 3.0),
        (f64::NAN, f64::NAN, 3.0),
        (1.0, 0.0, 3.0),
    ] {
        let mut nifti = Nifti::bytes(&[4]);
        (nifti.slope, nifti.intercept) = (slope, intercept);
        let (_folder, path) = in_folder("x.nii", &nifti.file());
        assert_eq!(
            read_scan(&path).unwrap().intensities()[[3, 0, 0, 0]],
            expected
        );
    }
}

#[test]
fn colors_are_channels() {
    for (datatype, bitpix, names) in [(128, 24, "RGB"), (2304, 32, "RGBA")] {
        let data: Vec<u8> = (0..2 * bitpix as u8 / 8).collect();
        let nifti = Nifti::new(&[2, 1, 1], datatype, bitpix, data);
        let (_folder, path) = in_folder("x.nii", &nifti.file());
        let scan = read_scan(&path).unwrap();
        assert_eq!(scan.channels().concat(), names);
        assert_eq!(scan.intensities()[[1, 0, 0, 2]], names.len() as f32 + 2.0);
    }
}

#[test]
fn a_pair_reads_from_either_of_its_files_compressed_or_not() {
    let mut nifti = Nifti::bytes(&[4, 3, 2]);
    nifti.magic = b"ni1\0".to_vec();
    nifti.vox_offset = 0.0;
    let (folder, header) = in_folder("x.hdr", &nifti.header());
    let image = folder.join("x.img.gz");
    std::fs::write(&image, gzip(&nifti.data)).unwrap();
    for path in [header, image] {
        assert_eq!(read_scan(&path).unwrap().intensities()[[3, 2, 1, 0]], 23.0);
    }
}

#[test]
fn an_intensity_that_would_change_is_not_stored() {
    let folder = Folder::new();
    let path = folder.join("x.nii");
    let scan = |value: f32| {
        let grid = Grid::new([1, 1, 1], Spacing::Unknown).unwrap();
        Scan::new(
            grid,
            vec!["a".into()],
            Array4::from_elem((1, 1, 1, 1), value),
        )
        .unwrap()
    };
    for (value, storage) in [
        (256.0, Storage::Uint8),
        (0.5, Storage::Uint16),
        (-1.0, Storage::Uint8),
    ] {
        let error = write_scan(&path, &scan(value), storage).unwrap_err();
        assert!(error.to_string().contains("without change"), "{error}");
    }
    let error = write_scan(&path, &scan(f32::NAN), Storage::Float32).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("1 voxels are NaN and 0 infinite; "),
        "{said}"
    );
    write_scan(&path, &scan(-32768.0), Storage::Int16).unwrap();
    assert_eq!(read_scan(&path).unwrap(), {
        let (grid, _, array) = scan(-32768.0).into_parts();
        Scan::new(grid, vec!["intensity".into()], array).unwrap()
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let grid = Grid::new([40, 40, 40], Spacing::Unknown).unwrap();
    let array = Array4::from_shape_fn((40, 40, 40, 1), |(x, y, z, _)| (x * y * z) as f32);
    let scan = Scan::new(grid, vec!["a".into()], array).unwrap();
    let folder = Folder::new();
    for name in ["x.nii", "x.nii.gz"] {
        // The device that is always full.
        std::os::unix::fs::symlink("/dev/full", folder.join(name)).unwrap();
        let error = write_scan(&folder.join(name), &scan, Storage::Float32).unwrap_err();
        let rsom_formats::FormatError::System(error) = error else {
            panic!("{error}");
        };
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }
}

#[test]
fn a_shear_is_kept_in_the_sform_and_not_in_the_qform() {
    let affine = [
        [2.0, 1.0, 0.0, 0.0],
        [0.0, 2.0, 0.0, 0.0],
        [0.0, 0.0, 2.0, 0.0],
    ];
    let grid = Grid::with_affine([2, 2, 2], Spacing::Millimetres([2.0; 3]), affine).unwrap();
    let mask = Mask::new(grid, Array3::default((2, 2, 2))).unwrap();
    let folder = Folder::new();
    let path = folder.join("m.nii.gz");
    write_mask(&path, &mask).unwrap();
    let header = read_header(&path).unwrap();
    assert_eq!((header.qform_code, header.sform_code), (0, 1));
    assert_eq!(read_mask(&path).unwrap(), mask);
}

#[test]
fn the_original_pipelines_files_read_as_they_are() {
    let Some(golden) = shared("golden/prep") else {
        return;
    };
    let scan = read_scan(&golden.join("layer_prep/R_20200102000001_EX0001_rgb.nii.gz")).unwrap();
    assert_eq!(scan.grid().shape(), [500, 17, 28]);
    assert_eq!(scan.channels().concat(), "RGB");
    assert_eq!(scan.grid().spacing(), Spacing::Unknown);
    let mask = read_mask(&golden.join("layer_mask/R_20200102000001_EX0001_pred.nii.gz")).unwrap();
    assert_eq!(mask.grid(), scan.grid());
}

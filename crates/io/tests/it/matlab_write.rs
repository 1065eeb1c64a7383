//! MATLAB files that we write: read back, and what is refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use ndarray::{Array2, Array3};
use proptest::prelude::*;
use rsom_formats::matlab::{self, MatFile, NewArray, NewNumbers, Numbers, Value};
use rsom_io::rsom_mat;
use rsom_testing::Folder;
use rsom_volume::{RawChannel, SkinSurface};

const LONGEST: &str = "a_name_of_63_letters_is_the_longest_one_that_matlab_takes_as_it";

fn array<'a>(name: &'a str, dims: &[usize], numbers: NewNumbers<'a>) -> NewArray<'a> {
    NewArray {
        name,
        dims: dims.to_vec(),
        numbers,
    }
}

/// Extents and numbers of a variable.
fn read(path: &Path, name: &str) -> (Vec<usize>, Numbers) {
    let file = MatFile::open(path).unwrap();
    match file.read(file.variable(name).unwrap()).unwrap() {
        Value::Numeric(array) => (array.dims, array.real),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(
        dims in prop::collection::vec(0_usize..5, 0..6),
        seed in any::<u64>(),
        compressed in any::<bool>(),
    ) {
        let count = dims.iter().product::<usize>();
        let bits = |i: usize| seed.wrapping_mul(2 * i as u64 + 1).rotate_left(i as u32);
        let finite = |v: f64| if v.is_finite() { v } else { 0.5 };
        let doubles: Vec<f64> = (0..count).map(|i| finite(f64::from_bits(bits(i)))).collect();
        let singles: Vec<f32> = doubles.iter().map(|v| finite(f64::from(*v as f32)) as f32).collect();
        let bytes: Vec<u8> = (0..count).map(|i| bits(i) as u8).collect();
        let folder = Folder::new();
        let path = folder.join("a.mat");
        let arrays = [
            array("d", &dims, NewNumbers::Double(&doubles)),
            array("singles_1", &dims, NewNumbers::Single(&singles)),
            array(LONGEST, &dims, NewNumbers::Uint8(&bytes)),
        ];
        matlab::write(&path, &arrays, compressed).unwrap();
        let mut extents = dims.clone();
        extents.resize(dims.len().max(2), 1);
        prop_assert_eq!(read(&path, "d"), (extents.clone(), Numbers::F64(doubles)));
        prop_assert_eq!(read(&path, "singles_1"), (extents.clone(), Numbers::F32(singles)));
        prop_assert_eq!(read(&path, LONGEST), (extents, Numbers::U8(bytes)));
        prop_assert_eq!(MatFile::open(&path).unwrap().variables().len(), 3);
    }
}

#[test]
fn a_file_is_laid_out_as_the_format_says() {
    let folder = Folder::new();
    let path = folder.join("a.mat");
    matlab::write(
        &path,
        &[array("ab", &[3], NewNumbers::Uint8(&[7, 8, 9]))],
        false,
    )
    .unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"MATLAB 5.0 MAT-file"));
    assert_eq!(bytes[124..128], [0, 1, b'I', b'M']);
    let words: Vec<u32> = bytes[128..]
        .chunks(4)
        .map(|word| u32::from_le_bytes(word.try_into().unwrap()))
        .collect();
    let name = u32::from_le_bytes(*b"ab\0\0");
    let data = u32::from_le_bytes([7, 8, 9, 0]);
    // Array of 64 bytes; flags: class uint8; extents 3 × 1; the name; three bytes and five of padding.
    let expected = [14, 64, 6, 8, 9, 0, 5, 8, 3, 1, 1, 2, name, 0, 2, 3, data, 0];
    assert_eq!(words, expected);
}

#[test]
fn what_matlab_would_not_take_is_refused() {
    let folder = Folder::new();
    let path = folder.join("a.mat");
    let one = NewNumbers::Double(&[1.0]);
    let long = "a".repeat(64);
    let many = [1; 65];
    for (arrays, says) in [
        (vec![array("1a", &[1], one)], "not a valid variable name"),
        (vec![array("", &[1], one)], "not a valid variable name"),
        (vec![array("a b", &[1], one)], "not a valid variable name"),
        (vec![array(&long, &[1], one)], "not a valid variable name"),
        (vec![array("a", &[1], one), array("a", &[1], one)], "twice"),
        (vec![array("a", &[2], one)], "not an array"),
        (vec![array("a", &[usize::MAX, 2], one)], "not an array"),
        (vec![array("a", &many, one)], "not an array"),
        (
            vec![array("a", &[1 << 31, 0], NewNumbers::Uint8(&[]))],
            "2 GiB",
        ),
    ] {
        let fault = matlab::write(&path, &arrays, false)
            .unwrap_err()
            .to_string();
        assert!(fault.contains(says), "{fault}");
        assert!(!path.exists());
    }
}

#[test]
fn raw_scans_come_back_in_their_precision() {
    let folder = Folder::new();
    let at = |(x, y, z): (usize, usize, usize)| (x * 20 + y * 5 + z) as f64 / 7.0;
    let doubles = RawChannel::Double(Array3::from_shape_fn((3, 4, 5), at));
    let singles = RawChannel::Single(Array3::from_shape_fn((3, 4, 5), |p| at(p) as f32));
    for (channel, compressed) in [
        (&doubles, false),
        (&doubles, true),
        (&singles, false),
        (&singles, true),
    ] {
        let path = folder.join("R_1_EX_LF.mat");
        rsom_mat::write_channel(&path, channel, compressed).unwrap();
        assert_eq!(rsom_mat::read_channel(&path).unwrap(), *channel);
        assert_eq!(read(&path, "R").0, [5, 4, 3]);
    }
    let surface = SkinSurface {
        heights: Array2::from_shape_fn((4, 6), |(x, y)| (x * 6 + y) as f64 / 3.0),
        step_mm: [0.05, 0.1 + 0.2],
    };
    let path = folder.join("Surf_1_.mat");
    rsom_mat::write_surface(&path, &surface).unwrap();
    assert_eq!(rsom_mat::read_surface(&path).unwrap(), surface);
    let nowhere = folder.join("Surf_1_.mat/below.mat");
    assert!(rsom_mat::write_surface(&nowhere, &surface).is_err());
}

//! MATLAB files, made up and real ones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests"
)]

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use rsom_formats::FormatError;
use rsom_formats::matlab::{MatFile, Numbers, Value};
use rsom_testing::shared;

/// A file of version 5 with one array of doubles, as MATLAB writes it.
fn version_5(name: &str, dims: &[i32], values: &[f64], big: bool, compressed: bool) -> Vec<u8> {
    let number = |v: &f64| {
        if big {
            v.to_be_bytes()
        } else {
            v.to_le_bytes()
        }
    };
    let data: Vec<u8> = values.iter().flat_map(number).collect();
    array_of_class(name, (6, 9), dims, &data, [big, compressed])
}

/// The same of an array of any class, with one element of any type as its content (none of type 0).
fn array_of_class(
    name: &str,
    (class, kind): (u32, u32),
    dims: &[i32],
    data: &[u8],
    [big, compressed]: [bool; 2],
) -> Vec<u8> {
    let u32s = |words: &[u32]| -> Vec<u8> {
        let bytes = |w: &u32| {
            if big {
                w.to_be_bytes()
            } else {
                w.to_le_bytes()
            }
        };
        words.iter().flat_map(bytes).collect()
    };
    let element = |kind: u32, mut data: Vec<u8>| {
        let mut bytes = u32s(&[kind, data.len() as u32]);
        data.resize(data.len().next_multiple_of(8), 0);
        bytes.extend(data);
        bytes
    };
    let dims: Vec<u32> = dims.iter().map(|d| d.cast_unsigned()).collect();
    let parts = [
        element(6, u32s(&[class, 0])),
        element(5, u32s(&dims)),
        element(1, name.as_bytes().to_vec()),
        match kind {
            0 => data.to_vec(),
            kind => element(kind, data.to_vec()),
        },
    ]
    .concat();
    let matrix = element(14, parts);
    let mut file = b"MATLAB 5.0 MAT-file, made up".to_vec();
    file.resize(124, b' ');
    file.extend(if big {
        [1, 0, b'M', b'I']
    } else {
        [0, 1, b'I', b'M']
    });
    if compressed {
        let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(3));
        packer.write_all(&matrix).unwrap();
        let packed = packer.finish().unwrap();
        file.extend(u32s(&[15, packed.len() as u32]));
        file.extend(packed);
    } else {
        file.extend(matrix);
    }
    file
}

/// A file of version 4 with one matrix of doubles.
fn version_4(name: &str, dims: [u32; 2], values: &[f64], big: bool) -> Vec<u8> {
    let kind = if big { 1000 } else { 0 };
    let words = [kind, dims[0], dims[1], 0, name.len() as u32 + 1];
    let mut file: Vec<u8> = words
        .iter()
        .flat_map(|w: &u32| {
            if big {
                w.to_be_bytes()
            } else {
                w.to_le_bytes()
            }
        })
        .collect();
    file.extend(name.as_bytes());
    file.push(0);
    let number = |v: &f64| {
        if big {
            v.to_be_bytes()
        } else {
            v.to_le_bytes()
        }
    };
    file.extend(values.iter().flat_map(number));
    file
}

/// All variables of a file with these bytes.
fn read(bytes: &[u8]) -> Result<Vec<(String, Value)>, FormatError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    read_all(file.path())
}

fn read_all(path: &Path) -> Result<Vec<(String, Value)>, FormatError> {
    let file = MatFile::open(path)?;
    let values = file.variables().iter();
    values
        .map(|v| Ok((v.name.clone(), file.read(v)?)))
        .collect()
}

fn doubles(value: &Value) -> Vec<f64> {
    match value {
        Value::Numeric(array) => array.real.clone().into_f64(),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(
        rows in 0..5_u32, columns in 0..5_u32, big: bool, kind in 0..3,
        numbers in proptest::collection::vec(-1e9_f64..1e9, 25),
    ) {
        let values = &numbers[..(rows * columns) as usize];
        let dims = [rows.cast_signed(), columns.cast_signed()];
        let bytes = match kind {
            0 => version_4("R", [rows, columns], values, big),
            kind => version_5("R", &dims, values, big, kind == 1),
        };
        let found = read(&bytes).unwrap();
        let [(name, value)] = found.as_slice() else { panic!("{found:?}") };
        prop_assert_eq!(name, "R");
        prop_assert_eq!(value.dims(), [rows as usize, columns as usize]);
        prop_assert_eq!(doubles(value), values);
    }

    #[test]
    fn a_damaged_file_is_an_error_or_another_value(
        place in 0..400_usize, byte: u8, kind in 0..3, cut: bool,
    ) {
        let values: Vec<f64> = (0..12).map(f64::from).collect();
        let mut bytes = match kind {
            0 => version_4("R", [3, 4], &values, false),
            kind => version_5("R", &[3, 4], &values, false, kind == 1),
        };
        let place = place % bytes.len();
        if cut {
            bytes.truncate(place);
            prop_assert!(place == 128 || read(&bytes).is_err(), "cut at {}", place);
        } else {
            bytes[place] = byte;
            let _ = read(&bytes);
        }
    }
}

#[test]
fn a_length_that_lies_takes_no_memory_and_names_its_byte() {
    let huge = version_5("R", &[i32::MAX, i32::MAX], &[1.0], false, false);
    let error = read(&huge).unwrap_err().to_string();
    assert!(
        error.contains("1 numbers for an array of 4611686014132420609"),
        "{error}"
    );
    let mut bytes = version_5("R", &[1, 2], &[1.0, 2.0], false, true);
    let end = bytes.len();
    bytes.truncate(end - 4);
    bytes[132..136].copy_from_slice(&((end - 140) as u32).to_le_bytes());
    let error = read(&bytes).unwrap_err().to_string();
    assert!(error.contains("compressed data at byte 136"), "{error}");
    let mut long = version_5("R", &[1, 2], &[1.0, 2.0], false, false);
    long[132..136].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = read(&long).unwrap_err().to_string();
    assert!(
        error.contains("at byte 136") && error.contains("4294967295"),
        "{error}"
    );
}

#[test]
fn arrays_that_take_no_room_in_the_file_are_counted() {
    let empty = [14_u32.to_le_bytes(), 0_u32.to_le_bytes()].concat();
    let count = 2_200_000;
    let cells = array_of_class(
        "R",
        (1, 0),
        &[1, count],
        &empty.repeat(count as usize),
        [false, true],
    );
    assert!(cells.len() < 1_000_000);
    let error = read(&cells).unwrap_err().to_string();
    assert!(error.contains("more than 2097152 arrays"), "{error}");
    // A sparse matrix of version 4 that says to be wider than memory: listed, but not read.
    let mut wide = version_4("S", [1, 3], &[1.0, 1e9, 0.0], false);
    wide[0] = 2;
    let error = read(&wide).unwrap_err().to_string();
    assert!(error.contains("too many columns"), "{error}");
}

#[test]
fn no_matlab_file_is_told_so() {
    for bytes in [&b"subject,scan\n1,2\n3,4\n5,6\n"[..], &[0; 4096]] {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.contains("not a MATLAB file"), "{error}");
    }
}

/// The folder of scipy's own test files, whose values scipy's documentation of them states.
const FORMATS: &str = "data/formats/mat-v5";

/// The variable of all files whose name begins so.
fn variables(folder: &Path, start: &str) -> Vec<(String, Value)> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path());
    let mut found = Vec::new();
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if file.starts_with(&format!("{start}_")) {
            let all = read_all(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
            found.extend(all.into_iter().map(|(_, value)| (file.clone(), value)));
        }
    }
    assert!(found.len() > 1, "{start}");
    found
}

#[test]
fn matlab_s_own_files_hold_what_they_are_said_to() {
    let Some(folder) = shared(FORMATS) else {
        return;
    };
    let theta: Vec<f64> = (0..9)
        .map(|i| f64::from(i) * std::f64::consts::FRAC_PI_4)
        .collect();
    for (file, value) in variables(&folder, "testdouble") {
        assert_eq!(doubles(&value), theta, "{file}");
    }
    for (file, value) in variables(&folder, "testcomplex") {
        let Value::Numeric(array) = &value else {
            panic!("{file}")
        };
        let imaginary = array.imaginary.clone().unwrap().into_f64();
        for (i, angle) in theta.iter().enumerate() {
            assert!(
                (array.real.get(i).unwrap() - angle.cos()).abs() < 1e-15,
                "{file}"
            );
            assert!((imaginary[i] - angle.sin()).abs() < 1e-15, "{file}");
        }
    }
    for (file, value) in variables(&folder, "test3dmatrix") {
        assert_eq!(value.dims(), [2, 3, 4], "{file}");
        let counted: Vec<f64> = (1..=24).map(f64::from).collect();
        assert_eq!(doubles(&value), counted, "{file}");
    }
    for (file, value) in variables(&folder, "testminus") {
        assert_eq!(doubles(&value), [-1.0], "{file}");
    }
}

#[test]
fn matrices_and_texts_hold_what_they_are_said_to() {
    let Some(folder) = shared(FORMATS) else {
        return;
    };
    // First row 1 to 5, first column 1 to 3, all else 0.
    let matrix: Vec<f64> = (0..15)
        .map(|i| (i % 3, i / 3))
        .map(|(row, column)| match (row, column) {
            (0, column) => f64::from(column + 1),
            (row, 0) => f64::from(row + 1),
            _ => 0.0,
        })
        .collect();
    for (file, value) in variables(&folder, "testmatrix") {
        assert_eq!(
            (value.dims(), doubles(&value)),
            (&[3, 5][..], matrix.clone()),
            "{file}"
        );
    }
    for (file, value) in variables(&folder, "testsparse") {
        let Value::Sparse(sparse) = &value else {
            panic!("{file}")
        };
        let mut dense = vec![0.0; 15];
        for column in 0..5 {
            for i in sparse.starts[column]..sparse.starts[column + 1] {
                dense[column * 3 + sparse.rows[i]] = sparse.real[i];
            }
        }
        assert_eq!(dense, matrix, "{file}");
    }
    for (file, value) in variables(&folder, "teststring") {
        let Value::Text(text) = &value else {
            panic!("{file}")
        };
        assert_eq!(
            text.rows(),
            ["\"Do nine men interpret?\" \"Nine men,\" I nod."],
            "{file}"
        );
    }
    for (file, value) in variables(&folder, "teststringarray") {
        let Value::Text(text) = &value else {
            panic!("{file}")
        };
        assert_eq!(text.rows(), ["one  ", "two  ", "three"], "{file}");
    }
}

#[test]
fn structs_and_cells_hold_their_values() {
    let Some(folder) = shared(FORMATS) else {
        return;
    };
    for (file, value) in variables(&folder, "teststruct") {
        let Value::Struct(array) = &value else {
            panic!("{file}")
        };
        let Some(Value::Text(text)) = array.get(0, "stringfield") else {
            panic!("{file}")
        };
        assert_eq!(text.rows(), ["Rats live on no evil star."], "{file}");
        let Some(Value::Numeric(complex)) = array.get(0, "complexfield") else {
            panic!("{file}")
        };
        assert_eq!(
            complex.real.get(0),
            Some(std::f64::consts::SQRT_2),
            "{file}"
        );
    }
    for (file, value) in variables(&folder, "teststructnest") {
        let Value::Struct(array) = &value else {
            panic!("{file}")
        };
        assert_eq!(doubles(array.get(0, "one").unwrap()), [1.0], "{file}");
        let Some(Value::Struct(inner)) = array.get(0, "two") else {
            panic!("{file}")
        };
        let Some(Value::Text(text)) = inner.get(0, "three") else {
            panic!("{file}")
        };
        assert_eq!(text.rows(), ["number 3"], "{file}");
    }
    for (file, value) in variables(&folder, "testcellnest") {
        let Value::Cell(cell) = &value else {
            panic!("{file}")
        };
        assert_eq!(doubles(&cell.values[0]), [1.0], "{file}");
        let Value::Cell(inner) = &cell.values[1] else {
            panic!("{file}")
        };
        assert_eq!(inner.values.len(), 3, "{file}");
    }
}

#[test]
fn numbers_keep_the_type_that_they_are_stored_in() {
    let Some(folder) = shared(FORMATS) else {
        return;
    };
    let found = read_all(&folder.join("testmatrix_7.4_GLNX86.mat")).unwrap();
    let Value::Numeric(array) = &found[0].1 else {
        panic!("{found:?}")
    };
    assert_eq!(array.class.name(), "double");
    assert!(matches!(array.real, Numbers::U8(_)), "{:?}", array.real);
}

#[test]
fn files_broken_on_purpose_are_refused_with_their_byte_and_all_others_read() {
    let Some(folder) = shared(FORMATS) else {
        return;
    };
    let broken = [
        "bad_miuint32.mat",
        "bad_miutf8_array_name.mat",
        "corrupted_zlib_checksum.mat",
        "corrupted_zlib_data.mat",
        "debigged_m4.mat",
        "malformed1.mat",
    ];
    let mut read = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let other = name.contains("testhdf5") || !name.ends_with(".mat");
        match read_all(&path) {
            Err(error) if broken.contains(&name.as_str()) => {
                assert!(error.to_string().contains("at byte"), "{name}: {error}");
            }
            Err(_) if other => {}
            Err(error) => panic!("{name}: {error}"),
            Ok(_) => {
                assert!(!broken.contains(&name.as_str()), "{name}");
                read += 1;
            }
        }
    }
    assert!(read > 90, "{read}");
}

//! MATLAB files of version 7.3, small ones of our own and real ones of MAT.jl's.
//!
//! The values of the real ones are those that h5py 3 reads from them, turned to MATLAB's order.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use proptest::prelude::*;
use rsom_formats::FormatError;
use rsom_formats::matlab::{
    CellArray, Class, MatFile, Numbers, SparseMatrix, StructArray, Value, Version,
};
use rsom_testing::{Folder, shared};

use crate::common::hdf5::{bytes_of, put};

fn read(path: &Path, name: &str) -> Result<Value, FormatError> {
    let file = MatFile::open(path)?;
    assert_eq!(file.version(), Version::V73);
    let variable = file.variable(name).unwrap_or_else(|| panic!("{name}"));
    let value = file.read(variable)?;
    if !matches!(
        value,
        Value::Opaque { .. } | Value::Function(_) | Value::Text(_)
    ) {
        assert_eq!(value.dims(), variable.dims, "{name}");
    }
    Ok(value)
}

fn read_all(path: &Path) -> Result<Vec<Value>, FormatError> {
    let file = MatFile::open(path)?;
    file.variables().iter().map(|v| file.read(v)).collect()
}

/// Extents and numbers, all real.
fn real(value: &Value) -> (Vec<usize>, Vec<f64>) {
    match value {
        Value::Numeric(array) if array.imaginary.is_none() => {
            (array.dims.clone(), array.real.clone().into_f64())
        }
        other => panic!("{other:?}"),
    }
}

fn rows(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => text.rows(),
        other => panic!("{other:?}"),
    }
}

fn cell(value: Value) -> CellArray {
    match value {
        Value::Cell(cell) => cell,
        other => panic!("{other:?}"),
    }
}

fn structs(value: Value) -> StructArray {
    match value {
        Value::Struct(array) => array,
        other => panic!("{other:?}"),
    }
}

fn sparse(value: Value) -> SparseMatrix {
    match value {
        Value::Sparse(matrix) => matrix,
        other => panic!("{other:?}"),
    }
}

#[test]
fn axes_are_turned_to_matlab_s_order_and_no_number_moves() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let file = folder.join("array.mat");
    let of = |name: &str| real(&read(&file, name).unwrap());
    assert_eq!(of("a1x2"), (vec![1, 2], vec![1.0, 2.0]));
    assert_eq!(of("a2x1"), (vec![2, 1], vec![1.0, 2.0]));
    assert_eq!(of("a2x2"), (vec![2, 2], vec![1.0, 4.0, 3.0, 2.0]));
    let cube = vec![1.0, 4.0, 3.0, 2.0, 1.0, 3.0, 2.0, 4.0];
    assert_eq!(of("a2x2x2"), (vec![2, 2, 2], cube));
    assert_eq!(of("empty"), (vec![0, 0], vec![]));
    assert_eq!(rows(&read(&file, "string").unwrap()), ["string"]);
}

#[test]
fn every_numeric_class_keeps_its_type() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let file = MatFile::open(&folder.join("simple.mat")).unwrap();
    assert_eq!(file.variables().len(), 11);
    for variable in file.variables() {
        let Value::Numeric(array) = file.read(variable).unwrap() else {
            panic!("{variable:?}")
        };
        let stored = match variable.name.as_str() {
            "logical" => "uint8",
            name => name,
        };
        assert_eq!(array.real.kind(), stored);
        assert_eq!(array.class.name(), stored);
        assert_eq!(array.logical, variable.name == "logical");
        assert_eq!(array.real.get(0), Some(1.0), "{stored}");
    }
    let matrix = read(&folder.join("logical.mat"), "logical_mat").unwrap();
    let expected = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(real(&matrix), (vec![3, 3], expected.to_vec()));
}

#[test]
fn complex_numbers_come_in_two_parts() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let value = read(&folder.join("complex.mat"), "imaginary").unwrap();
    let Value::Numeric(array) = value else {
        panic!("{value:?}")
    };
    assert_eq!(array.dims, [1, 7]);
    let expected = Numbers::F64(vec![1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 0.0]);
    assert_eq!(array.real, expected);
    let expected = Numbers::F64(vec![0.0, 0.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
    assert_eq!(array.imaginary, Some(expected));
}

#[test]
fn characters_beyond_the_first_65536_are_one() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let file = folder.join("char_unicode.mat");
    let of = |name: &str| rows(&read(&file, name).unwrap());
    assert_eq!(
        of("a"),
        ["Hello, MATLAB! 12345 ~!@#$%^&*()_+-=[]{};:,.<>/?"]
    );
    assert_eq!(of("b"), ["Café naïve résumé — π ≈ 3.14159"]);
    assert_eq!(of("c"), ["Music symbol: 𝄞  | Gothic letter: 𐍈"]);
    assert_eq!(of("d"), ["Mixed planes: A Ω Ж 中 😀 🚀 🧬"]);
    // A row of two units beside one of two letters: filled up, as MATLAB fills rows.
    assert_eq!(of("e"), ["AB", "😀 "]);
    assert_eq!(of("f"), ["😀𝄞𐍈🚀🚀😀𝄞𐍈", "𝄞𐍈🚀😀😀𝄞𐍈🚀", "𐍈🚀😀𝄞𝄞𐍈🚀😀"]);
    assert_eq!(of("g"), ["ABC", "DEF"]);
    let file = folder.join("string.mat");
    let of = |name: &str| rows(&read(&file, name).unwrap());
    assert_eq!(of("accented_string"), ["thé qüîck browñ fòx"]);
    let both = ["this is a string      ", "this is another string"];
    assert_eq!(of("concatenated_strings"), both);
    assert_eq!(of("empty_string"), Vec::<String>::new());
    let cells = cell(read(&file, "cell_strings").unwrap());
    let texts: Vec<_> = cells.values.iter().flat_map(rows).collect();
    assert_eq!(texts, ["this is a string", "this is another string"]);
}

#[test]
fn cells_and_structs_follow_their_references() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let cells = cell(read(&folder.join("cell.mat"), "cell").unwrap());
    assert_eq!(cells.dims, [1, 4]);
    assert_eq!(real(&cells.values[0]).1, [1.0]);
    assert_eq!(real(&cells.values[1]).1, [2.01]);
    assert_eq!(rows(&cells.values[2]), ["string"]);
    let inner = cell(cells.values[3].clone());
    assert_eq!(inner.dims, [1, 2]);
    assert_eq!(rows(&inner.values[1]), ["string2"]);
    let file = folder.join("struct.mat");
    let one = structs(read(&file, "s").unwrap());
    assert_eq!((one.dims.clone(), one.fields.len()), (vec![1, 1], 3));
    assert_eq!(
        real(one.get(0, "c").unwrap()),
        (vec![1, 3], vec![1.0, 2.0, 3.0])
    );
    let two = structs(read(&file, "s2").unwrap());
    assert_eq!(two.dims, [1, 2]);
    assert_eq!(real(two.get(1, "a").unwrap()).1, [2.0]);
}

#[test]
fn sparse_matrices_keep_their_elements() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let file = folder.join("sparse.mat");
    let of = |name: &str| sparse(read(&file, name).unwrap());
    let random = of("sparse_random");
    assert_eq!((random.dims, random.rows), ([3, 3], vec![1, 0, 1, 2]));
    assert_eq!(random.starts, [0, 1, 2, 4]);
    assert_eq!(random.real, [8.0, 6.0, 1.0, 9.0]);
    let complex = of("sparse_complex");
    assert_eq!(complex.imaginary.unwrap(), complex.real);
    let zeros = of("sparse_zeros");
    assert_eq!((zeros.dims, zeros.real.len()), ([20, 20], 0));
    assert_eq!(of("sparse_empty").dims, [0, 0]);
    let logical = of("sparse_logical");
    assert!(logical.logical && logical.real == [1.0; 5]);
    assert_eq!(of("sparse_eye").rows, (0..20).collect::<Vec<_>>());
}

#[test]
fn compressed_chunks_are_put_together() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    for (name, first, middle, sum) in [
        (
            "var1",
            0.209_464_068_731_101_24,
            0.373_916_355_799_609_25,
            8_144.986_572_828_517,
        ),
        (
            "var2",
            0.745_023_690_567_465_6,
            0.274_243_373_158_092_55,
            8_232.016_257_164_078,
        ),
    ] {
        let (dims, values) = real(&read(&folder.join("partial.mat"), name).unwrap());
        assert_eq!(dims, [128, 128]);
        assert_eq!((values[0], values[3 * 128 + 70]), (first, middle));
        assert!((values.iter().sum::<f64>() - sum).abs() < 1e-9);
    }
}

#[test]
fn objects_of_the_new_kind_are_listed_and_handed_on() {
    let Some(folder) = shared("data/formats/mat-v73") else {
        return;
    };
    let file = folder.join("corrupted_subsystem.mat");
    assert_eq!(MatFile::open(&file).unwrap().variables().len(), 1);
    let Value::Opaque {
        class_name,
        content,
    } = read(&file, "var").unwrap()
    else {
        panic!("no object")
    };
    assert_eq!(class_name, "datetime");
    let words = vec![3_707_764_736.0, 2.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(real(&content), (vec![6, 1], words));
}

#[test]
fn the_first_files_of_this_version_are_read_too() {
    // scipy's; its layout message is one that HDF5 stopped writing in 2005.
    let Some(folder) = shared("data/formats/mat-v5") else {
        return;
    };
    let value = read(&folder.join("testhdf5_7.4_GLNX86.mat"), "testdouble").unwrap();
    let theta: Vec<f64> = (0..9)
        .map(|i| f64::from(i) * std::f64::consts::FRAC_PI_4)
        .collect();
    assert_eq!(real(&value), (vec![1, 9], theta));
}

#[test]
fn references_lead_through_cells_structs_and_nothing() {
    let folder = Folder::new();
    let path = put(&folder, "nested.mat");
    let cells = cell(read(&path, "c").unwrap());
    assert_eq!(cells.dims, [2, 2]);
    assert_eq!(real(&cells.values[0]), (vec![1, 2], vec![1.0, 2.0]));
    assert_eq!(real(&cell(cells.values[1].clone()).values[0]).1, [7.0]);
    // An empty array, and a cell that was never written.
    assert_eq!(real(&cells.values[2]), (vec![0, 0], vec![]));
    assert_eq!(real(&cells.values[3]), (vec![0, 0], vec![]));
    let array = structs(read(&path, "s").unwrap());
    assert_eq!(array.fields, ["z", "a"]);
    assert_eq!(real(array.get(0, "z").unwrap()).1, [1.0, 2.0]);
    assert_eq!(real(array.get(1, "z").unwrap()).1, [7.0]);
    let empty = structs(read(&path, "none").unwrap());
    assert_eq!(
        (empty.dims, empty.fields),
        (vec![0, 3], vec!["z".into(), "a".into()])
    );
    let Value::Function(content) = read(&path, "f").unwrap() else {
        panic!("no function")
    };
    assert_eq!(structs(*content).fields, ["x"]);
    let Value::Numeric(complex) = read(&path, "z").unwrap() else {
        panic!("no numbers")
    };
    assert_eq!(complex.class, Class::Int16);
    assert_eq!(complex.real, Numbers::I16(vec![1, 2]));
    assert_eq!(complex.imaginary, Some(Numbers::I16(vec![-1, -2])));
}

#[test]
fn a_cell_that_holds_itself_is_refused() {
    let folder = Folder::new();
    let path = put(&folder, "circle.mat");
    let error = read(&path, "c").unwrap_err().to_string();
    assert_eq!(error, "MATLAB: /c: it contains itself");
}

#[test]
fn hdf5_of_others_is_no_matlab_file() {
    let folder = Folder::new();
    let error = MatFile::open(&put(&folder, "chunked.h5")).unwrap_err();
    assert!(error.to_string().contains("it is HDF5, but"), "{error}");
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let folder = Folder::new();
    let path = folder.join("cut.mat");
    let bytes = bytes_of("nested.mat");
    for len in (600..bytes.len()).step_by(97) {
        std::fs::write(&path, &bytes[..len]).unwrap();
        let error = MatFile::open(&path).unwrap_err().to_string();
        let expected = format!(
            "HDF5: the file ends after {len} of {} bytes; it is truncated",
            bytes.len()
        );
        assert_eq!(error, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_an_error_or_another_value(
        real: bool,
        changes in proptest::collection::vec((0.0..1.0_f64, any::<u8>()), 1..6),
    ) {
        let mut bytes = bytes_of(if real { "nested.mat" } else { "circle.mat" });
        for (place, byte) in changes {
            let place = 512 + (place * (bytes.len() - 512) as f64) as usize;
            bytes[place] = byte;
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        if let Err(error) = read_all(file.path()) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}

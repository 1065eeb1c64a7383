//! MATLAB files of versions 4, 5 and 7.3.

use std::path::Path;

use rsom_formats::matlab::{MatFile, NewArray, NewNumbers, Value, write};
use rsom_io::{inspect::inspect, rsom_mat};
use rsom_testing::Folder;

use super::hdf5::stored;
use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{require, told};

/// A file of version 4 with one matrix of 2 × 3 doubles.
fn version_4() -> Vec<u8> {
    let words = [0_u32, 2, 3, 0, 2];
    let mut bytes: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    bytes.extend(b"R\0");
    bytes.extend((0..6).flat_map(|i| f64::from(i).to_le_bytes()));
    bytes
}

fn element(kind: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = [kind, data.len() as u32].map(u32::to_le_bytes).concat();
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

/// An array of a class, with its content after flags, extents and name.
fn array(class: u8, extents: [u8; 2], name: &str, content: &[Vec<u8>]) -> Vec<u8> {
    let extents = extents
        .map(|extent| u32::from(extent).to_le_bytes())
        .concat();
    let mut parts = element(6, &[class, 0, 0, 0, 6, 0, 0, 0]);
    parts.extend(element(5, &extents));
    parts.extend(element(1, name.as_bytes()));
    parts.extend(content.concat());
    element(14, &parts)
}

/// A file of version 5 with a cell, a struct, a text and a sparse matrix.
fn version_5() -> Vec<u8> {
    let number = array(6, [1, 1], "", &[element(9, &2_f64.to_le_bytes())]);
    let text = array(4, [1, 3], "text", &[element(16, b"abc")]);
    let cell = array(1, [1, 2], "cell", &[number.clone(), text.clone()]);
    let mut fields = element(5, &4_u32.to_le_bytes());
    fields.extend(element(1, b"one\0two\0"));
    let records = array(2, [1, 1], "records", &[fields, number, cell.clone()]);
    let indices = |list: &[u32]| -> Vec<u8> { list.iter().flat_map(|i| i.to_le_bytes()).collect() };
    let values: Vec<u8> = [1.0_f64, 2.0]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let sparse = [
        element(5, &indices(&[0, 2])),
        element(5, &indices(&[0, 1, 2])),
        element(9, &values),
    ];
    let mut file = b"MATLAB 5.0 MAT-file, made up".to_vec();
    file.resize(124, b' ');
    file.extend([0, 1, b'I', b'M']);
    file.extend([text, cell, records, array(5, [3, 2], "sparse", &sparse)].concat());
    file
}

fn written(compressed: bool) -> Vec<u8> {
    let folder = Folder::new();
    let array = |name, dims: &[usize], numbers| NewArray {
        name,
        dims: dims.to_vec(),
        numbers,
    };
    let (doubles, singles) = ([0.5; 24], [1.5_f32; 6]);
    let arrays = [
        array("R", &[2, 3, 4], NewNumbers::Double(&doubles)),
        array("surfSmooth", &[2, 3], NewNumbers::Single(&singles)),
        array("dx", &[1, 1], NewNumbers::Double(&doubles[..1])),
        array("dy", &[1, 1], NewNumbers::Uint8(&[2])),
    ];
    write(&folder.join("a.mat"), &arrays, compressed).expect("the file is written");
    folder.bytes("a.mat")
}

/// Checks that each array has as many elements as its extents say.
fn consistent(value: &Value) -> Result<(), String> {
    let product = || value.dims().iter().product::<usize>();
    let length = match value {
        Value::Numeric(array) => {
            let imaginary = array.imaginary.as_ref();
            let fits = imaginary.is_none_or(|part| part.len() == array.real.len());
            require(fits, || "imaginary parts are missing".into())?;
            array.real.len()
        }
        Value::Text(text) => {
            let _ = text.rows();
            text.characters.len()
        }
        Value::Sparse(matrix) => {
            let inside = matrix.rows.iter().all(|row| *row < matrix.dims[0]);
            let fits = inside && matrix.rows.len() == matrix.real.len();
            let ends = matrix.starts.len() == matrix.dims[1] + 1;
            return require(fits && ends, || format!("{matrix:?}"));
        }
        Value::Cell(_) | Value::Struct(_) | Value::Function(_) | Value::Opaque { .. } => {
            return Ok(());
        }
    };
    require(length == product(), || {
        format!("{length} elements of {:?}", value.dims())
    })
}

fn check(path: &Path) -> Result<bool, String> {
    let mut good = false;
    if let Some(file) = told(MatFile::open(path))? {
        good = !file.variables().is_empty();
        for variable in file.variables() {
            match told(file.read(variable))? {
                Some(value) => consistent(&value)?,
                None => good = false,
            }
        }
    }
    told(rsom_mat::read_channel(path))?;
    told(rsom_mat::read_surface(path))?;
    told(inspect(path))?;
    Ok(good)
}

#[test]
fn matlab() {
    let target = Target {
        name: "matlab",
        seeds: vec![
            Seed::new("v4.mat", version_4()),
            Seed::new("v5.mat", version_5()),
            Seed::new("written.mat", written(false)),
            Seed::new("packed.mat", written(true)),
            Seed::new("circle.mat", stored("circle.mat")).refused(),
            Seed::new("nested.mat", stored("nested.mat")),
        ],
        text: false,
        check,
    };
    target.run();
}

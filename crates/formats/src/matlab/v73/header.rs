//! Class, extents and other properties of an array, read from its attributes and type before its values.

use crate::FormatError;
use crate::Numbers;
use crate::hdf5::{Attributes, Dataset, Group, Kind, Node};
use crate::matlab::v5::MOST_EXTENTS;
use crate::matlab::value::{Class, NumericArray};

/// Properties of an array.
pub(super) struct Header {
    pub(super) class: Class,
    /// Name of the class, for objects.
    pub(super) class_name: String,
    /// Extents in MATLAB's order; empty for opaque objects.
    pub(super) dims: Vec<usize>,
    pub(super) complex: bool,
    pub(super) logical: bool,
    /// Whether the dataset stores the extents of an array without elements.
    pub(super) empty: bool,
    /// Field names in their order, if the file states it.
    pub(super) fields: Option<Vec<String>>,
    /// Whether the file states a MATLAB class.
    pub(super) said: bool,
}

/// Value of `MATLAB_object_decode` for a function handle.
const FUNCTION: f64 = 1.0;
const OLD_OBJECT: f64 = 2.0;
const NEW_OBJECT: f64 = 3.0;

impl Header {
    /// # Errors
    /// A broken file.
    pub(super) fn of(node: &Node) -> Result<Self, FormatError> {
        let attributes = node.attributes()?;
        let said = attributes.text("MATLAB_class");
        let mut header = Self {
            class: Class::Opaque,
            class_name: said.unwrap_or_default().to_owned(),
            dims: Vec::new(),
            complex: false,
            logical: said == Some("logical"),
            empty: attributes.number("MATLAB_empty") == Some(1.0),
            fields: attributes.texts("MATLAB_fields").map(<[String]>::to_vec),
            said: said.is_some(),
        };
        match node {
            Node::Group(group) => header.of_group(group, &attributes)?,
            Node::Dataset(dataset) => header.of_dataset(dataset, &attributes)?,
        }
        Ok(header)
    }

    fn of_dataset(
        &mut self,
        dataset: &Dataset,
        attributes: &Attributes,
    ) -> Result<(), FormatError> {
        self.class = match attributes.number("MATLAB_object_decode") {
            Some(FUNCTION) => Class::Function,
            Some(OLD_OBJECT) => Class::Object,
            Some(NEW_OBJECT) => Class::Opaque,
            _ if self.said => class(&self.class_name),
            _ => of_kind(dataset),
        };
        self.complex = dataset.kind() == Kind::Complex;
        if self.class == Class::Opaque {
            return Ok(());
        }
        self.dims = if self.empty {
            stored_dims(dataset)?
        } else {
            dims(dataset)?
        };
        Ok(())
    }

    fn of_group(&mut self, group: &Group, attributes: &Attributes) -> Result<(), FormatError> {
        if let Some(rows) = attributes.number("MATLAB_sparse") {
            self.class = Class::Sparse;
            let columns = match child(group, "jc")? {
                Some(starts) => starts.count()?.saturating_sub(1),
                None => 0,
            };
            let rows = Some(rows).filter(|rows| rows.fract() == 0.0 && (0.0..9e15).contains(rows));
            let Some(rows) = rows else {
                return Err(fault(group.path(), "a sparse matrix without rows"));
            };
            self.dims = vec![rows as usize, columns as usize];
            let data = child(group, "data")?;
            self.complex = data.is_some_and(|data| data.kind() == Kind::Complex);
            return Ok(());
        }
        self.class = match attributes.number("MATLAB_object_decode") {
            Some(FUNCTION) => Class::Function,
            Some(OLD_OBJECT) => Class::Object,
            Some(NEW_OBJECT) => return Ok(()),
            _ if self.class_name == "function_handle" => Class::Function,
            _ => Class::Struct,
        };
        self.dims = match elements_of_structs(&group.children()?)? {
            Some(dims) => dims,
            None => vec![1, 1],
        };
        Ok(())
    }
}

/// The extents of a struct array, in which each field is a dataset of references without a class; `None` if these are
/// the fields of a single struct.
fn elements_of_structs(fields: &[Node]) -> Result<Option<Vec<usize>>, FormatError> {
    let mut found = None;
    for field in fields {
        let Node::Dataset(dataset) = field else {
            return Ok(None);
        };
        let plain =
            dataset.kind() == Kind::Reference && field.attributes()?.text("MATLAB_class").is_none();
        if !plain {
            return Ok(None);
        }
        let dims = dims(dataset)?;
        if found.as_ref().is_some_and(|found| *found != dims) {
            return Err(fault(
                field.path(),
                "a field with another number of structs than the other fields",
            ));
        }
        found = Some(dims);
    }
    Ok(found)
}

fn class(name: &str) -> Class {
    match name {
        "cell" => Class::Cell,
        "struct" => Class::Struct,
        "char" => Class::Char,
        "double" | "canonical empty" => Class::Double,
        "single" => Class::Single,
        "int8" => Class::Int8,
        "uint8" | "logical" => Class::Uint8,
        "int16" => Class::Int16,
        "uint16" => Class::Uint16,
        "int32" => Class::Int32,
        "uint32" => Class::Uint32,
        "int64" => Class::Int64,
        "uint64" => Class::Uint64,
        "function_handle" => Class::Function,
        _ => Class::Opaque,
    }
}

/// The class of a dataset that other software added without stating a class.
fn of_kind(dataset: &Dataset) -> Class {
    match dataset.kind() {
        Kind::Number | Kind::Complex => {
            let name = dataset.type_name();
            match name
                .trim_start_matches("complex ")
                .trim_start_matches("enumeration of ")
            {
                "float64" => Class::Double,
                "float32" | "float16" => Class::Single,
                other => class(other),
            }
        }
        Kind::Logical => Class::Uint8,
        Kind::Text => Class::Char,
        Kind::Reference => Class::Cell,
        Kind::Other => Class::Opaque,
    }
}

/// Extents in MATLAB's order, at least two.
fn dims(dataset: &Dataset) -> Result<Vec<usize>, FormatError> {
    let shape = dataset.shape();
    if shape.len() > MOST_EXTENTS {
        let what = format!("an array of {} extents", shape.len());
        return Err(fault(dataset.path(), &what));
    }
    let mut dims: Vec<usize> = shape.iter().rev().map(|extent| *extent as usize).collect();
    if dataset.count()? == 0 && dims.is_empty() {
        dims.push(0);
    }
    while dims.len() < 2 {
        dims.push(1);
    }
    Ok(dims)
}

/// The extents of an array without elements, which are stored as its content.
fn stored_dims(dataset: &Dataset) -> Result<Vec<usize>, FormatError> {
    let broken = || fault(dataset.path(), "an empty array with invalid extents");
    if !(2..=MOST_EXTENTS as u64).contains(&dataset.count()?) {
        return Err(broken());
    }
    let Numbers::U64(stored) = dataset.numbers()?.real else {
        return Err(broken());
    };
    // A struct without fields may be marked as empty and still have elements; none of them are stored.
    let extents: Result<Vec<usize>, _> = stored.into_iter().map(usize::try_from).collect();
    extents.map_err(|_| broken())
}

/// A dataset of a group, by name.
pub(super) fn child(group: &Group, name: &str) -> Result<Option<Dataset>, FormatError> {
    let children = group.children()?.into_iter();
    let mut found = children.filter_map(|node| match node {
        Node::Dataset(dataset) if dataset.name() == name => Some(dataset),
        _ => None,
    });
    Ok(found.next())
}

/// An array of this class without elements.
pub(super) fn empty_numbers(header: &Header) -> NumericArray {
    let real = match header.class {
        Class::Single => Numbers::F32(Vec::new()),
        Class::Int8 => Numbers::I8(Vec::new()),
        Class::Uint8 => Numbers::U8(Vec::new()),
        Class::Int16 => Numbers::I16(Vec::new()),
        Class::Uint16 => Numbers::U16(Vec::new()),
        Class::Int32 => Numbers::I32(Vec::new()),
        Class::Uint32 => Numbers::U32(Vec::new()),
        Class::Int64 => Numbers::I64(Vec::new()),
        Class::Uint64 => Numbers::U64(Vec::new()),
        _ => Numbers::F64(Vec::new()),
    };
    NumericArray {
        class: header.class,
        logical: header.logical,
        dims: header.dims.clone(),
        real,
        imaginary: None,
    }
}

/// An error of an object.
pub(super) fn fault(object: &str, what: &str) -> FormatError {
    let text = format!("{object}: {what}");
    crate::matlab::fault::fault(text.replace(char::is_control, "?"))
}

//! Values of datasets and groups, and of the objects that they refer to.

use super::header::{Header, child, empty_numbers, fault};
use crate::FormatError;
use crate::Numbers;
use crate::hdf5::{Array, Dataset, File, Group, Node};
use crate::matlab::stream::MOST_ARRAYS;
use crate::matlab::text;
use crate::matlab::v5::DEEPEST;
use crate::matlab::value::{
    CellArray, Class, NumericArray, SparseMatrix, StructArray, TextArray, Value, count_of,
};

/// Null references: cells that were never written.
const NOWHERE: [u64; 2] = [0, u64::MAX];

/// The value of a variable.
///
/// # Errors
/// The file is broken; references form a cycle.
pub(super) fn read(file: &File, node: &Node) -> Result<Value, FormatError> {
    let mut reading = Reading {
        file,
        within: Vec::new(),
        arrays: 0,
        // Objects may share data, but the file must have had space for each of them.
        bytes: file.bytes().saturating_mul(2),
    };
    reading.node(node)
}

/// State of reading one variable.
struct Reading<'a> {
    file: &'a File,
    /// Addresses of the arrays that contain the current one.
    within: Vec<u64>,
    arrays: usize,
    /// Remaining budget of bytes that the variable may take in the file.
    bytes: u64,
}

impl Reading<'_> {
    fn node(&mut self, node: &Node) -> Result<Value, FormatError> {
        self.arrays += 1;
        if self.arrays > MOST_ARRAYS {
            let what = format!("a variable with more than {MOST_ARRAYS} arrays");
            return Err(fault(node.path(), &what));
        }
        if self.within.contains(&node.address()) {
            return Err(fault(node.path(), "it contains itself"));
        }
        if self.within.len() > DEEPEST {
            let what = format!("arrays nested more than {DEEPEST} deep");
            return Err(fault(node.path(), &what));
        }
        self.within.push(node.address());
        let header = Header::of(node)?;
        let value = match node {
            Node::Dataset(dataset) => self.dataset(dataset, header)?,
            Node::Group(group) => self.group(group, header)?,
        };
        self.within.pop();
        Ok(value)
    }

    fn dataset(&mut self, dataset: &Dataset, header: Header) -> Result<Value, FormatError> {
        self.charge(dataset)?;
        if header.empty {
            return empty(dataset, header);
        }
        Ok(match header.class {
            Class::Cell => {
                let values = dataset.references()?.into_iter();
                let values = values.map(|address| self.at(dataset.path(), address));
                Value::Cell(CellArray {
                    values: values.collect::<Result<_, _>>()?,
                    dims: header.dims,
                })
            }
            Class::Char => Value::Text(characters(dataset, header)?),
            Class::Opaque => Value::Opaque {
                class_name: header.class_name,
                content: Box::new(self.content(dataset)?),
            },
            Class::Function => Value::Function(Box::new(self.content(dataset)?)),
            Class::Struct | Class::Object => {
                let what = format!("a {} without fields", header.class.name());
                return Err(fault(dataset.path(), &what));
            }
            _ => numeric(dataset, header)?,
        })
    }

    /// Reads the stored content of an object whose meaning MATLAB does not document.
    fn content(&mut self, dataset: &Dataset) -> Result<Value, FormatError> {
        let array = |dims, real| NumericArray {
            class: Class::Uint64,
            logical: false,
            dims,
            real,
            imaginary: None,
        };
        if let Ok(references) = dataset.references() {
            // The targets of its references are in an undocumented part of the file.
            let dims = vec![references.len(), 1];
            return Ok(Value::Numeric(array(dims, Numbers::U64(references))));
        }
        let shape = dataset.shape().iter().rev();
        let mut dims: Vec<usize> = shape.map(|extent| *extent as usize).collect();
        dims.resize(dims.len().max(2), 1);
        let Array { real, imaginary } = dataset.numbers()?;
        let class = match &real {
            Numbers::U8(_) => Class::Uint8,
            Numbers::U32(_) => Class::Uint32,
            Numbers::F64(_) => Class::Double,
            _ => Class::Uint64,
        };
        Ok(Value::Numeric(NumericArray {
            class,
            imaginary,
            ..array(dims, real)
        }))
    }

    /// The array that a reference refers to.
    fn at(&mut self, from: &str, address: u64) -> Result<Value, FormatError> {
        if NOWHERE.contains(&address) {
            return Ok(Value::Numeric(NumericArray {
                class: Class::Double,
                logical: false,
                dims: vec![0, 0],
                real: Numbers::F64(Vec::new()),
                imaginary: None,
            }));
        }
        let file = self.file;
        match file.at(address)? {
            Some(node) => self.node(node),
            None => {
                let what = format!("a reference to {address}, but no object is there");
                Err(fault(from, &what))
            }
        }
    }

    fn group(&mut self, group: &Group, header: Header) -> Result<Value, FormatError> {
        if header.class == Class::Sparse {
            return self.sparse(group, &header).map(Value::Sparse);
        }
        let children = group.children()?;
        let fields = match &header.fields {
            Some(fields) => fields.clone(),
            None => children.iter().map(|node| node.name().to_owned()).collect(),
        };
        let mut nodes = Vec::with_capacity(fields.len());
        for field in &fields {
            match children.iter().find(|node| node.name() == field) {
                Some(node) => nodes.push(node),
                None => return Err(fault(group.path(), &format!("there is no field {field}"))),
            }
        }
        let values = match children.first() {
            Some(Node::Dataset(first)) if self.is_array(first, &header)? => {
                self.structs(group, &nodes, &header)?
            }
            _ => nodes
                .iter()
                .map(|node| self.node(node))
                .collect::<Result<_, _>>()?,
        };
        let class_name = matches!(header.class, Class::Object).then(|| header.class_name.clone());
        let array = Value::Struct(StructArray {
            class_name,
            dims: header.dims,
            fields,
            values,
        });
        Ok(match header.class {
            Class::Function => Value::Function(Box::new(array)),
            Class::Opaque => Value::Opaque {
                class_name: header.class_name,
                content: Box::new(array),
            },
            _ => array,
        })
    }

    /// Whether the fields are lists of references, one for each struct.
    fn is_array(&self, first: &Dataset, header: &Header) -> Result<bool, FormatError> {
        let references = first.kind() == crate::hdf5::Kind::Reference;
        Ok(references
            && first.attributes()?.text("MATLAB_class").is_none()
            && header.class != Class::Opaque)
    }

    /// The values of all fields of the first struct, then of the second, and so on.
    fn structs(
        &mut self,
        group: &Group,
        fields: &[&Node],
        header: &Header,
    ) -> Result<Vec<Value>, FormatError> {
        let mut columns = Vec::with_capacity(fields.len());
        for field in fields {
            let Node::Dataset(dataset) = field else {
                return Err(fault(field.path(), "a group instead of references"));
            };
            columns.push(dataset.references()?);
        }
        let count = count_of(&header.dims);
        if columns
            .iter()
            .any(|column| Some(column.len() as u64) != count)
        {
            return Err(fault(group.path(), "fields of different lengths"));
        }
        let mut values = Vec::new();
        for index in 0..columns.first().map_or(0, Vec::len) {
            for column in &columns {
                values.push(self.at(group.path(), column[index])?);
            }
        }
        Ok(values)
    }

    /// The numbers of a dataset in the group of an array.
    fn child(&mut self, group: &Group, name: &str) -> Result<Option<Array>, FormatError> {
        let Some(dataset) = child(group, name)? else {
            return Ok(None);
        };
        self.charge(&dataset)?;
        dataset.numbers().map(Some)
    }

    /// The integers of such a dataset; empty if it is missing, as for arrays without elements.
    fn places(&mut self, group: &Group, name: &str) -> Result<Vec<usize>, FormatError> {
        let Some(array) = self.child(group, name)? else {
            return Ok(Vec::new());
        };
        let whole = |v: f64| (v >= 0.0 && v.fract() == 0.0 && v < 9e15).then_some(v as usize);
        let places = array
            .real
            .into_f64()
            .into_iter()
            .map(whole)
            .collect::<Option<_>>();
        places.ok_or_else(|| {
            fault(
                group.path(),
                "indices of a sparse matrix that are not integers",
            )
        })
    }

    /// Subtracts the size of a dataset in the file from the remaining budget.
    fn charge(&mut self, dataset: &Dataset) -> Result<(), FormatError> {
        let left = self.bytes.checked_sub(dataset.least_bytes()?);
        self.bytes =
            left.ok_or_else(|| fault(dataset.path(), "more data than the file can hold"))?;
        Ok(())
    }

    /// A sparse matrix: row indices `ir`, elements `data`, and the start of each column, `jc`.
    fn sparse(&mut self, group: &Group, header: &Header) -> Result<SparseMatrix, FormatError> {
        let broken = |what: &str| fault(group.path(), what);
        let &[rows, columns] = header.dims.as_slice() else {
            return Err(broken("a sparse matrix with more than two extents"));
        };
        let mut starts = self.places(group, "jc")?;
        if starts.is_empty() {
            starts.push(0);
        }
        let mut found = self.places(group, "ir")?;
        let data = self.child(group, "data")?;
        let count = starts.last().copied().unwrap_or(0);
        let rising = starts.first() == Some(&0) && starts.is_sorted();
        if starts.len() != columns + 1 || !rising || count > found.len() {
            return Err(broken("a sparse matrix with invalid column starts"));
        }
        found.truncate(count);
        if found.iter().any(|row| *row >= rows) {
            return Err(broken("an element outside its sparse matrix"));
        }
        let (real, imaginary) = match data {
            Some(array) => (
                array.real.into_f64(),
                array.imaginary.map(Numbers::into_f64),
            ),
            None => (Vec::new(), None),
        };
        let parts = [Some(&real), imaginary.as_ref()];
        if parts.into_iter().flatten().any(|part| part.len() < count) {
            return Err(broken("fewer numbers than elements of a sparse matrix"));
        }
        let cut = |mut part: Vec<f64>| {
            part.truncate(count);
            part
        };
        Ok(SparseMatrix {
            logical: header.logical,
            dims: [rows, columns],
            rows: found,
            starts,
            real: cut(real),
            imaginary: imaginary.map(cut),
        })
    }
}

/// An array without elements; the dataset stores its extents.
fn empty(dataset: &Dataset, header: Header) -> Result<Value, FormatError> {
    let fields = header.fields.clone().unwrap_or_default();
    let count = count_of(&header.dims);
    let stored = match header.class {
        Class::Struct | Class::Object => count.filter(|_| !fields.is_empty()),
        _ => count,
    };
    if stored.unwrap_or(0) != 0 || count.is_none() {
        let what = format!("an empty array of extents {:?}", header.dims);
        return Err(fault(dataset.path(), &what));
    }
    Ok(match header.class {
        Class::Cell => Value::Cell(CellArray {
            dims: header.dims,
            values: Vec::new(),
        }),
        Class::Char => Value::Text(TextArray {
            dims: header.dims,
            characters: Vec::new(),
        }),
        Class::Struct | Class::Object => Value::Struct(StructArray {
            class_name: (header.class == Class::Object).then_some(header.class_name),
            dims: header.dims,
            fields,
            values: Vec::new(),
        }),
        Class::Function => Value::Function(Box::new(Value::Numeric(empty_numbers(&header)))),
        Class::Opaque => Value::Opaque {
            class_name: header.class_name.clone(),
            content: Box::new(Value::Numeric(empty_numbers(&header))),
        },
        _ => Value::Numeric(empty_numbers(&header)),
    })
}

fn numeric(dataset: &Dataset, header: Header) -> Result<Value, FormatError> {
    let Array { real, imaginary } = dataset.numbers()?;
    Ok(Value::Numeric(NumericArray {
        class: header.class,
        logical: header.logical,
        dims: header.dims,
        real,
        imaginary,
    }))
}

fn characters(dataset: &Dataset, header: Header) -> Result<TextArray, FormatError> {
    if dataset.kind() == crate::hdf5::Kind::Text {
        let text = dataset.text()?;
        let Some(text) = text else {
            return Err(fault(dataset.path(), "several texts in one array"));
        };
        let characters: Vec<char> = text.chars().collect();
        return Ok(TextArray {
            dims: vec![1, characters.len()],
            characters,
        });
    }
    let (dims, characters) = match dataset.numbers()?.real {
        Numbers::U16(units) => text::utf16_matrix(&units, &header.dims),
        Numbers::U8(codes) => (header.dims, text::codes(codes.into_iter().map(u32::from))),
        Numbers::U32(codes) => (header.dims, text::codes(codes)),
        other => {
            let what = format!("characters of type {}", other.kind());
            return Err(fault(dataset.path(), &what));
        }
    };
    Ok(TextArray { dims, characters })
}

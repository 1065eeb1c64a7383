//! The value of a MATLAB variable.

use crate::Numbers;

/// MATLAB's class of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `cell`.
    Cell,
    /// `struct`.
    Struct,
    /// An object of an old-style class.
    Object,
    /// `char`.
    Char,
    /// A sparse matrix.
    Sparse,
    /// `double`.
    Double,
    /// `single`.
    Single,
    /// `int8`.
    Int8,
    /// `uint8`.
    Uint8,
    /// `int16`.
    Int16,
    /// `uint16`.
    Uint16,
    /// `int32`.
    Int32,
    /// `uint32`.
    Uint32,
    /// `int64`.
    Int64,
    /// `uint64`.
    Uint64,
    /// `function_handle`.
    Function,
    /// An object of a new-style class, such as `string` or `table`, whose content MATLAB does not document.
    Opaque,
}

impl Class {
    /// MATLAB's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cell => "cell",
            Self::Struct => "struct",
            Self::Object => "object",
            Self::Char => "char",
            Self::Sparse => "sparse",
            Self::Double => "double",
            Self::Single => "single",
            Self::Int8 => "int8",
            Self::Uint8 => "uint8",
            Self::Int16 => "int16",
            Self::Uint16 => "uint16",
            Self::Int32 => "int32",
            Self::Uint32 => "uint32",
            Self::Int64 => "int64",
            Self::Uint64 => "uint64",
            Self::Function => "function_handle",
            Self::Opaque => "opaque",
        }
    }
}

/// The value of a variable. Arrays are in MATLAB's order: the first index varies fastest.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Numbers or logicals.
    Numeric(NumericArray),
    /// A sparse matrix.
    Sparse(SparseMatrix),
    /// Characters.
    Text(TextArray),
    /// An array of values of any type.
    Cell(CellArray),
    /// Named fields, also of an old-style object.
    Struct(StructArray),
    /// A function handle, as MATLAB stores it.
    Function(Box<Value>),
    /// An opaque object, as MATLAB stores it.
    Opaque {
        /// Name of the class.
        class_name: String,
        /// References into an undocumented part of the file.
        content: Box<Value>,
    },
}

/// An array of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NumericArray {
    /// MATLAB's class; the numbers may be stored in a smaller type.
    pub class: Class,
    /// Whether the numbers represent true and false.
    pub logical: bool,
    /// Extents, at least two.
    pub dims: Vec<usize>,
    /// The numbers, or their real parts.
    pub real: Numbers,
    /// Imaginary parts of complex numbers.
    pub imaginary: Option<Numbers>,
}

/// A sparse matrix, stored by columns.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseMatrix {
    /// Whether the elements represent true and false.
    pub logical: bool,
    /// Number of rows and columns.
    pub dims: [usize; 2],
    /// Row index of each stored element.
    pub rows: Vec<usize>,
    /// Index of the first element of each column, followed by the number of elements.
    pub starts: Vec<usize>,
    /// The elements, or their real parts.
    pub real: Vec<f64>,
    /// Imaginary parts of complex elements.
    pub imaginary: Option<Vec<f64>>,
}

/// An array of characters.
#[derive(Debug, Clone, PartialEq)]
pub struct TextArray {
    /// Extents, at least two.
    pub dims: Vec<usize>,
    /// The characters; the first index varies fastest.
    pub characters: Vec<char>,
}

impl TextArray {
    /// The rows as texts, none without characters; further extents are treated as further columns.
    #[must_use]
    pub fn rows(&self) -> Vec<String> {
        let rows = match self.dims.first() {
            Some(rows) if !self.characters.is_empty() => *rows,
            _ => return Vec::new(),
        };
        let row = |first: usize| self.characters.iter().skip(first).step_by(rows).collect();
        (0..rows).map(row).collect()
    }
}

/// An array of values.
#[derive(Debug, Clone, PartialEq)]
pub struct CellArray {
    /// Extents, at least two.
    pub dims: Vec<usize>,
    /// The values.
    pub values: Vec<Value>,
}

/// An array of structs with the same fields.
#[derive(Debug, Clone, PartialEq)]
pub struct StructArray {
    /// Class name of an object.
    pub class_name: Option<String>,
    /// Extents, at least two.
    pub dims: Vec<usize>,
    /// Names of the fields.
    pub fields: Vec<String>,
    /// The values of all fields of the first struct, then of the second, and so on.
    pub values: Vec<Value>,
}

impl StructArray {
    /// A field of the struct at `index`.
    #[must_use]
    pub fn get(&self, index: usize, field: &str) -> Option<&Value> {
        let column = self.fields.iter().position(|name| name == field)?;
        self.values.get(index * self.fields.len() + column)
    }
}

impl Value {
    /// Extents; empty for values that are not arrays.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        match self {
            Self::Numeric(array) => &array.dims,
            Self::Sparse(matrix) => &matrix.dims,
            Self::Text(text) => &text.dims,
            Self::Cell(cell) => &cell.dims,
            Self::Struct(array) => &array.dims,
            Self::Function(_) | Self::Opaque { .. } => &[],
        }
    }
}

/// The number of elements of an array; `None` on overflow.
pub(super) fn count_of(dims: &[usize]) -> Option<u64> {
    let mut extents = dims.iter().map(|extent| *extent as u64);
    extents.try_fold(1_u64, u64::checked_mul)
}

//! Arrays: flags, extents, name, and the content of each class.

use super::element::{self, MATRIX, Tag, UINT32, UTF8, UTF16, lengths, letters};
use crate::FormatError;
use crate::Numbers;
use crate::matlab::stream::{Storage, Stream};
use crate::matlab::text;
use crate::matlab::value::{
    CellArray, Class, NumericArray, SparseMatrix, StructArray, TextArray, Value, count_of,
};

/// Largest nesting depth of cells: more indicates a broken file and would overflow the stack.
pub(in crate::matlab) const DEEPEST: usize = 64;
/// Largest number of extents of an array.
pub(in crate::matlab) const MOST_EXTENTS: usize = 64;
/// Largest total length of the field names of a struct.
const LONGEST_NAMES: u64 = 4 << 20;
const COMPLEX: u32 = 0x0800;
const LOGICAL: u32 = 0x0200;

/// The header of an array.
pub(super) struct Header {
    pub(super) class: Class,
    pub(super) complex: bool,
    pub(super) logical: bool,
    pub(super) dims: Vec<usize>,
    pub(super) name: String,
}

impl Header {
    fn count(&self, stream: &Stream) -> Result<u64, FormatError> {
        count_of(&self.dims).ok_or_else(|| stream.fault("extents whose product overflows"))
    }

    /// Number of elements of an array of arrays; each takes at least a tag.
    fn values(&self, stream: &Stream, each: usize) -> Result<usize, FormatError> {
        let count = self.count(stream)?.checked_mul(each as u64);
        match count.filter(|count| count.checked_mul(8).is_some_and(|b| b <= stream.left())) {
            Some(count) => Ok(count as usize),
            None => Err(stream.fault(format_args!(
                "{:?} values do not fit into the rest of the file",
                self.dims
            ))),
        }
    }
}

/// Reads the header of an array; `None` when the array is only a tag.
pub(super) fn header(stream: &mut Stream) -> Result<Option<Header>, FormatError> {
    Ok(limited_header(stream)?.0)
}

/// Reads the header and limits the stream to the array; also returns the number of bytes after the array.
fn limited_header(stream: &mut Stream) -> Result<(Option<Header>, u64), FormatError> {
    let tag = Tag::read(stream)?;
    if tag.kind != MATRIX {
        let what = format_args!("an element of type {} instead of an array", tag.kind);
        return Err(stream.fault(what));
    }
    let behind = stream.limit(tag.bytes)?;
    if tag.bytes == 0 {
        return Ok((None, behind));
    }
    let flags = Tag::read(stream)?;
    let (UINT32, 8) = (flags.kind, flags.bytes) else {
        return Err(stream.fault("an array without flags"));
    };
    let word = stream.u32()?;
    stream.u32()?;
    let class = class(word & 0xff)
        .ok_or_else(|| stream.fault(format_args!("an array of class {}", word & 0xff)))?;
    let mut dims = Vec::new();
    if class != Class::Opaque {
        dims = lengths(stream, 4 * MOST_EXTENTS as u64)?;
        if !(2..=MOST_EXTENTS).contains(&dims.len()) {
            return Err(stream.fault(format_args!("an array of {} extents", dims.len())));
        }
    }
    let header = Header {
        class,
        complex: word & COMPLEX != 0,
        logical: word & LOGICAL != 0,
        dims,
        name: element::name(stream)?,
    };
    Ok((Some(header), behind))
}

fn class(number: u32) -> Option<Class> {
    Some(match number {
        1 => Class::Cell,
        2 => Class::Struct,
        3 => Class::Object,
        4 => Class::Char,
        5 => Class::Sparse,
        6 => Class::Double,
        7 => Class::Single,
        8 => Class::Int8,
        9 => Class::Uint8,
        10 => Class::Int16,
        11 => Class::Uint16,
        12 => Class::Int32,
        13 => Class::Uint32,
        14 => Class::Int64,
        15 => Class::Uint64,
        16 => Class::Function,
        17 => Class::Opaque,
        _ => return None,
    })
}

/// Reads the next array.
pub(super) fn read(stream: &mut Stream) -> Result<Value, FormatError> {
    nested(stream, 0)
}

fn nested(stream: &mut Stream, depth: usize) -> Result<Value, FormatError> {
    if depth > DEEPEST {
        return Err(stream.fault(format_args!("arrays nested more than {DEEPEST} deep")));
    }
    stream.count_array()?;
    let (header, behind) = limited_header(stream)?;
    let Some(header) = header else {
        stream.leave(behind)?;
        return Ok(Value::Numeric(NumericArray {
            class: Class::Double,
            logical: false,
            dims: vec![0, 0],
            real: Numbers::F64(Vec::new()),
            imaginary: None,
        }));
    };
    let value = content(stream, header, depth)?;
    stream.leave(behind)?;
    Ok(value)
}

/// Reads the content after the header.
fn content(stream: &mut Stream, header: Header, depth: usize) -> Result<Value, FormatError> {
    Ok(match header.class {
        Class::Cell => {
            let count = header.values(stream, 1)?;
            let values = (0..count).map(|_| nested(stream, depth + 1));
            Value::Cell(CellArray {
                values: values.collect::<Result<_, _>>()?,
                dims: header.dims,
            })
        }
        Class::Struct => structs(stream, header, None, depth)?,
        Class::Object => {
            let class_name = element::name(stream)?;
            structs(stream, header, Some(class_name), depth)?
        }
        Class::Char => characters(stream, header)?,
        Class::Sparse => sparse(stream, &header)?,
        Class::Function => Value::Function(Box::new(nested(stream, depth + 1)?)),
        Class::Opaque => {
            // The name of the class system, which is always MATLAB's.
            element::name(stream)?;
            Value::Opaque {
                class_name: element::name(stream)?,
                content: Box::new(nested(stream, depth + 1)?),
            }
        }
        _ => {
            let count = header.count(stream)?;
            let real = part(stream, count)?;
            let imaginary = header.complex.then(|| part(stream, count)).transpose()?;
            Value::Numeric(NumericArray {
                class: header.class,
                logical: header.logical,
                dims: header.dims,
                real,
                imaginary,
            })
        }
    })
}

/// The real or the imaginary parts of an array.
fn part(stream: &mut Stream, count: u64) -> Result<Numbers, FormatError> {
    let numbers = Tag::read(stream)?.numbers(stream)?;
    if numbers.len() as u64 != count {
        let what = format_args!("{} numbers for an array of {count}", numbers.len());
        return Err(stream.fault(what));
    }
    Ok(numbers)
}

fn structs(
    stream: &mut Stream,
    header: Header,
    class_name: Option<String>,
    depth: usize,
) -> Result<Value, FormatError> {
    let name_len = match lengths(stream, 4)?.as_slice() {
        [len] if *len > 0 => *len,
        _ => return Err(stream.fault("a struct whose field names have no length")),
    };
    let names = letters(stream, LONGEST_NAMES)?;
    if !names.len().is_multiple_of(name_len) {
        let what = format_args!("{} letters for names of {name_len}", names.len());
        return Err(stream.fault(what));
    }
    let fields: Vec<String> = names.chunks(name_len).map(element::until_zero).collect();
    let count = header.values(stream, fields.len())?;
    let values = (0..count).map(|_| nested(stream, depth + 1));
    Ok(Value::Struct(StructArray {
        class_name,
        values: values.collect::<Result<_, _>>()?,
        dims: header.dims,
        fields,
    }))
}

fn characters(stream: &mut Stream, header: Header) -> Result<Value, FormatError> {
    let count = header.count(stream)?;
    let tag = Tag::read(stream)?;
    let characters = match (tag.kind, tag.numbers(stream)?) {
        (UTF8, Numbers::U8(bytes)) => text::utf8(&bytes),
        (UTF16, Numbers::U16(units)) => text::utf16(&units),
        // MATLAB counts characters beyond U+FFFF as two.
        (_, Numbers::U16(units)) => text::utf16(&units),
        (_, Numbers::U8(codes)) => text::codes(codes.into_iter().map(u32::from)),
        (_, Numbers::I8(codes)) => {
            text::codes(codes.into_iter().map(|c| u32::from(c.cast_unsigned())))
        }
        (_, Numbers::U32(codes)) => text::codes(codes),
        (kind, _) => return Err(stream.fault(format_args!("characters of type {kind}"))),
    };
    let mut dims = header.dims;
    if characters.len() as u64 != count {
        // A single row has the length of its text, regardless of the count.
        let row = dims.first() == Some(&1) && dims[2..].iter().all(|extent| *extent == 1);
        if !row {
            let what = format_args!("{} characters for an array of {count}", characters.len());
            return Err(stream.fault(what));
        }
        dims[1] = characters.len();
    }
    Ok(Value::Text(TextArray { dims, characters }))
}

fn sparse(stream: &mut Stream, header: &Header) -> Result<Value, FormatError> {
    let &[rows, columns] = header.dims.as_slice() else {
        return Err(stream.fault("a sparse matrix with more than two extents"));
    };
    let mut places = lengths(stream, u64::MAX)?;
    let starts = lengths(stream, u64::MAX)?;
    let (count, rising) = (
        starts.last().copied().unwrap_or(0),
        starts.first() == Some(&0) && starts.is_sorted(),
    );
    if starts.len() != columns + 1 || !rising || count > places.len() {
        return Err(stream.fault("a sparse matrix with invalid column starts"));
    }
    places.truncate(count);
    if places.iter().any(|row| *row >= rows) {
        return Err(stream.fault("an element outside its sparse matrix"));
    }
    let mut part = || -> Result<Vec<f64>, FormatError> {
        let tag = Tag::read(stream)?;
        // MATLAB's class for the elements of a logical matrix is double, but each is stored as a byte.
        let mut values = if header.logical && tag.bytes == count as u64 {
            tag.numbers_as(Storage::U8, stream)?.into_f64()
        } else {
            tag.numbers(stream)?.into_f64()
        };
        if values.len() < count {
            let what = format_args!("{} numbers for {count} elements", values.len());
            return Err(stream.fault(what));
        }
        values.truncate(count);
        Ok(values)
    };
    Ok(Value::Sparse(SparseMatrix {
        logical: header.logical,
        dims: [rows, columns],
        rows: places,
        starts,
        real: part()?,
        imaginary: header.complex.then(part).transpose()?,
    }))
}

//! Version 4: a sequence of variables, each with a header of five integers and a name.

use std::fs::File;

use super::stream::{ByteOrder, Storage, Stream};
use super::text;
use super::value::{Class, NumericArray, SparseMatrix, TextArray, Value};
use super::variable::{Place, Variable};
use crate::FormatError;

/// Size of the five integers in bytes.
const HEADER: u64 = 20;
/// Largest number of columns of a sparse matrix.
const MOST_COLUMNS: usize = 1 << 24;
/// Largest length of a name.
const LONGEST_NAME: u32 = 4096;

/// The header of a variable.
struct Header {
    storage: Storage,
    content: Content,
    rows: u32,
    columns: u32,
    complex: bool,
    name_len: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Full,
    Text,
    Sparse,
}

impl Header {
    /// `None` when the five integers are not a header in this byte order.
    fn of(words: [[u8; 4]; 5], order: ByteOrder) -> Option<Self> {
        let [kind, rows, columns, imaginary, name_len] = words.map(|word| order.u32(word));
        // Thousands: IEEE numbers in this byte order; hundreds: always 0; then precision and type of matrix.
        let storage = match kind / 10 % 10 {
            0 => Storage::F64,
            1 => Storage::F32,
            2 => Storage::I32,
            3 => Storage::I16,
            4 => Storage::U16,
            5 => Storage::U8,
            _ => return None,
        };
        let content = match kind % 10 {
            0 => Content::Full,
            1 => Content::Text,
            2 => Content::Sparse,
            _ => return None,
        };
        let ours = kind / 1000 == u32::from(order == ByteOrder::Big) && kind / 100 % 10 == 0;
        let sane = ours && imaginary <= 1 && (1..=LONGEST_NAME).contains(&name_len);
        sane.then_some(Self {
            storage,
            content,
            rows,
            columns,
            complex: imaginary == 1,
            name_len,
        })
    }

    fn dims(&self) -> Vec<usize> {
        vec![self.rows as usize, self.columns as usize]
    }

    fn class(&self) -> Class {
        match (self.content, self.storage) {
            (Content::Text, _) => Class::Char,
            (Content::Sparse, _) => Class::Sparse,
            (Content::Full, Storage::F32) => Class::Single,
            (Content::Full, Storage::I32) => Class::Int32,
            (Content::Full, Storage::I16) => Class::Int16,
            (Content::Full, Storage::U16) => Class::Uint16,
            (Content::Full, Storage::U8) => Class::Uint8,
            (Content::Full, _) => Class::Double,
        }
    }

    fn elements(&self) -> u64 {
        u64::from(self.rows) * u64::from(self.columns)
    }

    /// Size of the data in bytes.
    fn data(&self) -> Option<u64> {
        let parts = if self.complex { 2 } else { 1 };
        self.elements()
            .checked_mul(self.storage.bytes())?
            .checked_mul(parts)
    }
}

/// Whether a file can start with these bytes.
pub(super) fn is(start: &[u8]) -> bool {
    first(start).is_some_and(|(header, _)| {
        let name = start.get(HEADER as usize..).unwrap_or_default();
        let len = header.name_len.min(64) as usize;
        let name = &name[..len.min(name.len())];
        let letters = name.split(|byte| *byte == 0).next().unwrap_or_default();
        !letters.is_empty() && letters.iter().all(u8::is_ascii_graphic)
    })
}

fn first(start: &[u8]) -> Option<(Header, ByteOrder)> {
    let (words, _) = start.get(..HEADER as usize)?.as_chunks::<4>();
    let words: [[u8; 4]; 5] = words.try_into().ok()?;
    [ByteOrder::Little, ByteOrder::Big]
        .into_iter()
        .find_map(|order| Header::of(words, order).map(|header| (header, order)))
}

/// The variables of a file of `len` bytes, and its byte order.
pub(super) fn variables(file: &File, len: u64) -> Result<(ByteOrder, Vec<Variable>), FormatError> {
    let mut start = Stream::of_file(file, 0, len, ByteOrder::Little)?;
    let bytes = start.array::<{ HEADER as usize }>()?;
    let Some((_, order)) = first(&bytes) else {
        return Err(start.fault("this is not the header of a variable"));
    };
    drop(start);
    let (mut variables, mut place) = (Vec::new(), 0);
    while place < len {
        let mut stream = Stream::of_file(file, place, len - place, order)?;
        let (header, name) = header(&mut stream)?;
        let start = stream.position();
        let data = header.data().filter(|data| *data <= len - start);
        let Some(data) = data else {
            return Err(stream.fault(format_args!(
                "'{name}' of {} x {} does not fit into the rest of the file",
                header.rows, header.columns
            )));
        };
        drop(stream);
        let (mut dims, mut complex) = (header.dims(), header.complex);
        if header.content == Content::Sparse {
            (dims, complex) = (
                sparse_dims(file, &header, start, order)?.to_vec(),
                header.columns == 4,
            );
        }
        variables.push(Variable {
            name,
            class: header.class(),
            dims,
            complex,
            logical: false,
            place: Place {
                start: place,
                len: start + data - place,
                compressed: false,
            },
        });
        place = start + data;
    }
    Ok((order, variables))
}

fn header(stream: &mut Stream) -> Result<(Header, String), FormatError> {
    let mut words = [[0; 4]; 5];
    for word in &mut words {
        *word = stream.array()?;
    }
    let Some(header) = Header::of(words, stream.order) else {
        return Err(stream.fault("this is not the header of a variable"));
    };
    let bytes = stream.bytes(u64::from(header.name_len))?;
    let letters = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    Ok((header, String::from_utf8_lossy(letters).into_owned()))
}

/// The extents of a sparse matrix, from the last row of its table.
fn sparse_dims(
    file: &File,
    header: &Header,
    start: u64,
    order: ByteOrder,
) -> Result<[usize; 2], FormatError> {
    let (rows, bytes) = (u64::from(header.rows), header.storage.bytes());
    let mut extents = [None; 2];
    for (column, extent) in (0..).zip(&mut extents) {
        let place = start + ((column + 1) * rows).saturating_sub(1) * bytes;
        let mut stream = Stream::of_file(file, place, bytes, order)?;
        if rows == 0 || !(3..=4).contains(&header.columns) || header.complex {
            return Err(stream.fault("this is not a sparse matrix"));
        }
        *extent = stream.numbers(header.storage, 1)?.get(0).and_then(whole);
        if extent.is_none() {
            return Err(stream.fault("a sparse matrix without extents"));
        }
    }
    Ok(extents.map(Option::unwrap_or_default))
}

/// A count that is stored as a number.
fn whole(value: f64) -> Option<usize> {
    (value >= 0.0 && value.fract() == 0.0 && value < 2e9).then_some(value as usize)
}

/// The value of a variable.
pub(super) fn read(
    file: &File,
    variable: &Variable,
    order: ByteOrder,
) -> Result<Value, FormatError> {
    let Place { start, len, .. } = variable.place;
    let mut stream = Stream::of_file(file, start, len, order)?;
    let (header, _) = header(&mut stream)?;
    let dims = header.dims();
    Ok(match header.content {
        Content::Full => {
            let real = stream.numbers(header.storage, header.elements())?;
            let imaginary = header
                .complex
                .then(|| stream.numbers(header.storage, header.elements()))
                .transpose()?;
            Value::Numeric(NumericArray {
                class: variable.class,
                logical: false,
                dims,
                real,
                imaginary,
            })
        }
        Content::Text => {
            let codes = stream.numbers(header.storage, header.elements())?;
            Value::Text(TextArray {
                dims,
                characters: text::codes(codes.into_f64().into_iter().map(|code| code as u32)),
            })
        }
        Content::Sparse => Value::Sparse(sparse(&mut stream, &header)?),
    })
}

/// A sparse matrix is stored as a matrix with three columns (row, column, element), four if it is complex; the last row
/// has the extents.
fn sparse(stream: &mut Stream, header: &Header) -> Result<SparseMatrix, FormatError> {
    let (count, columns) = (header.rows as usize, header.columns as usize);
    if count == 0 || !(3..=4).contains(&columns) || header.complex {
        return Err(stream.fault("this is not a sparse matrix"));
    }
    let table = stream
        .numbers(header.storage, header.elements())?
        .into_f64();
    let column = |index: usize| &table[index * count..][..count];
    let extents = [column(0)[count - 1], column(1)[count - 1]].map(whole);
    let [Some(rows), Some(width)] = extents else {
        return Err(stream.fault("a sparse matrix without extents"));
    };
    // The number of columns takes memory that the file size does not limit.
    if width > MOST_COLUMNS {
        return Err(stream.fault("a sparse matrix with too many columns"));
    }
    let mut entries = Vec::with_capacity(count - 1);
    for index in 0..count - 1 {
        let place = [column(0)[index], column(1)[index]].map(whole);
        match place {
            [Some(row), Some(at)] if (1..=rows).contains(&row) && (1..=width).contains(&at) => {
                entries.push((at - 1, row - 1, index));
            }
            _ => return Err(stream.fault("an element outside its sparse matrix")),
        }
    }
    entries.sort_unstable();
    let mut starts = vec![0; width + 1];
    for (at, ..) in &entries {
        starts[at + 1] += 1;
    }
    for at in 0..width {
        starts[at + 1] += starts[at];
    }
    let pick = |source: usize| entries.iter().map(|(.., i)| column(source)[*i]).collect();
    Ok(SparseMatrix {
        logical: false,
        dims: [rows, width],
        rows: entries.iter().map(|(_, row, _)| *row).collect(),
        starts,
        real: pick(2),
        imaginary: (columns == 4).then(|| pick(3)),
    })
}

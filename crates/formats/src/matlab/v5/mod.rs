//! Versions 5 to 7: a header, then one tagged element per variable, which may be compressed.

mod element;
mod matrix;

use std::fs::File;

use element::Tag;
pub(super) use element::{COMPRESSED, MATRIX};
pub(super) use matrix::{DEEPEST, MOST_EXTENTS};

use super::stream::{ByteOrder, Stream};
use super::value::{Class, Value};
use super::variable::{Place, Variable};
use crate::FormatError;

/// Size of the file header in bytes.
const HEADER: u64 = 128;
/// Size of an element's tag in bytes.
const TAG: u64 = 8;

/// Byte order of a file of version 1.0, from the letters MI.
pub(super) fn order_of(start: &[u8]) -> Option<ByteOrder> {
    match start.get(HEADER as usize - 4..HEADER as usize)? {
        [0, 1, b'I', b'M'] => Some(ByteOrder::Little),
        [1, 0, b'M', b'I'] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Description text of a file.
pub(super) fn text_of(start: &[u8]) -> String {
    let text = String::from_utf8_lossy(&start[..start.len().min(116)]);
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
        .to_owned()
}

/// The variables of a file of `len` bytes.
pub(super) fn variables(
    file: &File,
    len: u64,
    order: ByteOrder,
) -> Result<Vec<Variable>, FormatError> {
    let (mut variables, mut place) = (Vec::new(), HEADER);
    while place < len {
        let mut stream = Stream::of_file(file, place, len - place, order)?;
        let tag = Tag::read(&mut stream)?;
        let start = place + TAG;
        if tag.bytes > len - start {
            return Err(stream.fault(format_args!(
                "the variable takes {} bytes, but the file ends after {}",
                tag.bytes,
                len - start
            )));
        }
        let compressed = tag.kind == COMPRESSED;
        let found = match tag.kind {
            MATRIX => Place {
                start: place,
                len: TAG + tag.bytes,
                compressed,
            },
            COMPRESSED => Place {
                start,
                len: tag.bytes,
                compressed,
            },
            other => {
                let what = format_args!("an element of type {other} instead of a variable");
                return Err(stream.fault(what));
            }
        };
        drop(stream);
        variables.extend(variable(file, found, order)?);
        place = start + tag.bytes;
    }
    Ok(variables)
}

/// The variable at a position; `None` for MATLAB's internal data, which have no name.
fn variable(file: &File, place: Place, order: ByteOrder) -> Result<Option<Variable>, FormatError> {
    let mut stream = open(file, place, order)?;
    let Some(header) = matrix::header(&mut stream)? else {
        return Err(stream.fault("a variable without a header"));
    };
    let hidden = header.name.is_empty() && header.class == Class::Uint8;
    Ok((!hidden).then_some(Variable {
        name: header.name,
        class: header.class,
        dims: header.dims,
        complex: header.complex,
        logical: header.logical,
        place,
    }))
}

fn open(file: &File, place: Place, order: ByteOrder) -> Result<Stream<'_>, FormatError> {
    if place.compressed {
        Stream::of_compressed(file, place.start, place.len, order)
    } else {
        Stream::of_file(file, place.start, place.len, order)
    }
}

/// The value of a variable.
pub(super) fn read(
    file: &File,
    variable: &Variable,
    order: ByteOrder,
) -> Result<Value, FormatError> {
    let mut stream = open(file, variable.place, order)?;
    let value = matrix::read(&mut stream)?;
    if variable.place.compressed {
        stream.finish()?;
    }
    Ok(value)
}

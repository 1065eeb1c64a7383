//! Tagged elements.

use crate::FormatError;
use crate::Numbers;
use crate::matlab::stream::{Storage, Stream};

/// An array with all that belongs to it.
pub(in crate::matlab) const MATRIX: u32 = 14;
/// An element compressed by zlib.
pub(in crate::matlab) const COMPRESSED: u32 = 15;
pub(super) const INT8: u32 = 1;
pub(super) const UINT8: u32 = 2;
pub(super) const UINT16: u32 = 4;
pub(super) const UINT32: u32 = 6;
pub(super) const INT32: u32 = 5;
pub(super) const UTF8: u32 = 16;
pub(super) const UTF16: u32 = 17;
pub(super) const UTF32: u32 = 18;

/// No name is longer.
pub(super) const LONGEST_NAME: u64 = 4096;

/// Type and length of an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    pub(super) kind: u32,
    pub(super) bytes: u64,
    /// A small element has its data in the tag.
    small: Option<[u8; 4]>,
}

impl Tag {
    pub(super) fn read(stream: &mut Stream) -> Result<Self, FormatError> {
        let first = stream.u32()?;
        let second: [u8; 4] = stream.array()?;
        if first >> 16 == 0 {
            return Ok(Self {
                kind: first,
                bytes: u64::from(stream.order.u32(second)),
                small: None,
            });
        }
        let bytes = u64::from(first >> 16);
        if bytes > 4 {
            return Err(stream.fault(format_args!("a small element of {bytes} bytes")));
        }
        Ok(Self {
            kind: first & 0xffff,
            bytes,
            small: Some(second),
        })
    }

    /// The same of an element that has no more than so many bytes.
    fn read_up_to(stream: &mut Stream, most: u64) -> Result<Self, FormatError> {
        let tag = Self::read(stream)?;
        if tag.bytes > most {
            let what = format_args!("{} bytes where at most {most} make sense", tag.bytes);
            return Err(stream.fault(what));
        }
        Ok(tag)
    }

    /// The type of the numbers of this element.
    fn storage(self, stream: &Stream) -> Result<Storage, FormatError> {
        Ok(match self.kind {
            INT8 => Storage::I8,
            UINT8 | UTF8 => Storage::U8,
            3 => Storage::I16,
            UINT16 | UTF16 => Storage::U16,
            INT32 => Storage::I32,
            UINT32 | UTF32 => Storage::U32,
            7 => Storage::F32,
            9 => Storage::F64,
            12 => Storage::I64,
            13 => Storage::U64,
            other => {
                return Err(stream.fault(format_args!(
                    "an element of type {other} where numbers should be"
                )));
            }
        })
    }

    /// The numbers of this element.
    pub(super) fn numbers(self, stream: &mut Stream) -> Result<Numbers, FormatError> {
        self.numbers_as(self.storage(stream)?, stream)
    }

    /// The same, stored otherwise than the tag says.
    pub(super) fn numbers_as(
        self,
        storage: Storage,
        stream: &mut Stream,
    ) -> Result<Numbers, FormatError> {
        let count = self.bytes / storage.bytes();
        if count * storage.bytes() != self.bytes {
            return Err(stream.fault(format_args!(
                "{} bytes hold no whole number of numbers of {}",
                self.bytes,
                storage.bytes()
            )));
        }
        if let Some(bytes) = self.small {
            let bytes = &bytes[..self.bytes as usize];
            return Stream::of_bytes(bytes, stream.position(), stream.order)
                .numbers(storage, count);
        }
        let numbers = stream.numbers(storage, count)?;
        stream.skip_padding(self.bytes.next_multiple_of(8) - self.bytes)?;
        Ok(numbers)
    }
}

/// An element of whole numbers of 32 bits that are not negative.
pub(super) fn lengths(stream: &mut Stream, most: u64) -> Result<Vec<usize>, FormatError> {
    let tag = Tag::read_up_to(stream, most)?;
    let lengths: Result<Vec<usize>, _> = match tag.numbers(stream)? {
        Numbers::I32(numbers) => numbers.into_iter().map(usize::try_from).collect(),
        // Some writers mean INT32 where they say UINT32.
        Numbers::U32(numbers) => {
            let numbers = numbers.into_iter().map(u32::cast_signed);
            numbers.map(usize::try_from).collect()
        }
        _ => return Err(stream.fault(format_args!("lengths of type {}", tag.kind))),
    };
    lengths.map_err(|_| stream.fault("a negative length"))
}

/// An element of letters: names and classes.
pub(super) fn letters(stream: &mut Stream, most: u64) -> Result<Vec<u8>, FormatError> {
    let tag = Tag::read_up_to(stream, most)?;
    match (tag.kind, tag.numbers(stream)?) {
        (INT8, Numbers::I8(bytes)) => Ok(bytes.into_iter().map(i8::cast_unsigned).collect()),
        (UTF8 | UINT8, Numbers::U8(bytes)) if bytes.is_ascii() => Ok(bytes),
        (UTF8 | UINT8, _) => Err(stream.fault("a name with letters that are not of ASCII")),
        (kind, _) => Err(stream.fault(format_args!("a name of type {kind}"))),
    }
}

/// The same as a text.
pub(super) fn name(stream: &mut Stream) -> Result<String, FormatError> {
    Ok(until_zero(&letters(stream, LONGEST_NAME)?))
}

/// Letters up to the first zero, each byte one (Latin 1).
pub(super) fn until_zero(bytes: &[u8]) -> String {
    let letters = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    letters.iter().copied().map(char::from).collect()
}

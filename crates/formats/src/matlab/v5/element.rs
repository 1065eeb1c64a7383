//! Tagged elements.

use crate::FormatError;
use crate::Numbers;
use crate::matlab::stream::{Storage, Stream};

/// Type of an element that is an array.
pub(in crate::matlab) const MATRIX: u32 = 14;
/// Type of an element that is compressed by zlib.
pub(in crate::matlab) const COMPRESSED: u32 = 15;
pub(super) const INT8: u32 = 1;
pub(super) const UINT8: u32 = 2;
pub(super) const UINT16: u32 = 4;
pub(super) const UINT32: u32 = 6;
pub(super) const INT32: u32 = 5;
pub(super) const UTF8: u32 = 16;
pub(super) const UTF16: u32 = 17;
pub(super) const UTF32: u32 = 18;

/// Largest length of a name.
pub(super) const LONGEST_NAME: u64 = 4096;

/// Type and length of an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    pub(super) kind: u32,
    pub(super) bytes: u64,
    /// The data of a small element, which are in the tag.
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

    /// Reads a tag, and checks that the element has at most `most` bytes.
    fn read_up_to(stream: &mut Stream, most: u64) -> Result<Self, FormatError> {
        let tag = Self::read(stream)?;
        if tag.bytes > most {
            let what = format_args!("{} bytes, but at most {most} are allowed", tag.bytes);
            return Err(stream.fault(what));
        }
        Ok(tag)
    }

    /// The type of the element's numbers.
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
                    "an element of type {other} instead of numbers"
                )));
            }
        })
    }

    /// The element's numbers.
    pub(super) fn numbers(self, stream: &mut Stream) -> Result<Numbers, FormatError> {
        self.numbers_as(self.storage(stream)?, stream)
    }

    /// The element's numbers, stored in another type than the tag says.
    pub(super) fn numbers_as(
        self,
        storage: Storage,
        stream: &mut Stream,
    ) -> Result<Numbers, FormatError> {
        let count = self.bytes / storage.bytes();
        if count * storage.bytes() != self.bytes {
            return Err(stream.fault(format_args!(
                "{} bytes are not a multiple of {}",
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

/// An element with nonnegative 32-bit integers.
pub(super) fn lengths(stream: &mut Stream, most: u64) -> Result<Vec<usize>, FormatError> {
    let tag = Tag::read_up_to(stream, most)?;
    let lengths: Result<Vec<usize>, _> = match tag.numbers(stream)? {
        Numbers::I32(numbers) => numbers.into_iter().map(usize::try_from).collect(),
        // Some writers tag INT32 as UINT32, or the reverse.
        Numbers::U32(numbers) => {
            let numbers = numbers.into_iter().map(u32::cast_signed);
            numbers.map(usize::try_from).collect()
        }
        _ => return Err(stream.fault(format_args!("lengths of type {}", tag.kind))),
    };
    lengths.map_err(|_| stream.fault("a negative length"))
}

/// An element with characters: a name or a class.
pub(super) fn letters(stream: &mut Stream, most: u64) -> Result<Vec<u8>, FormatError> {
    let tag = Tag::read_up_to(stream, most)?;
    match (tag.kind, tag.numbers(stream)?) {
        (INT8, Numbers::I8(bytes)) => Ok(bytes.into_iter().map(i8::cast_unsigned).collect()),
        (UTF8 | UINT8, Numbers::U8(bytes)) if bytes.is_ascii() => Ok(bytes),
        (UTF8 | UINT8, _) => Err(stream.fault("a name with characters other than ASCII")),
        (kind, _) => Err(stream.fault(format_args!("a name of type {kind}"))),
    }
}

/// An element with characters, as text.
pub(super) fn name(stream: &mut Stream) -> Result<String, FormatError> {
    Ok(until_zero(&letters(stream, LONGEST_NAME)?))
}

/// Characters up to the first zero, one per byte (Latin 1).
pub(super) fn until_zero(bytes: &[u8]) -> String {
    let letters = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    letters.iter().copied().map(char::from).collect()
}

//! Tagged elements.

use crate::IoError;
use crate::matlab::Numbers;
use crate::matlab::stream::{Storage, Stream};

/// An array with all that belongs to it.
pub(super) const MATRIX: u32 = 14;
/// An element compressed by zlib.
pub(super) const COMPRESSED: u32 = 15;
pub(super) const INT8: u32 = 1;
pub(super) const UINT8: u32 = 2;
pub(super) const UINT16: u32 = 4;
pub(super) const UINT32: u32 = 6;
pub(super) const INT32: u32 = 5;
pub(super) const UTF8: u32 = 16;
pub(super) const UTF16: u32 = 17;
pub(super) const UTF32: u32 = 18;

/// Type and length of an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag {
    pub(super) kind: u32,
    pub(super) bytes: u64,
    /// A small element has its data in the tag.
    small: Option<[u8; 4]>,
}

impl Tag {
    pub(super) fn read(stream: &mut Stream) -> Result<Self, IoError> {
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

    /// The type of the numbers of this element.
    fn storage(self, stream: &Stream) -> Result<Storage, IoError> {
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
    pub(super) fn numbers(self, stream: &mut Stream) -> Result<Numbers, IoError> {
        self.numbers_as(self.storage(stream)?, stream)
    }

    /// The same, stored otherwise than the tag says.
    pub(super) fn numbers_as(
        self,
        storage: Storage,
        stream: &mut Stream,
    ) -> Result<Numbers, IoError> {
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
pub(super) fn lengths(stream: &mut Stream) -> Result<Vec<usize>, IoError> {
    let tag = Tag::read(stream)?;
    let numbers: Vec<i64> = match tag.numbers(stream)? {
        Numbers::I32(numbers) => numbers.into_iter().map(i64::from).collect(),
        // Some writers mean INT32 where they say UINT32.
        Numbers::U32(numbers) => numbers
            .into_iter()
            .map(|n| i64::from(n.cast_signed()))
            .collect(),
        _ => return Err(stream.fault(format_args!("lengths of type {}", tag.kind))),
    };
    let lengths = numbers.into_iter().map(usize::try_from);
    lengths
        .collect::<Result<_, _>>()
        .map_err(|_| stream.fault("a negative length"))
}

/// An element of letters: names and classes.
pub(super) fn letters(stream: &mut Stream) -> Result<Vec<u8>, IoError> {
    let tag = Tag::read(stream)?;
    let bytes = match (tag.kind, tag.numbers(stream)?) {
        (INT8, Numbers::I8(bytes)) => bytes.into_iter().map(i8::cast_unsigned).collect(),
        (UTF8 | UINT8, Numbers::U8(bytes)) => bytes,
        (kind, _) => return Err(stream.fault(format_args!("a name of type {kind}"))),
    };
    if !bytes.is_ascii() {
        return Err(stream.fault("a name with letters that are not of ASCII"));
    }
    Ok(bytes)
}

/// The same as a text.
pub(super) fn name(stream: &mut Stream) -> Result<String, IoError> {
    Ok(until_zero(&letters(stream)?))
}

/// Letters up to the first zero.
pub(super) fn until_zero(bytes: &[u8]) -> String {
    let letters = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(letters).into_owned()
}

//! The bytes of a file, or of a compressed part of it, with the current position for errors.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use flate2::bufread::ZlibDecoder;

use super::fault::fault;
use crate::FormatError;
use crate::Numbers;

/// Number of bytes to read at a time.
const CHUNK: usize = 1 << 16;
/// Largest number of arrays in the cells and fields of one variable: each takes memory, but possibly only eight bytes
/// of a file.
pub(super) const MOST_ARRAYS: usize = 1 << 21;
/// Largest compression ratio of zlib.
const LARGEST_GROWTH: u64 = 1032;

/// Byte order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl ByteOrder {
    /// Name of the byte order.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Little => "little",
            Self::Big => "big",
        }
    }

    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// Stored type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Storage {
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// A part of a file, read sequentially.
pub(super) struct Stream<'a> {
    reader: Box<dyn Read + 'a>,
    pub(super) order: ByteOrder,
    /// Position of the next byte, in the file or in the decompressed data.
    position: u64,
    /// Upper bound of the remaining bytes; it limits memory allocations.
    left: u64,
    /// Position in the file of the compressed bytes.
    compressed_at: Option<u64>,
    /// Number of arrays so far.
    arrays: usize,
}

impl<'a> Stream<'a> {
    /// Reads the bytes `start..start + len` of a file.
    pub(super) fn of_file(
        mut file: &'a File,
        start: u64,
        len: u64,
        order: ByteOrder,
    ) -> Result<Self, FormatError> {
        file.seek(SeekFrom::Start(start))?;
        Ok(Self {
            reader: Box::new(BufReader::new(file.take(len))),
            order,
            position: start,
            left: len,
            compressed_at: None,
            arrays: 0,
        })
    }

    /// Reads the decompressed content of the bytes `start..start + len` of a file.
    pub(super) fn of_compressed(
        mut file: &'a File,
        start: u64,
        len: u64,
        order: ByteOrder,
    ) -> Result<Self, FormatError> {
        file.seek(SeekFrom::Start(start))?;
        let packed = BufReader::with_capacity(CHUNK, file.take(len));
        Ok(Self {
            reader: Box::new(ZlibDecoder::new(packed)),
            order,
            position: 0,
            left: len.saturating_mul(LARGEST_GROWTH),
            compressed_at: Some(start),
            arrays: 0,
        })
    }

    /// Reads a slice whose first byte has this position.
    pub(super) fn of_bytes(bytes: &'a [u8], position: u64, order: ByteOrder) -> Self {
        Self {
            reader: Box::new(bytes),
            order,
            position,
            left: bytes.len() as u64,
            compressed_at: None,
            arrays: 0,
        }
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Upper bound of the remaining bytes.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// An error at the position of the next byte.
    pub(super) fn fault(&self, what: impl std::fmt::Display) -> FormatError {
        match self.compressed_at {
            None => fault(format_args!("at byte {}: {what}", self.position)),
            Some(at) => fault(format_args!(
                "at byte {} of the compressed data at byte {at}: {what}",
                self.position
            )),
        }
    }

    fn failed(&self, error: std::io::Error) -> FormatError {
        match error.kind() {
            ErrorKind::UnexpectedEof => self.fault("the data end too early"),
            ErrorKind::InvalidInput | ErrorKind::InvalidData if self.compressed_at.is_some() => {
                self.fault("the compressed data are corrupt")
            }
            _ => FormatError::System(error),
        }
    }

    /// Fills a slice.
    pub(super) fn exact(&mut self, target: &mut [u8]) -> Result<(), FormatError> {
        let count = target.len() as u64;
        if count > self.left {
            return Err(self.fault("the data end too early"));
        }
        self.reader
            .read_exact(target)
            .map_err(|error| self.failed(error))?;
        self.position += count;
        self.left -= count;
        Ok(())
    }

    /// Limits the remaining bytes, and returns the number of bytes after the limit.
    pub(super) fn limit(&mut self, bytes: u64) -> Result<u64, FormatError> {
        let Some(behind) = self.left.checked_sub(bytes) else {
            return Err(self.fault(format_args!(
                "{bytes} bytes are more than the data can have"
            )));
        };
        self.left = bytes;
        Ok(behind)
    }

    /// Skips the rest up to the limit, and continues after it.
    pub(super) fn leave(&mut self, behind: u64) -> Result<(), FormatError> {
        let mut memory = [0; 64];
        while self.left > 0 {
            let count = self.left.min(64) as usize;
            self.exact(&mut memory[..count])?;
        }
        self.left = behind;
        Ok(())
    }

    /// Counts an array.
    pub(super) fn count_array(&mut self) -> Result<(), FormatError> {
        self.arrays += 1;
        if self.arrays > MOST_ARRAYS {
            let what = format_args!("a variable with more than {MOST_ARRAYS} arrays");
            return Err(self.fault(what));
        }
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let mut bytes = [0; N];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, FormatError> {
        Ok(self.order.u32(self.array()?))
    }

    /// Reads `count` bytes.
    pub(super) fn bytes(&mut self, count: u64) -> Result<Vec<u8>, FormatError> {
        match self.numbers(Storage::U8, count)? {
            Numbers::U8(bytes) => Ok(bytes),
            _ => Err(self.fault("bytes were read as other numbers")),
        }
    }

    /// Skips padding bytes, which may be missing at the end.
    pub(super) fn skip_padding(&mut self, count: u64) -> Result<(), FormatError> {
        for _ in 0..count.min(self.left) {
            let mut byte = [0];
            match self.reader.read(&mut byte) {
                Ok(0) => return Ok(()),
                Ok(_) => {
                    self.position += 1;
                    self.left = self.left.saturating_sub(1);
                }
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(())
    }

    /// Checks that nothing is left; this also makes the decoder verify the checksum of compressed data.
    pub(super) fn finish(mut self) -> Result<(), FormatError> {
        let mut byte = [0];
        match self.reader.read(&mut byte) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.fault("there are bytes after the variable")),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Reads `count` numbers.
    pub(super) fn numbers(&mut self, storage: Storage, count: u64) -> Result<Numbers, FormatError> {
        macro_rules! read {
            ($kind:ident, $number:ty) => {
                Numbers::$kind(match self.order {
                    ByteOrder::Little => self.values(count, <$number>::from_le_bytes)?,
                    ByteOrder::Big => self.values(count, <$number>::from_be_bytes)?,
                })
            };
        }
        Ok(match storage {
            Storage::I8 => read!(I8, i8),
            Storage::U8 => read!(U8, u8),
            Storage::I16 => read!(I16, i16),
            Storage::U16 => read!(U16, u16),
            Storage::I32 => read!(I32, i32),
            Storage::U32 => read!(U32, u32),
            Storage::I64 => read!(I64, i64),
            Storage::U64 => read!(U64, u64),
            Storage::F32 => read!(F32, f32),
            Storage::F64 => read!(F64, f64),
        })
    }

    fn values<T, const N: usize>(
        &mut self,
        count: u64,
        number: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, FormatError> {
        let bytes = count.checked_mul(N as u64).filter(|b| *b <= self.left);
        let fits = bytes.and_then(|_| usize::try_from(count).ok());
        let Some(count) = fits else {
            return Err(self.fault(format_args!(
                "{count} numbers of {N} bytes do not fit into the rest of the file"
            )));
        };
        let mut values = Vec::new();
        if values.try_reserve_exact(count).is_err() {
            return Err(self.fault(format_args!("{count} numbers do not fit into memory")));
        }
        let mut memory = vec![0; (count * N).min(CHUNK)];
        while values.len() < count {
            let chunk = &mut memory[..(count - values.len()).min(CHUNK / N) * N];
            self.exact(chunk)?;
            let (numbers, _) = chunk.as_chunks::<N>();
            values.extend(numbers.iter().map(|bytes| number(*bytes)));
        }
        Ok(values)
    }
}

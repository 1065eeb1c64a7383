//! Bytes of a file, or of what is compressed in it, with the place of the next one for errors.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use flate2::bufread::ZlibDecoder;

use super::fault::fault;
use crate::FormatError;
use crate::Numbers;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;
/// Arrays in the cells and fields of one variable: each takes memory, but no more than eight bytes of a file.
pub(super) const MOST_ARRAYS: usize = 1 << 21;
/// No compressed stream of zlib's grows by more than this.
const LARGEST_GROWTH: u64 = 1032;

/// Order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The last byte counts most.
    Little,
    /// The first byte counts most.
    Big,
}

impl ByteOrder {
    /// In one word.
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

/// The type that numbers are stored in.
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

/// A part of a file, read from front to back.
pub(super) struct Stream<'a> {
    reader: Box<dyn Read + 'a>,
    pub(super) order: ByteOrder,
    /// Number of the next byte: of the file, or of what is compressed.
    position: u64,
    /// The most bytes that can still come; no memory is taken for more.
    left: u64,
    /// Where in the file the compressed bytes begin.
    compressed_at: Option<u64>,
    /// Arrays so far.
    arrays: usize,
}

impl<'a> Stream<'a> {
    /// The bytes `start..start + len` of a file.
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

    /// What is compressed in the bytes `start..start + len` of a file.
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

    /// Bytes of a slice that lie at `position`.
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

    /// The most bytes that can still come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// A fault at the place of the next byte.
    pub(super) fn fault(&self, what: impl std::fmt::Display) -> FormatError {
        match self.compressed_at {
            None => fault(format_args!("at byte {}: {what}", self.position)),
            Some(at) => fault(format_args!(
                "at byte {} of what is compressed at byte {at}: {what}",
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

    /// Lets no more than so many bytes be read; what may be read after them comes back.
    pub(super) fn limit(&mut self, bytes: u64) -> Result<u64, FormatError> {
        let Some(behind) = self.left.checked_sub(bytes) else {
            return Err(self.fault(format_args!("{bytes} bytes are more than there can be")));
        };
        self.left = bytes;
        Ok(behind)
    }

    /// Passes over what is left of the limit, and goes on behind it.
    pub(super) fn leave(&mut self, behind: u64) -> Result<(), FormatError> {
        let mut memory = [0; 64];
        while self.left > 0 {
            let count = self.left.min(64) as usize;
            self.exact(&mut memory[..count])?;
        }
        self.left = behind;
        Ok(())
    }

    /// Counts one more array.
    pub(super) fn count_array(&mut self) -> Result<(), FormatError> {
        self.arrays += 1;
        if self.arrays > MOST_ARRAYS {
            let what = format_args!("a variable of more than {MOST_ARRAYS} arrays");
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

    /// So many bytes.
    pub(super) fn bytes(&mut self, count: u64) -> Result<Vec<u8>, FormatError> {
        match self.numbers(Storage::U8, count)? {
            Numbers::U8(bytes) => Ok(bytes),
            _ => Err(self.fault("bytes were read as other numbers")),
        }
    }

    /// Goes on behind bytes that do not matter; they may be missing at the end.
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

    /// Reads what is left, which must be nothing: only then is the checksum of compressed data compared.
    pub(super) fn finish(mut self) -> Result<(), FormatError> {
        let mut byte = [0];
        match self.reader.read(&mut byte) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.fault("there is more than the variable")),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// So many numbers.
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
                "{count} numbers of {N} bytes do not fit into what is left of the file"
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

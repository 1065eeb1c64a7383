//! Numbers of a dataset, in their stored type.

use hdf5_reader::{Datatype, SliceInfo, SliceInfoElem};

use super::chunk_order;
use super::dataset::Dataset;
use super::element::{self, Bits, Half, Member, Part, StoredElement};
use super::encoding::{self, Encoding};
use super::fault::{at, guard, unsupported};
use super::kind::Kind;
use super::layout;
use crate::FormatError;
use crate::Numbers;

/// Number of bytes to decode at a time, if the chunks allow it.
const SLAB: u64 = 8 << 20;
/// Largest slab of whole chunks in bytes; above it, decoding some chunks twice is cheaper.
const LARGEST_SLAB: u64 = 256 << 20;

/// Numbers in the order of the file: the last index varies fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// The numbers, or their real parts. Half precision becomes single precision, enumerations become integers.
    pub real: Numbers,
    /// Imaginary parts of complex numbers.
    pub imaginary: Option<Numbers>,
}

/// The other content of an element that contains a number.
#[derive(Clone, Copy)]
enum Around {
    Nothing,
    Enumeration,
    RealPart,
    ImaginaryPart,
}

impl Dataset {
    /// Reads the numbers. Memory use is that of the numbers, plus one slab.
    ///
    /// # Errors
    /// The dataset has no numbers; an unsupported filter or layout; the file is broken; more numbers than fit into the
    /// file.
    pub fn numbers(&self) -> Result<Array, FormatError> {
        self.least_bytes()?;
        chunk_order::refuse_mixed_up(self.path(), &self.inner, &self.context)?;
        let encoding = self.encoding()?;
        let datatype = self.inner.dtype();
        let (real, imaginary) = match (self.kind(), datatype) {
            (Kind::Number | Kind::Logical, Datatype::Enum { base, .. }) => {
                (self.parts(base, Around::Enumeration)?, None)
            }
            (Kind::Logical, _) => (self.part::<Bits>(Around::Nothing)?, None),
            (Kind::Number, _) => (self.parts(datatype, Around::Nothing)?, None),
            (Kind::Complex, _) => {
                let base = element::complex(datatype).unwrap_or(datatype);
                let imaginary = self.parts(base, Around::ImaginaryPart)?;
                (self.parts(base, Around::RealPart)?, Some(imaginary))
            }
            _ => {
                let what = format_args!("{} instead of numbers", self.type_name());
                return Err(unsupported(self.path(), what));
            }
        };
        Ok(Array {
            real: encoding.decoded(real),
            imaginary,
        })
    }

    /// The bits of the numbers that count. A part of a complex number always counts as a whole.
    fn encoding(&self) -> Result<Encoding, FormatError> {
        if matches!(self.kind(), Kind::Text | Kind::Reference | Kind::Other) {
            return Ok(Encoding::Whole);
        }
        let raw = guard(self.path(), || self.inner.raw_datatype())?;
        encoding::of(&raw).map_err(|what| unsupported(self.path(), what))
    }

    fn parts(&self, base: &Datatype, around: Around) -> Result<Numbers, FormatError> {
        match base {
            Datatype::FixedPoint { size, signed, .. } => match (size, signed) {
                (1, true) => self.part::<i8>(around),
                (1, false) => self.part::<u8>(around),
                (2, true) => self.part::<i16>(around),
                (2, false) => self.part::<u16>(around),
                (4, true) => self.part::<i32>(around),
                (4, false) => self.part::<u32>(around),
                (8, true) => self.part::<i64>(around),
                (8, false) => self.part::<u64>(around),
                _ => Err(unsupported(self.path(), element::name(base))),
            },
            Datatype::FloatingPoint { size: 2, .. } => self.part::<Half>(around),
            Datatype::FloatingPoint { size: 4, .. } => self.part::<f32>(around),
            Datatype::FloatingPoint { size: 8, .. } => self.part::<f64>(around),
            other => Err(unsupported(self.path(), element::name(other))),
        }
    }

    fn part<T: StoredElement>(&self, around: Around) -> Result<Numbers, FormatError> {
        Ok(T::wrap(match around {
            Around::Nothing => self.values::<T>()?,
            Around::Enumeration => self.values::<Member<T>>()?,
            Around::RealPart => self.values::<Part<T, false>>()?,
            Around::ImaginaryPart => self.values::<Part<T, true>>()?,
        }))
    }

    fn values<W: StoredElement>(&self) -> Result<Vec<W::Number>, FormatError> {
        let count = usize::try_from(self.count()?).unwrap_or(usize::MAX);
        let mut values = Vec::new();
        if values.try_reserve_exact(count).is_err() {
            return Err(at(
                self.path(),
                format_args!("{count} numbers do not fit into memory"),
            ));
        }
        if count == 0 {
            return Ok(values);
        }
        match layout::old_address(self)? {
            Some(address) => self.old_values::<W>(address, count, &mut values)?,
            None => self.slabs::<W>(&mut values)?,
        }
        if values.len() == count {
            return Ok(values);
        }
        let what = format_args!("{} numbers for an array of {count}", values.len());
        Err(at(self.path(), what))
    }

    fn slabs<W: StoredElement>(&self, values: &mut Vec<W::Number>) -> Result<(), FormatError> {
        let Some(extent) = self.shape().first().copied() else {
            let read = guard(self.path(), || self.inner.read_array::<W>())?;
            values.extend(read.iter().map(StoredElement::number));
            return Ok(());
        };
        let rows = self.rows_of_a_slab()?;
        let mut start = 0;
        while start < extent {
            let end = start.saturating_add(rows).min(extent);
            let mut slab = SliceInfo::all(self.inner.ndim());
            slab.selections[0] = SliceInfoElem::Slice {
                start,
                end,
                step: 1,
            };
            let read = guard(self.path(), || self.inner.read_slice::<W>(&slab))?;
            values.extend(read.iter().map(StoredElement::number));
            start = end;
        }
        Ok(())
    }

    /// Number of indices along the first axis in a slab of whole chunks.
    fn rows_of_a_slab(&self) -> Result<u64, FormatError> {
        let size = guard(self.path(), || self.inner.raw_element_size())? as u64;
        let others = self.shape().iter().skip(1);
        let row = others
            .fold(size, |bytes, extent| bytes.saturating_mul(*extent))
            .max(1);
        let rows = (SLAB / row).max(1);
        let chunks = self.inner.chunks();
        let chunk = chunks
            .and_then(|c| c.first().copied())
            .map_or(1, u64::from)
            .max(1);
        let whole = (rows / chunk).max(1).saturating_mul(chunk);
        if whole.saturating_mul(row) <= LARGEST_SLAB {
            return Ok(whole);
        }
        Ok((LARGEST_SLAB / row).clamp(1, whole))
    }

    /// The values of an old layout, which only this crate reads.
    fn old_values<W: StoredElement>(
        &self,
        address: u64,
        count: usize,
        values: &mut Vec<W::Number>,
    ) -> Result<(), FormatError> {
        let datatype = self.inner.dtype();
        let size = W::element_size(datatype).max(1);
        let most = (SLAB as usize / size).max(1);
        let storage = self.context.file.storage();
        while values.len() < count {
            let take = (count - values.len()).min(most);
            let place = address.saturating_add((values.len() * size) as u64);
            guard(self.path(), || {
                let bytes = storage.read_range(place, take * size)?;
                for element in bytes.chunks_exact(size) {
                    values.push(W::from_bytes(element, datatype)?.number());
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

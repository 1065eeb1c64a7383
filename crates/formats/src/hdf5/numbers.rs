//! Numbers of a dataset, in the type that they are stored in.

use hdf5_reader::{Datatype, SliceInfo, SliceInfoElem};

use super::dataset::Dataset;
use super::element::{self, Bits, Half, Member, Part, Stored};
use super::fault::{at, guard, unsupported};
use super::kind::Kind;
use super::layout;
use crate::FormatError;
use crate::Numbers;

/// Bytes that are decoded at a time, if the chunks allow it.
const SLAB: u64 = 8 << 20;
/// Bytes of whole chunks beyond which it is cheaper to decode some of them twice.
const LARGEST_SLAB: u64 = 256 << 20;

/// Numbers in the order of the file: the last index runs fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// The numbers, or their real parts. Half precision becomes single, an enumeration the numbers of its members.
    pub real: Numbers,
    /// Imaginary parts.
    pub imaginary: Option<Numbers>,
}

/// What surrounds a number in one element.
#[derive(Clone, Copy)]
enum Around {
    Nothing,
    Enumeration,
    RealPart,
    ImaginaryPart,
}

impl Dataset {
    /// Reads its numbers. Memory holds them once, and a slab of them.
    ///
    /// # Errors
    /// It consists of something else; a filter or layout that is not read; a broken file; more numbers than the file
    /// accounts for.
    pub fn numbers(&self) -> Result<Array, FormatError> {
        self.least_bytes()?;
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
                let what = format_args!("{} where numbers should be", self.type_name());
                return Err(unsupported(self.path(), what));
            }
        };
        Ok(Array { real, imaginary })
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
            Datatype::FloatingPoint { size: 2, .. } => {
                self.require_ieee_half()?;
                self.part::<Half>(around)
            }
            Datatype::FloatingPoint { size: 4, .. } => self.part::<f32>(around),
            Datatype::FloatingPoint { size: 8, .. } => self.part::<f64>(around),
            other => Err(unsupported(self.path(), element::name(other))),
        }
    }

    fn part<T: Stored>(&self, around: Around) -> Result<Numbers, FormatError> {
        Ok(T::wrap(match around {
            Around::Nothing => self.values::<T>()?,
            Around::Enumeration => self.values::<Member<T>>()?,
            Around::RealPart => self.values::<Part<T, false>>()?,
            Around::ImaginaryPart => self.values::<Part<T, true>>()?,
        }))
    }

    /// Two bytes may also hold a float of another make, which the decoder does not tell from this one.
    fn require_ieee_half(&self) -> Result<(), FormatError> {
        let bytes = guard(self.path(), || self.inner.raw_datatype())?;
        // Behind class and size: place and count of bits, then place and size of the exponent and of the fraction.
        match bytes.get(8..16) {
            Some([0, 0, 16, 0, 10, 5, 0, 10]) => Ok(()),
            _ => Err(unsupported(
                self.path(),
                "a float of two bytes that is no float16",
            )),
        }
    }

    fn values<W: Stored>(&self) -> Result<Vec<W::Number>, FormatError> {
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

    fn slabs<W: Stored>(&self, values: &mut Vec<W::Number>) -> Result<(), FormatError> {
        let Some(extent) = self.shape().first().copied() else {
            let read = guard(self.path(), || self.inner.read_array::<W>())?;
            values.extend(read.iter().map(Stored::number));
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
            values.extend(read.iter().map(Stored::number));
            start = end;
        }
        Ok(())
    }

    /// So many indices along the first axis that a slab takes whole chunks.
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

    /// The same of a layout that only we read.
    fn old_values<W: Stored>(
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

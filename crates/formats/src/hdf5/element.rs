//! Elements of a dataset: names of their types, and types that the decoder does not convert to numbers.

use hdf5_reader::error::{ByteOrder, Error, Result};
use hdf5_reader::{Datatype, H5Type};

use super::kind::Kind;
use super::text;
use crate::Numbers;

/// Kind of a dataset of this type.
pub(super) fn kind(datatype: &Datatype) -> Kind {
    match datatype {
        Datatype::FixedPoint { .. } | Datatype::FloatingPoint { .. } => Kind::Number,
        Datatype::Bitfield { size: 1, .. } => Kind::Logical,
        Datatype::Enum { members, .. } => {
            let named = |name: &str| members.iter().any(|m| m.name.eq_ignore_ascii_case(name));
            match members.len() == 2 && named("false") && named("true") {
                true => Kind::Logical,
                false => Kind::Number,
            }
        }
        Datatype::Compound { .. } if complex(datatype).is_some() => Kind::Complex,
        _ if text::is_text(datatype) => Kind::Text,
        Datatype::Reference { .. } => Kind::Reference,
        _ => Kind::Other,
    }
}

/// Name of a type, as in numpy if numpy has the type.
pub(super) fn name(datatype: &Datatype) -> String {
    let bits = |size: u8| u32::from(size) * 8;
    match datatype {
        Datatype::FixedPoint { size, signed, .. } => {
            let sign = if *signed { "" } else { "u" };
            format!("{sign}int{}", bits(*size))
        }
        Datatype::FloatingPoint { size, .. } => format!("float{}", bits(*size)),
        Datatype::Enum { .. } | Datatype::Bitfield { .. } if kind(datatype) == Kind::Logical => {
            "bool".to_owned()
        }
        Datatype::Enum { base, .. } => format!("enumeration of {}", name(base)),
        Datatype::Compound { fields, .. } => match complex(datatype) {
            Some(base) => format!("complex {}", name(base)),
            None => format!("compound of {} fields", fields.len()),
        },
        Datatype::Array { base, dims } => format!("arrays {dims:?} of {}", name(base)),
        _ if text::is_text(datatype) => "text".to_owned(),
        Datatype::String { .. } => "text".to_owned(),
        Datatype::VarLen { base, .. } => format!("lists of {}", name(base)),
        Datatype::Opaque { size, .. } => format!("opaque values of {size} bytes"),
        Datatype::Reference { .. } => "reference".to_owned(),
        Datatype::Bitfield { size, .. } => format!("{} bits", bits(*size)),
    }
}

/// The type of both parts of a complex number.
pub(super) fn complex(datatype: &Datatype) -> Option<&Datatype> {
    let real = &part(datatype, false)?.1;
    let imaginary = &part(datatype, true)?.1;
    (real == imaginary && kind(real) == Kind::Number).then_some(real)
}

/// Offset and type of a part of a complex number, as MATLAB (real, imag) or h5py (r, i) store it.
fn part(datatype: &Datatype, imaginary: bool) -> Option<(usize, &Datatype)> {
    let Datatype::Compound { fields, .. } = datatype else {
        return None;
    };
    let names = if imaginary {
        ["imag", "i"]
    } else {
        ["real", "r"]
    };
    let found = fields
        .iter()
        .find(|field| names.contains(&field.name.as_str()));
    found
        .filter(|_| fields.len() == 2)
        .map(|field| (field.byte_offset as usize, &field.datatype))
}

/// The stored form of one element, and its conversion to a number.
pub(super) trait StoredElement: H5Type {
    type Number: Copy;
    fn number(&self) -> Self::Number;
    fn wrap(values: Vec<Self::Number>) -> Numbers;
}

macro_rules! stored {
    ($($number:ty => $kind:ident),*) => {$(
        impl StoredElement for $number {
            type Number = Self;
            fn number(&self) -> Self {
                *self
            }
            fn wrap(values: Vec<Self>) -> Numbers {
                Numbers::$kind(values)
            }
        }
    )*};
}
stored!(i8 => I8, u8 => U8, i16 => I16, u16 => U16, i32 => I32, u32 => U32, i64 => I64, u64 => U64, f32 => F32, f64 => F64);

fn mismatch<T>(expected: &str, found: &Datatype) -> Result<T> {
    Err(Error::TypeMismatch {
        expected: expected.to_owned(),
        actual: name(found),
    })
}

/// A half-precision number.
#[derive(Clone)]
pub(super) struct Half(f32);

impl H5Type for Half {
    fn hdf5_type() -> Datatype {
        Datatype::FloatingPoint {
            size: 2,
            byte_order: ByteOrder::LittleEndian,
        }
    }

    fn element_size(_: &Datatype) -> usize {
        2
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Result<Self> {
        match (bytes.first_chunk::<2>(), datatype) {
            (
                Some(bytes),
                Datatype::FloatingPoint {
                    size: 2,
                    byte_order,
                },
            ) => Ok(Self(from_half(match byte_order {
                ByteOrder::LittleEndian => u16::from_le_bytes(*bytes),
                ByteOrder::BigEndian => u16::from_be_bytes(*bytes),
            }))),
            _ => mismatch("float16", datatype),
        }
    }
}

impl StoredElement for Half {
    type Number = f32;
    fn number(&self) -> f32 {
        self.0
    }
    fn wrap(values: Vec<f32>) -> Numbers {
        Numbers::F32(values)
    }
}

/// Converts IEEE 754 binary16; single precision represents every value exactly.
fn from_half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

/// A bit field of up to eight bits.
#[derive(Clone)]
pub(super) struct Bits(u8);

impl H5Type for Bits {
    fn hdf5_type() -> Datatype {
        Datatype::Bitfield {
            size: 1,
            byte_order: ByteOrder::LittleEndian,
        }
    }

    fn element_size(_: &Datatype) -> usize {
        1
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Result<Self> {
        match bytes.first() {
            Some(byte) => Ok(Self(*byte)),
            None => mismatch("8 bits", datatype),
        }
    }
}

impl StoredElement for Bits {
    type Number = u8;
    fn number(&self) -> u8 {
        self.0
    }
    fn wrap(values: Vec<u8>) -> Numbers {
        Numbers::U8(values)
    }
}

/// The number of a member of an enumeration.
#[derive(Clone)]
pub(super) struct Member<T>(T);

impl<T: H5Type> H5Type for Member<T> {
    fn hdf5_type() -> Datatype {
        T::hdf5_type()
    }

    fn element_size(datatype: &Datatype) -> usize {
        T::element_size(datatype)
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Result<Self> {
        match datatype {
            Datatype::Enum { base, .. } => T::from_bytes(bytes, base).map(Self),
            other => mismatch("enumeration", other),
        }
    }
}

impl<T: StoredElement> StoredElement for Member<T> {
    type Number = T::Number;
    fn number(&self) -> T::Number {
        self.0.number()
    }
    fn wrap(values: Vec<T::Number>) -> Numbers {
        T::wrap(values)
    }
}

/// One part of a complex number.
#[derive(Clone)]
pub(super) struct Part<T, const IMAGINARY: bool>(T);

impl<T: H5Type, const IMAGINARY: bool> H5Type for Part<T, IMAGINARY> {
    fn hdf5_type() -> Datatype {
        T::hdf5_type()
    }

    fn element_size(datatype: &Datatype) -> usize {
        match datatype {
            Datatype::Compound { size, .. } => *size as usize,
            other => T::element_size(other),
        }
    }

    fn from_bytes(bytes: &[u8], datatype: &Datatype) -> Result<Self> {
        let part = part(datatype, IMAGINARY);
        let part = part.and_then(|(place, kind)| Some((bytes.get(place..)?, kind)));
        match part {
            Some((bytes, kind)) => T::from_bytes(bytes, kind).map(Self),
            None => mismatch("complex number", datatype),
        }
    }
}

impl<T: StoredElement, const IMAGINARY: bool> StoredElement for Part<T, IMAGINARY> {
    type Number = T::Number;
    fn number(&self) -> T::Number {
        self.0.number()
    }
    fn wrap(values: Vec<T::Number>) -> Numbers {
        T::wrap(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_read_exactly() {
        // Values of numpy.array([…], 'u2').view('f2').
        let pairs = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x3555, 0.333_251_95),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, value) in pairs {
            assert_eq!(from_half(bits), value, "{bits:#x}");
        }
        assert!(from_half(0x7e00).is_nan());
    }
}

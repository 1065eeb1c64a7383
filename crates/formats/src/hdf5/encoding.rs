//! How numbers lie within their bytes (HDF5 file format, section IV.A.2.d), which the decoder does not look at.

use crate::Numbers;

/// Classes of types: integers, floating-point numbers, records, enumerations.
const INTEGER: u8 = 0;
const FLOAT: u8 = 1;
const RECORD: u8 = 6;
const ENUMERATION: u8 = 8;
/// Bytes before the properties of a type.
const HEAD: usize = 8;
/// Bytes of the properties of IEEE 754 numbers: bit offset, precision, place and size of exponent and of mantissa.
const HALF: [u8; 8] = [0, 0, 16, 0, 10, 5, 0, 10];
const SINGLE: [u8; 8] = [0, 0, 32, 0, 23, 8, 0, 23];
const DOUBLE: [u8; 8] = [0, 0, 64, 0, 52, 11, 0, 52];

/// The bits of a number that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// All of them.
    Whole,
    /// Some bits of an integer.
    Part {
        /// The lowest bit.
        offset: u16,
        /// Number of bits.
        precision: u16,
    },
}

/// The encoding of the numbers of a type; `raw` is its message.
///
/// # Errors
/// Floating-point numbers other than those of IEEE 754; parts of integers in records.
pub(super) fn of(raw: &[u8]) -> Result<Encoding, String> {
    let Some((head, properties)) = raw.split_at_checked(HEAD) else {
        return Ok(Encoding::Whole);
    };
    match head[0] & 15 {
        INTEGER => Ok(of_integer(head, properties)),
        FLOAT if is_ieee(head, properties) => Ok(Encoding::Whole),
        FLOAT => Err(format!("a float of {} bytes that is not IEEE 754", head[4])),
        ENUMERATION => of(properties),
        RECORD => match parts(head, properties) {
            parts if parts.iter().all(|part| of(part) == Ok(Encoding::Whole)) => {
                Ok(Encoding::Whole)
            }
            _ => Err("complex numbers whose parts do not fill their bytes".into()),
        },
        _ => Ok(Encoding::Whole),
    }
}

fn of_integer(head: &[u8], properties: &[u8]) -> Encoding {
    let bits = u16::from(head[4]) * 8;
    match properties {
        [a, b, c, d, ..] => {
            let offset = u16::from_le_bytes([*a, *b]);
            let precision = u16::from_le_bytes([*c, *d]);
            let inside = precision > 0 && offset.checked_add(precision).is_some_and(|n| n <= bits);
            match inside && precision < bits {
                true => Encoding::Part { offset, precision },
                false => Encoding::Whole,
            }
        }
        _ => Encoding::Whole,
    }
}

/// Whether a floating-point type is that of IEEE 754: byte order little or big, an implied first bit of the mantissa,
/// and the fields and the bias of the standard.
fn is_ieee(head: &[u8], properties: &[u8]) -> bool {
    let (fields, bias): (_, u32) = match head[4] {
        2 => (HALF, 15),
        4 => (SINGLE, 127),
        8 => (DOUBLE, 1023),
        // No other size is read.
        _ => return true,
    };
    let sign = head[4] * 8 - 1;
    let [order, found_sign] = [head[1], head[2]];
    order & 0x40 == 0
        && order >> 4 & 3 == 2
        && found_sign == sign
        && properties.get(..8) == Some(&fields)
        && properties.get(8..12) == Some(&bias.to_le_bytes())
}

/// The types of the fields of a record of two.
fn parts<'a>(head: &[u8], properties: &'a [u8]) -> Vec<&'a [u8]> {
    let version = head[0] >> 4;
    // Names end with a zero, before version 3 filled up to whole eights; the place follows, in version 1 with extents.
    let place = match (version, head[5], head[6]) {
        (1, ..) => 36,
        (2, ..) => 4,
        (_, 0, 0) => 1,
        (_, _, 0) => 2,
        _ => 3,
    };
    let mut rest = properties;
    let mut found = Vec::new();
    for _ in 0..2 {
        let Some(end) = rest.iter().position(|byte| *byte == 0) else {
            break;
        };
        let name = if version < 3 {
            (end + 8) / 8 * 8
        } else {
            end + 1
        };
        let Some(part) = rest.get(name + place..) else {
            break;
        };
        found.push(part);
        let len = match part.first().map(|class| class & 15) {
            Some(INTEGER) => HEAD + 4,
            Some(FLOAT) => HEAD + 12,
            _ => break,
        };
        rest = part.get(len..).unwrap_or_default();
    }
    found
}

impl Encoding {
    /// The numbers that the bits stand for; signed ones are in two's complement.
    pub(super) fn decoded(self, numbers: Numbers) -> Numbers {
        let Self::Part { offset, precision } = self else {
            return numbers;
        };
        macro_rules! decoded {
            ($kind:ident, $values:ident, $number:ty) => {{
                let above = <$number>::BITS - u32::from(precision) - u32::from(offset);
                let unused = <$number>::BITS - u32::from(precision);
                // The shift back repeats the sign of a signed number.
                Numbers::$kind($values.into_iter().map(|v| v << above >> unused).collect())
            }};
        }
        match numbers {
            Numbers::I8(values) => decoded!(I8, values, i8),
            Numbers::U8(values) => decoded!(U8, values, u8),
            Numbers::I16(values) => decoded!(I16, values, i16),
            Numbers::U16(values) => decoded!(U16, values, u16),
            Numbers::I32(values) => decoded!(I32, values, i32),
            Numbers::U32(values) => decoded!(U32, values, u32),
            Numbers::I64(values) => decoded!(I64, values, i64),
            Numbers::U64(values) => decoded!(U64, values, u64),
            floats => floats,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_shifted_down_and_their_sign_is_extended() {
        let part = |offset, precision| Encoding::Part { offset, precision };
        let signed = Numbers::I16(vec![0x0ff4, 0x000b]);
        assert_eq!(part(0, 12).decoded(signed), Numbers::I16(vec![-12, 11]));
        let signed = Numbers::I16(vec![0xff4_u16.wrapping_shl(4).cast_signed(), 0x00b0]);
        assert_eq!(part(4, 12).decoded(signed), Numbers::I16(vec![-12, 11]));
        let unsigned = Numbers::U16(vec![0x3fff]);
        assert_eq!(part(2, 12).decoded(unsigned), Numbers::U16(vec![0xfff]));
    }

    #[test]
    fn only_the_floats_of_the_standard_are_taken() {
        // H5T_IEEE_F32LE, and the same with an exponent of nine bits.
        let single = [
            0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0,
        ];
        assert_eq!(of(&single), Ok(Encoding::Whole));
        let mut odd = single;
        odd[12..16].copy_from_slice(&[22, 9, 0, 22]);
        assert!(of(&odd).unwrap_err().contains("not IEEE 754"));
        let mut biased = single;
        biased[16] = 128;
        assert!(of(&biased).is_err());
    }
}

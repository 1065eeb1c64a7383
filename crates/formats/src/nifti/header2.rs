//! The 540 bytes of a NIfTI-2 header, which the `nifti` crate does not read.

use super::fault::bad;
use super::raw_header::Raw;
use crate::FormatError;

/// Splits the header into fields; checks only the magic.
pub(super) fn parse(bytes: &[u8], big_endian: bool) -> Result<Raw, FormatError> {
    let single_file = match &bytes[4..12] {
        b"n+2\0\r\n\x1a\n" => true,
        b"ni2\0\r\n\x1a\n" => false,
        _ => {
            return Err(bad(
                "the magic is not NIfTI-2's (or the file was transferred as text)",
            ));
        }
    };
    let fields = Fields { bytes, big_endian };
    Ok(Raw {
        version: 2,
        big_endian,
        single_file,
        datatype: fields.int16(12),
        bitpix: fields.int16(14),
        dim: std::array::from_fn(|i| fields.int64(16 + 8 * i)),
        pixdim: fields.doubles(104),
        offset: fields.int64(168) as f64,
        slope: fields.double(176),
        intercept: fields.double(184),
        description: bytes[240..320].to_vec(),
        codes: [fields.int32(344), fields.int32(348)],
        quaternion: fields.doubles(352),
        srow: [
            fields.doubles(400),
            fields.doubles(432),
            fields.doubles(464),
        ],
        units: (fields.int32(500) & 0xff) as u8,
        intent: fields.int32(504),
    })
}

struct Fields<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Fields<'_> {
    /// The bytes at an offset in the header, in little-endian order.
    fn at<const N: usize>(&self, place: usize) -> [u8; N] {
        let mut field = [0; N];
        field.copy_from_slice(&self.bytes[place..place + N]);
        if self.big_endian {
            field.reverse();
        }
        field
    }

    fn int16(&self, place: usize) -> i16 {
        i16::from_le_bytes(self.at(place))
    }

    fn int32(&self, place: usize) -> i32 {
        i32::from_le_bytes(self.at(place))
    }

    fn int64(&self, place: usize) -> i64 {
        i64::from_le_bytes(self.at(place))
    }

    fn double(&self, place: usize) -> f64 {
        f64::from_le_bytes(self.at(place))
    }

    fn doubles<const N: usize>(&self, place: usize) -> [f64; N] {
        std::array::from_fn(|i| self.double(place + 8 * i))
    }
}

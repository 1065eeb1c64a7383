//! The numbers of a header before validation.

use nifti::{Endianness, NiftiHeader};

use super::fault::{FORMAT, bad};
use crate::FormatError;

/// The fields of either version before validation.
pub(super) struct Raw {
    pub version: u8,
    pub big_endian: bool,
    pub single_file: bool,
    pub dim: [i64; 8],
    pub datatype: i16,
    pub bitpix: i16,
    pub offset: f64,
    pub slope: f64,
    pub intercept: f64,
    pub pixdim: [f64; 8],
    pub units: u8,
    pub intent: i32,
    pub codes: [i32; 2],
    pub quaternion: [f64; 6],
    pub srow: [[f64; 4]; 3],
    pub description: Vec<u8>,
}

/// The fields of the 348 bytes of a NIfTI-1 header.
pub(super) fn raw_of_version_1(bytes: &[u8], big_endian: bool) -> Result<Raw, FormatError> {
    let single_file = match &bytes[344..348] {
        b"n+1\0" => true,
        b"ni1\0" => false,
        b"\0\0\0\0" => {
            return Err(FormatError::unsupported(
                FORMAT,
                "an Analyze 7.5 header (no magic)",
            ));
        }
        other => {
            return Err(bad(format_args!(
                "the magic {:?} is not NIfTI's",
                text(other)
            )));
        }
    };
    let header = NiftiHeader::from_reader(bytes).map_err(bad)?;
    // The crate derives the byte order only from dim[0].
    if (header.endianness == Endianness::Big) != big_endian {
        return Err(bad("dim[0] is not between 1 and 7"));
    }
    Ok(Raw {
        version: 1,
        big_endian,
        single_file,
        // The crate reads dims as unsigned; -1 must not become 65535.
        dim: header.dim.map(|d| i64::from(d.cast_signed())),
        datatype: header.datatype,
        bitpix: header.bitpix,
        offset: f64::from(header.vox_offset),
        slope: f64::from(header.scl_slope),
        intercept: f64::from(header.scl_inter),
        pixdim: header.pixdim.map(widened),
        units: header.xyzt_units,
        intent: header.intent_code.into(),
        codes: [header.qform_code.into(), header.sform_code.into()],
        quaternion: [
            header.quatern_b,
            header.quatern_c,
            header.quatern_d,
            header.quatern_x,
            header.quatern_y,
            header.quatern_z,
        ]
        .map(f64::from),
        srow: [header.srow_x, header.srow_y, header.srow_z].map(|row| row.map(widened)),
        description: header.descrip,
    })
}

/// The double with the same shortest decimal as the single: 0.012, not 0.012000000104308128.
fn widened(single: f32) -> f64 {
    single.to_string().parse().unwrap_or(f64::from(single))
}

/// A text field up to the first zero.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..end]);
    text.chars().filter(|c| !c.is_control()).collect()
}

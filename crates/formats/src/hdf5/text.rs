//! Texts of fixed length, and texts of variable length in the heap of the file.

use hdf5_reader::error::Error;
use hdf5_reader::{Datatype, StringPadding, StringSize, VarLenKind};

/// Largest total length of the texts of one object, in bytes.
const LONGEST: usize = 4 << 20;

/// Resolves a reference to variable-length data to its bytes; the second argument is the size of an element.
pub(super) type Resolve<'a> = &'a dyn Fn(&[u8], usize) -> Result<Vec<u8>, Error>;

/// Whether elements of this type are texts; MATLAB writes some texts as lists of characters.
pub(super) fn is_text(datatype: &Datatype) -> bool {
    match datatype {
        Datatype::String { .. } => true,
        Datatype::VarLen { base, kind, .. } => {
            let letters = matches!(
                **base,
                Datatype::String {
                    size: StringSize::Fixed(1),
                    ..
                }
            );
            letters || (*kind == VarLenKind::String && base.is_vlen_string_base())
        }
        _ => false,
    }
}

/// The texts in `data`; `None` for other types.
///
/// # Errors
/// Invalid references; texts that are too long.
pub(super) fn decode(
    datatype: &Datatype,
    data: &[u8],
    reference_size: usize,
    resolve: Resolve,
) -> Result<Option<Vec<String>>, Error> {
    let padding = match datatype {
        Datatype::String {
            size: StringSize::Fixed(len),
            padding,
            ..
        } => {
            let texts = data.chunks_exact((*len as usize).max(1));
            return Ok(Some(texts.map(|text| trimmed(text, *padding)).collect()));
        }
        Datatype::String { padding, .. } => *padding,
        Datatype::VarLen { padding, .. } if is_text(datatype) => *padding,
        _ => return Ok(None),
    };
    let mut left = LONGEST;
    let mut texts = Vec::new();
    for reference in data.chunks_exact(reference_size.max(4)) {
        let len = u32::from_le_bytes([reference[0], reference[1], reference[2], reference[3]]);
        left = left.checked_sub(len as usize).ok_or_else(|| {
            Error::ResourceLimit(format!("texts of more than {LONGEST} bytes together"))
        })?;
        texts.push(trimmed(&resolve(reference, 1)?, padding));
    }
    Ok(Some(texts))
}

fn trimmed(bytes: &[u8], padding: StringPadding) -> String {
    let text = match padding {
        StringPadding::NullTerminate => bytes.split(|byte| *byte == 0).next().unwrap_or_default(),
        _ => bytes,
    };
    let text = String::from_utf8_lossy(text);
    let text = text.trim_end_matches('\0');
    match padding {
        StringPadding::SpacePad => text.trim_end_matches(' ').to_owned(),
        _ => text.to_owned(),
    }
}

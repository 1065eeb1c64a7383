//! What kind of MATLAB file it is.

use serde_json::json;

use super::Report;
use crate::IoError;

const FORMAT: &str = "MATLAB";
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";
/// Bytes before the first variable of a version 5 file.
const HEADER: usize = 128;

/// Whether the first bytes are those of a MATLAB or HDF5 file.
pub(super) fn is(start: &[u8]) -> bool {
    version_5(start).is_some() || hdf5(start).is_some() || version_4(start).is_some()
}

/// The kind of file; variables are not read.
pub(super) fn report(start: &[u8]) -> Result<Report, IoError> {
    if hdf5(start).is_some() {
        let matlab = start.starts_with(b"MATLAB 7.3");
        let report = Report::new(if matlab { "MATLAB 7.3 (HDF5)" } else { "HDF5" });
        return Ok(if matlab {
            report.with("header", json!(text(start)))
        } else {
            report
        });
    }
    if let Some(order) = version_5(start) {
        return Ok(Report::new("MATLAB 5")
            .with("byte_order", json!(order))
            .with("header", json!(text(start))));
    }
    let first = version_4(start).ok_or_else(|| IoError::format(FORMAT, "it is truncated"))?;
    Ok(Report::new("MATLAB 4")
        .with("byte_order", json!(first.order))
        .with("first_variable", json!(first.name))
        .with("shape", json!(first.shape)))
}

/// Byte order of a version 5 file: version 1.0 and the letters MI in the writer's order.
fn version_5(start: &[u8]) -> Option<&'static str> {
    match start.get(HEADER - 4..HEADER)? {
        [0, 1, b'I', b'M'] => Some("little"),
        [1, 0, b'M', b'I'] => Some("big"),
        _ => None,
    }
}

/// Where the HDF5 part starts: at 0, or behind a header of MATLAB's.
fn hdf5(start: &[u8]) -> Option<usize> {
    [0, 512, 1024, 2048].into_iter().find(|place| {
        start
            .get(*place..)
            .is_some_and(|rest| rest.starts_with(HDF5))
    })
}

struct Variable {
    order: &'static str,
    name: String,
    shape: [u32; 2],
}

/// The first variable of a version 4 file, which has no header of its own: five small integers and a name.
fn version_4(start: &[u8]) -> Option<Variable> {
    variable(start, "little", u32::from_le_bytes)
        .or_else(|| variable(start, "big", u32::from_be_bytes))
}

fn variable(start: &[u8], order: &'static str, read: impl Fn([u8; 4]) -> u32) -> Option<Variable> {
    let field = |place: usize| {
        let bytes = start.get(4 * place..4 * place + 4)?;
        bytes.try_into().ok().map(&read)
    };
    let (kind, imaginary, length) = (field(0)?, field(3)?, field(4)? as usize);
    // Thousands: byte order (IEEE only); hundreds: 0; tens: precision; units: full, text or sparse.
    let digits = [kind / 1000, kind / 100 % 10, kind / 10 % 10, kind % 10];
    let [writer, reserved, precision, class] = digits;
    let sane = writer == u32::from(order == "big") && reserved == 0 && precision <= 5 && class <= 2;
    let name = start.get(20..20 + length.min(64))?;
    let (last, letters) = name.split_last()?;
    let named = *last == 0 && !letters.is_empty() && letters.iter().all(u8::is_ascii_graphic);
    (sane && named && imaginary <= 1 && length <= 64).then(|| Variable {
        order,
        name: String::from_utf8_lossy(letters).into_owned(),
        shape: [field(1).unwrap_or(0), field(2).unwrap_or(0)],
    })
}

fn text(start: &[u8]) -> String {
    let text = String::from_utf8_lossy(&start[..start.len().min(116)]);
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_4_file_is_told_by_its_first_variable() {
        let mut bytes = Vec::new();
        for word in [0_u32, 3, 4, 0, 2] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(b"R\0");
        let report = report(&bytes).unwrap();
        assert_eq!(report.get("format").unwrap(), "MATLAB 4");
        assert_eq!(report.get("shape").unwrap(), &json!([3, 4]));
    }

    #[test]
    fn texts_and_zeros_are_no_matlab_files() {
        for bytes in [&b""[..], b"subject,scan\n1,2\n3,4\n5,6\n", &[0; 4096]] {
            assert!(!is(bytes));
        }
    }
}

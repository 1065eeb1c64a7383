//! Reads text files of users.

use std::path::Path;

use crate::atomic::plain;

/// The text of a UTF-8 file, without the byte order mark that some editors put at its start.
///
/// # Errors
/// One line: the file cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, String> {
    decode(&std::fs::read(path).map_err(|e| plain(&e))?)
}

/// The text of the bytes of a UTF-8 file, without its byte order mark.
///
/// # Errors
/// One line: the bytes are not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("it is UTF-16 text; save it as UTF-8".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(fault) => {
            let line = 1 + bytes[..fault.valid_up_to()]
                .iter()
                .filter(|b| **b == b'\n')
                .count();
            Err(format!("line {line} is not UTF-8; save the file as UTF-8"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_left_out_and_other_encodings_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yaml");
        let told = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read(&path)
        };
        assert_eq!(told(b"\xef\xbb\xbfa: 1\r\n").unwrap(), "a: 1\r\n");
        assert_eq!(told("ä".as_bytes()).unwrap(), "ä");
        assert!(told(b"\xff\xfea\0").unwrap_err().contains("UTF-16"));
        assert_eq!(
            told(b"a: 1\nb: \xe4\n").unwrap_err(),
            "line 2 is not UTF-8; save the file as UTF-8"
        );
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(&path).unwrap_err(), "no such file or folder");
    }
}

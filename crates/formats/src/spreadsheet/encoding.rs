//! The text of a file in any common encoding.

use encoding_rs::{Encoding, WINDOWS_1252};

use super::error::SpreadsheetError;

/// The text, and a note if the encoding was guessed.
///
/// # Errors
/// The file is a workbook, or no text.
pub(super) fn decoded(bytes: &[u8]) -> Result<(String, Option<String>), SpreadsheetError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(SpreadsheetError::Workbook("xlsx or ods"));
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(SpreadsheetError::Workbook("xls"));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Ok((text.into_owned(), None));
    }
    if let Some(zero) = bytes.iter().position(|byte| *byte == 0) {
        return Err(SpreadsheetError::Binary(zero + 1));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), None));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let foreign = text.lines().position(|line| !line.is_ascii()).unwrap_or(0);
    let line = text.lines().nth(foreign).unwrap_or_default();
    let around = excerpt(line);
    let note = format!(
        "it is not UTF-8 and was read as Windows-1252, so that line {} has '{around}'; if that is wrong, save it as UTF-8",
        foreign + 1
    );
    Ok((text.into_owned(), Some(note)))
}

/// The first word of a line with a letter beyond ASCII.
fn excerpt(line: &str) -> &str {
    let words = |c: char| !c.is_alphanumeric();
    let mut words = line.split(words);
    words.find(|word| !word.is_ascii()).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_gives_the_same_text() {
        let text = "größe;é\n1;2\n";
        let utf16 = |bytes: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            let units = text.encode_utf16().flat_map(bytes);
            mark.into_iter().chain(units).collect()
        };
        let windows: Vec<u8> = text.chars().map(|c| c as u32 as u8).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            utf16(u16::to_le_bytes, [0xff, 0xfe]),
            utf16(u16::to_be_bytes, [0xfe, 0xff]),
        ] {
            assert_eq!(decoded(&bytes).unwrap(), (text.to_owned(), None));
        }
        let (read, note) = decoded(&windows).unwrap();
        assert_eq!(read, text);
        assert!(note.unwrap().contains("line 1 has 'größe'"));
    }

    #[test]
    fn workbooks_and_other_files_are_named() {
        let told = |bytes: &[u8]| decoded(bytes).unwrap_err().to_string();
        assert!(told(b"PK\x03\x04...").contains("save the sheet as CSV"));
        assert!(told(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").contains("xls"));
        assert_eq!(told(b"a,\0"), "it is no text: byte 3 is zero");
    }
}

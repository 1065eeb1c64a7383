//! Texts that are inserted, and the words of a text.

use std::ops::Range;

/// Words of the formats, and values at the limits of numbers.
pub const INSERTED: &[&str] = &[
    "0",
    "-1",
    "1",
    "1e999",
    "-1e400",
    "4294967296",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "0.1",
    ".nan",
    "NaN",
    "-.inf",
    "null",
    "~",
    "true",
    "no",
    "1_000",
    "0x10",
    "1:30",
    "\"\"",
    "''",
    "{}",
    "[]",
    "[[[]]]",
    "- ",
    ": ",
    "? ",
    "&a ",
    "*a",
    "<<: *a",
    "!!binary ",
    "!x ",
    "|\n",
    ">-\n",
    "---\n",
    "...\n",
    "# ",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{0}",
    "é",
    "\u{1f9ea}",
    "../..",
    "/",
    ".",
    "${scan.id}",
    "${",
    "${}",
    "${a.b.c}",
    "$",
    "foreach: scan\n",
    "matrix: ",
    "where: ",
    "from: ",
    "not: ",
    "uses: ",
    "uses: ./program ",
    "run: ",
    "in: ",
    "out: ",
    "with: ",
    "\n",
    "\n  ",
    "\n    ",
    ",",
    "\"Channels\": ",
    "\"Labels\": ",
];

/// Brackets that are nested.
pub const BRACKETS: &[&str] = &["[", "{", "{a: ", "- ", "(", "{\"a\":", "[[", "*", "!"];

/// The ranges of the words of a text: letters, digits and the signs of numbers and paths.
pub fn ranges(bytes: &[u8]) -> Vec<Range<usize>> {
    let within = |b: &u8| b.is_ascii_alphanumeric() || b"_.-+${}/".contains(b);
    let mut words = Vec::new();
    let mut start = None;
    for (place, byte) in bytes.iter().enumerate() {
        match (within(byte), start) {
            (true, None) => start = Some(place),
            (false, Some(first)) => {
                words.push(first..place);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|first| first..bytes.len()));
    words
}

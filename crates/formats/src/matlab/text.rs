//! Characters of MATLAB's char arrays.

/// Decodes UTF-8; invalid bytes become U+FFFD.
pub(super) fn utf8(bytes: &[u8]) -> Vec<char> {
    String::from_utf8_lossy(bytes).chars().collect()
}

/// Decodes UTF-16; invalid units become U+FFFD.
pub(super) fn utf16(units: &[u16]) -> Vec<char> {
    let characters = char::decode_utf16(units.iter().copied());
    characters
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Converts code points; invalid ones become U+FFFD.
pub(super) fn codes(codes: impl IntoIterator<Item = u32>) -> Vec<char> {
    let character = |code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    codes.into_iter().map(character).collect()
}

/// Decodes UTF-16 of a character matrix whose first index varies fastest, and returns the extents in characters.
///
/// A character beyond U+FFFF is two units, next to each other in a row. When rows then differ in length, shorter ones
/// are padded with spaces, as MATLAB does.
pub(super) fn utf16_matrix(units: &[u16], dims: &[usize]) -> (Vec<usize>, Vec<char>) {
    let mut dims = dims.to_vec();
    let alone = units.iter().all(|unit| !(0xd800..0xe000).contains(unit));
    let (rows, columns) = match dims.as_slice() {
        [rows, columns, ..] if !alone => (*rows, *columns),
        _ => return (dims, utf16(units)),
    };
    let pages = units.chunks_exact((rows * columns).max(1));
    let line = |page: &[u16], row: usize| -> Vec<char> {
        utf16(
            &page
                .iter()
                .skip(row)
                .step_by(rows)
                .copied()
                .collect::<Vec<_>>(),
        )
    };
    let lines: Vec<Vec<Vec<char>>> = pages
        .map(|page| (0..rows).map(|row| line(page, row)).collect())
        .collect();
    let longest = lines.iter().flatten().map(Vec::len).max().unwrap_or(0);
    let mut characters = Vec::with_capacity(lines.len() * rows * longest);
    for page in &lines {
        for column in 0..longest {
            characters.extend(
                page.iter()
                    .map(|line| line.get(column).copied().unwrap_or(' ')),
            );
        }
    }
    dims[1] = longest;
    (dims, characters)
}

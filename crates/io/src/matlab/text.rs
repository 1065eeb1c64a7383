//! Characters of MATLAB's arrays of type char.

/// UTF-8; what is none becomes U+FFFD.
pub(super) fn utf8(bytes: &[u8]) -> Vec<char> {
    String::from_utf8_lossy(bytes).chars().collect()
}

/// UTF-16; what is none becomes U+FFFD.
pub(super) fn utf16(units: &[u16]) -> Vec<char> {
    let characters = char::decode_utf16(units.iter().copied());
    characters
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Numbers of characters.
pub(super) fn codes(codes: impl IntoIterator<Item = u32>) -> Vec<char> {
    let character = |code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    codes.into_iter().map(character).collect()
}

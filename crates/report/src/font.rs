//! The font of all figures: Liberation Sans 2.1.5, cut to the letters of our figures and renamed, as its license asks of
//! changed copies. It has the widths of Arial, so that figures look the same where a program replaces it by Arial.

use ttf_parser::{Face, GlyphId};

/// Name of the family in the font files.
pub const FAMILY: &str = "Rsom Sans";
/// The font file.
pub const REGULAR: &[u8] = include_bytes!("../fonts/RsomSans-Regular.ttf");
/// Its bold face.
pub const BOLD: &[u8] = include_bytes!("../fonts/RsomSans-Bold.ttf");

/// Width of a letter that the font does not have, in ems.
const UNKNOWN: f64 = 0.6;

/// A letter of a line of text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Its number in the font file; 0 for a letter that the font does not have.
    pub id: u16,
    /// The letter.
    pub letter: char,
    /// Distance to the next letter in ems, kerning included.
    pub advance_em: f64,
    /// The part of the distance that is kerning, in ems.
    pub kerning_em: f64,
}

/// Width of a line of text in ems.
#[must_use]
pub fn width_em(words: &str) -> f64 {
    glyphs(words, false).iter().map(|g| g.advance_em).sum()
}

/// The letters of a line of text, from left to right.
#[must_use]
pub fn glyphs(words: &str, bold: bool) -> Vec<Glyph> {
    let Ok(face) = Face::parse(if bold { BOLD } else { REGULAR }, 0) else {
        return Vec::new();
    };
    let em = f64::from(face.units_per_em());
    let letters: Vec<(char, Option<GlyphId>)> = words
        .chars()
        .map(|letter| (letter, face.glyph_index(letter)))
        .collect();
    let glyph = |(place, (letter, id)): (usize, &(char, Option<GlyphId>))| {
        let next = letters.get(place + 1).and_then(|(_, next)| *next);
        let kerning = id
            .zip(next)
            .map_or(0, |(id, next)| kerning(&face, id, next));
        let kerning_em = f64::from(kerning) / em;
        let advance = id.and_then(|id| face.glyph_hor_advance(id));
        let alone_em = advance.map_or(UNKNOWN, |advance| f64::from(advance) / em);
        Glyph {
            id: id.map_or(0, |id| id.0),
            letter: *letter,
            advance_em: alone_em + kerning_em,
            kerning_em,
        }
    };
    letters.iter().enumerate().map(glyph).collect()
}

/// Distance by which two neighbors move together (negative) or apart, in units of the font.
fn kerning(face: &Face<'_>, left: GlyphId, right: GlyphId) -> i16 {
    let tables = face.tables().kern.map(|kern| kern.subtables);
    let found = tables.and_then(|tables| {
        let mut plain = tables.into_iter().filter(|table| table.horizontal);
        plain.find_map(|table| table.glyphs_kerning(left, right))
    });
    found.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_arial() {
        // Advances of Arial in units of 2048 for an em: A 1366, space 569, 1 1139, µ 1180, − 1196; kerning of AV −152.
        let close = |words: &str, units: f64| (width_em(words) - units / 2048.0).abs() < 1e-9;
        assert!(close("A", 1366.0) && close(" ", 569.0) && close("11", 2278.0 - 152.0));
        assert!(close("µ", 1180.0) && close("−", 1196.0));
        assert!(close("AV", 2.0 * 1366.0 - 152.0));
    }

    #[test]
    fn the_font_has_every_letter_that_figures_need() {
        let latin = (' '..='~')
            .chain('\u{a0}'..='ſ')
            .chain('Α'..='Ω')
            .chain('α'..='ω');
        let signs = "−×·÷±≈≠≤≥∞√∑∂∫∆µ°′″←↑→↓–—…‘’“”•†‡§¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉‰€™";
        for letter in latin.chain(signs.chars()).filter(|c| *c != '\u{3a2}') {
            for bold in [false, true] {
                let text = letter.to_string();
                assert_ne!(glyphs(&text, bold)[0].id, 0, "{letter}");
            }
        }
        assert_eq!(glyphs("字", false)[0].id, 0);
    }

    #[test]
    fn no_words_have_no_width() {
        assert_eq!(width_em(""), 0.0);
    }
}

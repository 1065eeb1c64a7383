//! The attribute that a column becomes, and its values.

use rsom_formats::table::Cell;
use serde_json::Value;

/// Letters with marks, and how they are written without.
const PLAIN: [(&str, &str); 30] = [
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("Ä", "Ae"),
    ("Ö", "Oe"),
    ("Ü", "Ue"),
    ("ßẞ", "ss"),
    ("æ", "ae"),
    ("Æ", "Ae"),
    ("œ", "oe"),
    ("ø", "o"),
    ("Ø", "O"),
    ("àáâãåą", "a"),
    ("ÀÁÂÃÅ", "A"),
    ("çćč", "c"),
    ("ÇĆČ", "C"),
    ("èéêëęě", "e"),
    ("ÈÉÊË", "E"),
    ("ìíîï", "i"),
    ("ÌÍÎÏİ", "I"),
    ("ñńň", "n"),
    ("ÑŃŇ", "N"),
    ("òóôõő", "o"),
    ("ÒÓÔÕŐ", "O"),
    ("ùúûű", "u"),
    ("ÙÚÛŰ", "U"),
    ("śšş", "s"),
    ("ŚŠŞ", "S"),
    ("żźž", "z"),
    ("µμ", "u"),
];

/// The attribute of a column: letters, digits and `_`, not a digit first. Letters with marks are written without (`Größe` is
/// `Groesse`); everything else becomes `_`, which is left out at the ends.
pub(super) fn attribute_name(column: &str) -> String {
    let mut name = String::new();
    for c in column.chars() {
        let plain = PLAIN.iter().find(|(marked, _)| marked.contains(c));
        match plain {
            _ if c.is_ascii_alphanumeric() => name.push(c),
            Some((_, plain)) => name.push_str(plain),
            None => name.push('_'),
        }
    }
    let mut short = String::new();
    for c in name.trim_matches('_').chars() {
        if !(c == '_' && short.ends_with('_')) {
            short.push(c);
        }
    }
    if short.starts_with(|c: char| c.is_ascii_digit()) {
        short.insert(0, '_');
    }
    short
}

/// The value of a cell as an attribute.
pub(super) fn value(cell: Cell) -> Option<Value> {
    match cell {
        Cell::Null => None,
        Cell::Text(text) => Some(text.into()),
        Cell::Number(number) => Some(number.into()),
        Cell::Integer(number) => Some(number.into()),
        Cell::Boolean(flag) => Some(flag.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::attribute_name;

    #[test]
    fn a_name_without_marks_stays_readable() {
        for (column, attribute) in [
            ("age", "age"),
            ("Größe (cm)", "Groesse_cm"),
            ("Müller", "Mueller"),
            ("prénom", "prenom"),
            ("2nd visit", "_2nd_visit"),
            ("Δ thickness [µm]", "thickness_um"),
        ] {
            assert_eq!(attribute_name(column), attribute);
        }
    }
}

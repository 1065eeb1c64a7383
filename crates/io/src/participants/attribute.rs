//! The attribute that a column becomes, and its values.

use rsom_formats::table::Cell;
use serde_json::Value;

/// The attribute of a column: letters, digits and `_`, not a digit first; everything else becomes `_`, which is left out at the
/// ends.
pub(super) fn attribute_name(column: &str) -> String {
    let usable = |c: char| match c.is_ascii_alphanumeric() {
        true => c,
        false => '_',
    };
    let name: String = column.chars().map(usable).collect();
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

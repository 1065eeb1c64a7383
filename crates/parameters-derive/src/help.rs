//! Extracts the help of a parameter from the documentation of its field.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The first paragraph of a doc comment in one line, without the final period; empty without a comment.
pub(crate) fn of(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(line);
    let first: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let text = first.join(" ");
    text.strip_suffix('.').unwrap_or(&text).to_owned()
}

/// One line of a doc comment.
fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) if pair.path.is_ident("doc") => Some(text.value().trim().to_owned()),
        _ => None,
    }
}

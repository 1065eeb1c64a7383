//! Names in specifications.

use syn::Ident;

/// The name of a field, without the `r#` of a raw identifier.
pub(crate) fn of_field(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// The word of a variant: its name in `snake_case`.
pub(crate) fn of_variant(ident: &Ident) -> String {
    let mut word = String::new();
    for letter in ident.to_string().chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

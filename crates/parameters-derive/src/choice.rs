//! `derive(Choice)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitStr, Result, Variant};

use crate::words;

/// Generates the code of the derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "Choice can only be derived for enums",
        ));
    };
    if data.variants.is_empty() {
        return Err(Error::new_spanned(
            &input.ident,
            "a choice needs at least one variant",
        ));
    }
    if !input.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &input.generics,
            "a choice must not have generic parameters",
        ));
    }
    let mut choices: Vec<(&Ident, String)> = Vec::new();
    for variant in &data.variants {
        let word = word(variant)?;
        if choices.iter().any(|(_, other)| *other == word) {
            let message = format!("two variants have the word \"{word}\"");
            return Err(Error::new_spanned(variant, message));
        }
        choices.push((&variant.ident, word));
    }
    Ok(code(&input.ident, &choices))
}

fn code(name: &Ident, choices: &[(&Ident, String)]) -> TokenStream {
    let variants: Vec<&Ident> = choices.iter().map(|(variant, _)| *variant).collect();
    let words: Vec<&str> = choices.iter().map(|(_, word)| word.as_str()).collect();
    quote! {
        #[automatically_derived]
        impl ::rsom_parameters::Choice for #name {
            fn words() -> ::std::vec::Vec<&'static str> {
                ::std::vec![#(#words),*]
            }

            fn as_str(&self) -> &'static str {
                match self {
                    #(Self::#variants => #words,)*
                }
            }

            fn from_word(word: &str) -> ::std::option::Option<Self> {
                match word {
                    #(#words => ::std::option::Option::Some(Self::#variants),)*
                    _ => ::std::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl ::rsom_parameters::ParameterValue for #name {
            fn kind() -> ::rsom_parameters::Type {
                ::rsom_parameters::Type::of_choice::<Self>()
            }

            fn to_value(&self) -> ::rsom_parameters::derived::Value {
                ::rsom_parameters::Choice::as_str(self).into()
            }

            fn from_value(
                value: &::rsom_parameters::derived::Value,
            ) -> ::std::result::Result<Self, ::std::string::String> {
                ::rsom_parameters::derived::choice(value)
            }
        }
    }
}

/// The word of a variant: from its attribute, or its name in `snake_case`.
fn word(variant: &Variant) -> Result<String> {
    if !matches!(variant.fields, Fields::Unit) {
        let message = "a variant of a choice must not have fields";
        return Err(Error::new_spanned(variant, message));
    }
    let mut own = variant.attrs.iter().filter(|a| a.path().is_ident("choice"));
    let Some(attribute) = own.next() else {
        return Ok(words::of_variant(&variant.ident));
    };
    if let Some(second) = own.next() {
        return Err(Error::new_spanned(second, "a variant has only one word"));
    }
    let word = attribute.parse_args::<LitStr>()?;
    let text = word.value();
    if text.is_empty() || text.contains(|c: char| c == ',' || c.is_whitespace()) {
        let message = "a word must not contain spaces or commas";
        return Err(Error::new_spanned(word, message));
    }
    Ok(text)
}

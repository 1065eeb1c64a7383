//! The derives `Parameters` and `Choice`; `rsom-parameters` documents their attributes and exports them.

mod attributes;
mod choice;
mod help;
mod parameters;
mod words;

use proc_macro::TokenStream;
use syn::{DeriveInput, Error, Result, parse_macro_input};

/// Declares each field of a struct as a parameter.
#[proc_macro_derive(Parameters, attributes(parameter, parameters))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    written(parameters::derive(&parse_macro_input!(
        input as DeriveInput
    )))
}

/// Makes an enum of unit variants a choice among words.
#[proc_macro_derive(Choice, attributes(choice))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    written(choice::derive(&parse_macro_input!(input as DeriveInput)))
}

fn written(code: Result<proc_macro2::TokenStream>) -> TokenStream {
    code.unwrap_or_else(Error::into_compile_error).into()
}

//! `derive(Parameters)`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, Path, Result, Type};

use crate::attributes::{FieldAttributes, rule_of};
use crate::{help, words};

/// A field with its attributes.
struct Field<'a> {
    ident: &'a Ident,
    kind: &'a Type,
    name: String,
    about: String,
    attributes: FieldAttributes,
}

/// Generates the code of the derive.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let rule = rule_of(input)?;
    Ok(code(&input.ident, &fields, rule.as_ref()))
}

fn fields(input: &DeriveInput) -> Result<Vec<Field<'_>>> {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => named,
            _ => return refuse(input, "Parameters needs a struct with named fields"),
        },
        _ => {
            return refuse(
                input,
                "Parameters can only be derived for structs; derive Choice for an enum",
            );
        }
    };
    if !input.generics.params.is_empty() {
        return refuse(
            input,
            "a struct of parameters must not have generic parameters",
        );
    }
    let mut all: Vec<Field<'_>> = Vec::new();
    for field in &named.named {
        let attributes = FieldAttributes::of(field)?;
        let Some(ident) = &field.ident else {
            continue;
        };
        let given = attributes.name.as_ref().map(syn::LitStr::value);
        let name = given.unwrap_or_else(|| words::of_field(ident));
        let about = help::of(&field.attrs);
        let flat = attributes.flatten.is_some();
        let skip = attributes.skip.is_some();
        if about.is_empty() && !flat && !skip {
            let message = "the help is missing: add a doc comment (///) to the field";
            return Err(Error::new_spanned(field, message));
        }
        if !flat
            && !skip
            && all
                .iter()
                .any(|other| other.is_plain() && other.name == name)
        {
            let message = format!("two parameters have the name '{name}'");
            return Err(Error::new_spanned(field, message));
        }
        all.push(Field {
            ident,
            kind: &field.ty,
            name,
            about,
            attributes,
        });
    }
    Ok(all)
}

fn refuse<T>(input: &DeriveInput, message: &str) -> Result<T> {
    Err(Error::new_spanned(&input.ident, message))
}

/// The code, in a block of its own, with a function per field that returns its parameter.
fn code(name: &Ident, fields: &[Field<'_>], rule: Option<&Path>) -> TokenStream {
    let declared = fields
        .iter()
        .enumerate()
        .map(|(i, field)| field.declared(i));
    let pushed = fields.iter().enumerate().map(|(i, field)| field.pushed(i));
    let idents = fields.iter().map(|field| field.ident);
    let read = fields.iter().enumerate().map(|(i, field)| field.read(i));
    let checked = fields.iter().enumerate().map(|(i, field)| field.checked(i));
    let rule = rule.map(|path| {
        quote! { #path(self).map_err(::rsom_parameters::ParameterFault::Rule)?; }
    });
    quote! {
        const _: () = {
            use ::rsom_parameters::derived;

            #(#declared)*

            #[automatically_derived]
            impl ::rsom_parameters::Parameters for #name {
                fn declare() -> ::std::vec::Vec<::rsom_parameters::Parameter> {
                    let mut all = ::std::vec::Vec::new();
                    #(#pushed)*
                    all
                }

                fn from_map(
                    values: &derived::Map<::std::string::String, derived::Value>,
                ) -> ::std::result::Result<Self, ::rsom_parameters::ParameterFault> {
                    let settings = Self { #(#idents: #read?,)* };
                    ::rsom_parameters::Parameters::check(&settings)?;
                    ::std::result::Result::Ok(settings)
                }

                fn check(&self) -> ::std::result::Result<(), ::rsom_parameters::ParameterFault> {
                    #(#checked)*
                    #rule
                    ::std::result::Result::Ok(())
                }
            }
        };
    }
}

impl Field<'_> {
    /// Whether the field is a single parameter.
    fn is_plain(&self) -> bool {
        self.attributes.flatten.is_none() && self.attributes.skip.is_none()
    }

    /// The function that returns the field's parameter; empty for a flattened or skipped field.
    fn declared(&self, index: usize) -> TokenStream {
        if !self.is_plain() {
            return TokenStream::new();
        }
        let (function, kind, name, about) = (function(index), self.kind, &self.name, &self.about);
        let FieldAttributes {
            default,
            min,
            max,
            above,
            below,
            unit,
            required,
            advanced,
            ..
        } = &self.attributes;
        let bound = |name: &str, value: &Option<TokenStream>| {
            let method = format_ident!("{name}");
            value
                .as_ref()
                .map(|value| quote! { .#method({ #value } as f64) })
        };
        let bounds = [
            ("at_least", min),
            ("at_most", max),
            ("above", above),
            ("below", below),
        ];
        let bounds = bounds.map(|(name, value)| bound(name, value));
        let default = match default {
            None if crate::attributes::type_name(kind) == "bool" => {
                Some(quote! { .default(false) })
            }
            None => None,
            Some(value) => Some(quote! { .default(derived::default::<#kind, _>(#value)) }),
        };
        let unit = unit.as_ref().map(|unit| quote! { .unit(#unit) });
        let required = required.map(|_| quote! { .required() });
        let advanced = advanced.map(|_| quote! { .advanced() });
        quote! {
            #[allow(clippy::unnecessary_cast, reason = "bounds may be whole numbers")]
            fn #function() -> ::rsom_parameters::Parameter {
                derived::parameter::<#kind>(#name, #about) #default #(#bounds)* #unit #required #advanced
            }
        }
    }

    fn pushed(&self, index: usize) -> TokenStream {
        if self.attributes.skip.is_some() {
            return TokenStream::new();
        }
        let (function, kind) = (function(index), self.kind);
        match self.attributes.flatten {
            None => quote! { all.push(#function()); },
            Some(_) => {
                let prefix = self.prefix();
                quote! { all.extend(derived::declare::<#kind>(#prefix)); }
            }
        }
    }

    fn read(&self, index: usize) -> TokenStream {
        if self.attributes.skip.is_some() {
            return quote! { derived::skipped() };
        }
        let (function, kind) = (function(index), self.kind);
        match self.attributes.flatten {
            None => quote! { derived::read::<#kind>(&#function(), values) },
            Some(_) => {
                let prefix = self.prefix();
                quote! { derived::flattened::<#kind>(#prefix, values) }
            }
        }
    }

    fn checked(&self, index: usize) -> TokenStream {
        if self.attributes.skip.is_some() {
            return TokenStream::new();
        }
        let (function, ident, name) = (function(index), self.ident, &self.name);
        let own = match self.attributes.flatten {
            None => quote! { derived::check(&#function(), &self.#ident)?; },
            Some(_) => {
                let prefix = self.prefix();
                quote! { derived::check_flattened(#prefix, &self.#ident)?; }
            }
        };
        let rule = self.attributes.check.as_ref().map(|path| {
            quote! { derived::obeyed(#name, #path(&self.#ident))?; }
        });
        quote! { #own #rule }
    }

    /// The prefix of the names of a flattened field's parameters.
    fn prefix(&self) -> String {
        let prefix = self.attributes.prefix.as_ref();
        prefix.map_or_else(String::new, |prefix| format!("{}_", prefix.value()))
    }
}

fn function(index: usize) -> Ident {
    format_ident!("parameter_{index}")
}

//! The attribute `#[parameter(…)]` of a field, and `#[parameters(…)]` of a struct.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, DeriveInput, Error, Field, LitStr, Path, Result, Token, Type};

/// The content of `#[parameter(…)]`.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub default: Option<TokenStream>,
    pub min: Option<TokenStream>,
    pub max: Option<TokenStream>,
    pub above: Option<TokenStream>,
    pub below: Option<TokenStream>,
    pub unit: Option<LitStr>,
    pub name: Option<LitStr>,
    pub prefix: Option<LitStr>,
    pub check: Option<Path>,
    pub required: Option<Span>,
    pub advanced: Option<Span>,
    pub flatten: Option<Span>,
    pub skip: Option<Span>,
}

impl FieldAttributes {
    /// Parses the attributes of a field, and refuses invalid combinations.
    pub(crate) fn of(field: &Field) -> Result<Self> {
        let mut found = Self::default();
        for attribute in field
            .attrs
            .iter()
            .filter(|a| a.path().is_ident("parameter"))
        {
            attribute.parse_nested_meta(|meta| found.read(&meta))?;
        }
        found.refuse_contradictions(field)?;
        Ok(found)
    }

    fn read(&mut self, meta: &ParseNestedMeta) -> Result<()> {
        let key = meta.path.to_token_stream().to_string();
        match key.as_str() {
            "default" => once(meta, &mut self.default, expression),
            "min" => once(meta, &mut self.min, expression),
            "max" => once(meta, &mut self.max, expression),
            "above" => once(meta, &mut self.above, expression),
            "below" => once(meta, &mut self.below, expression),
            "unit" => once(meta, &mut self.unit, |input| input.parse()),
            "name" => once(meta, &mut self.name, |input| input.parse()),
            "prefix" => once(meta, &mut self.prefix, |input| input.parse()),
            "check" => once(meta, &mut self.check, |input| input.parse()),
            "required" => flag(meta, &mut self.required),
            "advanced" => flag(meta, &mut self.advanced),
            "flatten" => flag(meta, &mut self.flatten),
            "skip" => flag(meta, &mut self.skip),
            _ => Err(meta.error(format!(
                "unknown attribute '{key}'; known are default, required, advanced, min, max, above, below, unit, name, \
                 check, flatten, prefix and skip"
            ))),
        }
    }

    /// Whether the field has bounds.
    fn bounded(&self) -> bool {
        let bounds = [&self.min, &self.max, &self.above, &self.below];
        bounds.into_iter().any(Option::is_some)
    }

    fn refuse_contradictions(&self, field: &Field) -> Result<()> {
        let refuse = |message: &str| Err(Error::new_spanned(field, message));
        let kind = type_name(&field.ty);
        let kind = kind.as_str();
        let others = self.default.is_some() || self.required.is_some() || self.bounded();
        let others =
            others || self.unit.is_some() || self.name.is_some() || self.advanced.is_some();
        if self.skip.is_some() {
            if others || self.flatten.is_some() || self.prefix.is_some() || self.check.is_some() {
                return refuse("a skipped field is not a parameter: remove its other attributes");
            }
            return Ok(());
        }
        if self.flatten.is_some() {
            if others {
                return refuse(
                    "a flattened field allows only prefix: put other attributes on its own fields",
                );
            }
            return Ok(());
        }
        if self.prefix.is_some() {
            return refuse("prefix needs flatten; to rename one parameter, use name = \"…\"");
        }
        if self.min.is_some() && self.above.is_some() || self.max.is_some() && self.below.is_some()
        {
            return refuse("give one lower and one upper bound: min or above, max or below");
        }
        if self.bounded() && matches!(kind, "bool" | "String" | "BTreeMap") {
            return refuse(
                "bounds need a number or a list of numbers; for other rules use check = path",
            );
        }
        if self.required.is_some() && self.default.is_some() {
            return refuse("a required parameter must not have a default: it would never be used");
        }
        if self.required.is_some() && kind == "Option" {
            return refuse("a required parameter is never unset: use the type inside the Option");
        }
        let may_be_unset = matches!(kind, "Option" | "bool" | "BTreeMap");
        if self.required.is_none() && self.default.is_none() && !may_be_unset {
            return refuse(
                "an unset value needs a meaning: add default = …, add required, or use an Option",
            );
        }
        Ok(())
    }
}

/// The rule of `#[parameters(check = path)]`.
pub(crate) fn rule_of(input: &DeriveInput) -> Result<Option<Path>> {
    let mut rule = None;
    let own = |attribute: &&Attribute| attribute.path().is_ident("parameters");
    for attribute in input.attrs.iter().filter(own) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("check") {
                return once(&meta, &mut rule, |input| input.parse());
            }
            Err(meta.error("unknown attribute; a struct allows only check = path"))
        })?;
    }
    Ok(rule)
}

/// The last segment of a type's path, such as `Option`; empty for other types.
pub(crate) fn type_name(kind: &Type) -> String {
    match kind {
        Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

fn once<T>(
    meta: &ParseNestedMeta,
    place: &mut Option<T>,
    parse: impl FnOnce(ParseStream) -> Result<T>,
) -> Result<()> {
    let value = parse(meta.value()?)?;
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("the attribute is given twice")),
    }
}

fn flag(meta: &ParseNestedMeta, place: &mut Option<Span>) -> Result<()> {
    let span = meta
        .path
        .get_ident()
        .map_or_else(Span::call_site, |ident| ident.span());
    match place.replace(span) {
        None => Ok(()),
        Some(_) => Err(meta.error("the attribute is given twice")),
    }
}

/// An expression: all tokens up to the next comma outside brackets.
fn expression(input: ParseStream) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    match tokens.is_empty() {
        true => Err(input.error("an expression is missing")),
        false => Ok(tokens),
    }
}

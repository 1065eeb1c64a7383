//! Texts with placeholders: `train/${net}-s${s}.safetensors`.

use serde_json::Value;

/// A text with placeholders `${name}`; `$${` stands for a plain `${`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

/// Finds the value of a name, or explains why there is none.
pub(crate) type Lookup<'a> = dyn Fn(&str) -> Result<Value, String> + 'a;

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// A placeholder without its closing brace, or with an invalid name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            if rest[..start].ends_with('$') {
                plain.push_str(&rest[..start - 1]);
                plain.push_str("${");
                rest = &rest[start + 2..];
                continue;
            }
            plain.push_str(&rest[..start]);
            let after = &rest[start + 2..];
            let end = after
                .find('}')
                .ok_or_else(|| format!("'{}' does not end with }}", &rest[start..]))?;
            let name = after[..end].trim();
            if !is_dotted_name(name) {
                return Err(format!("'${{{name}}}' is not a valid placeholder"));
            }
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(Part::Name(name.to_owned()));
            rest = &after[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// The names of the placeholders, in the order of the text.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The name of the placeholder, if the text is a single placeholder.
    pub fn only_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// The plain text after the last placeholder. Empty if the text ends with a placeholder.
    pub fn ending(&self) -> &str {
        match self.parts.last() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// Fills the placeholders for which `lookup` returns a value and keeps the others.
    ///
    /// # Errors
    /// An error from `lookup`, or a value without a text form ([`text_of`]).
    pub fn fill_some(
        &self,
        lookup: impl Fn(&str) -> Option<Result<Value, String>>,
    ) -> Result<Self, String> {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(_) => Ok(part.clone()),
            Part::Name(name) => match lookup(name) {
                None => Ok(part.clone()),
                Some(value) => {
                    let value = value?;
                    let text = text_of(&value).ok_or_else(|| no_text(name, &value))?;
                    Ok(Part::Text(text))
                }
            },
        });
        Ok(Self {
            parts: parts.collect::<Result<_, String>>()?,
        })
    }

    /// The text from which the template can be read again. `None` if there is none: a `$` right before a placeholder.
    pub fn source(&self) -> Option<String> {
        let mut source = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => source.push_str(&escaped(text)),
                Part::Name(_) if source.ends_with('$') => return None,
                Part::Name(name) => source.push_str(&format!("${{{name}}}")),
            }
        }
        Some(source)
    }

    /// The parts as JSON, with texts and names kept apart. Equal templates give equal JSON.
    pub fn to_json(&self) -> Value {
        let part = |part: &Part| match part {
            Part::Text(text) => Value::from(text.as_str()),
            Part::Name(name) => serde_json::json!({ "name": name }),
        };
        self.parts.iter().map(part).collect()
    }

    /// Fills the placeholders. A single placeholder keeps the type of its value; inside other text, the value becomes text.
    ///
    /// # Errors
    /// An error from `lookup`, or a value without a text form ([`text_of`]).
    pub fn value(&self, lookup: &Lookup<'_>) -> Result<Value, String> {
        match self.only_name() {
            Some(name) => lookup(name),
            None => self.text(lookup).map(Value::String),
        }
    }

    /// Fills the placeholders and returns the text.
    ///
    /// # Errors
    /// An error from `lookup`, or a value without a text form ([`text_of`]).
    pub fn text(&self, lookup: &Lookup<'_>) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Name(name) => {
                    let value = lookup(name)?;
                    let word = text_of(&value).ok_or_else(|| no_text(name, &value))?;
                    text.push_str(&word);
                }
            }
        }
        Ok(text)
    }
}

/// A text as a pipeline writes it, so that nothing in it is a placeholder.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// Fills the placeholders in all texts of a value.
///
/// # Errors
/// A malformed placeholder, or an error from `lookup`.
pub(crate) fn fill(value: &Value, lookup: &Lookup<'_>) -> Result<Value, String> {
    match value {
        Value::String(text) => Template::parse(text)?.value(lookup),
        Value::Array(items) => items.iter().map(|item| fill(item, lookup)).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, item)| Ok((key.clone(), fill(item, lookup)?)))
            .collect(),
        other => Ok(other.clone()),
    }
}

/// The templates in all texts of a value.
///
/// # Errors
/// A malformed placeholder.
pub(crate) fn templates(value: &Value) -> Result<Vec<Template>, String> {
    match value {
        Value::String(text) => Ok(vec![Template::parse(text)?]),
        Value::Array(items) => all_templates(items.iter()),
        Value::Object(entries) => all_templates(entries.values()),
        _ => Ok(Vec::new()),
    }
}

fn all_templates<'a>(values: impl Iterator<Item = &'a Value>) -> Result<Vec<Template>, String> {
    let nested: Vec<Vec<Template>> = values.map(templates).collect::<Result<_, _>>()?;
    Ok(nested.into_iter().flatten().collect())
}

/// A value as text. Texts and numbers stay as they are, lists become comma-separated. `None` for null and for maps.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(text_of).collect();
            words.map(|w| w.join(","))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// Whether a text is a valid name: letters, digits, `_` and `-`, not starting with a digit or `-`.
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn is_dotted_name(text: &str) -> bool {
    text.split('.').all(is_name)
}

fn no_text(name: &str, value: &Value) -> String {
    let what = if value.is_null() {
        "has no value"
    } else {
        "is a map"
    };
    format!("'{name}' {what}, so it cannot be part of a text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn lookup(name: &str) -> Result<Value, String> {
        match name {
            "net" => Ok(json!("unet")),
            "s" => Ok(json!(0.5)),
            "shape" => Ok(json!([96, 16])),
            "scan.fold" => Ok(json!(2)),
            "nothing" => Ok(Value::Null),
            other => Err(format!("no {other}")),
        }
    }

    fn filled(text: &str) -> Result<Value, String> {
        Template::parse(text)?.value(&lookup)
    }

    #[test]
    fn a_placeholder_alone_keeps_its_type_and_within_text_is_formatted() {
        assert_eq!(filled("${scan.fold}").unwrap(), json!(2));
        assert_eq!(filled("${shape}").unwrap(), json!([96, 16]));
        assert_eq!(
            filled("a/${net}-s${s}/${shape}").unwrap(),
            json!("a/unet-s0.5/96,16")
        );
        assert_eq!(filled("${ net }").unwrap(), json!("unet"));
    }

    #[test]
    fn two_dollars_stand_for_one() {
        assert_eq!(
            filled("$${net} costs 3$").unwrap(),
            json!("${net} costs 3$")
        );
    }

    #[test]
    fn malformed_placeholders_and_values_without_text_are_refused() {
        assert!(filled("${net").unwrap_err().contains("does not end"));
        assert!(filled("${}").is_err() && filled("${a b}").is_err() && filled("${a..b}").is_err());
        assert!(filled("x${nothing}").unwrap_err().contains("has no value"));
        assert_eq!(filled("${nothing}").unwrap(), Value::Null);
    }

    #[test]
    fn lists_and_maps_are_filled_inside() {
        let value = json!({"factor": {"net": "${net}"}, "list": ["${s}", 1]});
        let expected = json!({"factor": {"net": "unet"}, "list": [0.5, 1]});
        assert_eq!(fill(&value, &lookup).unwrap(), expected);
    }

    fn scalar() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            proptest::num::f64::NORMAL.prop_map(Value::from),
            ".*".prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[${}a.$ ]{0,24}") {
            let _ = Template::parse(&text);
        }

        #[test]
        fn escaped_text_comes_out_as_it_was(text in "[^$]{0,12}(\\$\\{[a-z }]{0,5}){0,3}") {
            prop_assert_eq!(filled(&escaped(&text)).unwrap(), json!(text));
        }

        #[test]
        fn the_source_of_a_template_is_read_as_the_same(text in "[a$]{0,4}(\\$\\{[ab]\\}[a$ ]{0,3}){0,3}") {
            if let Ok(template) = Template::parse(&text)
                && let Some(source) = template.source()
            {
                prop_assert_eq!(Template::parse(&source), Ok(template));
            }
        }

        #[test]
        fn alone_is_the_value_and_embedded_is_its_text(value in scalar(), before in "[^$]{1,8}", after in "[^$]{0,8}") {
            let constant = |_: &str| Ok(value.clone());
            prop_assert_eq!(&Template::parse("${x}").unwrap().value(&constant).unwrap(), &value);
            let text = Template::parse(&format!("{before}${{x}}{after}")).unwrap().text(&constant).unwrap();
            prop_assert_eq!(text, format!("{before}{}{after}", text_of(&value).unwrap()));
        }
    }
}

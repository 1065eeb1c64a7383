//! Values of a pipeline file: conversion from YAML to JSON, and comparison.

use serde_json::{Map, Value};

/// A YAML value as JSON.
///
/// # Errors
/// A value that JSON cannot represent: a number that is not finite, a tag, a key that is a list or map.
pub(crate) fn from_yaml(value: &serde_yaml::Value) -> Result<Value, String> {
    match value {
        serde_yaml::Value::Null => Ok(Value::Null),
        serde_yaml::Value::Bool(yes) => Ok(Value::Bool(*yes)),
        serde_yaml::Value::String(text) => Ok(Value::String(text.clone())),
        serde_yaml::Value::Number(number) => number_from_yaml(number),
        serde_yaml::Value::Sequence(items) => items.iter().map(from_yaml).collect(),
        serde_yaml::Value::Mapping(entries) => {
            let mut map = Map::new();
            for (key, item) in entries {
                let key = key_text(key).ok_or("a key must be a text, a number, true or false")?;
                map.insert(key, from_yaml(item)?);
            }
            Ok(Value::Object(map))
        }
        serde_yaml::Value::Tagged(tagged) => {
            Err(format!("the tag {} is not supported", tagged.tag))
        }
    }
}

/// The key of a map as text. `None` if the key is null, a list or a map.
pub(crate) fn key_text(key: &serde_yaml::Value) -> Option<String> {
    match key {
        serde_yaml::Value::String(text) => Some(text.clone()),
        serde_yaml::Value::Number(number) => Some(number.to_string()),
        serde_yaml::Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

fn number_from_yaml(number: &serde_yaml::Number) -> Result<Value, String> {
    if let Some(whole) = number.as_i64() {
        return Ok(whole.into());
    }
    if let Some(whole) = number.as_u64() {
        return Ok(whole.into());
    }
    number
        .as_f64()
        .filter(|n| n.is_finite())
        .map(Value::from)
        .ok_or_else(|| format!("{number} is not a finite number"))
}

/// Whether two values are the same. Numbers compare by value (1 and 1.0), a text and a number as text (`"1"` and 1).
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    key_of(a) == key_of(b)
}

/// A text that is equal for values that are the [`same`], and only for those.
pub(crate) fn key_of(value: &Value) -> String {
    /// Whole numbers up to here are exact in f64.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Null => "\0null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(n) if number.is_f64() && n.fract() == 0.0 && n.abs() < EXACT => {
                // Adding zero turns -0 into 0.
                format!("{:.0}", n + 0.0)
            }
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// JSON with sorted keys, for hashing: equal values give equal texts.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut sorted: Vec<(&String, &Value)> = entries.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (place, (key, item)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(item, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_the_same_by_value_and_null_is_no_word() {
        assert!(same(&json!(1), &json!(1.0)) && same(&json!("1"), &json!(1)));
        assert!(same(&json!(-0.0), &json!(0)));
        assert!(!same(&json!(1), &json!(1.5)) && !same(&Value::Null, &json!("null")));
        assert!(same(&json!(-10.0), &json!(-10)));
    }

    #[test]
    fn what_json_cannot_hold_is_refused() {
        let parse = |text: &str| from_yaml(&serde_yaml::from_str(text).unwrap());
        assert!(parse("[.nan]").unwrap_err().contains("finite"));
        assert!(parse("!tag x").unwrap_err().contains("tag"));
        assert_eq!(
            parse("{1: [2, 0.5, x, null]}").unwrap(),
            json!({"1": [2, 0.5, "x", null]})
        );
    }

    proptest::proptest! {
        #[test]
        fn canonical_json_is_the_same_value(text in ".{0,8}", number: f64, whole: i64) {
            proptest::prop_assume!(number.is_finite());
            let value = json!({"b": [text, number], "a": {"z": whole, "y": null}});
            let again: Value = serde_json::from_str(&canonical(&value)).unwrap();
            proptest::prop_assert_eq!(again, value);
        }
    }
}

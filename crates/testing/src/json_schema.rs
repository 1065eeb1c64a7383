//! JSON Schema: whether a value fits, for tests that compare a schema with what a reader accepts or a program writes.

use regex::Regex;
use serde_json::{Map, Value};

/// Whether a value fits a schema, which stands in `root`. Supports the part of draft 07 that our schemas use.
///
/// # Panics
/// The schema has a keyword that is not known here.
#[must_use]
pub fn fits(value: &Value, schema: &Value, root: &Value) -> bool {
    let keywords = schema.as_object().unwrap();
    keywords.iter().all(|(keyword, rule)| {
        let rules = || rule.as_array().unwrap().iter();
        match keyword.as_str() {
            "$schema" | "title" | "description" | "definitions" => true,
            "$ref" => {
                let path = rule.as_str().unwrap().strip_prefix('#').unwrap();
                fits(value, root.pointer(path).unwrap(), root)
            }
            "type" => {
                let single = std::slice::from_ref(rule);
                let types = rule.as_array().map_or(single, Vec::as_slice);
                types
                    .iter()
                    .any(|name| is_of_type(value, name.as_str().unwrap()))
            }
            "const" => value == rule,
            "enum" => rules().any(|v| v == value),
            "not" => !fits(value, rule, root),
            "allOf" => rules().all(|s| fits(value, s, root)),
            "anyOf" => rules().any(|s| fits(value, s, root)),
            "oneOf" => rules().filter(|s| fits(value, s, root)).count() == 1,
            "pattern" => value
                .as_str()
                .is_none_or(|text| matches(text, rule.as_str().unwrap())),
            "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= rule.as_f64().unwrap()),
            "items" => value
                .as_array()
                .is_none_or(|items| items.iter().all(|i| fits(i, rule, root))),
            "uniqueItems" => value.as_array().is_none_or(|items| {
                let earlier = |n: usize| items[..n].contains(&items[n]);
                !(0..items.len()).any(earlier)
            }),
            "maxItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 <= rule.as_u64().unwrap()),
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            _ => value
                .as_object()
                .is_none_or(|members| object_fits(members, keyword, rule, schema, root)),
        }
    })
}

/// The keywords that apply to maps.
fn object_fits(
    members: &Map<String, Value>,
    keyword: &str,
    rule: &Value,
    schema: &Value,
    root: &Value,
) -> bool {
    match keyword {
        "minProperties" => members.len() as u64 >= rule.as_u64().unwrap(),
        "required" => {
            let mut names = rule.as_array().unwrap().iter();
            names.all(|name| members.contains_key(name.as_str().unwrap()))
        }
        "propertyNames" => members
            .keys()
            .all(|key| fits(&Value::from(key.as_str()), rule, root)),
        "properties" => {
            let mut known = rule.as_object().unwrap().iter();
            known.all(|(key, rule)| members.get(key).is_none_or(|v| fits(v, rule, root)))
        }
        "additionalProperties" => {
            let known = schema["properties"].as_object();
            let is_known = |key: &String| known.is_some_and(|known| known.contains_key(key));
            let mut others = members.iter().filter(|(key, _)| !is_known(key));
            match rule {
                Value::Bool(false) => others.next().is_none(),
                rule => others.all(|(_, value)| fits(value, rule, root)),
            }
        }
        other => panic!("the keyword {other} is not known here"),
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not known here"),
    }
}

fn matches(text: &str, pattern: &str) -> bool {
    Regex::new(pattern).unwrap().is_match(text)
}

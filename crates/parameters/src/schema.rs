//! The type of a parameter, as JSON Schema.

use serde_json::{Value, json};

use crate::Choice;

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Integer,
    /// A finite number.
    Number,
    /// Any text.
    Text,
    /// One of several words.
    Choice(Vec<String>),
    /// A list of values of one type; one comma-separated value on the command line.
    List(Box<Type>),
    /// A map from names to texts; `--name key=value`, repeated, on the command line.
    Map,
}

impl Type {
    /// The type of an enum.
    #[must_use]
    pub fn of_choice<T: Choice>() -> Self {
        Self::Choice(T::words().into_iter().map(str::to_owned).collect())
    }

    /// Describes a value of this type, for messages.
    #[must_use]
    pub fn noun(&self) -> String {
        match self {
            Type::Boolean => "true or false".into(),
            Type::Integer => "a whole number".into(),
            Type::Number => "a number".into(),
            Type::Text => "a text".into(),
            Type::Choice(words) => format!("one of {}", words.join(", ")),
            Type::List(item) => format!("a list, each item {}", item.noun()),
            Type::Map => "a map of names to values, such as {name: 1}".into(),
        }
    }
}

/// A type with its bounds; bounds of a list apply to each item.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The type.
    pub kind: Type,
    /// Smallest allowed number.
    pub minimum: Option<f64>,
    /// Largest allowed number.
    pub maximum: Option<f64>,
    /// Exclusive lower bound.
    pub exclusive_minimum: Option<f64>,
    /// Exclusive upper bound.
    pub exclusive_maximum: Option<f64>,
    /// Number of items of a list.
    pub items: Option<usize>,
}

impl Schema {
    /// A type without bounds.
    #[must_use]
    pub fn of(kind: Type) -> Self {
        Self {
            kind,
            minimum: None,
            maximum: None,
            exclusive_minimum: None,
            exclusive_maximum: None,
            items: None,
        }
    }

    /// The JSON Schema of the type and its bounds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut schema = type_to_json(&self.kind);
        let target = match self.kind {
            Type::List(_) => &mut schema["items"],
            _ => &mut schema,
        };
        let bounds = [
            ("minimum", self.minimum),
            ("maximum", self.maximum),
            ("exclusiveMinimum", self.exclusive_minimum),
            ("exclusiveMaximum", self.exclusive_maximum),
        ];
        for (name, bound) in bounds {
            if let Some(bound) = bound {
                target[name] = json!(bound);
            }
        }
        if let Some(items) = self.items {
            schema["minItems"] = json!(items);
            schema["maxItems"] = json!(items);
        }
        schema
    }

    /// Parses the part of JSON Schema that the stage contract uses.
    ///
    /// # Errors
    /// A type outside the contract.
    pub fn from_json(schema: &Value) -> Result<Self, String> {
        let kind = type_from_json(schema)?;
        let numbers = match kind {
            Type::List(_) => &schema["items"],
            _ => schema,
        };
        Ok(Self {
            kind,
            minimum: numbers["minimum"].as_f64(),
            maximum: numbers["maximum"].as_f64(),
            exclusive_minimum: numbers["exclusiveMinimum"].as_f64(),
            exclusive_maximum: numbers["exclusiveMaximum"].as_f64(),
            items: schema["minItems"]
                .as_u64()
                .filter(|n| schema["maxItems"].as_u64() == Some(*n))
                .and_then(|n| usize::try_from(n).ok()),
        })
    }

    /// Parses a command-line word.
    ///
    /// # Errors
    /// The fault of the word, without the name of the parameter.
    pub fn parse(&self, word: &str) -> Result<Value, String> {
        let value = parse_type(&self.kind, word)?;
        self.check(value)
    }

    /// Checks a value of a configuration file and converts it to the parameter's type.
    ///
    /// # Errors
    /// The fault of the value, without the name of the parameter.
    pub fn check(&self, value: Value) -> Result<Value, String> {
        let value = check_type(&self.kind, value)?;
        if let (Some(expected), Some(list)) = (self.items, value.as_array())
            && list.len() != expected
        {
            return Err(format!("needs {expected} values, got {}", list.len()));
        }
        let single = std::slice::from_ref(&value);
        for item in value.as_array().map_or(single, Vec::as_slice) {
            if let Some(number) = item.as_f64() {
                self.check_bounds(number)?;
            }
        }
        Ok(value)
    }

    fn check_bounds(&self, number: f64) -> Result<(), String> {
        if let Some(bound) = self.minimum.filter(|bound| number < *bound) {
            return Err(format!(
                "{number} is below the smallest allowed value {bound}"
            ));
        }
        if let Some(bound) = self.maximum.filter(|bound| number > *bound) {
            return Err(format!(
                "{number} is above the largest allowed value {bound}"
            ));
        }
        if let Some(bound) = self.exclusive_minimum.filter(|bound| number <= *bound) {
            return Err(format!(
                "{number} is too small: it must be larger than {bound}"
            ));
        }
        if let Some(bound) = self.exclusive_maximum.filter(|bound| number >= *bound) {
            return Err(format!(
                "{number} is too large: it must be smaller than {bound}"
            ));
        }
        Ok(())
    }

    /// Placeholder of the value in help texts: `<NUMBER>`, `<a|b>`.
    #[must_use]
    pub fn placeholder(&self) -> String {
        placeholder(&self.kind, self.items)
    }
}

/// Formats a value as the command-line word that [`Schema::parse`] reads.
#[must_use]
pub fn to_word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(to_word).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn type_to_json(kind: &Type) -> Value {
    match kind {
        Type::Boolean => json!({"type": "boolean"}),
        Type::Integer => json!({"type": "integer"}),
        Type::Number => json!({"type": "number"}),
        Type::Text => json!({"type": "string"}),
        Type::Choice(words) => json!({"type": "string", "enum": words}),
        Type::List(item) => json!({"type": "array", "items": type_to_json(item)}),
        Type::Map => json!({"type": "object", "additionalProperties": {"type": "string"}}),
    }
}

fn type_from_json(schema: &Value) -> Result<Type, String> {
    match schema["type"].as_str() {
        Some("boolean") => Ok(Type::Boolean),
        Some("integer") => Ok(Type::Integer),
        Some("number") => Ok(Type::Number),
        Some("string") => Ok(match schema["enum"].as_array() {
            Some(words) => Type::Choice(
                words
                    .iter()
                    .filter_map(|w| w.as_str().map(str::to_owned))
                    .collect(),
            ),
            None => Type::Text,
        }),
        Some("array") => match type_from_json(&schema["items"])? {
            Type::List(_) | Type::Map => Err("lists of lists or maps are not supported".into()),
            item => Ok(Type::List(Box::new(item))),
        },
        Some("object") => Ok(Type::Map),
        other => Err(format!("unsupported JSON Schema type {other:?}")),
    }
}

fn parse_type(kind: &Type, word: &str) -> Result<Value, String> {
    match kind {
        Type::Boolean => match word {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(format!("'{word}' is neither true nor false")),
        },
        Type::Integer => word
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| word.parse::<u64>().map(Value::from))
            .or_else(|_| match word.parse::<f64>() {
                Ok(number) => whole(number),
                Err(_) => Err(format!("'{word}' is not a whole number")),
            }),
        Type::Number => word
            .parse::<f64>()
            .ok()
            .filter(|n| n.is_finite())
            .map(Value::from)
            .ok_or_else(|| format!("'{word}' is not a finite number")),
        Type::Text | Type::Choice(_) => Ok(Value::String(word.to_owned())),
        Type::List(_) if word.is_empty() => Ok(Value::Array(Vec::new())),
        Type::List(item) => word
            .split(',')
            .map(|part| parse_type(item, part.trim()))
            .collect::<Result<_, _>>(),
        Type::Map => match word.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok(json!({ key: value })),
            _ => Err(format!("'{word}' is not of the form key=value")),
        },
    }
}

fn check_type(kind: &Type, value: Value) -> Result<Value, String> {
    let wrong = |value: &Value| Err(format!("{value} is not {}", kind.noun()));
    match (kind, &value) {
        (Type::Boolean, Value::Bool(_)) | (Type::Text, Value::String(_)) => Ok(value),
        (Type::Integer, Value::Number(n)) if n.is_i64() || n.is_u64() => Ok(value),
        // In YAML and JSON Schema, 1e3 and 1000.0 are whole numbers.
        (Type::Integer, Value::Number(n)) if n.is_f64() => whole(n.as_f64().unwrap_or(f64::NAN)),
        // One form for each number, so that 1 and 1.0 are the same parameter.
        (Type::Number, Value::Number(n)) => {
            n.as_f64().map_or_else(|| wrong(&value), |n| Ok(n.into()))
        }
        (Type::Text, Value::Number(n)) => Ok(Value::String(n.to_string())),
        (Type::Choice(words), Value::String(word)) if words.contains(word) => Ok(value),
        (Type::Choice(words), Value::String(word)) => {
            Err(format!("'{word}' is not one of {}", words.join(", ")))
        }
        (Type::List(item), Value::Array(items)) => items
            .iter()
            .map(|v| check_type(item, v.clone()))
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array),
        // A single value counts as a list of one.
        (Type::List(item), _) if !value.is_object() && !value.is_null() => {
            check_type(item, value).map(|v| Value::Array(vec![v]))
        }
        (Type::Map, Value::Object(entries)) => {
            let text = |v: &Value| match v {
                Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(Value::from(to_word(v))),
                _ => Err(format!("{v} is not a single value")),
            };
            entries
                .iter()
                .map(|(k, v)| Ok((k.clone(), text(v)?)))
                .collect::<Result<_, _>>()
        }
        _ => wrong(&value),
    }
}

fn placeholder(kind: &Type, items: Option<usize>) -> String {
    match kind {
        Type::Boolean => "true|false".into(),
        Type::Integer => "INTEGER".into(),
        Type::Number => "NUMBER".into(),
        Type::Text => "TEXT".into(),
        Type::Choice(words) => words.join("|"),
        Type::List(item) => match items {
            Some(n) => vec![placeholder(item, None); n].join(","),
            None => format!("{},…", placeholder(item, None)),
        },
        Type::Map => "KEY=VALUE".into(),
    }
}

/// The whole number that a float states, as in `1e3` or `1000.0`.
fn whole(number: f64) -> Result<Value, String> {
    /// Up to this size, a float holds every whole number exactly.
    const MOST: f64 = 9_007_199_254_740_992.0;
    if number.fract() != 0.0 || !number.is_finite() {
        return Err(format!("{number} is not a whole number"));
    }
    if number.abs() > MOST {
        return Err(format!(
            "{number:e} is too large to be exact; write all digits of a whole number"
        ));
    }
    Ok(Value::from(number as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        let schema = Schema::of(Type::Number);
        assert_eq!(schema.parse("1").unwrap(), schema.check(json!(1)).unwrap());
        assert_eq!(schema.parse("1.0").unwrap().to_string(), "1.0");
        assert!(schema.parse("nan").is_err() && schema.parse("inf").is_err());
    }

    #[test]
    fn lists_are_comma_separated_and_counted() {
        let schema = Schema {
            items: Some(3),
            ..Schema::of(Type::List(Box::new(Type::Integer)))
        };
        assert_eq!(schema.parse("1,2,3").unwrap(), json!([1, 2, 3]));
        assert!(schema.parse("1,2").unwrap_err().contains("needs 3 values"));
        assert_eq!(to_word(&json!([1, 2, 3])), "1,2,3");
    }

    #[test]
    fn a_whole_number_may_have_an_exponent_or_a_point() {
        let schema = Schema::of(Type::Integer);
        for (word, number) in [("1e3", 1000), ("1000.0", 1000), ("-2E1", -20), ("12", 12)] {
            assert_eq!(schema.parse(word).unwrap(), json!(number));
            let yaml: Value = serde_json::from_str(word).unwrap();
            assert_eq!(schema.check(yaml).unwrap(), json!(number));
        }
        for word in ["1.5", "1e-3", "inf", "NaN", "many", "", "1e20"] {
            assert!(schema.parse(word).is_err(), "{word}");
        }
        assert!(schema.parse("1e20").unwrap_err().contains("too large"));
        assert_eq!(
            schema.parse("9007199254740993").unwrap(),
            json!(9_007_199_254_740_993_i64)
        );
    }

    #[test]
    fn bounds_hold_for_every_item() {
        let schema = Schema {
            minimum: Some(0.0),
            ..Schema::of(Type::List(Box::new(Type::Number)))
        };
        assert!(schema.parse("0,1,-1").unwrap_err().contains("below"));
    }

    #[test]
    fn exclusive_bounds_refuse_the_bound_itself() {
        let schema = Schema {
            exclusive_minimum: Some(0.0),
            exclusive_maximum: Some(1.0),
            ..Schema::of(Type::Number)
        };
        assert!(schema.parse("0.5").is_ok());
        assert!(schema.parse("0").unwrap_err().contains("larger than 0"));
        assert!(schema.parse("1").unwrap_err().contains("smaller than 1"));
        let json = schema.to_json();
        assert_eq!(
            json,
            json!({"type": "number", "exclusiveMinimum": 0.0, "exclusiveMaximum": 1.0})
        );
        assert_eq!(Schema::from_json(&json).unwrap(), schema);
    }

    #[test]
    fn json_schema_round_trips() {
        for kind in [
            Type::Boolean,
            Type::Integer,
            Type::Number,
            Type::Text,
            Type::Choice(vec!["a".into(), "b".into()]),
            Type::List(Box::new(Type::Number)),
            Type::Map,
        ] {
            let schema = Schema {
                minimum: Some(-1.0),
                ..Schema::of(kind)
            };
            assert_eq!(
                Schema::from_json(&schema.to_json()).unwrap().kind,
                schema.kind
            );
            assert_eq!(
                Schema::from_json(&schema.to_json()).unwrap().minimum,
                schema.minimum
            );
        }
    }
}

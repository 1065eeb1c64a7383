//! Functions that the derived code calls.

pub use serde_json::{Map, Value};

use crate::{Choice, IntoDefault, Parameter, ParameterFault, ParameterValue, Parameters};

/// The parameter of a field, without default and bounds.
pub fn parameter<T: ParameterValue>(name: &str, about: &str) -> Parameter {
    let mut parameter = Parameter::new(name, T::kind(), about);
    parameter.schema.items = T::items();
    if let Some(least) = T::least() {
        parameter = parameter.at_least(least);
    }
    parameter
}

/// The default of a field as JSON.
pub fn default<T: ParameterValue, D: IntoDefault<T>>(value: D) -> Value {
    value.into_default().to_value()
}

/// Reads a field from values by name.
///
/// # Errors
/// A value that is missing, of the wrong type or out of bounds.
pub fn read<T: ParameterValue>(
    parameter: &Parameter,
    values: &Map<String, Value>,
) -> Result<T, ParameterFault> {
    let bad = |fault: String| ParameterFault::of(&parameter.name, fault);
    let given = values.get(&parameter.name).filter(|value| !value.is_null());
    match given.or(parameter.default.as_ref()) {
        Some(value) => {
            let value = parameter.schema.check(value.clone()).map_err(bad)?;
            T::from_value(&value).map_err(bad)
        }
        None if parameter.required => Err(bad("must be given".into())),
        None => T::unset().ok_or_else(|| bad("must be given".into())),
    }
}

/// The value of a field with `skip`.
///
/// # Errors
/// None.
pub fn skipped<T: Default>() -> Result<T, ParameterFault> {
    Ok(T::default())
}

/// Checks the bounds of a field that a caller may have set.
///
/// # Errors
/// A number that is not finite or out of bounds.
pub fn check<T: ParameterValue>(parameter: &Parameter, field: &T) -> Result<(), ParameterFault> {
    let value = field.to_value();
    let checked = match &value {
        Value::Null if T::unset().is_some() => Ok(()),
        // JSON has neither NaN nor infinity: `to_value` converts both to null.
        value if holds_null(value) => Err("a number is NaN or infinite".to_owned()),
        _ => parameter.schema.check(value).map(|_| ()),
    };
    checked.map_err(|fault| ParameterFault::of(&parameter.name, fault))
}

fn holds_null(value: &Value) -> bool {
    let is_null = |items: &Vec<Value>| items.iter().any(Value::is_null);
    value.is_null() || value.as_array().is_some_and(is_null)
}

/// Adds the parameter's name to the message of its rule.
///
/// # Errors
/// The rule is broken.
pub fn obeyed(name: &str, said: Result<(), String>) -> Result<(), ParameterFault> {
    said.map_err(|fault| ParameterFault::of(name, fault))
}

/// The variant of a word.
///
/// # Errors
/// No such word.
pub fn choice<T: Choice>(value: &Value) -> Result<T, String> {
    let word = value.as_str().and_then(T::from_word);
    word.ok_or_else(|| format!("{value} is not one of {}", T::words().join(", ")))
}

/// The parameters of a flattened struct, with prefixed names.
pub fn declare<T: Parameters>(prefix: &str) -> Vec<Parameter> {
    let mut all = T::declare();
    for parameter in &mut all {
        parameter.name = format!("{prefix}{}", parameter.name);
    }
    all
}

/// Reads a flattened struct from values with prefixed names.
///
/// # Errors
/// The errors of [`Parameters::from_map`].
pub fn flattened<T: Parameters>(
    prefix: &str,
    values: &Map<String, Value>,
) -> Result<T, ParameterFault> {
    if prefix.is_empty() {
        return T::from_map(values);
    }
    let own = values.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(prefix)?;
        Some((name.to_owned(), value.clone()))
    });
    T::from_map(&own.collect()).map_err(|fault| prefixed(prefix, fault))
}

/// Checks a flattened struct.
///
/// # Errors
/// The errors of [`Parameters::check`].
pub fn check_flattened<T: Parameters>(prefix: &str, field: &T) -> Result<(), ParameterFault> {
    field.check().map_err(|fault| prefixed(prefix, fault))
}

fn prefixed(prefix: &str, fault: ParameterFault) -> ParameterFault {
    match fault {
        ParameterFault::Parameter { name, fault } => {
            ParameterFault::of(&format!("{prefix}{name}"), fault)
        }
        rule @ ParameterFault::Rule(_) => rule,
    }
}

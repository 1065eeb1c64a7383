//! The types of parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Type;

/// A type of parameters, with conversion to and from JSON.
pub trait ParameterValue: Sized {
    /// The type in a specification.
    fn kind() -> Type;

    /// Number of items of a list with a fixed length.
    fn items() -> Option<usize> {
        None
    }

    /// The smallest number of the type, where a specification must state it: 0 for unsigned numbers.
    fn least() -> Option<f64> {
        None
    }

    /// The value of an unset parameter without default; `None` if there is none.
    fn unset() -> Option<Self> {
        None
    }

    /// The value as JSON; null for NaN and infinity.
    fn to_value(&self) -> Value;

    /// Converts from JSON that [`Schema::check`](crate::Schema::check) accepts.
    ///
    /// # Errors
    /// The fault of the value, without the name of the parameter.
    fn from_value(value: &Value) -> Result<Self, String>;
}

impl ParameterValue for bool {
    fn kind() -> Type {
        Type::Boolean
    }

    fn to_value(&self) -> Value {
        (*self).into()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| wrong(value, &Self::kind()))
    }
}

macro_rules! whole_numbers {
    ($($name:ty),*) => {$(
        impl ParameterValue for $name {
            fn kind() -> Type {
                Type::Integer
            }

            fn least() -> Option<f64> {
                (Self::MIN == 0).then_some(0.0)
            }

            fn to_value(&self) -> Value {
                (*self).into()
            }

            fn from_value(value: &Value) -> Result<Self, String> {
                let number = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
                let number = number.ok_or_else(|| wrong(value, &Self::kind()))?;
                Self::try_from(number)
                    .map_err(|_| format!("{number} is not from {} to {}", Self::MIN, Self::MAX))
            }
        }
    )*};
}

whole_numbers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl ParameterValue for f64 {
    fn kind() -> Type {
        Type::Number
    }

    fn to_value(&self) -> Value {
        (*self).into()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        value.as_f64().ok_or_else(|| wrong(value, &Self::kind()))
    }
}

impl ParameterValue for f32 {
    fn kind() -> Type {
        Type::Number
    }

    /// Via decimal digits, so that 0.1 stays 0.1.
    fn to_value(&self) -> Value {
        let digits = self.to_string().parse::<f64>();
        digits.map_or(Value::Null, Value::from)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let number = f64::from_value(value)? as f32;
        match number.is_finite() {
            true => Ok(number),
            false => Err(format!("{value} is too large for single precision")),
        }
    }
}

impl ParameterValue for String {
    fn kind() -> Type {
        Type::Text
    }

    fn to_value(&self) -> Value {
        self.as_str().into()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| wrong(value, &Self::kind()))
    }
}

impl<T: ParameterValue> ParameterValue for Vec<T> {
    fn kind() -> Type {
        Type::List(Box::new(T::kind()))
    }

    fn least() -> Option<f64> {
        T::least()
    }

    fn to_value(&self) -> Value {
        self.iter().map(T::to_value).collect()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let items = value.as_array();
        let items = items.ok_or_else(|| wrong(value, &Self::kind()))?;
        items.iter().map(T::from_value).collect()
    }
}

impl<T: ParameterValue, const N: usize> ParameterValue for [T; N] {
    fn kind() -> Type {
        Vec::<T>::kind()
    }

    fn items() -> Option<usize> {
        Some(N)
    }

    fn least() -> Option<f64> {
        T::least()
    }

    fn to_value(&self) -> Value {
        self.iter().map(T::to_value).collect()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let items = Vec::from_value(value)?;
        Self::try_from(items).map_err(|items| format!("needs {N} values, got {}", items.len()))
    }
}

impl<T: ParameterValue> ParameterValue for Option<T> {
    fn kind() -> Type {
        T::kind()
    }

    fn items() -> Option<usize> {
        T::items()
    }

    fn unset() -> Option<Self> {
        Some(None)
    }

    fn least() -> Option<f64> {
        T::least()
    }

    fn to_value(&self) -> Value {
        // NaN is not an unset value and must not become null.
        let present = |value: &T| match value.to_value() {
            Value::Null => Value::Array(vec![Value::Null]),
            value => value,
        };
        self.as_ref().map_or(Value::Null, present)
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl ParameterValue for BTreeMap<String, String> {
    fn kind() -> Type {
        Type::Map
    }

    fn unset() -> Option<Self> {
        Some(Self::new())
    }

    fn to_value(&self) -> Value {
        let entry = |(name, text): (&String, &String)| (name.clone(), Value::from(text.as_str()));
        Value::Object(self.iter().map(entry).collect::<Map<_, _>>())
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        let entries = value.as_object();
        let entries = entries.ok_or_else(|| wrong(value, &Self::kind()))?;
        let entry = |(name, text): (&String, &Value)| Ok((name.clone(), String::from_value(text)?));
        entries.iter().map(entry).collect()
    }
}

fn wrong(value: &Value, kind: &Type) -> String {
    format!("{value} is not {}", kind.noun())
}

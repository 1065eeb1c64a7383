//! Choices with an additional word: `auto` or `none`.

use serde_json::Value;

use crate::{Choice, IntoDefault, ParameterValue, Type};

/// `auto`, or one of the words of `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrAuto<T> {
    /// The program chooses.
    Auto,
    /// Given by the user.
    Given(T),
}

/// `none`, or one of the words of `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrNone<T> {
    /// None of the words.
    None,
    /// Given by the user.
    Given(T),
}

impl<T> OrAuto<T> {
    /// The given choice; `None` for `auto`.
    pub fn given(self) -> Option<T> {
        match self {
            Self::Auto => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<T> OrNone<T> {
    /// The given choice; `None` for `none`.
    pub fn given(self) -> Option<T> {
        match self {
            Self::None => None,
            Self::Given(value) => Some(value),
        }
    }
}

impl<T: Choice> Choice for OrAuto<T> {
    fn words() -> Vec<&'static str> {
        [vec!["auto"], T::words()].concat()
    }

    fn as_str(&self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Given(value) => value.as_str(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "auto" => Some(Self::Auto),
            word => T::from_word(word).map(Self::Given),
        }
    }
}

impl<T: Choice> Choice for OrNone<T> {
    fn words() -> Vec<&'static str> {
        [vec!["none"], T::words()].concat()
    }

    fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Given(value) => value.as_str(),
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            word => T::from_word(word).map(Self::Given),
        }
    }
}

impl<T: Choice> ParameterValue for OrAuto<T> {
    fn kind() -> Type {
        Type::of_choice::<Self>()
    }

    fn to_value(&self) -> Value {
        self.as_str().into()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        crate::derived::choice(value)
    }
}

impl<T: Choice> ParameterValue for OrNone<T> {
    fn kind() -> Type {
        Type::of_choice::<Self>()
    }

    fn to_value(&self) -> Value {
        self.as_str().into()
    }

    fn from_value(value: &Value) -> Result<Self, String> {
        crate::derived::choice(value)
    }
}

impl<T> IntoDefault<OrAuto<T>> for T {
    fn into_default(self) -> OrAuto<T> {
        OrAuto::Given(self)
    }
}

impl<T> IntoDefault<OrNone<T>> for T {
    fn into_default(self) -> OrNone<T> {
        OrNone::Given(self)
    }
}

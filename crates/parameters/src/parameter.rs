//! A parameter of a command.

use serde_json::Value;

use crate::{Schema, Type};

/// A parameter of a command: `--<name> VALUE`, or a key of the configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Name in `snake_case`; the flag is its `--kebab-case`.
    pub name: String,
    /// Type and bounds.
    pub schema: Schema,
    /// Default value; an unset parameter without default is null.
    pub default: Option<Value>,
    /// Whether it must be given.
    pub required: bool,
    /// Unit, such as `mm`, `voxels`, `epochs`.
    pub unit: Option<String>,
    /// Help, in one line.
    pub about: String,
    /// Whether few users need it: the help lists it after the others.
    pub advanced: bool,
}

impl Parameter {
    /// A boolean, false by default; `--name` alone means true.
    #[must_use]
    pub fn flag(name: &str, about: &str) -> Self {
        Self::new(name, Type::Boolean, about).default(false)
    }

    /// An integer.
    #[must_use]
    pub fn integer(name: &str, about: &str) -> Self {
        Self::new(name, Type::Integer, about)
    }

    /// A finite number.
    #[must_use]
    pub fn number(name: &str, about: &str) -> Self {
        Self::new(name, Type::Number, about)
    }

    /// Any text.
    #[must_use]
    pub fn text(name: &str, about: &str) -> Self {
        Self::new(name, Type::Text, about)
    }

    /// One of several words.
    #[must_use]
    pub fn choice(name: &str, words: &[&str], about: &str) -> Self {
        Self::new(
            name,
            Type::Choice(words.iter().map(|w| (*w).to_owned()).collect()),
            about,
        )
    }

    /// A list of these words.
    #[must_use]
    pub fn choices(name: &str, words: &[&str], about: &str) -> Self {
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        Self::new(name, Type::List(Box::new(Type::Choice(words))), about)
    }

    /// A list of integers.
    #[must_use]
    pub fn integers(name: &str, about: &str) -> Self {
        Self::new(name, Type::List(Box::new(Type::Integer)), about)
    }

    /// A list of numbers.
    #[must_use]
    pub fn numbers(name: &str, about: &str) -> Self {
        Self::new(name, Type::List(Box::new(Type::Number)), about)
    }

    /// A list of texts.
    #[must_use]
    pub fn texts(name: &str, about: &str) -> Self {
        Self::new(name, Type::List(Box::new(Type::Text)), about)
    }

    /// A map from names to texts: `--name key=value`, repeated.
    #[must_use]
    pub fn map(name: &str, about: &str) -> Self {
        Self::new(name, Type::Map, about)
    }

    /// A parameter of any type, without default.
    #[must_use]
    pub fn new(name: &str, kind: Type, about: &str) -> Self {
        Self {
            name: name.to_owned(),
            schema: Schema::of(kind),
            default: None,
            required: false,
            unit: None,
            about: about.to_owned(),
            advanced: false,
        }
    }

    /// Sets the default value.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Makes the parameter required.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Makes the parameter one that few users need.
    #[must_use]
    pub fn advanced(mut self) -> Self {
        self.advanced = true;
        self
    }

    /// Sets the smallest allowed number.
    #[must_use]
    pub fn at_least(mut self, minimum: f64) -> Self {
        self.schema.minimum = Some(minimum);
        self
    }

    /// Sets the largest allowed number.
    #[must_use]
    pub fn at_most(mut self, maximum: f64) -> Self {
        self.schema.maximum = Some(maximum);
        self
    }

    /// Requires numbers above this bound.
    #[must_use]
    pub fn above(mut self, bound: f64) -> Self {
        self.schema.exclusive_minimum = Some(bound);
        self
    }

    /// Requires numbers below this bound.
    #[must_use]
    pub fn below(mut self, bound: f64) -> Self {
        self.schema.exclusive_maximum = Some(bound);
        self
    }

    /// Sets the number of items of a list.
    #[must_use]
    pub fn count(mut self, items: usize) -> Self {
        self.schema.items = Some(items);
        self
    }

    /// Sets the unit of the value.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.to_owned());
        self
    }
}

//! A named value that changes what a command computes.

use serde_json::Value;

use crate::{Schema, Type};

/// A parameter of a command: `--<name> VALUE`, or a key of the configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Name in `snake_case`; the flag is its `--kebab-case`.
    pub name: String,
    /// Type and bounds.
    pub schema: Schema,
    /// Value when none is given; without one, an unset parameter is null.
    pub default: Option<Value>,
    /// Whether it must be given.
    pub required: bool,
    /// Unit, such as `mm`, `voxels`, `epochs`.
    pub unit: Option<String>,
    /// One line for people.
    pub about: String,
}

impl Parameter {
    /// `true` or `false`, false unless given; `--name` alone means true.
    #[must_use]
    pub fn flag(name: &str, about: &str) -> Self {
        Self::new(name, Type::Boolean, about).default(false)
    }

    /// A whole number.
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

    /// One of a few words.
    #[must_use]
    pub fn choice(name: &str, words: &[&str], about: &str) -> Self {
        Self::new(
            name,
            Type::Choice(words.iter().map(|w| (*w).to_owned()).collect()),
            about,
        )
    }

    /// Several of these words.
    #[must_use]
    pub fn choices(name: &str, words: &[&str], about: &str) -> Self {
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        Self::new(name, Type::List(Box::new(Type::Choice(words))), about)
    }

    /// Several whole numbers.
    #[must_use]
    pub fn integers(name: &str, about: &str) -> Self {
        Self::new(name, Type::List(Box::new(Type::Integer)), about)
    }

    /// Several numbers.
    #[must_use]
    pub fn numbers(name: &str, about: &str) -> Self {
        Self::new(name, Type::List(Box::new(Type::Number)), about)
    }

    /// Several texts.
    #[must_use]
    pub fn texts(name: &str, about: &str) -> Self {
        Self::new(name, Type::List(Box::new(Type::Text)), about)
    }

    /// Named texts: `--name key=value`, repeated.
    #[must_use]
    pub fn map(name: &str, about: &str) -> Self {
        Self::new(name, Type::Map, about)
    }

    /// A parameter of any type, with no default.
    #[must_use]
    pub fn new(name: &str, kind: Type, about: &str) -> Self {
        Self {
            name: name.to_owned(),
            schema: Schema::of(kind),
            default: None,
            required: false,
            unit: None,
            about: about.to_owned(),
        }
    }

    /// The value when none is given.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// Must be given.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The smallest allowed number.
    #[must_use]
    pub fn at_least(mut self, minimum: f64) -> Self {
        self.schema.minimum = Some(minimum);
        self
    }

    /// The largest allowed number.
    #[must_use]
    pub fn at_most(mut self, maximum: f64) -> Self {
        self.schema.maximum = Some(maximum);
        self
    }

    /// The number must be larger than this.
    #[must_use]
    pub fn above(mut self, bound: f64) -> Self {
        self.schema.exclusive_minimum = Some(bound);
        self
    }

    /// The number must be smaller than this.
    #[must_use]
    pub fn below(mut self, bound: f64) -> Self {
        self.schema.exclusive_maximum = Some(bound);
        self
    }

    /// How many items a list must have.
    #[must_use]
    pub fn count(mut self, items: usize) -> Self {
        self.schema.items = Some(items);
        self
    }

    /// The unit of the value.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = Some(unit.to_owned());
        self
    }
}

//! Attributes of groups and datasets.

use hdf5_reader::error::Error;
use hdf5_reader::{Attribute as Decoder, RawAttribute};

use super::text::{self, Resolve};

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// One number; exact except for integers beyond 2^53.
    Number(f64),
    /// One or several texts.
    Texts(Vec<String>),
    /// Any other type; its value is not read.
    Other,
}

/// The attributes of an object, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(Vec<(String, Attribute)>);

impl Attributes {
    pub(super) fn decode(
        stored: Vec<RawAttribute>,
        reference_size: usize,
        resolve: Resolve,
    ) -> Result<Self, Error> {
        let attribute = |raw: RawAttribute| -> Result<_, Error> {
            let (message, _) = raw.into_parts();
            let texts = text::decode(
                &message.datatype,
                &message.raw_data,
                reference_size,
                resolve,
            )?;
            let name = message.name.clone();
            let value = match texts {
                Some(texts) => Attribute::Texts(texts),
                None => number(&Decoder::from_message(message)),
            };
            Ok((name, value))
        };
        Ok(Self(
            stored
                .into_iter()
                .map(attribute)
                .collect::<Result<_, _>>()?,
        ))
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    fn get(&self, name: &str) -> Option<&Attribute> {
        self.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// The number with this name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Attribute::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text with this name, if it is a single text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.texts(name) {
            Some([text]) => Some(text),
            _ => None,
        }
    }

    /// The texts with this name.
    #[must_use]
    pub fn texts(&self, name: &str) -> Option<&[String]> {
        match self.get(name) {
            Some(Attribute::Texts(texts)) => Some(texts),
            _ => None,
        }
    }
}

fn number(stored: &Decoder) -> Attribute {
    match stored.num_elements() {
        Ok(1) => stored
            .read_as_f64()
            .map_or(Attribute::Other, Attribute::Number),
        _ => Attribute::Other,
    }
}

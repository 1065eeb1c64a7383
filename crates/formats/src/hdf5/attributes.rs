//! Attributes of groups and datasets.

use hdf5_reader::error::Error;
use hdf5_reader::{Attribute as Decoder, Datatype, H5Type, RawAttribute};

use super::element::{Half, StoredElement};
use super::encoding::{self, Encoding};
use super::text::{self, Resolve};

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Attribute {
    /// One number; exact except for integers beyond 2^53.
    Number(f64),
    /// A few numbers, as a list.
    Numbers(Vec<f64>),
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
            let (message, datatype) = raw.into_parts();
            let texts = text::decode(
                &message.datatype,
                &message.raw_data,
                reference_size,
                resolve,
            )?;
            let name = message.name.clone();
            let value = match texts {
                Some(texts) => Attribute::Texts(texts),
                // A number in some of its bits is not decoded.
                None if encoding::of(&datatype) != Ok(Encoding::Whole) => Attribute::Other,
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

    /// The value with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Attribute> {
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

    /// The numbers with this name; one number is a list of one.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        match self.get(name) {
            Some(Attribute::Number(number)) => Some(std::slice::from_ref(number)),
            Some(Attribute::Numbers(numbers)) => Some(numbers),
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

/// Largest number of numbers of an attribute that are read.
const FEW: u64 = 16;

fn number(stored: &Decoder) -> Attribute {
    let numbers = match stored.num_elements() {
        Ok(1..=FEW) => numbers(stored),
        _ => None,
    };
    match numbers.as_deref() {
        None => Attribute::Other,
        Some([number]) => Attribute::Number(*number),
        Some(numbers) => Attribute::Numbers(numbers.to_vec()),
    }
}

fn numbers(stored: &Decoder) -> Option<Vec<f64>> {
    fn read<T: H5Type>(stored: &Decoder, number: fn(T) -> f64) -> Option<Vec<f64>> {
        if stored.shape.is_empty() {
            return Some(vec![number(stored.read_scalar::<T>().ok()?)]);
        }
        let values = stored.read_1d::<T>().ok()?;
        Some(values.into_iter().map(number).collect())
    }
    match &stored.datatype {
        Datatype::FloatingPoint { size, .. } => match size {
            2 => read::<Half>(stored, |half| f64::from(half.number())),
            4 => read::<f32>(stored, f64::from),
            8 => read::<f64>(stored, |v| v),
            _ => None,
        },
        Datatype::FixedPoint { size, signed, .. } => match (size, signed) {
            (1, true) => read::<i8>(stored, f64::from),
            (1, false) => read::<u8>(stored, f64::from),
            (2, true) => read::<i16>(stored, f64::from),
            (2, false) => read::<u16>(stored, f64::from),
            (4, true) => read::<i32>(stored, f64::from),
            (4, false) => read::<u32>(stored, f64::from),
            (8, true) => read::<i64>(stored, |v| v as f64),
            (8, false) => read::<u64>(stored, |v| v as f64),
            _ => None,
        },
        _ => None,
    }
}

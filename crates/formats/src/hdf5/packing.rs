//! Packed and missing values, as netCDF marks them in attributes (CF conventions 1.11, sections 2.5.1 and 8.1).

use super::attributes::{Attribute, Attributes};

const SCALE: &str = "scale_factor";
const OFFSET: &str = "add_offset";
const MISSING: [&str; 2] = ["_FillValue", "missing_value"];
const UNSIGNED: &str = "_Unsigned";

/// What the attributes of a dataset say about its stored values.
#[derive(Debug, Clone, PartialEq)]
pub struct Packing {
    /// The factor and the offset that turn a stored value into the value that is meant: `stored × scale + offset`.
    pub scale: f64,
    /// See `scale`.
    pub offset: f64,
    /// Stored values that stand for missing ones, with the name of their attribute.
    pub missing: Vec<(&'static str, f64)>,
}

impl Packing {
    /// The packing that attributes state; without any, every value is what it is.
    ///
    /// # Errors
    /// An attribute that is no number; signed integers that stand for unsigned ones. One line.
    pub fn of(attributes: &Attributes) -> Result<Self, String> {
        let number = |name: &str, default: f64| match attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Number(number)) if number.is_finite() => Ok(*number),
            Some(_) => Err(format!("its attribute {name} is not a number")),
        };
        let (scale, offset) = (number(SCALE, 1.0)?, number(OFFSET, 0.0)?);
        if scale == 0.0 {
            return Err(format!("its attribute {SCALE} is 0"));
        }
        let says_unsigned = attributes
            .text(UNSIGNED)
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        if says_unsigned {
            return Err(format!(
                "its attribute {UNSIGNED} says that signed integers stand for unsigned ones, which is not supported; store them as unsigned integers"
            ));
        }
        let mut missing = Vec::new();
        for name in MISSING {
            match attributes.get(name) {
                None | Some(Attribute::Texts(_)) => {}
                Some(Attribute::Other) => {
                    return Err(format!("its attribute {name} cannot be read"));
                }
                Some(Attribute::Number(number)) => missing.push((name, *number)),
                Some(Attribute::Numbers(numbers)) => {
                    missing.extend(numbers.iter().map(|number| (name, *number)));
                }
            }
        }
        Ok(Self {
            scale,
            offset,
            missing,
        })
    }

    /// Whether stored values are the values that are meant.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.scale == 1.0 && self.offset == 0.0
    }

    /// The name of the attribute that marks a stored value as missing, and the value that it states.
    #[must_use]
    pub fn marks(&self, stored: f64) -> Option<(&'static str, f64)> {
        let same = |marked: f64| {
            marked == stored
                || f64::from(marked as f32) == stored
                || (marked.is_nan() && stored.is_nan())
        };
        self.missing
            .iter()
            .copied()
            .find(|(_, marked)| same(*marked))
    }

    /// The value that a stored one stands for.
    #[must_use]
    pub fn value(&self, stored: f64) -> f64 {
        match self.is_plain() {
            true => stored,
            false => stored * self.scale + self.offset,
        }
    }
}

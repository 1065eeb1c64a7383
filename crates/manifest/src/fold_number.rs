//! Reads the number of a fold.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Reads a fold: a whole number, also one written as `1.0`.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    struct Fold;
    impl<'de> Visitor<'de> for Fold {
        type Value = Option<u32>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number from 0")
        }

        fn visit_unit<E: Error>(self) -> Result<Option<u32>, E> {
            Ok(None)
        }

        fn visit_none<E: Error>(self) -> Result<Option<u32>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Option<u32>, D::Error> {
            inner.deserialize_any(self)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Option<u32>, E> {
            let fold = u32::try_from(number);
            fold.map(Some).map_err(|_| bad(number))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<Option<u32>, E> {
            let fold = u32::try_from(number);
            fold.map(Some).map_err(|_| bad(number))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<Option<u32>, E> {
            match number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0 {
                true => Ok(Some(number as u32)),
                false => Err(bad(number)),
            }
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<u32>, E> {
            Err(E::custom(format!(
                "the fold '{text}' is a text; write a whole number without quotes, such as 1"
            )))
        }
    }
    fn bad<E: Error>(number: impl fmt::Display) -> E {
        E::custom(format!(
            "the fold {number} is not a whole number from 0 to 4294967295"
        ))
    }
    deserializer.deserialize_option(Fold)
}

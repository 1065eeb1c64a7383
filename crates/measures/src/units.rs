//! The unit of each quantity of a table: one, or it is refused.

use std::collections::BTreeMap;
use std::fmt;

/// The units in which the quantities of a table were found.
///
/// Each command that reads measurements passes its rows through [`Units::add`], so that values in different units, such
/// as a Dice of 0.9 and one of 90 %, never meet in a mean, a test or a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    found: BTreeMap<String, Option<String>>,
}

/// A quantity that is measured in two units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoUnits {
    /// Name of the quantity.
    pub quantity: String,
    /// One unit; `None` when the table states none.
    pub one: Option<String>,
    /// The other unit.
    pub other: Option<String>,
}

impl Units {
    /// Takes a value of a quantity in a unit; `None` and the empty text state no unit.
    ///
    /// The Greek letter μ and the micro sign µ are one. Otherwise units are compared as texts: also `1`, the unit of
    /// ratios and counts, differs from `%` and from no unit.
    ///
    /// # Errors
    /// An earlier value of the quantity has another unit.
    pub fn add(&mut self, quantity: &str, unit: Option<&str>) -> Result<(), TwoUnits> {
        let unit = unit.map(str::trim).filter(|u| !u.is_empty());
        let unit = unit.map(|u| u.replace('μ', "µ"));
        match self.found.get(quantity) {
            Some(first) if *first != unit => Err(TwoUnits {
                quantity: quantity.to_owned(),
                one: first.clone(),
                other: unit,
            }),
            Some(_) => Ok(()),
            None => {
                self.found.insert(quantity.to_owned(), unit);
                Ok(())
            }
        }
    }

    /// The unit of a quantity; `None` when no value states one.
    #[must_use]
    pub fn of(&self, quantity: &str) -> Option<&str> {
        self.found.get(quantity)?.as_deref()
    }
}

impl fmt::Display for TwoUnits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |unit: &Option<String>| unit.clone().unwrap_or_else(|| "no stated unit".into());
        write!(
            f,
            "{} is measured in {} and in {}; convert the tables to one unit",
            self.quantity,
            named(&self.one),
            named(&self.other)
        )
    }
}

impl std::error::Error for TwoUnits {}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(units: [Option<&str>; 2]) -> Option<String> {
        let mut found = Units::default();
        found.add("dice", units[0]).unwrap();
        found.add("dice", units[1]).err().map(|e| e.to_string())
    }

    #[test]
    fn a_second_unit_of_a_quantity_is_refused_with_both() {
        let said = message([Some("1"), Some("%")]).unwrap();
        assert!(
            said.starts_with("dice is measured in 1 and in %;"),
            "{said}"
        );
        let said = message([Some("%"), None]).unwrap();
        assert!(said.contains("in % and in no stated unit"), "{said}");
        assert!(message([Some("1"), None]).is_some());
    }

    #[test]
    fn one_unit_is_kept_whatever_mu_it_is_written_with() {
        assert_eq!(message([Some("µm"), Some("μm")]), None);
        assert_eq!(message([None, Some("")]), None);
        let mut units = Units::default();
        units.add("ra_um", Some("μm")).unwrap();
        assert_eq!((units.of("ra_um"), units.of("dice")), (Some("µm"), None));
    }
}

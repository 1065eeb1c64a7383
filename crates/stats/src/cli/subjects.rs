//! The units of a test and their subjects: units of one subject are not independent of each other.

use std::collections::{BTreeMap, BTreeSet};

use rsom_parameters::Parameters;
use rsom_stage::StageError;

use super::measurements::SelectedMeasurements;
use super::sampling::at_least_one;
use crate::Level;

/// The units that are paired, and whether units of one subject may count as independent.
#[derive(Debug, Parameters)]
pub(super) struct PairedUnits {
    /// Columns that identify the unit. Several values of one unit are aggregated; units are paired over the levels.
    #[parameter(default = ["subject"], check = at_least_one, advanced)]
    pub pair_by: Vec<String>,
    /// Treat several units of one subject, such as slices, as if they were independent: p may be far too small, and the table
    /// says so.
    #[parameter(advanced)]
    pub treat_slices_as_independent: bool,
}

impl PairedUnits {
    /// Refuses several units of one subject, unless they shall count as independent; then the result is a caveat.
    ///
    /// # Errors
    /// Exit code 2; the message names the ways out.
    pub fn require_independent(
        &self,
        units: &[Vec<Level>],
        subjects: &Subjects<'_>,
    ) -> Result<Option<String>, StageError> {
        let named = ("--pair-by", self.pair_by.as_slice());
        let count = (units.len(), subjects.number(units));
        require_independent(count, named, self.treat_slices_as_independent)
    }
}

/// Refuses more units than subjects, unless units shall count as independent; then the result is a caveat. `named` are the
/// parameter that names the unit, and its columns.
///
/// # Errors
/// Exit code 2; the message names the ways out.
pub(super) fn require_independent(
    (units, subjects): (usize, Option<usize>),
    (parameter, columns): (&str, &[String]),
    is_allowed: bool,
) -> Result<Option<String>, StageError> {
    let Some(subjects) = subjects.filter(|subjects| *subjects < units) else {
        return Ok(None);
    };
    if is_allowed {
        return Ok(Some(format!(
            "{units} units of {subjects} subjects are taken for independent; p may be far too small"
        )));
    }
    Err(StageError::usage(format_args!(
        "{parameter} {}: {units} units come from {subjects} subjects and are not independent. Use the subject as the unit \
         ({parameter} subject), a test of clusters (stats compare --test clustered_signed_rank) or a mixed model (stats model), \
         or state that they shall count as independent: --treat-slices-as-independent",
        columns.join(",")
    )))
}

/// The subject of each unit, where the table names subjects.
pub(super) struct Subjects<'a> {
    of_units: Option<BTreeMap<&'a [Level], &'a Level>>,
}

impl<'a> Subjects<'a> {
    pub(super) fn of(selected: &'a SelectedMeasurements) -> Self {
        let mut of_units = BTreeMap::new();
        for measurement in &selected.measurements {
            // The first entry of an occasion is the subject.
            if let Some(Some(subject)) = measurement.occasion.first() {
                of_units.insert(measurement.unit.as_slice(), subject);
            }
        }
        Self {
            of_units: selected.has_subjects.then_some(of_units),
        }
    }

    /// The subjects of these units; `None` where one is not known.
    pub(super) fn among(&self, units: &[Vec<Level>]) -> Option<BTreeSet<&'a Level>> {
        let subjects: Option<Vec<&Level>> = self.each(units);
        subjects.map(|subjects| subjects.into_iter().collect())
    }

    /// The subject of each of these units; `None` where one is not known.
    pub(super) fn each(&self, units: &[Vec<Level>]) -> Option<Vec<&'a Level>> {
        let known = self.of_units.as_ref()?;
        let of_unit = |unit: &Vec<Level>| known.get(unit.as_slice()).copied();
        units.iter().map(of_unit).collect()
    }

    /// The number of subjects of these units, if known.
    pub(super) fn number(&self, units: &[Vec<Level>]) -> Option<usize> {
        self.among(units).map(|subjects| subjects.len())
    }
}

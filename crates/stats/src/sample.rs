//! Samples: the values of units under one condition.

use std::collections::BTreeMap;

use rsom_measures::Status;

use crate::measurement::listed;
use rsom_parameters::Choice;

use crate::summary::{mean, median};
use crate::{Level, Measurement, Quantity, SampleSummary, StatsError};

/// Aggregation of several values of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Choice)]
pub enum Aggregate {
    /// Mean.
    #[default]
    Mean,
    /// Median.
    Median,
    /// No aggregation: a unit with several values is an error.
    None,
}

/// The samples of a study: one for each quantity and condition.
pub type Samples = BTreeMap<Quantity, BTreeMap<Vec<Level>, Sample>>;

/// The values of units under one condition, sorted by unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    units: BTreeMap<Vec<Level>, Unit>,
}

/// A unit, aggregated to one value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unit {
    /// The aggregate of its defined values; `None` if it has none.
    pub value: Option<f64>,
    /// Number of measurements.
    pub n_measured: usize,
    /// Number of measurements without a value.
    pub n_undefined: usize,
    /// Number of measurements with each status other than `ok`; a missing value with status `ok` counts as `undefined`.
    pub statuses: BTreeMap<String, usize>,
    /// Its measurements, by occasion (scan, slice, …).
    occasions: BTreeMap<Vec<Option<Level>>, Option<f64>>,
    aggregate: Aggregate,
}

impl Unit {
    /// The values of a unit under two conditions, each aggregated over the same occasions, and the number of
    /// measurements that were left out because the other condition has no value on that occasion.
    ///
    /// Otherwise a network that fails on a subject's hard slices would be compared, on the easy ones, with a baseline
    /// measured on all. When the two share no occasion (for example, when scans are named after the visit), each is
    /// aggregated over its own.
    #[must_use]
    pub fn paired(&self, other: &Unit) -> (Option<f64>, Option<f64>, usize) {
        let is_shared = |occasion: &Vec<Option<Level>>| other.occasions.contains_key(occasion);
        if !self.occasions.keys().any(is_shared) {
            return (self.value, other.value, 0);
        }
        let of_both = |(occasion, value): (&Vec<Option<Level>>, &Option<f64>)| {
            (*value).zip(other.occasions.get(occasion).copied().flatten())
        };
        let both: Vec<(f64, f64)> = self.occasions.iter().filter_map(of_both).collect();
        let (ours, theirs): (Vec<f64>, Vec<f64>) = both.iter().copied().unzip();
        let defined = |unit: &Unit| unit.n_measured - unit.n_undefined;
        let left_out = defined(self) + defined(other) - 2 * both.len();
        (
            self.aggregate.of(&ours),
            other.aggregate.of(&theirs),
            left_out,
        )
    }
}

impl Aggregate {
    fn of(self, values: &[f64]) -> Option<f64> {
        match self {
            Aggregate::Mean | Aggregate::None => mean(values),
            Aggregate::Median => median(values),
        }
    }
}

impl Sample {
    /// A sample without units.
    pub(crate) const EMPTY: Self = Self {
        units: BTreeMap::new(),
    };

    /// The unit with this key.
    #[must_use]
    pub fn unit(&self, key: &[Level]) -> Option<&Unit> {
        self.units.get(key)
    }

    /// All units with their keys, sorted.
    pub fn units(&self) -> impl Iterator<Item = (&[Level], &Unit)> {
        self.units.iter().map(|(key, unit)| (key.as_slice(), unit))
    }

    /// The units with a value, sorted by unit.
    pub(crate) fn values(&self) -> Vec<(Vec<Level>, f64)> {
        let units = self.units.iter();
        units
            .filter_map(|(key, unit)| Some((key.clone(), unit.value?)))
            .collect()
    }

    /// Number of units, including those without a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there are no units.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Number of measurements without a value.
    #[must_use]
    pub fn n_undefined(&self) -> usize {
        self.units.values().map(|u| u.n_undefined).sum()
    }

    /// The most frequent status among units without a value; among equally frequent ones the first in alphabetical
    /// order.
    #[must_use]
    pub fn main_reason(&self) -> Option<String> {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        let missing = self.units.values().filter(|u| u.value.is_none());
        for (status, count) in missing.flat_map(|u| &u.statuses) {
            *reasons.entry(status).or_default() += count;
        }
        let most = reasons.values().max()?;
        reasons
            .iter()
            .find(|(_, count)| *count == most)
            .map(|(reason, _)| (*reason).to_owned())
    }

    /// The status of all measurements, when it is the same for all and not `ok`: a network that predicts nothing has a
    /// Dice of 0 with the status `empty_prediction`.
    #[must_use]
    pub fn common_status(&self) -> Option<&str> {
        let (status, _) = self.units.values().next()?.statuses.iter().next()?;
        self.units
            .values()
            .all(|u| u.statuses.get(status) == Some(&u.n_measured))
            .then_some(status)
    }

    /// The statuses of measurements other than `ok`, with their numbers: `3 of 8 empty prediction`; the status alone when
    /// all measurements have it. `None` when all are `ok`. Where units have several measurements, the numbers count
    /// measurements: `3 of 16 measurements empty prediction`.
    #[must_use]
    pub fn peculiarity(&self) -> Option<String> {
        if let Some(status) = self.common_status() {
            return Some(status.replace('_', " "));
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (status, count) in self.units.values().flat_map(|u| &u.statuses) {
            *counts.entry(status).or_default() += count;
        }
        let measured: usize = self.units.values().map(|u| u.n_measured).sum();
        let what = if measured == self.units.len() {
            ""
        } else {
            "measurements "
        };
        let parts: Vec<String> = counts
            .into_iter()
            .map(|(status, count)| {
                format!("{count} of {measured} {what}{}", status.replace('_', " "))
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The smallest and the largest number of measurements of a unit; `None` without units.
    #[must_use]
    pub fn measurements_per_unit(&self) -> Option<(usize, usize)> {
        let counts = || self.units.values().map(|u| u.n_measured);
        counts().min().zip(counts().max())
    }

    /// Location and spread over the units.
    #[must_use]
    pub fn summary(&self) -> SampleSummary {
        let values: Vec<Option<f64>> = self.units.values().map(|u| u.value).collect();
        SampleSummary::of(&values)
    }
}

/// Groups measurements into samples, and aggregates each unit to one value.
///
/// A measurement without a value (`None`, NaN, infinite) is excluded from its unit's aggregate and counted with its
/// status. A unit without any value stays in the sample as missing. The order of the measurements does not matter.
///
/// # Errors
/// Two measurements of one quantity, condition, unit and occasion; several occasions of one unit with
/// [`Aggregate::None`].
pub fn gather(measurements: &[Measurement], aggregate: Aggregate) -> Result<Samples, StatsError> {
    let mut readings: BTreeMap<(&Quantity, &[Level], &[Level]), Readings<'_>> = BTreeMap::new();
    for m in measurements {
        let unit = readings
            .entry((&m.quantity, &m.condition, &m.unit))
            .or_default();
        if unit.insert(&m.occasion, m).is_some() {
            return Err(StatsError::Duplicate {
                metric: m.quantity.to_string(),
                unit: placed(&occasion_text(m), m),
            });
        }
    }
    let mut samples = Samples::new();
    for ((quantity, condition, unit), readings) in readings {
        if aggregate == Aggregate::None
            && let Some(second) = readings.values().nth(1)
        {
            return Err(StatsError::SeveralValues {
                metric: second.quantity.to_string(),
                unit: placed(&listed(unit), second),
            });
        }
        let sample = samples
            .entry(quantity.clone())
            .or_default()
            .entry(condition.to_vec())
            .or_default();
        sample
            .units
            .insert(unit.to_vec(), reduced(&readings, aggregate));
    }
    Ok(samples)
}

type Readings<'a> = BTreeMap<&'a [Option<Level>], &'a Measurement>;

fn reduced(readings: &Readings<'_>, aggregate: Aggregate) -> Unit {
    let mut unit = Unit {
        n_measured: readings.len(),
        aggregate,
        ..Unit::default()
    };
    let mut values = Vec::new();
    for (occasion, reading) in readings {
        let value = reading.value.filter(|v| v.is_finite());
        unit.occasions.insert(occasion.to_vec(), value);
        match value {
            Some(value) => values.push(value),
            None => unit.n_undefined += 1,
        }
        if let Some(status) = peculiar_status(reading) {
            *unit.statuses.entry(status).or_default() += 1;
        }
    }
    unit.value = aggregate.of(&values);
    unit
}

fn peculiar_status(reading: &Measurement) -> Option<String> {
    let has_value = reading.value.is_some_and(f64::is_finite);
    let status = &reading.status;
    match status.is_empty() || *status == Status::Ok {
        true if has_value => None,
        true => Some(Status::Undefined.to_string()),
        false => Some(status.clone()),
    }
}

fn placed(place: &str, m: &Measurement) -> String {
    format!("{place} ({})", listed(&m.condition))
}

fn occasion_text(m: &Measurement) -> String {
    let parts: Vec<String> = m.occasion.iter().flatten().map(Level::to_string).collect();
    parts.join(", ")
}

//! Parameters, shared by commands that compare levels of a factor: which metrics, which levels, within which groups.

use rsom_parameters::{Choice, Parameters};

use super::compared_table::is_own_column;
use super::gathered::{Wanted, condition_of};
use super::measurements::{SelectedMeasurements, Selector};
use super::sampling::Sampling;
use crate::{Against, Contrast, Level};

/// Which levels are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Contrasts {
    /// Each level with the baseline.
    Baseline,
    /// All pairs of levels, each with those before it in the table.
    AllPairs,
}

/// The compared levels.
#[derive(Debug, Parameters)]
#[parameters(check = Levels::check)]
pub(super) struct Levels {
    /// Metrics to compare, each NAME or NAME@SURFACE.
    #[parameter(required)]
    pub metric: Vec<String>,
    /// Column of the factor whose levels are compared.
    #[parameter(required)]
    pub factor: String,
    /// Level with which all other levels are compared (required, unless all pairs are compared).
    pub baseline: Option<String>,
    /// Levels to compare: each with the baseline, or all pairs. The tests of all pairs are one family for the correction.
    #[parameter(default = Contrasts::Baseline)]
    pub contrasts: Contrasts,
    /// Columns to group by, such as net; levels are compared within each group.
    #[parameter(default = Vec::new())]
    pub group_by: Vec<String>,
}

impl Levels {
    fn check(&self) -> Result<(), String> {
        match (self.contrasts, &self.baseline) {
            (Contrasts::Baseline, None) => Err(
                "--baseline is missing: name the level with which the others are compared, or compare all pairs with \
                 --contrasts all_pairs"
                    .to_owned(),
            ),
            (Contrasts::AllPairs, Some(_)) => Err(
                "--baseline and --contrasts all_pairs exclude each other: all pairs have no common baseline; leave one out"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Checks that each column has one role, and that none has the name of an output column. `units` are the columns of
    /// `parameter`.
    ///
    /// # Errors
    /// Says which column is given twice.
    pub fn check_roles(&self, units: &[String], parameter: &str) -> Result<(), String> {
        require_one_role(&self.factor, &self.group_by, units, parameter)
    }

    /// The samples of these levels. `unit` are the columns that identify a unit, and the name of their parameter.
    pub fn wanted<'a>(
        &'a self,
        (unit, unit_parameter): (&'a [String], &'static str),
        sampling: &'a Sampling,
    ) -> Wanted<'a> {
        Wanted {
            metrics: &self.metric,
            condition: condition_of(&self.group_by, &self.factor),
            unit,
            unit_parameter,
            sampling,
        }
    }

    /// The baseline among the levels of the table.
    pub fn baseline_in(&self, selected: &SelectedMeasurements) -> Option<Level> {
        let levels = levels_of_factor(selected);
        self.baseline.as_ref().map(|name| {
            let known = Level::meant(name, levels).cloned();
            known.unwrap_or_else(|| Level::parse(name))
        })
    }

    /// What the levels are compared with. `baseline` is the level of that name.
    pub fn against<'a>(
        &self,
        baseline: Option<&'a Level>,
        selected: &'a SelectedMeasurements,
    ) -> Against<'a> {
        baseline.map_or(
            Against::EachBefore(levels_of_factor(selected)),
            Against::Baseline,
        )
    }

    /// The baseline, or the words for another level.
    pub fn other(&self) -> String {
        match &self.baseline {
            Some(baseline) => format!("the baseline {baseline}"),
            None => "another level".to_owned(),
        }
    }

    /// Sorts results: the requested metrics in the order of the request, levels in the order of the table.
    pub fn sort<T>(
        &self,
        results: &mut [T],
        selected: &SelectedMeasurements,
        contrast: impl Fn(&T) -> &Contrast,
    ) {
        results.sort_by_cached_key(|result| {
            let c = contrast(result);
            let q = &c.quantity;
            let levels = c.group.iter().chain([&c.level]);
            let places = levels.zip(&selected.orders);
            let baseline = selected.orders.last();
            let baseline = baseline.map(|order| c.baseline.place_in(order));
            let levels: Vec<usize> = places
                .map(|(level, order)| level.place_in(order))
                .chain(baseline)
                .collect();
            let metric = place_of_metric(&self.metric, c);
            (metric, q.label.clone(), q.surface.clone(), levels)
        });
    }
}

/// Checks that each column has one role, and that no group has the name of an output column.
///
/// # Errors
/// Says which column is given twice.
pub(super) fn require_one_role(
    factor: &String,
    group_by: &[String],
    units: &[String],
    parameter: &str,
) -> Result<(), String> {
    let parts: Vec<&String> = group_by.iter().chain(units).chain([factor]).collect();
    if let Some(twice) = (0..parts.len()).find(|i| parts[..*i].contains(&parts[*i])) {
        return Err(format!(
            "column '{}' is given twice in --factor, --group-by and {parameter}; give it once",
            parts[twice]
        ));
    }
    match group_by.iter().find(|g| is_own_column(g)) {
        Some(name) => Err(format!(
            "--group-by: '{name}' is a column of the output; labels and surfaces are always compared separately"
        )),
        None => Ok(()),
    }
}

/// The levels of the factor in the order of the table.
pub(super) fn levels_of_factor(selected: &SelectedMeasurements) -> &[Level] {
    selected.orders.last().map_or(&[][..], Vec::as_slice)
}

/// The place of the metric of a contrast in the request.
fn place_of_metric(metrics: &[String], contrast: &Contrast) -> Option<usize> {
    metrics
        .iter()
        .position(|m| Selector::parse(m).matches(&contrast.quantity))
}

//! `rsom-stats compare`: tests every level of a factor against a baseline.

use std::collections::{BTreeMap, BTreeSet};

use rsom_io::ports;
use rsom_parameters::{Choice, Parameters};
use rsom_stage::recipe::{GERL2020, RSOM};
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::compared_table::{self, Design};
use super::factor::LOSS;
use super::fault::stage_error;
use super::measurements::{SelectedMeasurements, Selection, Selector, select};
use super::sampling::{Sampling, at_least_one};
use crate::{Against, Comparison, ComparisonConfig, Level, compare, gather};

pub(super) fn command() -> Command {
    Command::new("compare", "Compare each level of a factor with a baseline, or all pairs of levels, by paired Wilcoxon signed-rank tests", run)
        .input(Port::required("input", Kind::Table, "Tables of measures in long form").many())
        .output(Port::required("output", Kind::Table, "Table of tests: one row per metric, label, surface, group and compared level").with_table(compared_table::contents()))
        .parameters(Settings::declare())
        .names_in_tables("input", Named::Metric, &["metric"])
        .names_in_tables("input", Named::Column, &["factor", "pair_by", "group_by", "average_over", "where"])
        .level_in_tables("input", "baseline", "factor")
        .derives(LOSS)
        .needs_default_names()
        .recipe(GERL2020, [("measured_per", "slice"), ("pair_by", "subject,scan,slice"), ("adjust", "none")])
        .recipe(RSOM, [("measured_per", "scan"), ("pair_by", "subject"), ("adjust", "holm")])
        .example("rsom-stats compare --input m.parquet --metric dice,ra_vox@both --factor s --baseline 0 --group-by net --output t.parquet")
        .example("rsom-stats compare --input m.parquet --metric dice --factor s --baseline 0 --measured-per slice --pair-by subject,scan,slice --output t.parquet")
        .example("rsom-stats compare --input m.parquet --metric dice --factor method --contrasts all_pairs --output t.parquet")
}

/// Which levels are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Contrasts {
    /// Each level with the baseline.
    Baseline,
    /// All pairs of levels, each with those before it in the table.
    AllPairs,
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    /// Metrics to compare, each NAME or NAME@SURFACE.
    #[parameter(required)]
    metric: Vec<String>,
    /// Column of the factor whose levels are compared.
    #[parameter(required)]
    factor: String,
    /// Level with which all other levels are compared (required, unless all pairs are compared).
    baseline: Option<String>,
    /// Levels to compare: each with the baseline, or all pairs. The tests of all pairs are one family for the correction.
    #[parameter(default = Contrasts::Baseline)]
    contrasts: Contrasts,
    /// Columns that identify the unit of the test. Several values of one unit are aggregated; the test pairs the units
    /// of two levels.
    #[parameter(default = ["subject"], check = at_least_one, advanced)]
    pair_by: Vec<String>,
    /// Columns to group by, such as net; levels are compared within each group.
    #[parameter(default = Vec::new())]
    group_by: Vec<String>,
    #[parameter(flatten)]
    sampling: Sampling,
    #[parameter(flatten)]
    comparison: ComparisonConfig,
    /// Significance level; a note warns where a sample is too small to reach it.
    #[parameter(default = 0.05, min = 0.0, max = 1.0)]
    alpha: f64,
}

impl Settings {
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
            _ => self.columns(),
        }
    }

    /// Checks that each column has one role, and that none has the name of an output column.
    fn columns(&self) -> Result<(), String> {
        let parts: Vec<&String> = self
            .group_by
            .iter()
            .chain(&self.pair_by)
            .chain([&self.factor])
            .collect();
        if let Some(twice) = (0..parts.len()).find(|i| parts[..*i].contains(&parts[*i])) {
            return Err(format!(
                "column '{}' is given twice in --factor, --group-by and --pair-by; give it once",
                parts[twice]
            ));
        }
        match self
            .group_by
            .iter()
            .find(|g| compared_table::is_own_column(g))
        {
            Some(name) => Err(format!(
                "--group-by: '{name}' is a column of the output; labels and surfaces are always compared separately"
            )),
            None => Ok(()),
        }
    }

    /// What the levels are compared with. `baseline` is the level of that name.
    fn against<'a>(&self, baseline: Option<&'a Level>, levels: &'a [Level]) -> Against<'a> {
        baseline.map_or(Against::EachBefore(levels), Against::Baseline)
    }

    fn design(&self) -> Design<'_> {
        Design {
            factor: &self.factor,
            group_by: &self.group_by,
            pair_by: &self.pair_by,
            sampling: &self.sampling,
            comparison: self.comparison,
            alpha: self.alpha,
        }
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let table = ports::read_table(invocation, "input")?;
    let condition: Vec<String> = settings
        .group_by
        .iter()
        .chain([&settings.factor])
        .cloned()
        .collect();
    let selected = select(
        &table,
        &Selection {
            metrics: &settings.metric,
            measured_per: settings.sampling.measured_per,
            filter: &settings.sampling.r#where,
            condition: &condition,
            unit: &settings.pair_by,
            unit_parameter: "--pair-by",
            average_over: &settings.sampling.average_over,
        },
    )?;
    let samples =
        gather(&selected.measurements, settings.sampling.aggregate).map_err(|e| stage_error(&e))?;
    let levels = selected.orders.last().map_or(&[][..], Vec::as_slice);
    let baseline = settings.baseline.as_ref().map(|name| {
        let known = Level::meant(name, levels).cloned();
        known.unwrap_or_else(|| Level::parse(name))
    });
    let against = settings.against(baseline.as_ref(), levels);
    let mut comparisons = compare(&samples, &settings.factor, against, settings.comparison)
        .map_err(|e| stage_error(&e))?;
    count_subjects(&mut comparisons, &selected);
    require_a_test(&comparisons, &settings)?;
    let comparisons = in_order(comparisons, &settings.metric, &selected);
    let design = settings.design();
    let output = compared_table::table(&comparisons, &selected, &design)?;
    ports::write_table(invocation, "output", &output)?;
    Ok(Summary::new()
        .with("comparisons", compared_table::json(&comparisons, &design))
        .text(compared_table::text(&comparisons, &design)))
}

/// Refuses a result without any test: a pipeline must not go on as if there were one.
fn require_a_test(comparisons: &[Comparison], settings: &Settings) -> Result<(), StageError> {
    if comparisons.iter().any(|c| c.test.is_some()) {
        return Ok(());
    }
    let has = |side: fn(&crate::MissingPair) -> &Option<String>| {
        let missing = comparisons.iter().flat_map(|c| &c.pairs.missing);
        missing.filter(|pair| side(pair).is_none()).count() > 0
    };
    let pair_by = settings.pair_by.join(",");
    let factor = &settings.factor;
    let baseline = match &settings.baseline {
        Some(baseline) => format!("the baseline {baseline}"),
        None => "another level".to_owned(),
    };
    Err(StageError::inputs(if comparisons.is_empty() {
        format!("no test was made: no level of {factor} other than {baseline}")
    } else if has(|pair| &pair.at_level) && has(|pair| &pair.at_baseline) {
        format!(
            "no test was made: no {pair_by} has values at both a level of {factor} and {baseline}. The test \
                 needs pairs: if the same unit has another name at each level, choose --pair-by columns that are equal at \
                 both. Different subjects in each group need an unpaired test (Mann-Whitney), which is not offered: `table \
                 --rows {factor}` gives their means, and `rsom io table wide` the values for other software"
        )
    } else {
        let reasons: BTreeSet<&str> = comparisons.iter().map(|c| c.status.as_str()).collect();
        let reasons: Vec<&str> = reasons.into_iter().collect();
        format!(
            "no test was made: no level of {factor} has a value next to one of {baseline} ({})",
            reasons.join(", ")
        )
    }))
}

/// Counts the subjects of the pairs, where the table names them.
fn count_subjects(comparisons: &mut [Comparison], selected: &SelectedMeasurements) {
    if !selected.has_subjects {
        return;
    }
    let mut subjects: BTreeMap<&[Level], &Level> = BTreeMap::new();
    for measurement in &selected.measurements {
        // The first entry of an occasion is the subject.
        if let Some(Some(subject)) = measurement.occasion.first() {
            subjects.insert(&measurement.unit, subject);
        }
    }
    for comparison in comparisons {
        let of_pairs = comparison
            .pairs
            .units
            .iter()
            .map(|unit| subjects.get(unit.as_slice()));
        let of_pairs: Option<BTreeSet<&&Level>> = of_pairs.collect();
        comparison.n_subjects = of_pairs.map(|subjects| subjects.len());
    }
}

/// The requested metrics in the order of the request, levels in the order of the table.
fn in_order(
    mut comparisons: Vec<Comparison>,
    metrics: &[String],
    selected: &SelectedMeasurements,
) -> Vec<Comparison> {
    let place = |c: &Comparison| {
        let q = &c.contrast.quantity;
        let metric = metrics.iter().position(|m| Selector::parse(m).matches(q));
        let levels = c.contrast.group.iter().chain([&c.contrast.level]);
        let places = levels.zip(&selected.orders);
        let baseline = selected.orders.last();
        let baseline = baseline.map(|order| c.contrast.baseline.place_in(order));
        let levels: Vec<usize> = places
            .map(|(level, order)| level.place_in(order))
            .chain(baseline)
            .collect();
        (metric, q.label.clone(), q.surface.clone(), levels)
    };
    comparisons.sort_by_cached_key(place);
    comparisons
}

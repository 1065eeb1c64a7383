//! `rsom-stats compare`: every level of a factor against a baseline.

use std::collections::BTreeMap;

use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary};
use serde::Deserialize;

use super::measurements::{MeasuredPer, Selected, Selection, Selector, select};
use super::{compared_table, sampling_parameters, stage_error};
use crate::{
    Adjustment, Aggregate, Alternative, Comparison, ComparisonConfig, Family, Level, Method,
    WilcoxonConfig, ZeroMethod, compare, gather,
};

pub(super) fn command() -> Command {
    Command::new("compare", "Paired Wilcoxon signed-rank tests of each level of a factor against a baseline", run)
        .input(Port::required("input", Kind::Table, "Long tables of measures").many())
        .output(Port::required("output", Kind::Table, "One row for each metric, label, surface, group and level"))
        .parameter(Parameter::texts("metric", "Metrics, each NAME or NAME@SURFACE").required())
        .parameter(Parameter::text("factor", "Column whose levels are compared").required())
        .parameter(Parameter::text("baseline", "Level that the others are compared with").required())
        .parameter(Parameter::texts("pair_by", "Columns that make up the unit of the test; values of one unit are aggregated, units of two levels are paired").default(vec!["subject"]))
        .parameter(Parameter::texts("group_by", "Columns within whose levels to compare, such as net").default(Vec::<String>::new()))
        .parameters(sampling_parameters())
        .parameters(test_parameters())
        .example("rsom-stats compare --input m.parquet --metric dice,ra_vox@both --factor s --baseline 0 --group-by net --output t.parquet")
        .example("rsom-stats compare --input m.parquet --metric dice --factor s --baseline 0 --measured-per slice --pair-by subject,scan,slice --output t.parquet")
}

fn test_parameters() -> [Parameter; 8] {
    [
        Parameter::choice("alternative", &["two-sided", "less", "greater"], "What is held against the null hypothesis: level differs from, is less than, is greater than the baseline").default("two-sided"),
        Parameter::choice("zero_method", &["wilcox", "pratt", "zsplit"], "Zero differences: dropped, ranked then dropped, ranks split between both signs").default("wilcox"),
        Parameter::choice("method", &["exact", "normal"], "Distribution of the statistic; above 2,000 differences always normal").default("exact"),
        Parameter::flag("continuity_correction", "Continuity correction of the normal approximation"),
        Parameter::choice("adjust", &["none", "bonferroni", "holm", "benjamini_hochberg"], "Correction for many tests").default("holm"),
        Parameter::choice("family", &["all", "metric", "group"], "Tests that are corrected together: all; those of one metric; those of one metric, label, surface and group").default("group"),
        Parameter::number("confidence", "Confidence of the interval of the Hodges-Lehmann shift").default(0.95).at_least(0.0).at_most(1.0),
        Parameter::number("alpha", "Significance level; a note says when a sample is too small to reach it").default(0.05).at_least(0.0).at_most(1.0),
    ]
}

#[derive(Deserialize)]
pub(super) struct Settings {
    metric: Vec<String>,
    pub factor: String,
    pub baseline: String,
    pair_by: Vec<String>,
    pub group_by: Vec<String>,
    measured_per: MeasuredPer,
    aggregate: Aggregate,
    average_over: Vec<String>,
    r#where: Option<BTreeMap<String, String>>,
    pub alternative: Alternative,
    pub zero_method: ZeroMethod,
    method: Method,
    continuity_correction: bool,
    pub adjust: Adjustment,
    pub family: Family,
    confidence: f64,
    pub alpha: f64,
}

impl Settings {
    /// Columns must play one part each, and none may take the name of a column of the output.
    fn check(&self) -> Result<(), StageError> {
        if self.pair_by.is_empty() {
            return Err(StageError::usage("--pair-by: name at least one column"));
        }
        let parts: Vec<&String> = self
            .group_by
            .iter()
            .chain(&self.pair_by)
            .chain([&self.factor])
            .collect();
        if let Some(twice) = (0..parts.len()).find(|i| parts[..*i].contains(&parts[*i])) {
            return Err(StageError::usage(format_args!(
                "column '{}' is named twice in --factor, --group-by and --pair-by",
                parts[twice]
            )));
        }
        match self
            .group_by
            .iter()
            .find(|g| compared_table::is_own_column(g))
        {
            Some(name) => Err(StageError::usage(format_args!(
                "--group-by: '{name}' is a column of the output; labels and surfaces are always compared by themselves"
            ))),
            None => Ok(()),
        }
    }

    pub(super) fn config(&self) -> ComparisonConfig {
        ComparisonConfig {
            test: WilcoxonConfig {
                alternative: self.alternative,
                zero_method: self.zero_method,
                method: self.method,
                continuity_correction: self.continuity_correction,
            },
            adjustment: self.adjust,
            family: self.family,
            confidence: self.confidence,
        }
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    settings.check()?;
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
            measured_per: settings.measured_per,
            filter: &settings.r#where.clone().unwrap_or_default(),
            condition: &condition,
            unit: &settings.pair_by,
            unit_parameter: "--pair-by",
            average_over: &settings.average_over,
        },
    )?;
    let samples =
        gather(&selected.measurements, settings.aggregate).map_err(|e| stage_error(&e))?;
    let baseline = Level::parse(&settings.baseline);
    let comparisons = compare(&samples, &settings.factor, &baseline, settings.config())
        .map_err(|e| stage_error(&e))?;
    let comparisons = in_order(comparisons, &settings.metric, &selected);
    let output = compared_table::table(&comparisons, &selected, &settings)?;
    ports::write_table(invocation, "output", &output)?;
    Ok(Summary::new()
        .with("comparisons", compared_table::json(&comparisons, &settings))
        .text(compared_table::text(&comparisons, &settings)))
}

/// Metrics as they were asked for, levels as they appear in the table.
fn in_order(
    mut comparisons: Vec<Comparison>,
    metrics: &[String],
    selected: &Selected,
) -> Vec<Comparison> {
    let place = |c: &Comparison| {
        let q = &c.contrast.quantity;
        let metric = metrics.iter().position(|m| Selector::parse(m).matches(q));
        let levels = c.contrast.group.iter().chain([&c.contrast.level]);
        let levels: Vec<usize> = levels
            .zip(&selected.orders)
            .map(|(level, order)| order.iter().position(|l| l == level).unwrap_or(order.len()))
            .collect();
        (metric, q.label.clone(), q.surface.clone(), levels)
    };
    comparisons.sort_by_cached_key(place);
    comparisons
}

//! `rsom-stats groups`: tests levels of a factor whose units are different subjects.

use std::collections::BTreeSet;

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::fault::stage_error;
use super::gathered::{gathered, gathering};
use super::grouped_table::{self, Design, Row};
use super::levels::Levels;
use super::sampling::{Sampling, at_least_one};
use super::subjects::{Subjects, require_independent};
use super::table_contents::contents;
use crate::{GroupComparison, GroupConfig, compare_groups};

pub(super) fn command() -> Command {
    let command = Command::new(
        "groups",
        "Compare groups of different subjects, such as patients and controls, by Mann-Whitney or Brunner-Munzel tests",
        run,
    );
    let command = command.level_in_tables("input", "baseline", "factor");
    gathering(command, &["factor", "unit_by", "group_by", "average_over", "where"])
        .output(Port::required("output", Kind::Table, "Table of tests: one row per metric, label, surface, group and compared level").with_table(contents(grouped_table::COLUMNS)))
        .parameters(Settings::declare())
        .example("rsom-stats groups --input m.parquet --metric thickness_um,ra_um@both --factor group --baseline control --output g.parquet")
        .example("rsom-stats groups --input m.parquet --metric thickness_um --factor diagnosis --contrasts all_pairs --test brunner_munzel --output g.parquet")
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    #[parameter(flatten)]
    levels: Levels,
    /// Columns that identify the unit of the test. Several values of one unit, such as its visits, are aggregated.
    #[parameter(default = ["subject"], check = at_least_one, advanced)]
    unit_by: Vec<String>,
    /// Test several units of one subject, such as slices, as if they were independent: p may be far too small, and the table
    /// says so.
    #[parameter(advanced)]
    treat_slices_as_independent: bool,
    #[parameter(flatten)]
    sampling: Sampling,
    #[parameter(flatten)]
    config: GroupConfig,
    /// Significance level; a note warns where a sample is too small to reach it.
    #[parameter(default = 0.05, min = 0.0, max = 1.0)]
    alpha: f64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        self.levels.check_roles(&self.unit_by, "--unit-by")
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let levels = &settings.levels;
    let wanted = levels.wanted((&settings.unit_by, "--unit-by"), &settings.sampling);
    let (selected, samples) = gathered(invocation, &wanted)?;
    let baseline = levels.baseline_in(&selected);
    let against = levels.against(baseline.as_ref(), &selected);
    let comparisons = compare_groups(&samples, &settings.levels.factor, against, settings.config)
        .map_err(|e| stage_error(&e))?;
    require_a_test(&comparisons, &settings)?;
    let subjects = Subjects::of(&selected);
    let rows: Result<Vec<Row>, StageError> = (comparisons.into_iter())
        .map(|comparison| row(comparison, &subjects, &settings))
        .collect();
    let mut rows = rows?;
    settings
        .levels
        .sort(&mut rows, &selected, |r| &r.comparison.contrast);
    let design = Design {
        factor: &settings.levels.factor,
        group_by: &settings.levels.group_by,
        unit_by: &settings.unit_by,
        sampling: &settings.sampling,
        config: settings.config,
        alpha: settings.alpha,
    };
    let output = grouped_table::table(&rows, &selected, &design)?;
    ports::write_table(invocation, "output", &output)?;
    Ok(Summary::new()
        .with("comparisons", grouped_table::json(&rows, &design))
        .text(grouped_table::text(&rows, &design)))
}

/// Refuses a result without any test.
fn require_a_test(comparisons: &[GroupComparison], settings: &Settings) -> Result<(), StageError> {
    if comparisons.iter().any(|c| c.test.is_some()) {
        return Ok(());
    }
    let factor = &settings.levels.factor;
    let other = settings.levels.other();
    let reasons: BTreeSet<&str> = comparisons.iter().map(|c| c.status.as_str()).collect();
    let reasons: Vec<&str> = reasons.into_iter().collect();
    Err(StageError::inputs(match comparisons.is_empty() {
        true => format!("no test was made: no level of {factor} other than {other}"),
        false => format!(
            "no test was made: no level of {factor} can be compared with {other} ({})",
            reasons.join(", ")
        ),
    }))
}

/// The comparison with its subjects.
///
/// # Errors
/// Exit code 2: a subject has units at both levels, or several units of a subject are not declared to be independent.
fn row(
    comparison: GroupComparison,
    subjects: &Subjects<'_>,
    settings: &Settings,
) -> Result<Row, StageError> {
    let units = [&comparison.level_units, &comparison.baseline_units];
    let of_both = units.map(|units| subjects.among(units));
    let [Some(level), Some(baseline)] = &of_both else {
        return Ok(Row {
            comparison,
            n_subjects: None,
            dependent: None,
        });
    };
    if let Some(shared) = level.intersection(baseline).next() {
        return Err(StageError::usage(format_args!(
            "{} is at both {} and {} of {}: the levels are repeated measures of the same subjects; compare them with \
             `stats compare`",
            shared, comparison.contrast.level, comparison.contrast.baseline, settings.levels.factor
        )));
    }
    let (n_units, n_subjects) = (
        units[0].len() + units[1].len(),
        level.len() + baseline.len(),
    );
    let dependent = require_independent(
        (n_units, Some(n_subjects)),
        ("--unit-by", &settings.unit_by),
        settings.treat_slices_as_independent,
    )?;
    Ok(Row {
        n_subjects: Some(n_subjects),
        dependent,
        comparison,
    })
}

//! `rsom-stats equivalence`: whether levels of a factor agree with a baseline within a margin.

use std::collections::BTreeMap;

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_measures::column;
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use serde_json::{Value, json};

use super::contrast_columns::{contrast_columns, contrast_json, group_text};
use super::fault::stage_error;
use super::gathered::{gathered, gathering};
use super::levels::Levels;
use super::measurements::SelectedMeasurements;
use super::rows::Rows;
use super::sampling::Sampling;
use super::subjects::{PairedUnits, Subjects};
use super::table_contents::contents;
use crate::equivalence::{
    EquivalenceComparison, EquivalenceConfig, EquivalenceTest, compare_equivalence,
};
use crate::publication::numbers::{p_value, readable};
use crate::{Contrast, MissingPair};

const COLUMNS: &str = "metric unit label surface factor level baseline n n_missing n_undefined margin difference ci_low ci_high \
    ci_level p_above_lower p_below_upper p_value p_adjusted equivalent smallest_attainable_p smallest_attainable_p_adjusted \
    test_name method alpha adjustment family family_size status note pair_by measured_per aggregate n_subjects";

pub(super) fn command() -> Command {
    let command = Command::new(
        "equivalence",
        "Test whether levels of a factor agree with a baseline within a margin, by two one-sided tests",
        run,
    );
    let command = command.level_in_tables("input", "baseline", "factor");
    gathering(command, &["factor", "pair_by", "group_by", "average_over", "where"])
        .output(Port::required("output", Kind::Table, "Table of tests: one row per metric, label, surface, group and compared level").with_table(contents(COLUMNS)))
        .parameters(Settings::declare())
        .example("rsom-stats equivalence --input m.parquet --metric dice --factor s --baseline 0 --margin dice=0.01 --output e.parquet")
        .example("rsom-stats equivalence --input m.parquet --metric dice,ra_um@both --factor method --baseline manual --margin dice=0.02 --margin ra_um=0.5 --test means --output e.parquet")
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    #[parameter(flatten)]
    levels: Levels,
    /// The largest difference that does not matter, in the unit of the metric, for each metric: dice=0.01. State it before
    /// looking at the data.
    #[parameter(required)]
    margin: BTreeMap<String, String>,
    #[parameter(flatten)]
    config: EquivalenceConfig,
    #[parameter(flatten)]
    units: PairedUnits,
    #[parameter(flatten)]
    sampling: Sampling,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        self.levels.check_roles(&self.units.pair_by, "--pair-by")?;
        for (metric, text) in &self.margin {
            if !text.parse::<f64>().is_ok_and(|m| m > 0.0 && m.is_finite()) {
                return Err(format!(
                    "--margin {metric}={text}: the margin must be a positive number in the unit of the metric, such as \
                     {metric}=0.01"
                ));
            }
        }
        Ok(())
    }
}

/// A test, the number of its subjects, and its caveats.
struct Row {
    test: EquivalenceComparison,
    n_subjects: Option<usize>,
    notes: Vec<String>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let levels = &settings.levels;
    let wanted = levels.wanted((&settings.units.pair_by, "--pair-by"), &settings.sampling);
    let (selected, samples) = gathered(invocation, &wanted)?;
    let baseline = levels.baseline_in(&selected);
    let against = levels.against(baseline.as_ref(), &selected);
    let margin_of = |metric: &str| settings.margin.get(metric)?.parse().ok();
    let factor = &settings.levels.factor;
    let tests = compare_equivalence(&samples, factor, against, &margin_of, settings.config)
        .map_err(|e| stage_error(&e))?;
    require_a_test(&tests, &settings)?;
    let subjects = Subjects::of(&selected);
    let row = |test: EquivalenceComparison| {
        let dependent = settings
            .units
            .require_independent(&test.pairs.units, &subjects)?;
        Ok(Row {
            n_subjects: subjects.number(&test.pairs.units),
            notes: dependent
                .into_iter()
                .chain(caveats(&test, settings.config))
                .collect(),
            test,
        })
    };
    let rows: Result<Vec<Row>, StageError> = tests.into_iter().map(row).collect();
    let mut rows = rows?;
    settings
        .levels
        .sort(&mut rows, &selected, |r| &r.test.contrast);
    ports::write_table(invocation, "output", &table(&rows, &selected, &settings)?)?;
    Ok(Summary::new()
        .with("tests", json_rows(&rows, &settings))
        .text(text(&rows, &settings)))
}

/// Refuses a result without any test.
fn require_a_test(tests: &[EquivalenceComparison], settings: &Settings) -> Result<(), StageError> {
    if tests.iter().any(|t| t.test.is_ok()) {
        return Ok(());
    }
    let reason = tests.iter().find_map(|t| t.test.as_ref().err());
    Err(StageError::inputs(format_args!(
        "no test was made: no level of {} can be compared with {} ({})",
        settings.levels.factor,
        settings.levels.other(),
        reason.map_or("no such level", String::as_str)
    )))
}

fn caveats(test: &EquivalenceComparison, config: EquivalenceConfig) -> Vec<String> {
    let mut notes = Vec::new();
    match &test.test {
        Err(reason) => notes.push(format!("no test: {}", reason.replace('_', " "))),
        Ok(result) => {
            let adjusted = test.adjusted.smallest_attainable_p;
            if result.smallest_attainable_p.is_some() && adjusted.is_some_and(|p| p > config.alpha)
            {
                notes.push(format!(
                    "{} pairs can never reach an adjusted p of {}",
                    test.pairs.level.len(),
                    config.alpha
                ));
            }
        }
    }
    let missing: Vec<String> = test
        .pairs
        .missing
        .iter()
        .map(MissingPair::to_string)
        .collect();
    match missing.len() {
        0 => {}
        1..=10 => notes.push(format!("without a pair: {}", missing.join(", "))),
        more => notes.push(format!("{more} units without a pair")),
    }
    notes
}

fn table(
    rows: &[Row],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let contrasts: Vec<&Contrast> = rows.iter().map(|r| &r.test.contrast).collect();
    let levels = &settings.levels;
    let mut columns = contrast_columns(&contrasts, selected, &levels.factor, &levels.group_by);
    let (rows, config) = (Rows(rows), settings.config);
    let name = match config.kind {
        EquivalenceTest::SignedRanks => "equivalence_by_signed_ranks",
        EquivalenceTest::Means => "equivalence_by_means",
    };
    let result = |r: &Row| r.test.test.as_ref().ok().copied();
    columns.extend([
        rows.count("n", |r| Some(r.test.pairs.level.len())),
        rows.count("n_missing", |r| Some(r.test.pairs.missing.len())),
        rows.count("n_undefined", |r| Some(r.test.n_undefined)),
        rows.number("margin", |r| Some(r.test.margin)),
        rows.number("difference", |r| result(r)?.difference),
        rows.number("ci_low", |r| Some(result(r)?.interval?.0)),
        rows.number("ci_high", |r| Some(result(r)?.interval?.1)),
        rows.number("ci_level", |r| Some(result(r)?.interval?.2)),
        rows.number("p_above_lower", |r| Some(result(r)?.p_above_lower)),
        rows.number("p_below_upper", |r| Some(result(r)?.p_below_upper)),
        rows.number("p_value", |r| Some(result(r)?.p_value)),
        rows.number("p_adjusted", |r| r.test.adjusted.p),
        rows.truth("equivalent", |r| r.test.is_equivalent(config.alpha)),
        rows.number("smallest_attainable_p", |r| {
            result(r)?.smallest_attainable_p
        }),
        rows.number("smallest_attainable_p_adjusted", |r| {
            result(r)?.smallest_attainable_p?;
            r.test.adjusted.smallest_attainable_p
        }),
        rows.repeated("test_name", name),
        rows.text("method", |r| {
            let method = result(r)?.method;
            Some(method.map_or("student_t", |m| m.as_str()).to_owned())
        }),
        rows.number("alpha", |_| Some(config.alpha)),
        rows.repeated("adjustment", config.adjustment.as_str()),
        rows.repeated("family", config.family.as_str()),
        rows.count("family_size", |r| Some(r.test.adjusted.family_size)),
        rows.text(column::STATUS, |r| Some(r.test.status().to_owned())),
        rows.text("note", |r| {
            (!r.notes.is_empty()).then(|| r.notes.join("; "))
        }),
        rows.repeated("pair_by", &settings.units.pair_by.join(",")),
        rows.repeated("measured_per", settings.sampling.measured_per.as_str()),
        rows.repeated("aggregate", settings.sampling.aggregate.as_str()),
        rows.count("n_subjects", |r| r.n_subjects),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

fn json_rows(rows: &[Row], settings: &Settings) -> Value {
    let rows = rows.iter().map(|r| {
        let result = r.test.test.as_ref().ok();
        let mut row = contrast_json(&r.test.contrast, &settings.levels.group_by);
        let results = [
            ("n", json!(r.test.pairs.level.len())),
            ("margin", json!(r.test.margin)),
            ("difference", json!(result.and_then(|t| t.difference))),
            ("p_value", json!(result.map(|t| t.p_value))),
            ("p_adjusted", json!(r.test.adjusted.p)),
            (
                "equivalent",
                json!(r.test.is_equivalent(settings.config.alpha)),
            ),
            ("note", json!(r.notes.join("; "))),
        ];
        row.extend(results.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(row)
    });
    rows.collect()
}

fn text(rows: &[Row], settings: &Settings) -> String {
    let alpha = settings.config.alpha;
    let lines = rows.iter().map(|r| {
        let c = &r.test.contrast;
        let outcome = match (&r.test.test, r.test.adjusted.p) {
            (Ok(test), Some(adjusted)) => format!(
                "n = {}, difference {}, margin {}, p {}, adjusted {}: {}",
                r.test.pairs.level.len(),
                test.difference.map_or("0".to_owned(), |d| readable(d, 4)),
                r.test.margin,
                p_value(test.p_value, alpha),
                p_value(adjusted, alpha),
                match adjusted <= alpha {
                    true => "equivalent",
                    false => "equivalence is not shown",
                }
            ),
            _ => "no test".to_owned(),
        };
        let notes = match r.notes.is_empty() {
            true => String::new(),
            false => format!(" ({})", r.notes.join("; ")),
        };
        format!(
            "{}: {}{} {} against {}: {outcome}{notes}\n",
            c.quantity,
            group_text(&c.group, &settings.levels.group_by),
            settings.levels.factor,
            c.level,
            c.baseline
        )
    });
    lines.collect()
}

//! `rsom-stats omnibus`: whether several levels differ at all, and which pairs of them do.

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::fault::stage_error;
use super::gathered::{Wanted, condition_of, gathered, gathering};
use super::levels::levels_of_factor;
use super::measurements::{SelectedMeasurements, Selector};
use super::omnibus_settings::Settings;
use super::omnibus_table::{COLUMNS, PAIR_COLUMNS, Row, json, pairs_table, table, text};
use super::subjects::Subjects;
use super::table_contents::contents;
use crate::{
    Adjusted, LevelDesign, MOST_PERMUTED, Omnibus, OmnibusTest, Permutations, adjust_family,
    omnibus,
};

pub(super) fn command() -> Command {
    let command = Command::new(
        "omnibus",
        "Test whether three or more levels of a factor differ at all, by Friedman or Kruskal-Wallis tests, and which pairs of them do",
        run,
    );
    gathering(command, &["factor", "pair_by", "group_by", "average_over", "where"])
        .output(Port::required("output", Kind::Table, "Table of tests: one row per metric, label, surface and group").with_table(contents(COLUMNS)))
        .output(Port::optional("pairs", Kind::Table, "Tests of all pairs of levels: one row per pair").with_table(contents(PAIR_COLUMNS)))
        .parameters(Settings::declare())
        .example("rsom-stats omnibus --input m.parquet --metric dice --factor method --output o.parquet --pairs pairs.parquet")
        .example("rsom-stats omnibus --input m.parquet --metric thickness_um --factor diagnosis --design independent --post-hoc dunn --output o.parquet")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let (selected, samples) = gathered(
        invocation,
        &Wanted {
            metrics: &settings.metric,
            condition: condition_of(&settings.group_by, &settings.factor),
            unit: &settings.units.pair_by,
            unit_parameter: "--pair-by",
            sampling: &settings.sampling,
        },
    )?;
    let order = levels_of_factor(&selected);
    let tests = omnibus(&samples, &settings.factor, order, settings.config())
        .map_err(|e| stage_error(&e))?;
    require_a_test(&tests, &settings)?;
    let mut rows = rows(tests, &selected, &settings)?;
    sort(&mut rows, &selected, &settings.metric);
    ports::write_table(invocation, "output", &table(&rows, &selected, &settings)?)?;
    if invocation.optional_output("pairs").is_some() {
        ports::write_table(
            invocation,
            "pairs",
            &pairs_table(&rows, &selected, &settings)?,
        )?;
    }
    Ok(Summary::new()
        .with("tests", json(&rows, &settings))
        .text(text(&rows, &settings)))
}

/// Refuses a result without any test.
fn require_a_test(tests: &[Omnibus], settings: &Settings) -> Result<(), StageError> {
    if tests.iter().any(|t| t.test.is_ok()) {
        return Ok(());
    }
    let reason = tests.iter().find_map(|t| t.test.as_ref().err());
    let reason = reason.map_or("there are no values", String::as_str);
    Err(StageError::inputs(format_args!(
        "no test was made over the levels of {}: {reason}; two levels are compared by `stats compare` or `stats groups`",
        settings.factor
    )))
}

fn rows(
    tests: Vec<Omnibus>,
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Vec<Row>, StageError> {
    let subjects = Subjects::of(selected);
    let p = |of: fn(&OmnibusTest) -> Option<f64>| -> Result<Vec<Option<f64>>, StageError> {
        let values: Vec<Option<f64>> = tests
            .iter()
            .map(|t| t.test.as_ref().ok().and_then(of))
            .collect();
        adjust_family(&values, settings.adjust).map_err(StageError::failure)
    };
    let adjusted = p(|t| Some(t.p_value()))?;
    let smallest = p(OmnibusTest::smallest_attainable_p)?;
    let family_size = tests.len();
    let adjusted = adjusted.into_iter().zip(smallest);
    let row = |(test, (p, smallest)): (Omnibus, (Option<f64>, Option<f64>))| {
        let dependent = settings.units.require_independent(&test.units, &subjects)?;
        let adjusted = Adjusted {
            p,
            smallest_attainable_p: smallest,
            family_size,
        };
        let mut notes: Vec<String> = dependent.into_iter().collect();
        notes.extend(caveats(&test, &adjusted, settings));
        Ok(Row {
            n_subjects: subjects.number(&test.units),
            test,
            adjusted,
            notes,
        })
    };
    tests.into_iter().zip(adjusted).map(row).collect()
}

fn caveats(test: &Omnibus, adjusted: &Adjusted, settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    match &test.test {
        Err(reason) => notes.push(format!("no test: {reason}")),
        Ok(found) => {
            let smallest = adjusted.smallest_attainable_p;
            if found.permutations.is_some() && smallest.is_some_and(|p| p >= settings.alpha) {
                notes.push(format!(
                    "{} units can never reach an adjusted p < {}",
                    test.units.len(),
                    settings.alpha
                ));
            }
            match found.permutations.map(|p| p.permutations) {
                Some(Permutations::All) => {}
                Some(Permutations::Random(n)) => {
                    notes.push(format!("p from {n} random permutations"));
                }
                None => notes.push(format!("approximation: more than {MOST_PERMUTED} values")),
            }
        }
    }
    if let Err(reason) = &test.pairs
        && test.test.is_ok()
    {
        notes.push(format!("no tests of pairs: {reason}"));
    }
    if test.n_incomplete > 0 {
        let what = match settings.design {
            LevelDesign::Repeated => "units lack a value at a level and are left out",
            LevelDesign::Independent => "units without a value",
        };
        notes.push(format!("{} {what}", test.n_incomplete));
    }
    if !test.empty_levels.is_empty() {
        let names: Vec<String> = test.empty_levels.iter().map(ToString::to_string).collect();
        notes.push(format!("levels without any value: {}", names.join(", ")));
    }
    notes
}

fn sort(rows: &mut [Row], selected: &SelectedMeasurements, metrics: &[String]) {
    rows.sort_by_cached_key(|row| {
        let q = &row.test.quantity;
        let metric = metrics.iter().position(|m| Selector::parse(m).matches(q));
        let places = row.test.group.iter().zip(&selected.orders);
        let places: Vec<usize> = places.map(|(level, order)| level.place_in(order)).collect();
        (metric, q.label.clone(), q.surface.clone(), places)
    });
}

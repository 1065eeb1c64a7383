//! `rsom-stats agreement`: how well two methods, or raters, agree.

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table};
use rsom_io::ports;
use rsom_measures::{Status, column};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use serde_json::{Value, json};

use super::contrast_columns::{contrast_columns, contrast_json, group_text, level_column};
use super::fault::stage_error;
use super::gathered::{gathered, gathering};
use super::levels::{Contrasts, Levels, levels_of_factor};
use super::measurements::SelectedMeasurements;
use super::rows::Rows;
use super::sampling::Sampling;
use super::subjects::{PairedUnits, Subjects};
use super::table_contents::contents;
use crate::agreement::{
    AgreementConfig, AgreementMeasure, AgreementMeasures, agreement_measures, rater_measures,
    repeated_agreement_measures,
};
use crate::contrast::{contrasts, groups_of};
use crate::publication::numbers::{p_value, readable};
use crate::{Blocks, Contrast, Level, Pairs, Samples};

const COLUMNS: &str = "metric unit label surface factor level baseline measure value ci_low ci_high ci_level p_value n \
    n_subjects n_missing status note pair_by measured_per aggregate";
const POINT_COLUMNS: &str = "metric unit label surface factor level baseline mean difference";
/// Level and baseline of measures over all levels.
const ALL: &str = "all levels";

pub(super) fn command() -> Command {
    let command = Command::new(
        "agreement",
        "Measure how well methods or raters agree: Bland-Altman limits, intraclass and concordance correlations, Passing-Bablok regression",
        run,
    );
    let command = command.level_in_tables("input", "baseline", "factor");
    gathering(command, &["factor", "pair_by", "group_by", "average_over", "where"])
        .output(Port::required("output", Kind::Table, "Table of measures of agreement: one row per metric, label, surface, group, compared level and measure").with_table(contents(COLUMNS)))
        .output(Port::optional("points", Kind::Table, "Mean and difference of each pair, for a Bland-Altman plot").with_table(contents(POINT_COLUMNS)))
        .parameters(Settings::declare())
        .example("rsom-stats agreement --input m.parquet --metric thickness_um --factor method --baseline manual --output a.parquet")
        .example("rsom-stats agreement --input m.parquet --metric thickness_um --factor rater --contrasts all_pairs --output a.parquet --points points.parquet")
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    #[parameter(flatten)]
    levels: Levels,
    #[parameter(flatten)]
    units: PairedUnits,
    #[parameter(flatten)]
    sampling: Sampling,
    /// Share of the differences between the limits of agreement.
    #[parameter(default = 0.95, above = 0.0, below = 1.0, advanced)]
    enclosed: f64,
    /// Confidence level of the intervals.
    #[parameter(default = 0.95, above = 0.0, below = 1.0, advanced)]
    confidence: f64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        self.levels.check_roles(&self.units.pair_by, "--pair-by")
    }

    fn config(&self) -> AgreementConfig {
        AgreementConfig {
            enclosed: self.enclosed,
            confidence: self.confidence,
        }
    }
}

/// The agreement of two levels.
struct Agreement {
    contrast: Contrast,
    n: usize,
    n_missing: usize,
    n_subjects: Option<usize>,
    found: AgreementMeasures,
    notes: Vec<String>,
    pairs: Pairs,
}

impl Agreement {
    fn note(&self) -> Option<String> {
        let missing = self.found.missing.iter().cloned();
        let parts: Vec<String> = self.notes.iter().cloned().chain(missing).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let levels = &settings.levels;
    let wanted = levels.wanted((&settings.units.pair_by, "--pair-by"), &settings.sampling);
    let (selected, samples) = gathered(invocation, &wanted)?;
    let baseline = levels.baseline_in(&selected);
    let against = levels.against(baseline.as_ref(), &selected);
    let compared = contrasts(&samples, &settings.levels.factor, against);
    let subjects = Subjects::of(&selected);
    let mut all: Vec<Agreement> = (compared.map_err(|e| stage_error(&e))?.into_iter())
        .map(|c| {
            let pairs = Pairs::of(c.level, c.baseline);
            agreement(c.contrast, pairs, &subjects, &settings)
        })
        .collect();
    if all.iter().all(|a| a.found.measures.is_empty()) {
        let reason = all.iter().find_map(Agreement::note);
        return Err(StageError::inputs(format_args!(
            "no agreement was measured: no level of {} can be compared with {} ({})",
            settings.levels.factor,
            settings.levels.other(),
            reason.unwrap_or_else(|| "no such level".to_owned())
        )));
    }
    settings.levels.sort(&mut all, &selected, |a| &a.contrast);
    if settings.levels.contrasts == Contrasts::AllPairs {
        all.extend(of_all_raters(&samples, &selected, &subjects, &settings));
    }
    ports::write_table(invocation, "output", &table(&all, &selected, &settings)?)?;
    if invocation.optional_output("points").is_some() {
        ports::write_table(invocation, "points", &points(&all, &selected, &settings)?)?;
    }
    Ok(Summary::new()
        .with("agreement", json_rows(&all, &settings))
        .text(text(&all, &settings)))
}

fn agreement(
    contrast: Contrast,
    pairs: Pairs,
    subjects: &Subjects<'_>,
    settings: &Settings,
) -> Agreement {
    let n = pairs.level.len();
    let n_subjects = subjects.number(&pairs.units);
    let is_repeated = n_subjects.is_some_and(|subjects| subjects < n);
    let mut notes = Vec::new();
    let found = match subjects.each(&pairs.units) {
        Some(of_pairs) if is_repeated && !settings.units.treat_slices_as_independent => {
            let mut numbers = BTreeMap::new();
            let number = |subject: &Level| {
                let next = numbers.len();
                *numbers.entry(subject.clone()).or_insert(next)
            };
            let of_pairs: Vec<usize> = of_pairs.into_iter().map(number).collect();
            let config = settings.config();
            repeated_agreement_measures(&pairs.level, &pairs.baseline, &of_pairs, config)
        }
        _ => {
            if is_repeated {
                notes.push(format!(
                    "{n} pairs of {} subjects are taken for independent; intervals may be far too narrow",
                    n_subjects.unwrap_or_default()
                ));
            }
            agreement_measures(&pairs.level, &pairs.baseline, settings.config())
        }
    };
    if !pairs.missing.is_empty() {
        notes.push(format!("{} units without a pair", pairs.missing.len()));
    }
    Agreement {
        contrast,
        n,
        n_missing: pairs.missing.len(),
        n_subjects,
        found,
        notes,
        pairs,
    }
}

/// The intraclass correlations of three or more raters, over the units that all of them have.
fn of_all_raters(
    samples: &Samples,
    selected: &SelectedMeasurements,
    subjects: &Subjects<'_>,
    settings: &Settings,
) -> Vec<Agreement> {
    let mut all = Vec::new();
    for (quantity, conditions) in samples {
        for group in groups_of(conditions) {
            let blocks = Blocks::of(conditions, group, levels_of_factor(selected));
            if blocks.levels.len() < 3 {
                continue;
            }
            all.push(Agreement {
                contrast: Contrast {
                    quantity: quantity.clone(),
                    group: group.to_vec(),
                    level: Level::text(ALL),
                    baseline: Level::text(ALL),
                },
                n: blocks.rows.len(),
                n_missing: blocks.n_incomplete,
                n_subjects: subjects.number(&blocks.units),
                found: rater_measures(&blocks.rows, settings.config()),
                notes: Vec::new(),
                pairs: Pairs::default(),
            });
        }
    }
    all
}

fn table(
    all: &[Agreement],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    /// A measure of a contrast; `None` where the contrast has none.
    type Row<'a> = (&'a Agreement, Option<&'a AgreementMeasure>);
    let mut of_measures: Vec<Row<'_>> = Vec::new();
    for agreement in all {
        match agreement.found.measures.is_empty() {
            true => of_measures.push((agreement, None)),
            false => of_measures.extend(
                agreement
                    .found
                    .measures
                    .iter()
                    .map(|m| (agreement, Some(m))),
            ),
        }
    }
    let contrasts: Vec<&Contrast> = of_measures.iter().map(|(a, _)| &a.contrast).collect();
    let levels = &settings.levels;
    let mut columns = contrast_columns(&contrasts, selected, &levels.factor, &levels.group_by);
    let rows = Rows(&of_measures);
    columns.extend([
        rows.text("measure", |(_, m)| m.map(|m| m.name.to_owned())),
        rows.number("value", |(_, m)| m.and_then(|m| m.value)),
        rows.number("ci_low", |(_, m)| Some(m.as_ref()?.interval?.0)),
        rows.number("ci_high", |(_, m)| Some(m.as_ref()?.interval?.1)),
        rows.number("ci_level", |(_, m)| {
            m.as_ref()?.interval.map(|_| settings.confidence)
        }),
        rows.number("p_value", |(_, m)| m.and_then(|m| m.p_value)),
        rows.count("n", |(a, _)| Some(a.n)),
        rows.count("n_subjects", |(a, _)| a.n_subjects),
        rows.count("n_missing", |(a, _)| Some(a.n_missing)),
        rows.text(column::STATUS, |(_, m)| {
            let status = match m.and_then(|m| m.value) {
                Some(_) => Status::Ok,
                None => Status::Undefined,
            };
            Some(status.to_string())
        }),
        rows.text("note", |(a, _)| a.note()),
        rows.repeated("pair_by", &settings.units.pair_by.join(",")),
        rows.repeated("measured_per", settings.sampling.measured_per.as_str()),
        rows.repeated("aggregate", settings.sampling.aggregate.as_str()),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

/// Mean and difference of each pair.
fn points(
    all: &[Agreement],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let mut of_pairs: Vec<(&Agreement, &[Level], [f64; 2])> = Vec::new();
    for agreement in all {
        let pairs = &agreement.pairs;
        for (place, unit) in pairs.units.iter().enumerate() {
            of_pairs.push((agreement, unit, [pairs.level[place], pairs.baseline[place]]));
        }
    }
    let contrasts: Vec<&Contrast> = of_pairs.iter().map(|(a, ..)| &a.contrast).collect();
    let levels = &settings.levels;
    let mut columns = contrast_columns(&contrasts, selected, &levels.factor, &levels.group_by);
    for (place, name) in settings.units.pair_by.iter().enumerate() {
        let units = of_pairs.iter().map(|(_, unit, _)| unit.get(place).cloned());
        columns.push(level_column(name, &units.collect::<Vec<_>>(), false));
    }
    let means = of_pairs.iter().map(|(.., [a, b])| Some(a / 2.0 + b / 2.0));
    columns.push(Column::number("mean", means));
    let differences = of_pairs.iter().map(|(.., [a, b])| Some(a - b));
    columns.push(Column::number("difference", differences));
    Table::new(columns).map_err(StageError::failure)
}

fn json_rows(all: &[Agreement], settings: &Settings) -> Value {
    let rows = all.iter().map(|a| {
        let mut row = contrast_json(&a.contrast, &settings.levels.group_by);
        row.insert("n".to_owned(), json!(a.n));
        row.insert("note".to_owned(), json!(a.note()));
        for measure in &a.found.measures {
            row.insert(measure.name.to_owned(), json!(measure.value));
        }
        Value::Object(row)
    });
    rows.collect()
}

fn text(all: &[Agreement], settings: &Settings) -> String {
    let lines = all.iter().map(|a| {
        let measures = a.found.measures.iter().map(|m| {
            let value = m.value.map_or("undefined".to_owned(), |v| readable(v, 4));
            let interval = m.interval.map_or(String::new(), |(low, high)| {
                format!(" ({} to {})", readable(low, 4), readable(high, 4))
            });
            let p = m
                .p_value
                .map_or(String::new(), |p| format!(", p {}", p_value(p, 0.05)));
            format!("  {}: {value}{interval}{p}\n", m.name)
        });
        let note = a.note().map_or(String::new(), |note| format!(" ({note})"));
        format!(
            "{}: {}{} {} against {}: n = {}{note}\n{}",
            a.contrast.quantity,
            group_text(&a.contrast.group, &settings.levels.group_by),
            settings.levels.factor,
            a.contrast.level,
            a.contrast.baseline,
            a.n,
            measures.collect::<String>()
        )
    });
    lines.collect()
}

//! `rsom-stats ranking`: ranks methods, and states how sure the ranking is.

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_measures::{Status, column};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use serde_json::{Value, json};

use super::contrast_columns::{
    group_columns, group_text, level_column, level_value, quantity_columns, quantity_json,
};
use super::gathered::{Wanted, condition_of, gathered, gathering};
use super::levels::{levels_of_factor, require_one_role};
use super::measurements::{SelectedMeasurements, Selector};
use super::rows::Rows;
use super::sampling::Sampling;
use super::subjects::{PairedUnits, Subjects};
use super::table_contents::contents;
use crate::bootstrap::{BootstrapConfig, MeanInterval};
use crate::contrast::groups_of;
use crate::publication::numbers::readable;
use crate::ranking::{Lead, RankBy, RankedMethod, Ranking, RankingConfig, ranking_stability};
use crate::{Blocks, Level, Quantity};

const COLUMNS: &str = "metric unit label surface factor level score rank rank_low rank_high probability_best lead lead_low lead_high \
    separated probability_ahead ci_level is_winner winner_separated n n_incomplete rank_by replicates higher_is_better status note \
    pair_by measured_per aggregate n_subjects";

pub(super) fn command() -> Command {
    let command = Command::new(
        "ranking",
        "Rank methods, with the stability of the ranking under resampling of subjects",
        run,
    );
    gathering(command, &["factor", "pair_by", "group_by", "average_over", "where"])
        .output(Port::required("output", Kind::Table, "Table of ranks: one row per metric, label, surface, group and method").with_table(contents(COLUMNS)))
        .parameters(Settings::declare())
        .example("rsom-stats ranking --input m.parquet --metric dice,hd95_mm --factor method --output ranks.parquet")
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    /// Metrics to rank by, each NAME or NAME@SURFACE; a ranking for each.
    #[parameter(required)]
    metric: Vec<String>,
    /// Column of the methods.
    #[parameter(required)]
    factor: String,
    /// Columns to group by; methods are ranked within each group.
    #[parameter(default = Vec::new())]
    group_by: Vec<String>,
    /// Rank the means over subjects ('mean'), or average the ranks within each subject ('mean_rank').
    #[parameter(default = RankBy::Mean)]
    rank_by: RankBy,
    /// Whether larger values are better (unset: as the tables state it).
    higher_is_better: Option<bool>,
    #[parameter(flatten)]
    units: PairedUnits,
    #[parameter(flatten)]
    sampling: Sampling,
    /// Number of resamples of the units.
    #[parameter(default = 2000, min = 100, max = 1_000_000, advanced)]
    replicates: usize,
    /// Interval of the lead of the first, as in `compare`.
    #[parameter(default = MeanInterval::StudentT, advanced)]
    mean_interval: MeanInterval,
    /// Seed of the resamples.
    #[parameter(default = 0, advanced)]
    seed: u64,
    /// Confidence level of the intervals.
    #[parameter(default = 0.95, above = 0.0, below = 1.0, advanced)]
    confidence: f64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        require_one_role(
            &self.factor,
            &self.group_by,
            &self.units.pair_by,
            "--pair-by",
        )
    }

    fn config(&self, higher_is_better: bool) -> RankingConfig {
        RankingConfig {
            by: self.rank_by,
            higher_is_better,
            bootstrap: BootstrapConfig {
                replicates: self.replicates,
                seed: self.seed,
                confidence: self.confidence,
                interval: self.mean_interval,
            },
        }
    }
}

/// The ranking of one quantity within one group.
struct Ranked {
    quantity: Quantity,
    group: Vec<Level>,
    blocks: Blocks,
    higher_is_better: bool,
    n_subjects: Option<usize>,
    ranking: Result<Ranking, String>,
    notes: Vec<String>,
}

/// A method in a ranking.
struct Row<'a> {
    of: &'a Ranked,
    level: &'a Level,
    method: Option<&'a RankedMethod>,
    lead: Option<&'a Lead>,
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
    let subjects = Subjects::of(&selected);
    let mut all = Vec::new();
    for (quantity, conditions) in &samples {
        let stated = selected
            .traits
            .get(quantity)
            .and_then(|t| t.higher_is_better);
        let higher_is_better = settings.higher_is_better.or(stated).ok_or_else(|| {
            StageError::usage(format_args!(
                "{quantity}: the tables do not say whether larger values are better; state it with --higher-is-better"
            ))
        })?;
        for group in groups_of(conditions) {
            let blocks = Blocks::of(conditions, group, levels_of_factor(&selected));
            let dependent = settings
                .units
                .require_independent(&blocks.units, &subjects)?;
            all.push(ranked(
                (quantity, group),
                blocks,
                (settings.config(higher_is_better), dependent),
                &subjects,
            ));
        }
    }
    if all.iter().all(|r| r.ranking.is_err()) {
        let reason = all.iter().find_map(|r| r.ranking.as_ref().err());
        return Err(StageError::inputs(format_args!(
            "no ranking was made over {}: {}",
            settings.factor,
            reason.map_or("there are no values", String::as_str)
        )));
    }
    all.sort_by_cached_key(|r| place(r, &selected, &settings.metric));
    ports::write_table(invocation, "output", &table(&all, &selected, &settings)?)?;
    Ok(Summary::new()
        .with("rankings", json_rows(&all))
        .text(text(&all, &settings)))
}

fn place(
    ranked: &Ranked,
    selected: &SelectedMeasurements,
    metrics: &[String],
) -> (Option<usize>, Option<Level>, Option<String>, Vec<usize>) {
    let q = &ranked.quantity;
    let metric = metrics.iter().position(|m| Selector::parse(m).matches(q));
    let places = ranked.group.iter().zip(&selected.orders);
    let places = places.map(|(level, order)| level.place_in(order)).collect();
    (metric, q.label.clone(), q.surface.clone(), places)
}

fn ranked(
    (quantity, group): (&Quantity, &[Level]),
    blocks: Blocks,
    (config, dependent): (RankingConfig, Option<String>),
    subjects: &Subjects<'_>,
) -> Ranked {
    let ranking = ranking_stability(&blocks.rows, config).map_err(|e| e.to_string());
    let mut notes: Vec<String> = dependent.into_iter().collect();
    match &ranking {
        Err(reason) => notes.push(format!("no ranking: {reason}")),
        Ok(ranking) if ranking.winner.is_none() => {
            notes.push("several methods share the first place".to_owned());
        }
        Ok(ranking) if !ranking.winner_separated => {
            notes.push(
                "the first is not separated from all others: no best method is shown".to_owned(),
            );
        }
        Ok(_) => {}
    }
    if blocks.n_incomplete > 0 {
        notes.push(format!(
            "{} units lack a value of a method and are left out",
            blocks.n_incomplete
        ));
    }
    if !blocks.empty_levels.is_empty() {
        let names: Vec<String> = blocks.empty_levels.iter().map(Level::to_string).collect();
        notes.push(format!("without any value: {}", names.join(", ")));
    }
    Ranked {
        quantity: quantity.clone(),
        group: group.to_vec(),
        higher_is_better: config.higher_is_better,
        n_subjects: subjects.number(&blocks.units),
        ranking,
        notes,
        blocks,
    }
}

/// The methods of all rankings, the best first.
fn rows(all: &[Ranked]) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for of in all {
        let ranking = of.ranking.as_ref().ok();
        let levels = of.blocks.levels.iter().enumerate();
        let mut of_ranking: Vec<Row<'_>> = levels
            .map(|(place, level)| Row {
                of,
                level,
                method: ranking.and_then(|r| r.methods.get(place)),
                lead: ranking.and_then(|r| r.leads.iter().find(|lead| lead.method == place)),
            })
            .collect();
        let rank = |row: &Row<'_>| row.method.map_or(f64::MAX, |m| m.rank);
        of_ranking.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        rows.extend(of_ranking);
    }
    rows
}

fn table(
    all: &[Ranked],
    selected: &SelectedMeasurements,
    settings: &Settings,
) -> Result<Table, StageError> {
    let rows = rows(all);
    let quantities: Vec<&Quantity> = rows.iter().map(|r| &r.of.quantity).collect();
    let groups: Vec<&[Level]> = rows.iter().map(|r| r.of.group.as_slice()).collect();
    let levels: Vec<Option<Level>> = rows.iter().map(|r| Some(r.level.clone())).collect();
    let mut columns = quantity_columns(&quantities, selected);
    columns.extend(group_columns(&groups, &settings.group_by));
    let is_winner = |r: &Row<'_>| {
        let winner = r.of.ranking.as_ref().ok()?.winner;
        Some(winner.and_then(|w| r.of.blocks.levels.get(w)) == Some(r.level))
    };
    let rows = Rows(&rows);
    columns.push(rows.repeated("factor", &settings.factor));
    columns.push(level_column("level", &levels, false));
    columns.extend([
        rows.number("score", |r| Some(r.method?.score)),
        rows.number("rank", |r| Some(r.method?.rank)),
        rows.number("rank_low", |r| Some(r.method?.rank_low)),
        rows.number("rank_high", |r| Some(r.method?.rank_high)),
        rows.number("probability_best", |r| Some(r.method?.probability_best)),
        rows.number("lead", |r| Some(r.lead?.lead.estimate)),
        rows.number("lead_low", |r| Some(r.lead?.lead.interval?.low)),
        rows.number("lead_high", |r| Some(r.lead?.lead.interval?.high)),
        rows.truth("separated", |r| Some(r.lead?.separated)),
        rows.number("probability_ahead", |r| Some(r.lead?.probability_ahead)),
        rows.number("ci_level", |_| Some(settings.confidence)),
        rows.truth("is_winner", is_winner),
        rows.truth("winner_separated", |r| {
            Some(r.of.ranking.as_ref().ok()?.winner_separated)
        }),
        rows.count("n", |r| Some(r.of.blocks.rows.len())),
        rows.count("n_incomplete", |r| Some(r.of.blocks.n_incomplete)),
        rows.repeated("rank_by", settings.rank_by.as_str()),
        rows.count("replicates", |_| Some(settings.replicates)),
        rows.truth(column::HIGHER_IS_BETTER, |r| Some(r.of.higher_is_better)),
        rows.text(column::STATUS, |r| {
            let status = match r.of.ranking {
                Ok(_) => Status::Ok,
                Err(_) => Status::Undefined,
            };
            Some(status.to_string())
        }),
        rows.text("note", |r| {
            (!r.of.notes.is_empty()).then(|| r.of.notes.join("; "))
        }),
        rows.repeated("pair_by", &settings.units.pair_by.join(",")),
        rows.repeated("measured_per", settings.sampling.measured_per.as_str()),
        rows.repeated("aggregate", settings.sampling.aggregate.as_str()),
        rows.count("n_subjects", |r| r.of.n_subjects),
    ]);
    Table::new(columns).map_err(StageError::failure)
}

fn json_rows(all: &[Ranked]) -> Value {
    let rows = rows(all);
    let rows = rows.iter().map(|r| {
        let mut row = quantity_json(&r.of.quantity);
        let results = [
            ("level", level_value(r.level)),
            ("score", json!(r.method.map(|m| m.score))),
            ("rank", json!(r.method.map(|m| m.rank))),
            (
                "probability_best",
                json!(r.method.map(|m| m.probability_best)),
            ),
            ("note", json!(r.of.notes.join("; "))),
        ];
        row.extend(results.map(|(name, value)| (name.to_owned(), value)));
        Value::Object(row)
    });
    rows.collect()
}

fn text(all: &[Ranked], settings: &Settings) -> String {
    let rankings = all.iter().map(|ranked| {
        let of_methods = rows(std::slice::from_ref(ranked));
        let lines = of_methods.iter().filter_map(|r| {
            let method = r.method?;
            let lead = r.lead.map_or(String::new(), |lead| {
                let interval = lead.lead.interval.map_or(String::new(), |i| {
                    format!(" ({} to {})", readable(i.low, 4), readable(i.high, 4))
                });
                format!(
                    ", {} behind the first{interval}",
                    readable(lead.lead.estimate, 4)
                )
            });
            Some(format!(
                "  {}. {}: {}, rank {} to {}, best in {:.0} % of resamples{lead}\n",
                method.rank,
                r.level,
                readable(method.score, 4),
                method.rank_low,
                method.rank_high,
                100.0 * method.probability_best
            ))
        });
        let notes = match ranked.notes.is_empty() {
            true => String::new(),
            false => format!(" ({})", ranked.notes.join("; ")),
        };
        format!(
            "{}: {}{}, n = {}{notes}\n{}",
            ranked.quantity,
            group_text(&ranked.group, &settings.group_by),
            settings.factor,
            ranked.blocks.rows.len(),
            lines.collect::<String>()
        )
    });
    rankings.collect()
}

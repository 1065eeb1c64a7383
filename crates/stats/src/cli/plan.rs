//! `rsom-stats plan`: power, sample sizes and detectable effects.

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use serde_json::json;

use super::fault::stage_error;
use super::rows::Rows;
use crate::planning::{
    EffectDistribution, Plan, PlannedTest, Power, SampleSize, power, required_size,
    smallest_attainable_rank_sum_p, smallest_detectable_effect, standardized_effect,
};
use crate::{Alternative, Method, smallest_attainable_p};

pub(super) fn command() -> Command {
    Command::new("plan", "Plan a study: its power, the number of subjects it needs, or the smallest effect it can detect, by simulation", run)
        .output(Port::optional("output", Kind::Table, "Table of the answer: one row per number of subjects"))
        .parameters(Settings::declare())
        .example("rsom-stats plan --test signed_rank --n 12,20,30 --effect 0.02 --sd 0.03")
        .example("rsom-stats plan --test rank_sum --effect 12 --sd 15 --power 0.8")
        .example("rsom-stats plan --test signed_rank --n 25 --tests 4")
        .example("rsom-stats plan --test equivalence --margin 0.02 --sd 0.03 --power 0.9")
}

/// The planned test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Test {
    /// Signed-rank test of pairs.
    SignedRank,
    /// Rank-sum test of two groups.
    RankSum,
    /// Equivalence of pairs by two one-sided signed-rank tests.
    Equivalence,
    /// Equivalence of pairs by two one-sided t tests.
    EquivalenceOfMeans,
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    /// The test.
    #[parameter(required)]
    test: Test,
    /// Numbers of pairs, or of subjects in each group; each gives a row (unset: the smallest number with the wanted power).
    #[parameter(default = Vec::new(), min = 1, max = 100_000)]
    n: Vec<usize>,
    /// The true difference, in the unit of --sd (unset: the smallest one that is detected with the wanted power; 0 for
    /// equivalence).
    effect: Option<f64>,
    /// Standard deviation of the differences of pairs, or of the values within a group: take it from a table of measures. 1
    /// means that effect and margin are in standard deviations.
    #[parameter(default = 1.0, above = 0.0)]
    sd: f64,
    /// The margin of equivalence, in the unit of --sd.
    #[parameter(above = 0.0)]
    margin: Option<f64>,
    /// The wanted power.
    #[parameter(default = 0.8, above = 0.0, below = 1.0)]
    power: f64,
    /// Alternative hypothesis.
    #[parameter(default = Alternative::TwoSided)]
    alternative: Alternative,
    /// Significance level.
    #[parameter(default = 0.05, above = 0.0, below = 1.0)]
    alpha: f64,
    /// Number of tests of the family; the level is divided by it (Bonferroni, the first step of Holm).
    #[parameter(default = 1, min = 1, max = 1_000_000)]
    tests: usize,
    /// Distribution of the values: normal, or skewed like Dice near 1.
    #[parameter(default = EffectDistribution::Normal)]
    distribution: EffectDistribution,
    /// Largest number of subjects of the search.
    #[parameter(default = 1000, min = 2, max = 100_000, advanced)]
    largest: usize,
    /// Number of simulated studies.
    #[parameter(default = 10_000, min = 100, max = 10_000_000, advanced)]
    replicates: usize,
    /// Seed of the simulation.
    #[parameter(default = 0, advanced)]
    seed: u64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        let is_equivalence = matches!(self.test, Test::Equivalence | Test::EquivalenceOfMeans);
        if is_equivalence && self.margin.is_none() {
            return Err(
                "--margin is missing: state the largest difference that does not matter".to_owned(),
            );
        }
        if !is_equivalence && self.margin.is_some() {
            return Err(format!(
                "--margin belongs to tests of equivalence, not to --test {}",
                self.test.as_str()
            ));
        }
        if !is_equivalence && self.n.is_empty() && self.effect.is_none() {
            return Err("give --n, or --effect, or both: with --n alone, the smallest detectable effect is found; with \
                        --effect alone, the number of subjects; with both, the power"
                .to_owned());
        }
        if !is_equivalence
            && self
                .effect
                .is_some_and(|effect| effect == 0.0 && self.n.is_empty())
        {
            return Err("--effect 0: no number of subjects detects an effect of 0".to_owned());
        }
        if self.effect.is_some_and(|effect| !effect.is_finite()) {
            return Err("--effect must be a finite number".to_owned());
        }
        Ok(())
    }

    fn plan(&self) -> Result<Plan, StageError> {
        let margin_sd = self.margin.unwrap_or_default() / self.sd;
        Ok(Plan {
            test: match self.test {
                Test::SignedRank => PlannedTest::SignedRank(self.alternative),
                Test::RankSum => PlannedTest::RankSum(self.alternative),
                Test::Equivalence => PlannedTest::EquivalenceByRanks { margin_sd },
                Test::EquivalenceOfMeans => PlannedTest::EquivalenceByMeans { margin_sd },
            },
            alpha: self.alpha / self.tests as f64,
            distribution: self.distribution,
            replicates: self.replicates,
            seed: self.seed,
        })
    }

    fn size(&self, n: usize) -> SampleSize {
        match self.test {
            Test::RankSum => SampleSize::Groups(n, n),
            _ => SampleSize::Pairs(n),
        }
    }

    /// The true effect in standard deviations; 0 for equivalence where none is given.
    fn effect_sd(&self) -> Result<Option<f64>, StageError> {
        let effect = match (self.effect, self.margin) {
            (None, Some(_)) => Some(0.0),
            (effect, _) => effect,
        };
        let in_sd = |effect| standardized_effect(effect, self.sd).map_err(|e| stage_error(&e));
        effect.map(in_sd).transpose()
    }

    fn smallest_p(&self, n: usize) -> Option<f64> {
        match self.test {
            Test::SignedRank => Some(smallest_attainable_p(n, self.alternative)),
            Test::RankSum => Some(smallest_attainable_rank_sum_p(n, n, self.alternative)),
            Test::Equivalence => Some(smallest_attainable_p(n, Alternative::Greater)),
            Test::EquivalenceOfMeans => None,
        }
    }
}

/// One answer.
struct Answer {
    /// Pairs, or subjects in each group.
    n: Option<usize>,
    /// In standard deviations.
    effect_sd: Option<f64>,
    power: Option<f64>,
    standard_error: Option<f64>,
    method: Option<Method>,
    note: Option<String>,
}

impl Answer {
    fn of(power: &Power) -> Self {
        let (SampleSize::Pairs(n) | SampleSize::Groups(n, _)) = power.size;
        Self {
            n: Some(n),
            effect_sd: Some(power.effect_sd),
            power: Some(power.power),
            standard_error: Some(power.standard_error),
            method: Some(power.method),
            note: None,
        }
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let answers = answers(&settings)?;
    if invocation.optional_output("output").is_some() {
        ports::write_table(invocation, "output", &table(&answers, &settings)?)?;
    }
    let json = answers.iter().map(|a| {
        json!({
            "n": a.n,
            "effect": a.effect_sd.map(|e| e * settings.sd),
            "power": a.power,
            "standard_error": a.standard_error,
            "smallest_attainable_p": a.n.and_then(|n| settings.smallest_p(n)),
            "note": a.note,
        })
    });
    Ok(Summary::new()
        .with("plans", json.collect::<Vec<_>>())
        .text(text(&answers, &settings)))
}

fn answers(settings: &Settings) -> Result<Vec<Answer>, StageError> {
    let plan = settings.plan()?;
    let sizes = settings.n.iter();
    match settings.effect_sd()? {
        None => sizes.map(|n| detectable(&plan, *n, settings)).collect(),
        Some(effect_sd) if settings.n.is_empty() => Ok(vec![required(&plan, effect_sd, settings)?]),
        Some(effect_sd) => sizes
            .map(|n| power_of(&plan, *n, effect_sd, settings))
            .collect(),
    }
}

/// The smallest effect that n subjects detect.
fn detectable(plan: &Plan, n: usize, settings: &Settings) -> Result<Answer, StageError> {
    let found = smallest_detectable_effect(plan, settings.size(n), settings.power);
    let found = found.map_err(|e| stage_error(&e))?;
    Ok(Answer {
        n: Some(n),
        effect_sd: found.effect_sd,
        power: Some(settings.power),
        standard_error: None,
        method: None,
        note: match (found.effect_sd, found.standard_error_sd) {
            (None, _) => Some(format!(
                "no effect is detected with a power of {} at this size",
                settings.power
            )),
            (_, Some(error)) => Some(format!(
                "standard error of the effect {:.4}",
                error * settings.sd
            )),
            _ => None,
        },
    })
}

/// The number of subjects that an effect needs.
fn required(plan: &Plan, effect_sd: f64, settings: &Settings) -> Result<Answer, StageError> {
    let found = required_size(plan, effect_sd, settings.power, settings.largest);
    let found = found.map_err(|e| stage_error(&e))?;
    let before = found.before;
    Ok(match &found.reached {
        Some(reached) => Answer {
            note: before.map(|b| format!("one less: power {:.3}", b.power)),
            ..Answer::of(reached)
        },
        None => Answer {
            n: None,
            effect_sd: Some(effect_sd),
            power: None,
            standard_error: None,
            method: None,
            note: Some(format!(
                "no number of subjects up to {} has a power of {}",
                settings.largest, settings.power
            )),
        },
    })
}

/// The power of n subjects.
fn power_of(
    plan: &Plan,
    n: usize,
    effect_sd: f64,
    settings: &Settings,
) -> Result<Answer, StageError> {
    let found = power(plan, settings.size(n), effect_sd).map_err(|e| stage_error(&e))?;
    let smallest = settings.smallest_p(n);
    Ok(Answer {
        note: smallest.filter(|p| *p > plan.alpha).map(|p| {
            format!("the smallest attainable p is {p:.4}: such a study can never be significant")
        }),
        ..Answer::of(&found)
    })
}

fn table(answers: &[Answer], settings: &Settings) -> Result<Table, StageError> {
    let rows = Rows(answers);
    let columns = vec![
        rows.repeated("test", settings.test.as_str()),
        rows.count("n", |a| a.n),
        rows.number("effect", |a| a.effect_sd.map(|e| e * settings.sd)),
        rows.number("sd", |_| Some(settings.sd)),
        rows.number("effect_sd", |a| a.effect_sd),
        rows.number("margin", |_| settings.margin),
        rows.number("power", |a| a.power),
        rows.number("standard_error", |a| a.standard_error),
        rows.number("alpha", |_| Some(settings.alpha)),
        rows.count("tests", |_| Some(settings.tests)),
        rows.repeated("alternative", settings.alternative.as_str()),
        rows.repeated("distribution", settings.distribution.as_str()),
        rows.text("method", |a| a.method.map(|m| m.as_str().to_owned())),
        rows.number("smallest_attainable_p", |a| settings.smallest_p(a.n?)),
        rows.count("replicates", |_| Some(settings.replicates)),
        rows.text("note", |a| a.note.clone()),
    ];
    Table::new(columns).map_err(StageError::failure)
}

fn text(answers: &[Answer], settings: &Settings) -> String {
    let what = match settings.test {
        Test::RankSum => "in each group",
        _ => "pairs",
    };
    let lines = answers.iter().map(|a| {
        let n = a.n.map_or("–".to_owned(), |n| n.to_string());
        let effect = a
            .effect_sd
            .map_or("–".to_owned(), |e| format!("{:.4}", e * settings.sd));
        let power = a.power.map_or("–".to_owned(), |p| format!("{p:.3}"));
        let error = a
            .standard_error
            .map_or(String::new(), |e| format!(" ± {e:.3}"));
        let note = a
            .note
            .as_ref()
            .map_or(String::new(), |note| format!(" ({note})"));
        format!("n = {n} {what}: effect {effect}, power {power}{error}{note}\n")
    });
    lines.collect()
}

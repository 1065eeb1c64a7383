//! `rsom-stats compare`: tests every level of a factor against a baseline, over the units that both have.

use std::collections::{BTreeMap, BTreeSet};

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::recipe::{GERL2020, RSOM};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::compared_table::{self, Design};
use super::fault::stage_error;
use super::gathered::{gathered, gathering};
use super::levels::Levels;
use super::measurements::SelectedMeasurements;
use super::sampling::Sampling;
use super::subjects::{PairedUnits, Subjects, require_independent};
use super::table_contents::contents;
use crate::{Comparison, ComparisonConfig, ComparisonPlan, Directions, PairedTest, compare};

pub(super) fn command() -> Command {
    let command = Command::new(
        "compare",
        "Compare each level of a factor with a baseline, or all pairs of levels, by paired tests of the same units",
        run,
    );
    let command = command.level_in_tables("input", "baseline", "factor");
    gathering(command, &["factor", "pair_by", "group_by", "average_over", "where"])
        .output(Port::required("output", Kind::Table, "Table of tests: one row per metric, label, surface, group and compared level").with_table(contents(compared_table::COLUMNS)))
        .parameters(Settings::declare())
        .recipe(GERL2020, [("measured_per", "slice"), ("pair_by", "subject,scan,slice"), ("treat_slices_as_independent", "true"), ("adjust", "none")])
        .recipe(RSOM, [("measured_per", "scan"), ("pair_by", "subject"), ("treat_slices_as_independent", "false"), ("adjust", "holm")])
        .example("rsom-stats compare --input m.parquet --metric dice,ra_vox@both --factor s --baseline 0 --group-by net --output t.parquet")
        .example("rsom-stats compare --input m.parquet --metric dice --factor s --baseline 0 --measured-per slice --pair-by subject,scan,slice --test clustered_signed_rank --cluster-by subject --output t.parquet")
        .example("rsom-stats compare --input m.parquet --metric dice --factor method --contrasts all_pairs --output t.parquet")
}

#[derive(Parameters)]
#[parameters(check = Settings::check)]
struct Settings {
    #[parameter(flatten)]
    levels: Levels,
    #[parameter(flatten)]
    units: PairedUnits,
    /// Columns of --pair-by that identify the independent clusters of a test of clusters (unset: subject).
    #[parameter(default = Vec::new(), advanced)]
    cluster_by: Vec<String>,
    #[parameter(flatten)]
    sampling: Sampling,
    #[parameter(flatten)]
    comparison: ComparisonConfig,
    /// Worst value of a metric for --missing worst_value, such as ra_um=25; shares and scores have 0.
    #[parameter(advanced)]
    worst_value: BTreeMap<String, String>,
    /// Significance level; a note warns where a sample is too small to reach it.
    #[parameter(default = 0.05, min = 0.0, max = 1.0)]
    alpha: f64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        self.levels.check_roles(&self.units.pair_by, "--pair-by")?;
        if self.comparison.kind == PairedTest::SignedRank && !self.cluster_by.is_empty() {
            return Err(
                "--cluster-by needs a test of clusters: --test clustered_signed_rank or --test sign_flip".to_owned(),
            );
        }
        if let Some(other) = self
            .cluster_by
            .iter()
            .find(|c| !self.units.pair_by.contains(c))
        {
            return Err(format!(
                "--cluster-by: '{other}' is not in --pair-by; clusters are named by a part of the columns that name a pair, \
                 such as subject of subject,scan"
            ));
        }
        self.worst_values().map(|_| ())
    }

    fn worst_values(&self) -> Result<BTreeMap<String, f64>, String> {
        let number = |(metric, text): (&String, &String)| match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((metric.clone(), value)),
            _ => Err(format!(
                "--worst-value {metric}={text}: '{text}' is no number; write {metric}=0.5"
            )),
        };
        self.worst_value.iter().map(number).collect()
    }

    /// The columns that name the clusters of a test of clusters.
    fn clusters(&self) -> Vec<String> {
        let subject = rsom_measures::column::SUBJECT;
        match self.comparison.kind {
            PairedTest::SignedRank => Vec::new(),
            _ if !self.cluster_by.is_empty() => self.cluster_by.clone(),
            _ => {
                let named = self.units.pair_by.iter().filter(|c| *c == subject);
                named.cloned().collect()
            }
        }
    }

    fn directions(&self, selected: &SelectedMeasurements) -> Directions {
        let of = |(quantity, traits): (&crate::Quantity, &super::measurements::Traits)| {
            Some((quantity.clone(), traits.higher_is_better?))
        };
        Directions {
            higher_is_better: selected.traits.iter().filter_map(of).collect(),
            worst: self.worst_values().unwrap_or_default(),
        }
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let levels = &settings.levels;
    let wanted = levels.wanted((&settings.units.pair_by, "--pair-by"), &settings.sampling);
    let (selected, samples) = gathered(invocation, &wanted)?;
    let baseline = levels.baseline_in(&selected);
    let clusters = settings.clusters();
    let places: Vec<usize> = (clusters.iter())
        .filter_map(|c| settings.units.pair_by.iter().position(|p| p == c))
        .collect();
    let plan = ComparisonPlan {
        config: settings.comparison,
        cluster_places: &places,
        directions: settings.directions(&selected),
    };
    let against = levels.against(baseline.as_ref(), &selected);
    let mut comparisons =
        compare(&samples, &settings.levels.factor, against, &plan).map_err(|e| stage_error(&e))?;
    let subjects = Subjects::of(&selected);
    for comparison in &mut comparisons {
        comparison.n_subjects = subjects.number(&comparison.pairs.units);
    }
    require_a_test(&comparisons, &settings)?;
    require_independent_pairs(&comparisons, &settings)?;
    settings
        .levels
        .sort(&mut comparisons, &selected, |c| &c.contrast);
    let design = Design {
        factor: &settings.levels.factor,
        group_by: &settings.levels.group_by,
        pair_by: &settings.units.pair_by,
        cluster_by: &clusters,
        sampling: &settings.sampling,
        comparison: settings.comparison,
        alpha: settings.alpha,
    };
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
    let pair_by = settings.units.pair_by.join(",");
    let factor = &settings.levels.factor;
    let other = settings.levels.other();
    Err(StageError::inputs(if comparisons.is_empty() {
        format!("no test was made: no level of {factor} other than {other}")
    } else if has(|pair| &pair.at_level) && has(|pair| &pair.at_baseline) {
        format!(
            "no test was made: no {pair_by} has values at both a level of {factor} and {other}. A paired test needs pairs: for \
             different subjects in each group, use `stats groups`; if the same unit has another name at each level, choose \
             --pair-by columns that are equal at both"
        )
    } else {
        let reasons: BTreeSet<&str> = comparisons.iter().map(|c| c.status.as_str()).collect();
        let reasons: Vec<&str> = reasons.into_iter().collect();
        format!(
            "no test was made: no level of {factor} has a value next to one of {other} ({})",
            reasons.join(", ")
        )
    }))
}

/// Refuses a test of pairs of which several belong to one subject, unless it is a test of clusters or asked for.
fn require_independent_pairs(
    comparisons: &[Comparison],
    settings: &Settings,
) -> Result<(), StageError> {
    let named = ("--pair-by", settings.units.pair_by.as_slice());
    for comparison in comparisons {
        let is_clustered = (comparison.test.as_ref()).is_some_and(|t| t.n_clusters.is_some());
        let is_allowed = is_clustered || settings.units.treat_slices_as_independent;
        let count = (comparison.pairs.level.len(), comparison.n_subjects);
        require_independent(count, named, is_allowed)?;
    }
    Ok(())
}

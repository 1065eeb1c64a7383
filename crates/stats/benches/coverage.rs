//! How often intervals of 95 % cover what they estimate: `cargo bench -p rsom-stats --bench coverage`.
//!
//! Draws are skewed like Dice near 1: 1/(1 + e^−Y) with Y normal, mean 2, standard deviation 0.8 (median 0.88). A pair is two
//! such values of one subject, whose Y share half of their variance. True values come from four million draws of another stream.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![allow(clippy::unwrap_used, reason = "the draws are valid")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rsom_stats::agreement::{AgreementConfig, bland_altman};
use rsom_stats::bootstrap::{
    BootstrapConfig, ClusterWeight, MeanEstimate, MeanInterval,
    bootstrap_clustered_mean_difference, bootstrap_group_mean_difference, bootstrap_mean,
    bootstrap_mean_difference,
};
use rsom_stats::effects::{median_interval, rank_biserial};
use rsom_stats::groups::{RankSumConfig, location_shift, superiority};
use rsom_stats::{
    Alternative, Method, StatsError, WilcoxonConfig, ZeroMethod, hodges_lehmann, wilcoxon,
};

const DRAWS: usize = 10_000;
const TRUTH: usize = 4_000_000;
const CONFIDENCE: f64 = 0.95;
const RANKS: WilcoxonConfig = WilcoxonConfig {
    alternative: Alternative::TwoSided,
    zero_method: ZeroMethod::Wilcox,
    method: Method::Exact,
    continuity_correction: false,
};
const RANK_SUMS: RankSumConfig = RankSumConfig {
    alternative: Alternative::TwoSided,
    method: Method::Exact,
    continuity_correction: false,
};
const INTERVALS: [(&str, MeanInterval); 4] = [
    ("Student", MeanInterval::StudentT),
    ("studentized", MeanInterval::Studentized),
    ("expanded BCa", MeanInterval::ExpandedBca),
    ("BCa", MeanInterval::Bca),
];

/// Sizes of two groups.
const GROUPS: [[usize; 2]; 3] = [[8, 10], [12, 14], [30, 25]];

/// Normal numbers of a stream.
struct Draws(ChaCha8Rng);

impl Draws {
    fn of(stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(20_261_130);
        generator.set_stream(stream);
        Self(generator)
    }

    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) * 2f64.powi(-53)
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    }

    fn dice(&mut self) -> f64 {
        dice(self.normal())
    }

    /// Dice of a method and of a baseline that is worse by `gain` on the scale of Y, for one subject.
    fn pair(&mut self, gain: f64) -> (f64, f64) {
        let (common, a, b) = (self.normal(), self.normal(), self.normal());
        let half = std::f64::consts::FRAC_1_SQRT_2;
        (
            dice(half * (common + a) + gain / 0.8),
            dice(half * (common + b)),
        )
    }

    fn pairs(&mut self, n: usize, gain: f64) -> (Vec<f64>, Vec<f64>) {
        (0..n).map(|_| self.pair(gain)).unzip()
    }
}

fn dice(z: f64) -> f64 {
    1.0 / (1.0 + (-(2.0 + 0.8 * z)).exp())
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    sum / n
}

fn median(mut values: Vec<f64>) -> f64 {
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f64::total_cmp).1
}

/// The share of draws whose interval covers the truth, in percent.
fn coverage(truth: f64, mut interval: impl FnMut(&mut Draws) -> (f64, f64)) -> f64 {
    let mut draws = Draws::of(1);
    let covered = (0..DRAWS)
        .filter(|_| {
            let (low, high) = interval(&mut draws);
            low <= truth && truth <= high
        })
        .count();
    100.0 * covered as f64 / DRAWS as f64
}

fn report(what: &str, truth: f64, interval: impl FnMut(&mut Draws) -> (f64, f64)) {
    println!("| {what} | {:.1} % |", coverage(truth, interval));
}

fn main() {
    println!("| interval | coverage |\n|---|---|");
    paired();
    medians();
    independent();
    limits();
    means();
}

/// The pseudo-median of differences of pairs: the median of means of two of them.
fn pseudo_median(gain: f64) -> f64 {
    let mut draws = Draws::of(0);
    let mut difference = || {
        let (a, b) = draws.pair(gain);
        a - b
    };
    median(
        (0..TRUTH)
            .map(|_| f64::midpoint(difference(), difference()))
            .collect(),
    )
}

fn paired() {
    for gain in [0.0, 0.5] {
        let truth = pseudo_median(gain);
        for n in [10, 25, 50] {
            let what = format!("Hodges–Lehmann of {n} pairs, exact, gain {gain}");
            report(&what, truth, |draws| {
                let (a, b) = draws.pairs(n, gain);
                let shift = hodges_lehmann(&a, &b, CONFIDENCE, RANKS).unwrap().unwrap();
                (shift.low, shift.high)
            });
        }
    }
    for gain in [0.0, 0.5] {
        let n = 25;
        let mut draws = Draws::of(0);
        let expected = mean((0..200_000).map(|_| {
            let (a, b) = draws.pairs(n, gain);
            let normal = WilcoxonConfig {
                method: Method::Normal,
                ..RANKS
            };
            wilcoxon(&a, &b, normal).unwrap().rank_biserial
        }));
        report(
            &format!("rank-biserial correlation of {n} pairs, gain {gain}"),
            expected,
            |draws| {
                let (a, b) = draws.pairs(n, gain);
                let interval = rank_biserial(&a, &b, CONFIDENCE).unwrap().interval.unwrap();
                (interval.low, interval.high)
            },
        );
    }
}

fn medians() {
    for n in [25, 50] {
        report(
            &format!("median of {n}, order statistics"),
            dice(0.0),
            |draws| {
                let values: Vec<f64> = (0..n).map(|_| draws.dice()).collect();
                let interval = median_interval(&values, CONFIDENCE)
                    .unwrap()
                    .interval
                    .unwrap();
                (interval.low, interval.high)
            },
        );
    }
}

/// Prints the coverage of each interval of a mean.
fn report_means(
    what: &str,
    truth: f64,
    estimate: impl Fn(&mut Draws, BootstrapConfig) -> Result<MeanEstimate, StatsError>,
) {
    let shares = INTERVALS.map(|(_, interval)| {
        let share = coverage(truth, |draws| {
            // Every draw has resamples of its own.
            let config = BootstrapConfig {
                replicates: 2000,
                seed: draws.0.next_u64(),
                confidence: CONFIDENCE,
                interval,
            };
            let interval = estimate(draws, config).unwrap().interval.unwrap();
            (interval.low, interval.high)
        });
        format!("{share:.1} %")
    });
    println!("| {what} | {} |", shares.join(" | "));
}

fn means() {
    let names = INTERVALS.map(|(name, _)| name).join(" | ");
    println!("\n| mean | {names} |\n|---|---|---|---|---|");
    let mut draws = Draws::of(0);
    let truth = mean((0..TRUTH).map(|_| draws.dice()));
    for n in [10, 25, 50] {
        report_means(&format!("mean of {n}"), truth, |draws, config| {
            let values: Vec<f64> = (0..n).map(|_| draws.dice()).collect();
            bootstrap_mean(&values, config)
        });
    }
    mean_differences("mean difference", |draws| draws.pair(0.5));
    mean_differences("mean difference, one method fails in 10 %", |draws| {
        let (a, b) = draws.pair(0.0);
        (a, if draws.uniform() < 0.1 { 0.3 * b } else { b })
    });
    clustered();
    mean_differences_of_groups();
}

fn mean_differences(what: &str, pair: impl Fn(&mut Draws) -> (f64, f64)) {
    let mut draws = Draws::of(0);
    let truth = mean((0..TRUTH).map(|_| {
        let (a, b) = pair(&mut draws);
        a - b
    }));
    for n in [10, 25, 50] {
        report_means(&format!("{what}, {n} pairs"), truth, |draws, config| {
            let (a, b): (Vec<f64>, Vec<f64>) = (0..n).map(|_| pair(draws)).unzip();
            bootstrap_mean_difference(&a, &b, config)
        });
    }
}

/// Several pairs of each subject.
fn clustered() {
    for subjects in [12, 30] {
        let what = format!("mean difference, {subjects} subjects with 3 pairs each");
        report_means(&what, 0.0, |draws, config| {
            let (mut a, mut b, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
            for subject in 0..subjects {
                let (of_a, of_b) = (draws.normal(), draws.normal());
                for _ in 0..3 {
                    let half = std::f64::consts::FRAC_1_SQRT_2;
                    a.push(dice(half * (of_a + draws.normal())));
                    b.push(dice(half * (of_b + draws.normal())));
                    clusters.push(subject);
                }
            }
            let weight = ClusterWeight::Clusters;
            bootstrap_clustered_mean_difference(&a, &b, &clusters, weight, config)
        });
    }
}

/// Dice with a gain on the scale of Y.
fn gained(draws: &mut Draws, gain: f64) -> f64 {
    dice(draws.normal() + gain / 0.8)
}

fn mean_differences_of_groups() {
    let mut draws = Draws::of(0);
    let truth = mean((0..TRUTH).map(|_| gained(&mut draws, 0.5) - draws.dice()));
    for [m, n] in GROUPS {
        let what = format!("difference of means of groups of {m} and {n}");
        report_means(&what, truth, |draws, config| {
            let a: Vec<f64> = (0..m).map(|_| gained(draws, 0.5)).collect();
            let b: Vec<f64> = (0..n).map(|_| draws.dice()).collect();
            bootstrap_group_mean_difference(&a, &b, config)
        });
    }
}

fn independent() {
    let mut draws = Draws::of(0);
    let gain = 0.5;
    let differences = (0..TRUTH).map(|_| gained(&mut draws, gain) - draws.dice());
    let differences: Vec<f64> = differences.collect();
    let theta = mean(differences.iter().map(|d| f64::from(u8::from(*d > 0.0))));
    let shift = median(differences);
    for [m, n] in GROUPS {
        let groups = |draws: &mut Draws| -> (Vec<f64>, Vec<f64>) {
            (
                (0..m).map(|_| gained(draws, gain)).collect(),
                (0..n).map(|_| draws.dice()).collect(),
            )
        };
        report(
            &format!("Hodges–Lehmann of groups of {m} and {n}, exact, gain {gain}"),
            shift,
            |draws| {
                let (a, b) = groups(draws);
                let shift = location_shift(&a, &b, CONFIDENCE, RANK_SUMS).unwrap();
                (shift.low, shift.high)
            },
        );
        report(
            &format!("Cliff's delta of groups of {m} and {n}, gain {gain}"),
            2.0 * theta - 1.0,
            |draws| {
                let (a, b) = groups(draws);
                let interval = superiority(&a, &b, CONFIDENCE)
                    .unwrap()
                    .cliffs_delta_interval;
                (interval.low, interval.high)
            },
        );
    }
}

fn limits() {
    // Limits of agreement describe normal differences: here of mean 0.1 and standard deviation 1.
    let config = AgreementConfig {
        enclosed: 0.95,
        confidence: CONFIDENCE,
    };
    let upper = 0.1 + 1.959_963_984_540_054;
    for n in [15, 40] {
        report(
            &format!("upper limit of agreement of {n} pairs, normal differences"),
            upper,
            |draws| {
                let b: Vec<f64> = (0..n).map(|_| 10.0 * draws.normal()).collect();
                let a: Vec<f64> = b.iter().map(|b| b + 0.1 + draws.normal()).collect();
                let interval = bland_altman(&a, &b, config).unwrap().upper.interval;
                (interval.low, interval.high)
            },
        );
    }
}

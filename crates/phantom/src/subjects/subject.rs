//! The properties that the scans of a subject share.

use crate::random::streams::{Purpose, Streams};
use crate::{Config, DermisTrees};

/// Factors by which a subject differs from the population mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Subject {
    /// Factor on the thickness of the epidermis.
    pub epidermis: f64,
    /// Factor on the brightness of melanin.
    pub melanin: f64,
    /// Factor on the share of gaps.
    pub gaps: f64,
    /// Factor on the number of loops.
    pub loops: f64,
    /// Factor on the number of vessels, and of the terminals of trees.
    pub vessels: f64,
    /// Factor on the decay depth.
    pub decay: f64,
}

impl Subject {
    /// Draws a subject: independent factors with median 1; their logarithms have the standard deviation `spread` and
    /// are clipped at twice this.
    #[must_use]
    pub fn draw(seed: u64, spread: f64) -> Self {
        let mut draw = Streams::new(seed).open(Purpose::Subject, 0);
        let mut factor = || {
            let bound = libm::exp(2.0 * spread);
            draw.factor(spread).clamp(1.0 / bound, bound)
        };
        Self {
            epidermis: factor(),
            melanin: factor(),
            gaps: factor(),
            loops: factor(),
            vessels: factor(),
            decay: factor(),
        }
    }

    /// The scene of this subject.
    #[must_use]
    pub fn apply(&self, population: &Config) -> Config {
        Config {
            epidermis_um: population.epidermis_um * self.epidermis,
            melanin: (population.melanin * self.melanin).min(255.0),
            gap_fraction: (population.gap_fraction * self.gaps).min(1.0),
            loops_per_mm2: population.loops_per_mm2 * self.loops,
            vessels_per_mm2: population.vessels_per_mm2 * self.vessels,
            decay_um: population.decay_um * self.decay,
            trees: population.trees.as_ref().map(|trees| DermisTrees {
                tree_terminals_per_mm2: trees.tree_terminals_per_mm2 * self.vessels,
                ..trees.clone()
            }),
            ..population.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_spread_every_subject_is_the_mean() {
        let subject = Subject::draw(9, 0.0);
        assert_eq!([subject.epidermis, subject.gaps, subject.decay], [1.0; 3]);
    }

    #[test]
    fn subjects_differ_within_two_standard_deviations() {
        let bound = 0.4_f64.exp();
        let thickness: Vec<f64> = (0..200).map(|s| Subject::draw(s, 0.2).epidermis).collect();
        assert!(thickness.iter().all(|f| (1.0 / bound..=bound).contains(f)));
        let logs = thickness.iter().map(|f| f.ln());
        let variance = logs.map(|l| l * l).sum::<f64>() / 200.0;
        assert!((0.15..0.23).contains(&variance.sqrt()));
    }
}

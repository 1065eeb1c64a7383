//! Ranks of absolute differences, split by sign.

use crate::ranks::{doubled_midranks, tie_correction};
use crate::{Alternative, ZeroMethod};

/// The ranks of a sample of differences.
#[derive(Debug, Clone)]
pub(crate) struct SignedRanks {
    /// Doubled midranks of the non-zero differences.
    pub doubled: Vec<u64>,
    /// Their sum over positive differences.
    pub doubled_plus: u64,
    /// Their sum over negative differences.
    pub doubled_minus: u64,
    /// Sum of the doubled midranks of zero differences that are split between both signs.
    pub doubled_split: u64,
    /// Number of zero differences.
    pub n_zero: usize,
    /// Number of ranked differences; includes zeros unless they were dropped before.
    pub n_ranked: usize,
    /// Σ (t³ − t) over the groups of ties that enter the variance.
    pub tie_correction: f64,
}

impl SignedRanks {
    pub(crate) fn of(differences: &[f64], zeros: ZeroMethod) -> Self {
        let ranked: Vec<f64> = match zeros {
            ZeroMethod::Wilcox => differences.iter().copied().filter(|d| *d != 0.0).collect(),
            ZeroMethod::Pratt | ZeroMethod::Zsplit => differences.to_vec(),
        };
        let n_zero = differences.iter().filter(|d| **d == 0.0).count();
        let sizes: Vec<f64> = ranked.iter().map(|d| d.abs()).collect();
        let ranks = doubled_midranks(&sizes);
        let sum = |keep: fn(f64) -> bool| -> u64 {
            let pairs = ranked.iter().zip(&ranks.ranks);
            pairs.filter(|(d, _)| keep(**d)).map(|(_, r)| r).sum()
        };
        // Zeros have the smallest absolute value, so they are the first group of ties.
        let counted_ties = match zeros {
            ZeroMethod::Pratt if n_zero > 0 => &ranks.ties[1..],
            _ => &ranks.ties[..],
        };
        Self {
            doubled_plus: sum(|d| d > 0.0),
            doubled_minus: sum(|d| d < 0.0),
            doubled_split: match zeros {
                ZeroMethod::Zsplit => sum(|d| d == 0.0),
                ZeroMethod::Wilcox | ZeroMethod::Pratt => 0,
            },
            n_zero,
            n_ranked: ranked.len(),
            tie_correction: tie_correction(counted_ties),
            doubled: ranked
                .iter()
                .zip(&ranks.ranks)
                .filter(|(d, _)| **d != 0.0)
                .map(|(_, r)| *r)
                .collect(),
        }
    }

    /// The same absolute values, with the signs that most favor the alternative.
    pub(crate) fn all_of_one_sign(&self, alternative: Alternative) -> Self {
        let total = self.doubled_plus + self.doubled_minus;
        let (doubled_plus, doubled_minus) = match alternative {
            Alternative::Less => (0, total),
            Alternative::Greater | Alternative::TwoSided => (total, 0),
        };
        Self {
            doubled_plus,
            doubled_minus,
            ..self.clone()
        }
    }

    /// W+, including half of the split zeros.
    pub(crate) fn w_plus(&self) -> f64 {
        self.doubled_plus as f64 / 2.0 + self.doubled_split as f64 / 4.0
    }

    /// W−, including half of the split zeros.
    pub(crate) fn w_minus(&self) -> f64 {
        self.doubled_minus as f64 / 2.0 + self.doubled_split as f64 / 4.0
    }
}

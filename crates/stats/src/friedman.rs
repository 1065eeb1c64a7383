//! The Friedman test: whether three or more paired treatments differ.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::StatsError;
use crate::error::require_finite;
use crate::noise::{tolerances, without_noise};
use crate::ranks::{doubled_midranks, tie_correction};

/// Result of a Friedman test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Friedman {
    /// The χ² statistic, corrected for ties.
    pub chi2: f64,
    /// Upper tail probability of χ² with k − 1 degrees of freedom.
    pub p_value: f64,
}

/// Tests whether k treatments, each measured once in n blocks, have the same distribution (Friedman 1937).
///
/// `blocks` has one row of k values per block. Values are ranked within the block, where two that agree in 12 significant digits tie; χ² = (12
/// / (n·k·(k + 1)) · Σ Rⱼ² − 3n(k + 1)) / c with rank sums Rⱼ and c = 1 − Σ(t³ − t) / (n·k·(k² − 1)), as in
/// `scipy.stats.friedmanchisquare`. When all values of every block are equal, χ² is 0 and p is 1.
///
/// # Errors
/// Fewer than three treatments, no blocks, rows of different length, values that are NaN or infinite.
pub fn friedman(blocks: &[Vec<f64>]) -> Result<Friedman, StatsError> {
    let treatments = blocks.first().ok_or(StatsError::Empty)?.len();
    if treatments < 3 {
        let message = format!("a Friedman test needs at least 3 treatments, not {treatments}");
        return Err(StatsError::BadBlocks(message));
    }
    let mut doubled_sums = vec![0u64; treatments];
    let mut ties = 0.0;
    for block in blocks {
        if block.len() != treatments {
            let message = format!(
                "a block has {} values, but another has {treatments}",
                block.len()
            );
            return Err(StatsError::BadBlocks(message));
        }
        require_finite(block)?;
        let ranked = doubled_midranks(&without_noise(block, &tolerances(block)));
        for (sum, rank) in doubled_sums.iter_mut().zip(&ranked.ranks) {
            *sum += rank;
        }
        ties += tie_correction(&ranked.ties);
    }
    let (n, k) = (blocks.len() as f64, treatments as f64);
    let squares: f64 = doubled_sums.iter().map(|s| (*s as f64 / 2.0).powi(2)).sum();
    let correction = 1.0 - ties / (n * k * (k * k - 1.0));
    if correction <= 0.0 {
        return Ok(Friedman {
            chi2: 0.0,
            p_value: 1.0,
        });
    }
    let chi2 = (12.0 / (n * k * (k + 1.0)) * squares - 3.0 * n * (k + 1.0)) / correction;
    let chi2 = chi2.max(0.0);
    let p_value = ChiSquared::new(k - 1.0)
        .map_err(|e| StatsError::BadBlocks(e.to_string()))?
        .sf(chi2);
    Ok(Friedman { chi2, p_value })
}

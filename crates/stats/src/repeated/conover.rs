//! Conover's test of all pairs of treatments.

use crate::repeated::block_ranks::BlockRanks;
use crate::tails::student_t;
use crate::{RankPair, StatsError};

/// Tests all pairs of k treatments, each measured once in n blocks, after a Friedman test (Conover 1999, Practical
/// Nonparametric Statistics, section 5.8).
///
/// t = (Rᵢ − Rⱼ)/√(2(n·A − Σ Rⱼ²)/((n − 1)(k − 1))) with the rank sums Rⱼ and the sum A of all squared ranks, ties included;
/// Student's t with (n − 1)(k − 1) degrees of freedom. The p-values are two-sided and not adjusted; pass them to
/// [`adjust`](crate::adjust()). Equal to `scikit_posthocs.posthoc_conover_friedman` and
/// `PMCMRplus::frdAllPairsConoverTest`. Use this test only after a significant Friedman test; even then it rejects
/// more often than Nemenyi's.
///
/// When all blocks rank the treatments equally, and for a single block, the denominator is zero: this is an error (the
/// others return p = 0).
///
/// # Errors
/// Fewer than two treatments, no blocks, rows of different length, values that are NaN or infinite; blocks that
/// all rank the treatments equally.
pub fn conover(blocks: &[Vec<f64>]) -> Result<Vec<RankPair>, StatsError> {
    let ranks = BlockRanks::of(blocks, 2)?;
    let (found, largest) = ranks.agreement();
    if found == largest {
        let message = "Conover's test needs blocks that rank the treatments differently";
        return Err(StatsError::BadBlocks(message.to_owned()));
    }
    let df = (blocks.len() as f64 - 1.0) * (ranks.treatments as f64 - 1.0);
    // n·A − Σ R² is what is missing to full agreement; both are four times as large in doubled ranks.
    let scale = ((largest - found) as f64 / 2.0 / df).sqrt();
    let n = blocks.len() as f64;
    let test = |difference: f64, _| {
        let t = n * difference / scale;
        (Some(t), student_t::two_sided(t, df))
    };
    Ok(RankPair::all(&ranks.mean_ranks(), test))
}

#[cfg(test)]
mod tests {
    use super::*;

    // scikit-posthocs 0.17: posthoc_conover_friedman(table)
    #[test]
    fn p_values_are_those_of_scikit_posthocs() {
        let blocks = [
            vec![1.0, 2.0, 2.0, 3.0],
            vec![1.0, 1.0, 2.0, 4.0],
            vec![3.0, 1.0, 2.0, 2.0],
            vec![1.0, 4.0, 3.0, 2.0],
            vec![1.0, 3.0, 3.0, 4.0],
        ];
        let expected = [
            0.430_127_325_243_11,
            0.198_578_367_982_3,
            0.050_133_438_440_422,
            0.596_183_607_787_09,
            0.198_578_367_982_3,
            0.430_127_325_243_11,
        ];
        for (pair, expected) in conover(&blocks).unwrap().iter().zip(expected) {
            assert!((pair.p_value / expected - 1.0).abs() < 1e-12, "{pair:?}");
        }
        let with_a_constant_block = [
            vec![1.0, 1.0, 2.0],
            vec![2.0, 2.0, 3.0],
            vec![1.0, 3.0, 1.0],
            vec![5.0, 5.0, 5.0],
            vec![2.0, 1.0, 3.0],
        ];
        let expected = [
            0.840_038_327_173_31,
            0.133_847_922_072_12,
            0.182_522_136_183_84,
        ];
        let got = conover(&with_a_constant_block).unwrap();
        for (pair, expected) in got.iter().zip(expected) {
            assert!((pair.p_value / expected - 1.0).abs() < 1e-12, "{pair:?}");
        }
    }

    #[test]
    fn blocks_that_agree_and_bad_blocks_are_refused() {
        assert!(conover(&vec![vec![1.0, 2.0, 3.0]; 4]).is_err());
        assert!(conover(&[vec![1.0, 2.0, 3.0]]).is_err());
        assert!(conover(&vec![vec![1.0; 3]; 4]).is_err());
        assert!(conover(&[]).is_err());
        assert!(conover(&[vec![1.0, f64::NAN]]).is_err());
    }
}

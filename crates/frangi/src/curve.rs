//! Dice as a function of the high threshold, for one scan and one low threshold.

use std::cmp::Reverse;

use ndarray::Array3;
use rsom_volume::OverlapCounts;

use crate::components::Components;
use crate::level::Level;

/// The voxels that components of one low threshold add to a mask as the high threshold decreases.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    /// Number of reference voxels.
    reference: u64,
    /// The voxels added at each peak value, in descending order of peaks.
    steps: Vec<Step>,
}

/// The voxels that all components with one peak value add to a mask.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    peak: Level,
    /// Number of their voxels.
    size: u64,
    /// Number of their voxels that the reference marks.
    overlap: u64,
}

impl Curve {
    /// The curve of `values` (x, y, z) at a low threshold; components with less than `min_size_vox` voxels are ignored.
    pub(crate) fn of(
        values: &Array3<f32>,
        reference: &Array3<bool>,
        low: Level,
        min_size_vox: u64,
    ) -> Self {
        let components = Components::of(values, low.value(), Some(reference));
        let kept = components.all.iter().filter(|c| c.size >= min_size_vox);
        let mut steps: Vec<Step> = kept
            .map(|c| Step {
                peak: Level::below(c.peak),
                size: c.size,
                overlap: c.overlap,
            })
            .collect();
        steps.sort_unstable_by_key(|step| Reverse(step.peak));
        steps.dedup_by(|next, kept| {
            let same = next.peak == kept.peak;
            if same {
                kept.size += next.size;
                kept.overlap += next.overlap;
            }
            same
        });
        steps.shrink_to_fit();
        let reference = reference.iter().filter(|v| **v).count() as u64;
        Self { reference, steps }
    }

    /// Dice of the mask at this high threshold; 1 when mask and reference are empty.
    pub(crate) fn dice(&self, high: Level) -> f64 {
        let steps = self.steps.iter().take_while(|step| step.peak >= high);
        let counts = steps.fold(self.start(), |counts, step| counts + step.counts());
        counts.dice()
    }

    /// The counts of the empty mask.
    fn start(&self) -> OverlapCounts {
        OverlapCounts {
            reference: self.reference,
            ..OverlapCounts::default()
        }
    }
}

impl Step {
    fn counts(self) -> OverlapCounts {
        OverlapCounts {
            both: self.overlap,
            reference: 0,
            prediction: self.size,
        }
    }
}

/// Mean Dice of several scans at one high threshold.
pub(crate) fn mean_dice(curves: &[Curve], high: Level) -> f64 {
    mean(curves.iter().map(|curve| curve.dice(high)), curves.len())
}

/// The high threshold, at least `low`, with the largest mean Dice over several scans, and that Dice. Of equal
/// thresholds the highest wins. All levels are covered, because Dice changes only at the peaks of components. `None`
/// when no scan has a component.
pub(crate) fn best_high(curves: &[Curve], low: Level) -> Option<(Level, f64)> {
    let mut peaks: Vec<Level> = curves
        .iter()
        .flat_map(|curve| curve.steps.iter().map(|s| s.peak))
        .collect();
    peaks.sort_unstable_by(|a, b| b.cmp(a));
    peaks.dedup();
    let start = curves.iter().map(|curve| (curve.start(), 0_usize));
    let mut state: Vec<(OverlapCounts, usize)> = start.collect();
    let mut best: Option<(Level, f64)> = None;
    for high in peaks {
        for ((counts, next), curve) in state.iter_mut().zip(curves) {
            while let Some(step) = curve.steps.get(*next).filter(|s| s.peak >= high) {
                *counts = *counts + step.counts();
                *next += 1;
            }
        }
        let scores = state.iter().map(|(counts, _)| counts.dice());
        let dice = mean(scores, curves.len());
        if best.is_none_or(|(_, most)| dice > most) {
            best = Some((high.max(low), dice));
        }
    }
    best
}

fn mean(values: impl Iterator<Item = f64>, count: usize) -> f64 {
    values.sum::<f64>() / count as f64
}

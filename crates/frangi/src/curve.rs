//! Dice as a function of the high threshold, for one scan and one low threshold.

use ndarray::Array3;

use crate::components::Components;
use crate::level::Level;

/// What the components of one low threshold add to a mask as the high threshold goes down.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    /// Voxels of the reference.
    reference: u64,
    /// Peak level of components, voxels and overlap of all components with that peak; peaks falling.
    steps: Vec<(Level, u64, u64)>,
}

/// How a mask and a reference overlap.
#[derive(Debug, Clone, Copy, Default)]
struct Overlap {
    size: u64,
    both: u64,
}

impl Curve {
    /// The curve of `values` (x, y, z) at a low threshold; components under `min_size_vox` voxels count as nothing.
    pub(crate) fn of(
        values: &Array3<f32>,
        reference: &Array3<bool>,
        low: Level,
        min_size_vox: u64,
    ) -> Self {
        let components = Components::of(values, low.value(), Some(reference));
        let kept = components.all.iter().filter(|c| c.size >= min_size_vox);
        let mut steps: Vec<_> = kept
            .map(|c| (Level::below(c.peak), c.size, c.overlap))
            .collect();
        steps.sort_unstable_by(|a, b| b.cmp(a));
        steps.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
                kept.2 += next.2;
            }
            same
        });
        steps.shrink_to_fit();
        let reference = reference.iter().filter(|v| **v).count() as u64;
        Self { reference, steps }
    }

    /// Dice of the mask with this high threshold; 1 when mask and reference are empty.
    pub(crate) fn dice(&self, high: Level) -> f64 {
        let mut overlap = Overlap::default();
        for step in self.steps.iter().take_while(|s| s.0 >= high) {
            overlap.add(step);
        }
        overlap.dice(self.reference)
    }
}

impl Overlap {
    fn add(&mut self, (_, size, both): &(Level, u64, u64)) {
        self.size += size;
        self.both += both;
    }

    fn dice(self, reference: u64) -> f64 {
        match self.size + reference {
            0 => 1.0,
            all => 2.0 * self.both as f64 / all as f64,
        }
    }
}

/// Mean Dice of several scans at one high threshold.
pub(crate) fn mean_dice(curves: &[Curve], high: Level) -> f64 {
    mean(curves.iter().map(|curve| curve.dice(high)), curves.len())
}

/// The high threshold, not below `low`, with the largest mean Dice over several scans, and that Dice. Of equal ones the
/// highest. Every level is tried: Dice changes at the peaks of components alone. `None` when no scan has a component.
pub(crate) fn best_high(curves: &[Curve], low: Level) -> Option<(Level, f64)> {
    let mut peaks: Vec<Level> = curves
        .iter()
        .flat_map(|curve| curve.steps.iter().map(|s| s.0))
        .collect();
    peaks.sort_unstable_by(|a, b| b.cmp(a));
    peaks.dedup();
    let mut state = vec![(Overlap::default(), 0_usize); curves.len()];
    let mut best: Option<(Level, f64)> = None;
    for high in peaks {
        for ((overlap, next), curve) in state.iter_mut().zip(curves) {
            while let Some(step) = curve.steps.get(*next).filter(|s| s.0 >= high) {
                overlap.add(step);
                *next += 1;
            }
        }
        let scores = state.iter().zip(curves);
        let scores = scores.map(|((overlap, _), curve)| overlap.dice(curve.reference));
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

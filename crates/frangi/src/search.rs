//! Searches thresholds and settings on scans with reference masks.

use rsom_volume::{Mask, Scan};

use crate::curve::{Curve, best_high, mean_dice};
use crate::level::Level;
use crate::{FrangiError, Settings, Thresholds, vesselness};

/// Low thresholds of the first round: from the largest down to about 1e-4, halved each time.
const LARGEST_LOW: f32 = 0.8;
const COARSE: usize = 14;
/// Offsets of the second round from the best low threshold, in quarters of a halving.
const FINE: [i32; 6] = [-3, -2, -1, 1, 2, 3];

/// A pair of thresholds that was tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// Index of the settings.
    pub candidate: usize,
    /// The thresholds.
    pub thresholds: Thresholds,
    /// Mean Dice over the scans.
    pub dice: f64,
}

/// The result of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The choice with the largest mean Dice.
    pub best: Choice,
    /// All pairs that were tried: each pair of low thresholds of a round as low and high, and for each low the best
    /// high. Sorted by candidate (ascending), low and high (both descending).
    pub tried: Vec<Choice>,
}

/// Finds the settings, low and high threshold with the largest mean Dice over `scans` scans with reference masks.
///
/// For each low threshold of a grid (0.8, halved thirteen times) every high threshold is tried, to a relative precision
/// of a thousandth: the components above the low threshold enter the mask in descending order of their peak vesselness,
/// so one labeling gives Dice for all high thresholds. A second round tries six low thresholds around the best, a
/// quarter of a halving apart, with the best settings. Of equal choices the first is kept: the first settings, the
/// larger thresholds.
///
/// `load` reads scan i. It is called twice per scan, so that only one scan is in memory at a time. `watch` receives the
/// number of finished and of all reads, and stops the work by returning false.
///
/// # Errors
/// No settings or no scans; errors of `load` and of [`vesselness`](crate::vesselness()); scan and mask on different
/// grids.
pub fn search<E: From<FrangiError>>(
    candidates: &[Settings],
    min_size_vox: u64,
    scans: usize,
    load: &mut dyn FnMut(usize) -> Result<(Scan, Mask), E>,
    watch: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Search, E> {
    if candidates.is_empty() || scans == 0 {
        return Err(
            FrangiError::Settings("give at least one set of settings and one scan".into()).into(),
        );
    }
    let mut done = 0;
    let mut round = |settings: &[Settings], lows: &[Level]| {
        let mut curves: Vec<Vec<Vec<Curve>>> = vec![vec![Vec::new(); lows.len()]; settings.len()];
        for scan in 0..scans {
            if !watch(done, 2 * scans) {
                return Err(E::from(FrangiError::Stopped));
            }
            let (scan, mask) = load(scan)?;
            scan.grid()
                .require_same(mask.grid())
                .map_err(FrangiError::from)?;
            for (settings, curves) in settings.iter().zip(&mut curves) {
                let values = vesselness(&scan, settings, &mut |_, _| true)?;
                for (low, curves) in lows.iter().zip(curves) {
                    curves.push(Curve::of(&values, mask.voxels(), *low, min_size_vox));
                }
            }
            done += 1;
        }
        Ok(curves)
    };
    let coarse: Vec<Level> = (0..COARSE).map(|k| low(k as f32)).collect();
    let mut tried = Vec::new();
    for (candidate, curves) in round(candidates, &coarse)?.iter().enumerate() {
        tried.extend(choices(candidate, &coarse, curves, min_size_vox));
    }
    let first = best_of(&tried);
    let place = libm::log2f(first.thresholds.low / LARGEST_LOW).round();
    let fine = FINE.map(|quarter| low(quarter as f32 / 4.0 - place));
    let chosen = &candidates[first.candidate..=first.candidate];
    let curves = round(chosen, &fine)?;
    tried.extend(choices(first.candidate, &fine, &curves[0], min_size_vox));
    watch(2 * scans, 2 * scans);
    let key = |c: &Choice| {
        let Thresholds { low, high, .. } = c.thresholds;
        (c.candidate, Level::below(low), Level::below(high))
    };
    tried.sort_by(|a, b| {
        let ((i, low, high), (j, other_low, other_high)) = (key(a), key(b));
        (i, other_low, other_high).cmp(&(j, low, high))
    });
    tried.dedup_by_key(|choice| key(choice));
    let best = best_of(&tried);
    Ok(Search { best, tried })
}

/// The low threshold after `halvings` halvings, at most 1.
fn low(halvings: f32) -> Level {
    Level::below((LARGEST_LOW * libm::exp2f(-halvings)).min(1.0))
}

/// All pairs of low thresholds, and the best high threshold of each low one.
fn choices(
    candidate: usize,
    lows: &[Level],
    curves: &[Vec<Curve>],
    min_size_vox: u64,
) -> Vec<Choice> {
    let mut found = Vec::new();
    for (low, curves) in lows.iter().zip(curves) {
        let mut push = |high: Level, dice: f64| {
            let thresholds = Thresholds {
                low: low.value(),
                high: high.value(),
                min_size_vox,
            };
            found.push(Choice {
                candidate,
                thresholds,
                dice,
            });
        };
        for high in lows.iter().filter(|high| *high >= low) {
            push(*high, mean_dice(curves, *high));
        }
        if let Some((high, dice)) = best_high(curves, *low) {
            push(high, dice);
        }
    }
    found
}

/// The first of the choices with the largest Dice.
fn best_of(choices: &[Choice]) -> Choice {
    let mut best = choices[0];
    for choice in choices {
        if choice.dice > best.dice {
            best = *choice;
        }
    }
    best
}

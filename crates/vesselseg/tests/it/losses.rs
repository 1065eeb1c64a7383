//! Losses against straightforward implementations in double precision, and their gradients against central differences.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use candle_core::{Device, Tensor, Var};
use proptest::prelude::*;
use rsom_training::History;
use rsom_vesselseg::loss::{LossConfig, combined, probabilities, soft_cldice, soft_dice};

type Volume = Vec<Vec<Vec<f64>>>;

/// Soft clDice of one image, implemented with loops after algorithms 1 and 2 of Shit et al. 2021, with the paper's recursion
/// of the skeleton.
fn plain_cldice(
    p: &[f64],
    t: &[f64],
    [depth, height, width]: [usize; 3],
    iterations: usize,
) -> f64 {
    let volume = |v: &[f64]| -> Volume {
        let plane = |p: &[f64]| p.chunks(width).map(<[f64]>::to_vec).collect();
        v.chunks(height * width).map(plane).collect()
    };
    let flat = |v: &Volume| -> Vec<f64> { v.iter().flatten().flatten().copied().collect() };
    let pooled = |v: &Volume, erode: bool| -> Volume {
        let mut result = v.clone();
        for z in 0..depth {
            for y in 0..height {
                for x in 0..width {
                    for (k, j, i) in (0..27).map(|n| (n / 9, n / 3 % 3, n % 3)) {
                        let steps = [k, j, i].iter().filter(|n| **n != 1).count();
                        let place = |at: usize, by: usize| (at + by).wrapping_sub(1);
                        let (k, j, i) = (place(z, k), place(y, j), place(x, i));
                        let Some(other) = v.get(k).and_then(|p| p.get(j)).and_then(|r| r.get(i))
                        else {
                            continue;
                        };
                        let here = &mut result[z][y][x];
                        if erode && steps <= 1 {
                            *here = here.min(*other);
                        } else if !erode {
                            *here = here.max(*other);
                        }
                    }
                }
            }
        }
        result
    };
    let skeleton = |v: &[f64]| -> Vec<f64> {
        let mut level = volume(v);
        let mut skeleton = vec![0.0; v.len()];
        for _ in 0..=iterations {
            let eroded = pooled(&level, true);
            let opened = flat(&pooled(&eroded, false));
            for (s, (v, o)) in skeleton.iter_mut().zip(flat(&level).iter().zip(opened)) {
                *s += (1.0 - *s) * (v - o).max(0.0);
            }
            level = eroded;
        }
        skeleton
    };
    let share = |s: &[f64], v: &[f64]| {
        let hit: f64 = s.iter().zip(v).map(|(s, v)| s * v).sum();
        (hit + 1.0) / (s.iter().sum::<f64>() + 1.0)
    };
    let precision = share(&skeleton(p), t);
    let sensitivity = share(&skeleton(t), p);
    1.0 - 2.0 * precision * sensitivity / (precision + sensitivity)
}

fn target(count: usize) -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(any::<bool>().prop_map(f64::from), count)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn soft_cldice_is_that_of_the_paper(
        p in proptest::collection::vec(0.0_f64..1.0, 2 * 5 * 4 * 6), t in target(2 * 5 * 4 * 6), iterations in 0_usize..4,
    ) {
        let found = soft_cldice(&p, &t, [2, 5, 4, 6], iterations, false);
        let images = p.chunks(120).zip(t.chunks(120));
        let expected: f64 = images.map(|(p, t)| plain_cldice(p, t, [5, 4, 6], iterations) / 2.0).sum();
        prop_assert!((found.value - expected).abs() < 1e-12, "{} {expected}", found.value);
        prop_assert!(found.gradient.is_empty());
    }

    /// Random probabilities have no ties, so that minima and maxima are differentiable.
    #[test]
    fn the_gradient_of_soft_cldice_equals_central_differences(
        p in proptest::collection::vec(0.01_f64..0.99, 2 * 4 * 5 * 3), t in target(2 * 4 * 5 * 3), iterations in 0_usize..4,
    ) {
        let mut sorted = p.clone();
        sorted.sort_by(f64::total_cmp);
        prop_assume!(sorted.windows(2).all(|pair| pair[1] - pair[0] > 1e-5));
        let loss = |p: &[f64]| soft_cldice(p, &t, [2, 4, 5, 3], iterations, true);
        let found = loss(&p).gradient;
        for i in 0..p.len() {
            let at = |by: f64| {
                let mut moved = p.clone();
                moved[i] += by;
                loss(&moved).value
            };
            let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
            prop_assert!((found[i] - numeric).abs() < 1e-8, "{i}: {} {numeric}", found[i]);
        }
    }

    #[test]
    fn the_gradient_of_soft_dice_equals_central_differences(
        p in proptest::collection::vec(0.0_f64..1.0, 3 * 7), t in target(3 * 7),
    ) {
        let found = soft_dice(&p, &t, 7, true).gradient;
        for i in 0..p.len() {
            let at = |by: f64| {
                let mut moved = p.clone();
                moved[i] += by;
                soft_dice(&moved, &t, 7, false).value
            };
            let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
            prop_assert!((found[i] - numeric).abs() < 1e-8, "{i}: {} {numeric}", found[i]);
        }
    }

    #[test]
    fn the_combined_gradient_by_logits_equals_central_differences(
        logits in proptest::collection::vec(-3.0_f64..3.0, 2 * 3 * 4 * 3), t in target(2 * 3 * 4 * 3),
        weights in proptest::array::uniform3(0.0_f64..2.0), positive_weight in 0.5_f64..20.0,
    ) {
        let shape = (2, 1, 3, 4, 3);
        let config = LossConfig {
            bce_weight: weights[0],
            positive_weight,
            dice_weight: weights[1],
            cldice_weight: weights[2],
            skeleton_iterations: 2,
        };
        // By hand, from the terms.
        let total = |logits: &[f64]| {
            let p = probabilities(logits);
            let voxel = |(p, t): (&f64, &f64)| -positive_weight * t * p.ln() - (1.0 - t) * (1.0 - p).ln();
            let bce = p.iter().zip(&t).map(voxel).sum::<f64>() / t.len() as f64;
            weights[0] * bce
                + weights[1] * soft_dice(&p, &t, 36, false).value
                + weights[2] * soft_cldice(&p, &t, [2, 3, 4, 3], 2, false).value
        };
        let single = |v: &[f64]| -> Vec<f32> { v.iter().map(|v| *v as f32).collect() };
        let mut sorted = logits.clone();
        sorted.sort_by(f64::total_cmp);
        prop_assume!(sorted.windows(2).all(|pair| pair[1] - pair[0] > 1e-3));
        let variable = Var::from_vec(single(&logits), shape, &Device::Cpu).unwrap();
        let reference = Tensor::from_vec(single(&t), shape, &Device::Cpu).unwrap();
        let loss = combined(&variable, &reference, &config).unwrap();
        let value = f64::from(loss.total.to_scalar::<f32>().unwrap());
        prop_assert!((value - total(&logits)).abs() < 1e-5, "{value} {}", total(&logits));
        prop_assert!((History::new(config.terms(), vec![]).total(&loss.terms) - value).abs() < 1e-5);
        let gradients = loss.total.backward().unwrap();
        let gradient: Vec<f32> = gradients.get(&variable).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        for i in 0..logits.len() {
            let at = |by: f64| {
                let mut moved = logits.clone();
                moved[i] += by;
                total(&moved)
            };
            let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
            let found = f64::from(gradient[i]);
            prop_assert!((found - numeric).abs() < 1e-5, "{i}: {found} {numeric}");
        }
    }
}

#[test]
fn a_perfect_mask_costs_nothing_and_a_broken_one_something() {
    // A line along x through 9 × 3 × 9 voxels, 3 × 3 across.
    let at = |n: usize| [n / 27, n / 9 % 3, n % 9];
    let tube = |n: usize| f64::from((3..6).contains(&at(n)[0]));
    let t: Vec<f64> = (0..243).map(tube).collect();
    let broken: Vec<f64> = (0..243)
        .map(|n| if at(n)[2] == 4 { 0.0 } else { tube(n) })
        .collect();
    let cldice = |p: &[f64]| soft_cldice(p, &t, [1, 9, 3, 9], 2, false).value;
    assert!(cldice(&t).abs() < 1e-12);
    assert!(soft_dice(&t, &t, 243, false).value.abs() < 1e-12);
    // One of nine columns is lost: Dice (2·72 + 1)/(72 + 81 + 1), by hand.
    let dice = soft_dice(&broken, &t, 243, false).value;
    assert!((dice - (1.0 - 145.0 / 154.0)).abs() < 1e-12, "{dice}");
    assert!(cldice(&broken) > 0.0);
}

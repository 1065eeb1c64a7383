//! Hysteresis against a flood fill, and the search against trying everything.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Axis};
use proptest::prelude::*;
use rsom_frangi::{FrangiError, Scales, Settings, Thresholds, hysteresis, search, vesselness};
use rsom_volume::{Grid, Mask, OverlapCounts, Scan, Spacing};

fn dice(reference: &Array3<bool>, prediction: &Array3<bool>) -> f64 {
    OverlapCounts::of(reference.view(), prediction.view()).dice()
}

/// Hysteresis as it is defined: a flood fill from each strong voxel over all 26 neighbors.
fn flooded(values: &Array3<f32>, thresholds: &Thresholds) -> Array3<bool> {
    let (nx, ny, nz) = values.dim();
    let mut seen = Array3::from_elem(values.dim(), false);
    let mut mask = seen.clone();
    for (start, value) in values.indexed_iter() {
        if *value < thresholds.high || seen[start] {
            continue;
        }
        let mut component = vec![start];
        seen[start] = true;
        let mut next = 0;
        while let Some((x, y, z)) = component.get(next).copied() {
            next += 1;
            for a in x.saturating_sub(1)..(x + 2).min(nx) {
                for b in y.saturating_sub(1)..(y + 2).min(ny) {
                    for c in z.saturating_sub(1)..(z + 2).min(nz) {
                        if !seen[[a, b, c]] && values[[a, b, c]] >= thresholds.low {
                            seen[[a, b, c]] = true;
                            component.push((a, b, c));
                        }
                    }
                }
            }
        }
        if component.len() as u64 >= thresholds.min_size_vox {
            component.into_iter().for_each(|place| mask[place] = true);
        }
    }
    mask
}

proptest! {
    #[test]
    fn hysteresis_is_a_flood_fill_from_strong_voxels(
        shape in (1..9_usize, 1..9_usize, 1..12_usize),
        // Sparse enough that there are many components.
        values in prop::collection::vec(prop_oneof![4 => Just(0_u8), 1 => 1..10_u8], 9 * 9 * 12),
        low in 1..6_u8,
        more in 0..5_u8,
        min_size_vox in 0..6_u64,
    ) {
        let values = values.into_iter().map(|v| f32::from(v) / 10.0);
        let voxels = shape.0 * shape.1 * shape.2;
        let values = Array3::from_shape_vec(shape, values.take(voxels).collect()).unwrap();
        let thresholds = Thresholds {
            low: f32::from(low) / 10.0,
            high: f32::from(low + more) / 10.0,
            min_size_vox,
        };
        prop_assert_eq!(hysteresis(&values, &thresholds), flooded(&values, &thresholds));
    }
}

/// A scan with a bright and a dim line and noise, and the mask of both lines.
fn example(seed: usize) -> (Scan, Mask) {
    let shape = (20, 14, 16);
    let noise = |x: usize, y: usize, z: usize| {
        let n = (x * 73 + y * 151 + z * 283 + seed * 977) as u32;
        (n.wrapping_mul(2_654_435_761) >> 20) as f32 / 4096.0
    };
    let far = |a: usize, b: f32| (a as f32 - b).powi(2);
    let lines = |x: usize, y: usize, z: usize| {
        let bright = (-(far(y, 4.0) + far(z, 5.0)) / 2.0).exp();
        let dim = (-(far(x, 12.0) + far(z, 11.0)) / 2.0).exp();
        (bright, dim)
    };
    let values = Array3::from_shape_fn(shape, |(x, y, z)| {
        let (bright, dim) = lines(x, y, z);
        100.0 * bright + 60.0 * dim + 40.0 * noise(x, y, z)
    });
    let mask = Array3::from_shape_fn(shape, |(x, y, z)| {
        let (bright, dim) = lines(x, y, z);
        bright > 0.5 || dim > 0.5
    });
    let grid = Grid::new([shape.0, shape.1, shape.2], Spacing::Unknown).unwrap();
    let names = vec!["intensity".into()];
    let scan = Scan::new(grid.clone(), names, values.insert_axis(Axis(3))).unwrap();
    (scan, Mask::new(grid, mask).unwrap())
}

fn candidates() -> Vec<Settings> {
    let sets = [vec![4.0], vec![1.0]];
    let settings = sets.map(|set| Settings::frangi1998(Scales::Vox(set)));
    settings.to_vec()
}

fn found(min_size_vox: u64) -> rsom_frangi::Search {
    let mut load = |scan: usize| Ok::<_, FrangiError>(example(scan));
    let result = search(&candidates(), min_size_vox, 2, &mut load, &mut |_, _| true);
    result.unwrap()
}

#[test]
fn the_dice_of_every_choice_is_that_of_its_masks() {
    for min_size_vox in [0, 30] {
        let search = found(min_size_vox);
        for choice in search.tried.iter().step_by(3).chain([&search.best]) {
            let settings = &candidates()[choice.candidate];
            let of = |scan: usize| {
                let (scan, mask) = example(scan);
                let values = vesselness(&scan, settings, &mut |_, _| true).unwrap();
                dice(mask.voxels(), &flooded(&values, &choice.thresholds))
            };
            let expected = (of(0) + of(1)) / 2.0;
            assert!(
                (choice.dice - expected).abs() < 1e-12,
                "{choice:?}: {expected}"
            );
        }
    }
}

#[test]
fn no_high_threshold_is_better_than_the_one_chosen() {
    let search = found(0);
    let settings = &candidates()[search.best.candidate];
    let examples = [example(0), example(1)];
    let filtered = examples
        .each_ref()
        .map(|(scan, _)| vesselness(scan, settings, &mut |_, _| true).unwrap());
    let with = |low: f32, high: f32| {
        let thresholds = Thresholds {
            low,
            high,
            min_size_vox: 0,
        };
        let each = examples.iter().zip(&filtered);
        let each = each.map(|((_, mask), v)| dice(mask.voxels(), &hysteresis(v, &thresholds)));
        each.sum::<f64>() / 2.0
    };
    let low = search.best.thresholds.low;
    let best = (0..1000)
        .map(|k| low.max(k as f32 / 1000.0))
        .map(|high| with(low, high))
        .fold(0.0, f64::max);
    assert!(
        search.best.dice >= best - 1e-12,
        "{} {best}",
        search.best.dice
    );
    assert!(search.best.dice > 0.6, "{:?}", search.best);
    assert!(
        search
            .tried
            .iter()
            .all(|choice| choice.dice <= search.best.dice)
    );
    // Scales as thin as the lines win over wide ones.
    assert_eq!(search.best.candidate, 1);
}

#[test]
fn a_search_tells_its_progress_and_stops_when_asked() {
    let mut told = Vec::new();
    let mut load = |scan: usize| Ok::<_, FrangiError>(example(scan));
    let mut watch = |done, all| {
        told.push((done, all));
        done < 3
    };
    let stopped = search(&candidates(), 0, 2, &mut load, &mut watch);
    assert!(matches!(stopped, Err(FrangiError::Stopped)));
    assert_eq!(told, [(0, 4), (1, 4), (2, 4), (3, 4)]);
    let nothing = search(&[], 0, 2, &mut load, &mut |_, _| true);
    assert!(matches!(nothing, Err(FrangiError::Settings(_))));
}

//! Rendering by Gerl's rule: its intensities, its label and its noise.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::Array3;
use proptest::prelude::*;
use rsom_phantom::gerl2020::{Gerl2020Config, RenderedScan, render};
use rsom_volume::{Grid, Mask, Spacing};

const SHAPE: [usize; 3] = [32, 32, 80];

fn mask(voxels: Array3<bool>) -> Mask {
    let shape: [usize; 3] = voxels.dim().into();
    Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
}

/// A square tube along z, from x = y = `first` to `last`, that begins at 5 and has this length.
fn tube([first, last]: [usize; 2], length: usize) -> Mask {
    mask(Array3::from_shape_fn(SHAPE, |(x, y, z)| {
        [x, y].iter().all(|i| (first..=last).contains(i)) && (5..5 + length).contains(&z)
    }))
}

fn value(rendered: &RenderedScan, [x, y, z]: [usize; 3], channel: usize) -> f32 {
    rendered.scan.intensities()[[x, y, z, channel]]
}

#[test]
fn a_thick_vessel_shines_in_lf_in_three_shells_and_in_hf_along_its_middle() {
    // 11 voxels wide: eroded twice 7 (12 to 18), so that the shells end 1, 2 and 3 voxels outside of it.
    let rendered = render(&tube([10, 20], 70), &Gerl2020Config::BARE, 1).unwrap();
    for (x, rule) in [
        (15, 3.0),
        (18, 3.0),
        (19, 3.0),
        (20, 2.25),
        (21, 0.75),
        (22, 0.0),
    ] {
        let expected = (rule * 85.0_f32).round();
        assert_eq!(value(&rendered, [x, 15, 40], 0), expected, "x = {x}");
        assert_eq!(rendered.label.voxels()[[x, 15, 40]], rule > 0.0);
    }
    // Steps along two axes count together: (19, 19) is one step off in each, (20, 20) two.
    for (i, rule) in [(19, 2.25_f32), (20, 0.0)] {
        assert_eq!(value(&rendered, [i, i, 40], 0), (rule * 85.0).round());
    }
    // 2.5 + 0.5 − 1 on the skeleton, 2.5 − 1 beside it, nothing further away.
    for (x, rule) in [(15, 2.0), (16, 1.5), (17, 0.0), (20, 0.0)] {
        assert_eq!(value(&rendered, [x, 15, 40], 1), (rule * 85.0_f32).round());
    }
}

#[test]
fn a_thin_long_vessel_shines_in_hf_alone() {
    // 5 voxels wide: eroded twice a line of 56 voxels, too few for LF; dilated 282, enough for HF.
    let rendered = render(&tube([10, 14], 60), &Gerl2020Config::BARE, 1).unwrap();
    for (x, rule) in [(12, 3.0), (13, 2.5), (14, 0.0)] {
        assert_eq!(value(&rendered, [x, 12, 40], 1), (rule * 85.0_f32).round());
        assert_eq!(value(&rendered, [x, 12, 40], 0), 0.0);
    }
    assert_eq!(rendered.label.count(), 56 * 5 + 2);
}

/// A ring, a slanted thin rod, ellipsoids and a bar of even width, in integers alone.
fn scene() -> Mask {
    let square = |v: i64| v * v;
    mask(Array3::from_shape_fn([48, 40, 90], |(x, y, z)| {
        let [x, y, z] = [x, y, z].map(|i| i as i64);
        let ring = (square(x - 24) + square(z - 30)).isqrt() - 16;
        let wave = square((z * 5) % 60 - 30) / 9;
        square(ring) + square(y - 20) <= 25
            || square(3 * x - z - 40) + square(3 * y - 12) <= 45
            || square(x - 8) + square(y - 34) + wave <= 30
            || ((38..44).contains(&x) && (32..38).contains(&y) && z >= 10)
    }))
}

#[test]
fn without_noise_a_scan_equals_what_scipy_and_scikit_image_make_by_the_rule() {
    // By scipy 1.17 (binary_erosion, binary_dilation, label) and scikit-image 0.26 (skeletonize): the label's voxels and,
    // over the flat indices of voxels that are not 0, h = 31·h + index + value (modulo 2³²), LF first.
    for (hf_erosions, label, hashes) in [
        (0, 13_992, [2_490_093_996, 2_782_471_896]),
        (1, 13_987, [2_490_093_996, 445_510_010]),
        (2, 13_560, [2_490_093_996, 184_463_564]),
    ] {
        let config = Gerl2020Config {
            hf_erosions,
            ..Gerl2020Config::BARE
        };
        let rendered = render(&scene(), &config, 1).unwrap();
        let hash = |channel| {
            let values = rendered.scan.channel(channel).unwrap();
            let lit = values.iter().enumerate().filter(|(_, v)| **v > 0.0);
            lit.fold(0_u32, |hash, (i, v)| {
                hash.wrapping_mul(31).wrapping_add(i as u32 + *v as u32)
            })
        };
        assert_eq!([hash(0), hash(1)], hashes, "{hf_erosions} erosions");
        assert_eq!(rendered.label.count(), label);
    }
}

#[test]
fn a_vessel_of_even_width_shines_in_hf_when_topology_is_kept() {
    let even = tube([10, 15], 70);
    let hf = |hf_keep_topology| {
        let config = Gerl2020Config {
            hf_keep_topology,
            ..Gerl2020Config::BARE
        };
        let rendered = render(&even, &config, 1).unwrap();
        rendered
            .scan
            .channel(1)
            .unwrap()
            .iter()
            .filter(|v| **v > 0.0)
            .count()
    };
    assert_eq!(hf(false), 0);
    assert!(hf(true) >= 200, "{}", hf(true));
}

#[test]
fn short_and_narrow_vessels_shine_nowhere_unless_asked() {
    // A line of 39 voxels, dilated 197, is one too short.
    for vessels in [tube([10, 14], 43), tube([10, 13], 70)] {
        let rendered = render(&vessels, &Gerl2020Config::BARE, 1).unwrap();
        assert_eq!(rendered.label.count(), 0);
        assert!(rendered.scan.intensities().iter().all(|v| *v == 0.0));
        let config = Gerl2020Config {
            hf_erosions: 1,
            hf_least_voxels: 100,
            hf_keep_topology: true,
            ..Gerl2020Config::BARE
        };
        assert!(render(&vessels, &config, 1).unwrap().label.count() > 0);
    }
    let longer = render(&tube([10, 14], 44), &Gerl2020Config::BARE, 1).unwrap();
    assert_eq!(longer.label.count(), 40 * 5 + 2);
}

#[test]
fn the_background_is_a_normal_of_sd_0_3_cut_below_0_5() {
    let config = Gerl2020Config {
        background_sd: 0.3,
        ..Gerl2020Config::BARE
    };
    let empty = mask(Array3::from_elem([50, 50, 200], false));
    let rendered = render(&empty, &config, 5).unwrap();
    let values = |channel| rendered.scan.channel(channel).unwrap().to_owned();
    assert!(values(0).iter().all(|v| *v == 0.0));
    let kept: Vec<f32> = values(1).iter().copied().filter(|v| *v > 0.0).collect();
    assert!(kept.iter().all(|v| *v >= 42.0));
    let share = kept.len() as f64 / 5e5;
    // scipy.stats.norm.sf(0.5, scale=0.3) is 0.04779; four standard errors.
    assert!((share - 0.047_79).abs() < 0.0012, "{share}");
    let mean = kept.iter().map(|v| f64::from(*v)).sum::<f64>() / kept.len() as f64 / 85.0;
    // scipy.stats.truncnorm(0.5 / 0.3, inf, scale=0.3).mean() is 0.6246, its sd 0.111; four standard errors.
    assert!((mean - 0.6246).abs() < 0.003, "{mean}");
}

#[test]
fn the_noise_on_vessels_has_sd_0_2_in_both_channels() {
    let config = Gerl2020Config {
        foreground_sd: 0.2,
        ..Gerl2020Config::BARE
    };
    let wide = mask(Array3::from_shape_fn([40, 40, 220], |(x, y, _)| {
        [x, y].iter().all(|i| (10..=28).contains(i))
    }));
    let bare = render(&wide, &Gerl2020Config::BARE, 2).unwrap();
    let noisy = render(&wide, &config, 2).unwrap();
    // Where neither 0 nor 3 is near: LF at 2.25, whose noise is cut above 3.75 sd; HF at 1.5.
    for (channel, level, expected) in [(0, 191.0, 17.0_f64), (1, 128.0, 17.0)] {
        let (bare, noisy) = (
            bare.scan.channel(channel).unwrap(),
            noisy.scan.channel(channel).unwrap(),
        );
        let pairs = bare.iter().zip(&noisy).filter(|(b, _)| **b == level);
        let differences: Vec<f64> = pairs.map(|(b, n)| f64::from(n - b)).collect();
        let count = differences.len() as f64;
        let sd = (differences.iter().map(|d| d * d).sum::<f64>() / count).sqrt();
        let bound = 4.0 * expected / (2.0 * count).sqrt();
        assert!(
            count > 500.0 && (sd - expected).abs() < bound,
            "{channel}: {sd} of {count}"
        );
    }
    assert_eq!(bare.label, noisy.label);
}

#[test]
fn reflections_lie_in_lf_only_and_spare_bright_vessels() {
    let config = Gerl2020Config {
        reflection_chance: 1.0,
        ..Gerl2020Config::BARE
    };
    let vessels = tube([10, 20], 70);
    let bare = render(&vessels, &Gerl2020Config::BARE, 3).unwrap();
    for seed in 0..20 {
        let rendered = render(&vessels, &config, seed).unwrap();
        assert!((1..=2).contains(&rendered.reflections));
        let changed = rendered.scan.channel(0).unwrap().to_owned() - bare.scan.channel(0).unwrap();
        assert!(changed.iter().any(|v| *v > 85.0), "seed {seed}");
        for (place, bright) in bare.scan.channel(0).unwrap().indexed_iter() {
            assert!(
                *bright < 127.0 || changed[place] == 0.0,
                "seed {seed}, {place:?}"
            );
        }
        assert_eq!(rendered.scan.channel(1), bare.scan.channel(1));
        assert_eq!(rendered.label, bare.label);
    }
}

#[test]
fn about_half_of_the_volumes_have_reflections() {
    let empty = mask(Array3::from_elem([3, 3, 9], false));
    let config = Gerl2020Config {
        reflection_chance: 0.5,
        ..Gerl2020Config::BARE
    };
    let with = (0..1000).filter(|seed| render(&empty, &config, *seed).unwrap().reflections > 0);
    // Four standard errors.
    assert!(with.count().abs_diff(500) < 63);
}

#[test]
fn the_same_seed_gives_the_same_scan_for_any_number_of_threads() {
    let vessels = tube([10, 20], 70);
    let with = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| render(&vessels, &Gerl2020Config::RULE, seed))
            .unwrap()
    };
    assert_eq!(with(1, 7), with(3, 7));
    assert_ne!(with(1, 7).scan, with(1, 8).scan);
    assert_eq!(with(1, 7).label, with(1, 8).label);
}

#[test]
fn settings_outside_their_ranges_are_refused() {
    let vessels = tube([10, 20], 70);
    for config in [
        Gerl2020Config {
            arc_share: 1.5,
            ..Gerl2020Config::RULE
        },
        Gerl2020Config {
            background_sd: f64::NAN,
            ..Gerl2020Config::RULE
        },
        Gerl2020Config {
            foreground_sd: -0.1,
            ..Gerl2020Config::RULE
        },
        Gerl2020Config {
            reflection_chance: 2.0,
            ..Gerl2020Config::RULE
        },
        Gerl2020Config {
            sticks: 10_000_000,
            ..Gerl2020Config::RULE
        },
        Gerl2020Config {
            hf_erosions: 1000,
            ..Gerl2020Config::RULE
        },
    ] {
        assert!(render(&vessels, &config, 1).is_err(), "{config:?}");
    }
}

/// Some capsules with ends anywhere in a box.
fn capsules() -> impl Strategy<Value = Mask> {
    let end = [0.0..30.0_f64, 0.0..30.0_f64, 0.0..60.0_f64];
    let one = (end.clone(), end, 1.0..6.0_f64);
    prop::collection::vec(one, 1..5).prop_map(|capsules| {
        mask(Array3::from_shape_fn([30, 30, 60], |(x, y, z)| {
            let point = [x as f64, y as f64, z as f64];
            capsules.iter().any(|(a, b, radius)| {
                let dot = |u: [f64; 3], v: [f64; 3]| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
                let minus = |u: [f64; 3], v: [f64; 3]| [u[0] - v[0], u[1] - v[1], u[2] - v[2]];
                let way = minus(*b, *a);
                let from = minus(point, *a);
                let t = (dot(from, way) / dot(way, way).max(1e-9)).clamp(0.0, 1.0);
                let gap = minus(from, way.map(|w| w * t));
                dot(gap, gap) <= radius * radius
            })
        }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn without_noise_the_label_is_where_either_channel_shines(vessels in capsules(), hf_erosions in 0_usize..3) {
        let config = Gerl2020Config { hf_erosions, ..Gerl2020Config::BARE };
        let rendered = render(&vessels, &config, 1).unwrap();
        for ((x, y, z), label) in rendered.label.voxels().indexed_iter() {
            let shines = (0..2).any(|channel| value(&rendered, [x, y, z], channel) > 0.0);
            prop_assert_eq!(*label, shines);
        }
    }
}

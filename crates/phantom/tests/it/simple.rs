//! What the rule `simple` promises of geometry, counts and intensities, worked out from the settings alone.
//!
//! Bounds on means over seeds are four or more standard errors.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Array4, Axis};
use rsom_phantom::{Config, Phantom, generate, generate_raw};

/// A scene of 0.576 × 0.096 × 0.3 mm.
fn scene() -> Config {
    Config {
        shape: [48, 8, 100],
        spacing_mm: [0.012, 0.012, 0.003],
        surface_depth_um: 50.0,
        curvature_radius_mm: 25.0,
        tilt_deg: 0.5,
        undulation_um: 5.0,
        undulation_length_um: 800.0,
        epidermis_um: 90.0,
        epidermis_sd_um: 6.0,
        melanin: 130.0,
        gap_fraction: 0.25,
        gap_length_um: 60.0,
        raggedness_um: 6.0,
        loops_per_mm2: 120.0,
        vessels_per_mm2: 12.0,
        blood: 250.0,
        decay_um: 300.0,
        noise: 14.0,
        streaks_per_b_scan: 4.0,
        subject_spread: 0.12,
        physics: None,
        trees: None,
    }
}

/// The same skin as a plane at one depth.
fn level(config: Config) -> Config {
    Config {
        curvature_radius_mm: 0.0,
        tilt_deg: 0.0,
        undulation_um: 0.0,
        epidermis_sd_um: 0.0,
        ..config
    }
}

/// A level scene in which nothing shines and nothing fades.
fn dark() -> Config {
    Config {
        melanin: 0.0,
        gap_fraction: 0.0,
        raggedness_um: 0.0,
        loops_per_mm2: 0.0,
        vessels_per_mm2: 0.0,
        decay_um: 1e9,
        noise: 0.0,
        streaks_per_b_scan: 0.0,
        ..level(scene())
    }
}

fn channel(config: &Config, seed: u64, index: usize) -> Array3<f32> {
    let phantom = generate_raw(config, seed).unwrap();
    phantom.scan.channel(index).unwrap().to_owned()
}

/// Depth of the surface in µm at a column of a scene with 3 µm between depths.
fn surface_um(phantom: &Phantom, column: [usize; 2]) -> f64 {
    3.0 * f64::from(phantom.surface_vox[column])
}

/// Mean and standard deviation.
fn moments(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.into_iter().collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

#[test]
fn a_level_layer_fills_the_depths_between_its_two_boundaries() {
    for (top_um, thickness_um) in [(50.0, 90.0), (0.0, 60.0), (61.0, 121.0)] {
        let config = Config {
            surface_depth_um: top_um,
            epidermis_um: thickness_um,
            ..dark()
        };
        let phantom = generate(&config, 1).unwrap();
        for ((x, y, z), inside) in phantom.layer.voxels().indexed_iter() {
            let center_um = 3.0 * z as f64 + 1.5;
            let expected = (top_um..top_um + thickness_um).contains(&center_um);
            assert_eq!(*inside, expected, "{x} {y} {z}");
        }
        let depths = phantom.surface_vox.iter();
        assert!(
            depths
                .map(|d| f64::from(*d))
                .all(|d| (d - top_um / 3.0).abs() < 1e-5)
        );
        let thickness = phantom.truth.value("layer_thickness_um").unwrap();
        assert!((thickness - thickness_um).abs() < 1e-9);
    }
}

#[test]
fn a_bent_skin_is_a_paraboloid_about_the_middle_and_its_top_has_the_depth_asked_for() {
    let config = Config {
        curvature_radius_mm: 3.0,
        ..dark()
    };
    let phantom = generate(&config, 1).unwrap();
    let bulge_um = |x: usize, y: usize| {
        let (u, v) = (12.0 * (x as f64 - 23.5), 12.0 * (y as f64 - 3.5));
        (u * u + v * v) / (2.0 * 3000.0)
    };
    // The columns next to the middle come closest.
    let closest = bulge_um(23, 3);
    for x in 0..48 {
        for y in 0..8 {
            let expected = 50.0 + bulge_um(x, y) - closest;
            let found = surface_um(&phantom, [x, y]);
            assert!(
                (found - expected).abs() < 1e-4,
                "{x} {y}: {found}, not {expected}"
            );
        }
    }
}

#[test]
fn whatever_its_shape_the_skin_comes_as_close_as_asked_for() {
    let config = Config {
        loops_per_mm2: 0.0,
        vessels_per_mm2: 0.0,
        ..scene()
    };
    for seed in 0..20 {
        let phantom = generate(&config, seed).unwrap();
        let closest = phantom.surface_vox.fold(f32::INFINITY, |a, b| a.min(*b));
        assert!((closest - 50.0 / 3.0).abs() < 1e-4, "{closest}");
    }
}

#[test]
fn tilts_have_mean_zero_and_the_spread_asked_for_along_both_axes() {
    let config = Config {
        shape: [5, 5, 80],
        tilt_deg: 2.0,
        ..dark()
    };
    let tilts: Vec<[f64; 2]> = (0..600)
        .map(|seed| {
            let phantom = generate(&config, seed).unwrap();
            let slope = |to| (surface_um(&phantom, to) - surface_um(&phantom, [0, 0])) / 48.0;
            [slope([4, 0]), slope([0, 4])].map(|s: f64| s.atan().to_degrees())
        })
        .collect();
    for axis in [0, 1] {
        let (mean, sd) = moments(tilts.iter().map(|t| t[axis]));
        // Standard errors: 2/√600 = 0.082 and 2/√1200 = 0.058.
        assert!(
            mean.abs() < 0.33 && (sd - 2.0).abs() < 0.24,
            "{mean} ± {sd}"
        );
    }
}

#[test]
fn waves_of_the_skin_have_the_height_and_the_length_asked_for() {
    let config = Config {
        shape: [41, 1, 100],
        undulation_um: 5.0,
        undulation_length_um: 120.0,
        ..dark()
    };
    let phantoms: Vec<Phantom> = (0..600).map(|s| generate(&config, s).unwrap()).collect();
    // A Gaussian correlation of length L: the variance of a difference is 2 σ² (1 − exp(−d²/2L²)).
    for columns in [5, 10, 40] {
        let apart = 12.0 * columns as f64 / 120.0;
        let expected = 5.0 * (2.0 * (1.0 - (-apart * apart / 2.0).exp())).sqrt();
        let difference = |p: &Phantom| surface_um(p, [columns, 0]) - surface_um(p, [0, 0]);
        let (_, sd) = moments(phantoms.iter().map(difference));
        // Standard error of a deviation: 1/√1200 = 2.9 %.
        assert!(
            (sd / expected - 1.0).abs() < 0.12,
            "{columns}: {sd}, not {expected}"
        );
    }
}

#[test]
fn the_epidermis_has_the_mean_and_the_spread_of_thickness_asked_for() {
    let config = Config {
        shape: [3, 3, 100],
        epidermis_sd_um: 9.0,
        ..dark()
    };
    let thickness = |seed| {
        let phantom = generate(&config, seed).unwrap();
        let column = phantom
            .layer
            .voxels()
            .slice(ndarray::s![1, 1, ..])
            .to_owned();
        3.0 * column.iter().filter(|v| **v).count() as f64
    };
    let (mean, sd) = moments((0..600).map(thickness));
    // Standard errors: 9/√600 = 0.37 and 9/√1200 = 0.26; a voxel of 3 µm adds 0.75 µm² to a variance of 81.
    assert!((mean - 90.0).abs() < 1.5, "{mean}");
    assert!((sd - 81.75_f64.sqrt()).abs() < 1.1, "{sd}");
}

#[test]
fn vessels_and_loops_are_as_many_as_their_densities_say() {
    let config = Config {
        shape: [30, 30, 100],
        vessels_per_mm2: 20.0,
        loops_per_mm2: 40.0,
        ..dark()
    };
    let truths: Vec<_> = (0..12)
        .map(|seed| generate(&config, seed).unwrap().truth)
        .collect();
    let counts = |metric: &str| -> Vec<f64> {
        let counts = truths.iter().map(|truth| truth.value(metric).unwrap());
        counts.collect()
    };
    // 0.1296 mm² hold 2.592 vessels: 2 or 3 in each scan.
    let vessels = counts("vessel_segment_count");
    assert!(
        vessels.iter().all(|n| [2.0, 3.0].contains(n)),
        "{vessels:?}"
    );
    let (mean, _) = moments(vessels);
    // Standard error √(0.592 · 0.408 / 12) = 0.14.
    assert!((mean - 2.592).abs() < 0.57, "{mean}");
    // And 5.18 loops, each inside or outside by chance: standard error below √(5.18 / 12) = 0.66.
    let (mean, _) = moments(counts("loop_count"));
    assert!((mean - 5.18).abs() < 2.7, "{mean}");
}

#[test]
fn the_background_has_the_deviation_asked_for_at_every_depth_of_both_channels() {
    let config = Config {
        noise: 14.0,
        ..dark()
    };
    for index in [0, 1] {
        let background = channel(&config, 2, index);
        let mut means = Vec::new();
        for depths in background.axis_chunks_iter(Axis(2), 25) {
            let (mean, sd) = moments(depths.iter().map(|v| f64::from(*v)));
            // 384 columns of at least 25 · 3 / (2 √π 7) = 3 independent depths: standard errors 0.41 and 0.29.
            assert!((sd - 14.0).abs() < 1.2, "channel {index}: {sd}");
            means.push(mean);
        }
        assert!(
            means.iter().all(|m| (m - means[0]).abs() < 2.4),
            "{means:?}"
        );
        // Tissue is what stands out of the background, which is neither dark nor as bright as its deviation.
        assert!(means.iter().all(|m| *m > 0.0 && *m < 14.0), "{means:?}");
    }
}

#[test]
fn a_scan_is_the_sum_of_background_melanin_and_vessels_each_as_strong_as_asked_for() {
    let whole = Config {
        noise: 14.0,
        streaks_per_b_scan: 4.0,
        melanin: 120.0,
        blood: 250.0,
        vessels_per_mm2: 18.0,
        decay_um: 300.0,
        ..dark()
    };
    let silent = Config {
        melanin: 0.0,
        blood: 0.0,
        ..whole.clone()
    };
    let quiet = Config {
        noise: 0.0,
        streaks_per_b_scan: 0.0,
        ..whole.clone()
    };
    let melanin = Config {
        blood: 0.0,
        ..quiet.clone()
    };
    let blood = Config {
        melanin: 0.0,
        ..quiet
    };
    let doubled = Config {
        melanin: 240.0,
        blood: 500.0,
        ..whole.clone()
    };
    let of = |config: &Config| generate_raw(config, 3).unwrap().scan.into_parts().2;
    let (background, melanin, blood) = (of(&silent), of(&melanin), of(&blood));
    let close = |found: &Array4<f32>, expected: &Array4<f32>| {
        let apart = (found - expected).fold(0.0_f32, |worst, v| worst.max(v.abs()));
        assert!(apart < 1e-2, "{apart}");
    };
    close(&of(&whole), &(&background + &melanin + &blood));
    close(&of(&doubled), &(background + &melanin * 2.0 + &blood * 2.0));
    for shining in [melanin, blood] {
        assert!(shining.iter().any(|v| *v > 20.0));
    }
}

#[test]
fn the_integer_scan_is_the_raw_one_rounded_and_cut() {
    let (raw, cut) = (
        generate_raw(&scene(), 4).unwrap(),
        generate(&scene(), 4).unwrap(),
    );
    let expected = raw.scan.intensities().mapv(|v| v.round().clamp(0.0, 255.0));
    assert_eq!(cut.scan.intensities(), expected);
    assert!(raw.scan.intensities().iter().any(|v| *v < -1.0));
    assert_eq!((raw.layer, raw.vessels), (cut.layer, cut.vessels));
}

#[test]
fn signals_fade_exponentially_below_the_surface_and_hf_faster_than_lf() {
    let at = |decay_um: f64| Config {
        melanin: 200.0,
        blood: 200.0,
        vessels_per_mm2: 60.0,
        decay_um,
        curvature_radius_mm: 3.0,
        ..dark()
    };
    let phantom = generate(&at(1e9), 6).unwrap();
    let mut lengths = Vec::new();
    for index in [0, 1] {
        let (bright, faded) = (channel(&at(1e9), 6, index), channel(&at(300.0), 6, index));
        let mut found = Vec::new();
        for ((x, y, z), value) in bright.indexed_iter() {
            let below = 3.0 * z as f64 + 1.5 - surface_um(&phantom, [x, y]);
            if *value > 1.0 && below > 30.0 {
                let ratio = f64::from(faded[[x, y, z]] / value);
                found.push(-below / ratio.ln());
            }
        }
        assert!(found.len() > 5000, "{}", found.len());
        let (length, spread) = moments(found);
        assert!(
            spread < 1e-3 * length,
            "channel {index}: {length} ± {spread}"
        );
        lengths.push(length);
    }
    // The setting lies between: low frequencies go deeper.
    assert!(lengths[0] > 300.0 && lengths[1] < 300.0, "{lengths:?}");
    assert!(lengths[0] < 2.0 * lengths[1], "{lengths:?}");
}

#[test]
fn exactly_the_share_of_columns_asked_for_is_dark_and_all_others_are_brighter() {
    // Columns so far apart that the point spread does not reach from one to the next.
    let with = |gap_fraction: f64| Config {
        shape: [20, 15, 100],
        spacing_mm: [0.1, 0.1, 0.003],
        melanin: 200.0,
        gap_fraction,
        ..dark()
    };
    let full = channel(&with(0.0), 7, 1);
    for gap_fraction in [0.1, 0.25, 0.6] {
        let gapped = channel(&with(gap_fraction), 7, 1);
        let mut left: Vec<f32> = (gapped.lanes(Axis(2)).into_iter())
            .zip(full.lanes(Axis(2)))
            .map(|(gapped, full)| gapped.sum() / full.sum())
            .collect();
        left.sort_by(f32::total_cmp);
        let gaps = (300.0 * gap_fraction).round() as usize;
        let (darkest, last) = (left[0], left[gaps - 1]);
        assert!(darkest < 0.1 && last - darkest < 1e-5, "{darkest} {last}");
        // Brightness rises slowly from the edge of a gap: 2 % of the columns further it is seen.
        let beside = left[gaps + 6];
        assert!(beside > darkest + 1e-3, "{beside} of {darkest}");
        assert!(left[299] > 0.99, "{}", left[299]);
    }
}

#[test]
fn the_basal_half_of_the_epidermis_is_nearly_as_bright_as_melanin_at_its_brightest() {
    let config = Config {
        melanin: 200.0,
        ..dark()
    };
    // HF sees all of melanin. Depths 95 to 125 µm of a layer from 50 to 140 µm, away from the blurred boundary.
    let means: Vec<f64> = (0..40)
        .map(|seed| {
            let hf = channel(&config, seed, 1);
            let basal = hf.slice(ndarray::s![.., .., 32..42]);
            f64::from(basal.mean().unwrap())
        })
        .collect();
    let (mean, sd) = moments(means);
    assert!((0.7..0.9).contains(&(mean / 200.0)), "{mean} ± {sd}");
}

#[test]
fn both_channels_together_hold_the_blood_of_all_vessels() {
    let config = Config {
        shape: [50, 50, 120],
        vessels_per_mm2: 9.0,
        blood: 200.0,
        ..dark()
    };
    let share = |seed| {
        let phantom = generate_raw(&config, seed).unwrap();
        let shining: f64 = phantom
            .scan
            .intensities()
            .iter()
            .map(|v| f64::from(*v))
            .sum();
        shining / (200.0 * phantom.vessels.count() as f64)
    };
    let (mean, sd) = moments((0..9).map(share));
    // Blurring moves intensity and loses none, and what LF lacks of a vessel HF sees. A vessel's brightness has the median
    // 1 and a logarithm of deviation 0.25: its mean is exp(0.25² / 2) = 1.03.
    assert!((mean - 1.03).abs() < 4.0 * sd / 3.0, "{mean} ± {sd}");
    assert!(sd < 0.3, "{sd}");
}

//! What a phantom promises about its truth.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Axis};
use proptest::prelude::*;
use rsom_phantom::{Config, Phantom, PhantomError, Subject, generate};

fn scene() -> Config {
    Config {
        shape: [40, 10, 110],
        spacing_mm: [0.012, 0.012, 0.003],
        surface_depth_um: 50.0,
        curvature_radius_mm: 25.0,
        tilt_deg: 0.5,
        undulation_um: 5.0,
        undulation_length_um: 800.0,
        epidermis_um: 90.0,
        epidermis_sd_um: 6.0,
        melanin: 150.0,
        gap_fraction: 0.2,
        gap_length_um: 60.0,
        raggedness_um: 6.0,
        loops_per_mm2: 100.0,
        vessels_per_mm2: 12.0,
        blood: 300.0,
        decay_um: 400.0,
        noise: 14.0,
        streaks_per_b_scan: 4.0,
        subject_spread: 0.12,
        physics: None,
        trees: None,
    }
}

fn column_heights(layer: &Array3<bool>) -> Vec<usize> {
    layer
        .lanes(Axis(2))
        .into_iter()
        .map(|column| column.iter().filter(|v| **v).count())
        .collect()
}

/// How many voxels are reached from the first one that is set, over faces.
fn first_component(mask: &Array3<bool>) -> usize {
    let mut left = mask.clone();
    let first = mask.indexed_iter().find(|(_, v)| **v).unwrap().0;
    let mut stack = vec![[first.0, first.1, first.2]];
    left[first] = false;
    let mut count = 0;
    while let Some(voxel) = stack.pop() {
        count += 1;
        for axis in 0..3 {
            for step in [-1, 1] {
                let mut next = voxel;
                next[axis] = next[axis].wrapping_add_signed(step);
                if let Some(value) = left.get_mut(next)
                    && *value
                {
                    *value = false;
                    stack.push(next);
                }
            }
        }
    }
    count
}

fn with_threads(threads: usize) -> Phantom {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| generate(&scene(), 11)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_layer_is_one_connected_sheet_without_holes(seed in 0_u64..10_000) {
        let phantom = generate(&scene(), seed).unwrap();
        let layer = phantom.layer.voxels();
        prop_assert_eq!(first_component(layer), phantom.layer.count());
        for column in layer.lanes(Axis(2)) {
            let starts = column.windows(2).into_iter().filter(|w| !w[0] && w[1]).count();
            prop_assert_eq!(starts + usize::from(column[0]), 1);
        }
    }

    #[test]
    fn the_layer_is_as_thick_as_configured_within_a_voxel(seed in 0_u64..10_000, thickness_um in 60.0_f64..120.0) {
        let config = Config { epidermis_um: thickness_um, epidermis_sd_um: 0.0, ..scene() };
        let phantom = generate(&config, seed).unwrap();
        for height in column_heights(phantom.layer.voxels()) {
            prop_assert!((height as f64 - thickness_um / 3.0).abs() <= 1.0);
        }
    }

    #[test]
    fn the_layer_begins_at_the_surface_and_vessels_stay_below_it(seed in 0_u64..10_000) {
        let phantom = generate(&scene(), seed).unwrap();
        let layer = phantom.layer.voxels();
        for ((x, y), surface) in phantom.surface_vox.indexed_iter() {
            let column = layer.slice(ndarray::s![x, y, ..]);
            let first = column.iter().position(|v| *v).unwrap();
            prop_assert!((first as f32 - surface).abs() <= 0.5 + 1e-3);
            let end = first + column.iter().filter(|v| **v).count();
            let vessels = phantom.vessels.voxels().slice(ndarray::s![x, y, ..end]).to_owned();
            prop_assert!(vessels.iter().all(|v| !v));
        }
    }
}

#[test]
fn the_layer_goes_on_where_melanin_has_a_gap() {
    let config = Config {
        gap_fraction: 1.0,
        loops_per_mm2: 0.0,
        vessels_per_mm2: 0.0,
        noise: 0.0,
        streaks_per_b_scan: 0.0,
        ..scene()
    };
    let phantom = generate(&config, 1).unwrap();
    assert!(
        column_heights(phantom.layer.voxels())
            .iter()
            .all(|h| *h > 20)
    );
    let brightest = phantom.scan.intensities().fold(0.0_f32, |a, b| a.max(*b));
    assert!(brightest < 40.0, "a gap is dark, {brightest}");
}

#[test]
fn without_undulation_and_curvature_a_flat_layer_has_two_flat_surfaces() {
    let config = Config {
        curvature_radius_mm: 0.0,
        tilt_deg: 0.0,
        undulation_um: 0.0,
        epidermis_sd_um: 0.0,
        ..scene()
    };
    let phantom = generate(&config, 1).unwrap();
    let first = phantom
        .layer
        .voxels()
        .slice(ndarray::s![0, 0, ..])
        .to_owned();
    for column in phantom.layer.voxels().lanes(Axis(2)) {
        assert_eq!(column, first);
    }
}

#[test]
fn the_seed_decides_everything_and_the_number_of_threads_nothing() {
    let one = with_threads(1);
    assert_eq!(one, with_threads(3));
    assert_ne!(one, generate(&scene(), 12).unwrap());
}

#[test]
fn melanin_and_loops_look_alike_in_both_channels() {
    let quiet = Config {
        shape: [120, 30, 110],
        noise: 0.0,
        streaks_per_b_scan: 0.0,
        vessels_per_mm2: 0.0,
        gap_fraction: 0.0,
        ..scene()
    };
    let phantom = generate(&quiet, 5).unwrap();
    let mean = |channel: usize, mask: &Array3<bool>| {
        let intensities = phantom.scan.channel(channel).unwrap();
        let inside: Vec<f64> = intensities
            .iter()
            .zip(mask)
            .filter(|(_, m)| **m)
            .map(|(v, _)| f64::from(*v))
            .collect();
        inside.iter().sum::<f64>() / inside.len() as f64
    };
    for channel in [0, 1] {
        let loops = mean(channel, phantom.vessels.voxels());
        let melanin = mean(channel, phantom.layer.voxels());
        let ratio = loops / melanin;
        assert!((0.6..1.6).contains(&ratio), "channel {channel}: {ratio}");
    }
}

#[test]
fn a_deeper_slab_of_tissue_is_darker() {
    let config = Config {
        noise: 0.0,
        streaks_per_b_scan: 0.0,
        loops_per_mm2: 0.0,
        gap_fraction: 0.0,
        raggedness_um: 0.0,
        vessels_per_mm2: 0.0,
        ..scene()
    };
    let bright = generate(
        &Config {
            decay_um: 1e8,
            ..config.clone()
        },
        3,
    )
    .unwrap();
    let decayed = generate(
        &Config {
            decay_um: 60.0,
            ..config
        },
        3,
    )
    .unwrap();
    let sum = |phantom: &Phantom| phantom.scan.channel(1).unwrap().sum();
    assert!(sum(&decayed) < 0.6 * sum(&bright));
}

#[test]
fn settings_that_describe_no_scene_are_refused() {
    let bad = [
        Config {
            shape: [0, 1, 1],
            ..scene()
        },
        Config {
            shape: [usize::MAX, 9, 9],
            ..scene()
        },
        Config {
            spacing_mm: [0.012, -1.0, 0.003],
            ..scene()
        },
        Config {
            spacing_mm: [f64::NAN, 0.012, 0.003],
            ..scene()
        },
        Config {
            gap_fraction: 1.5,
            ..scene()
        },
        Config {
            noise: f64::NAN,
            ..scene()
        },
        Config {
            loops_per_mm2: 1e9,
            ..scene()
        },
    ];
    for config in bad {
        assert!(generate(&config, 0).is_err(), "{config:?}");
    }
    let shallow = Config {
        shape: [40, 10, 40],
        ..scene()
    };
    assert!(matches!(
        generate(&shallow, 0),
        Err(PhantomError::DoesNotFit { .. })
    ));
}

#[test]
fn a_single_voxel_and_a_single_column_are_scans_too() {
    for shape in [[1, 1, 100], [1, 7, 100]] {
        assert!(generate(&Config { shape, ..scene() }, 0).is_ok());
    }
}

#[test]
fn a_subject_changes_the_scene_and_not_the_scanner() {
    let population = scene();
    let subject = Subject::draw(3, 0.2).apply(&population);
    assert_ne!(subject.epidermis_um, population.epidermis_um);
    assert_eq!(subject.noise, population.noise);
    assert_eq!(subject.shape, population.shape);
}

//! What the physical rule and the trees promise.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Axis, s};
use rsom_phantom::{Config, DermisTrees, Phantom, Physics, generate, generate_raw};

fn physics() -> Physics {
    Physics {
        hairs_per_cm2: 200.0,
        hair: 450.0,
        grains_per_mm2: 1.0,
        grain: 4000.0,
        shadowing_per_mm: 4.0,
        attenuation_db_per_cm_mhz: 0.5,
        hollowness: 0.7,
        limited_view: 0.7,
        focus_depth_um: 200.0,
        focus_range_um: 300.0,
        reflection: 0.1,
        reflection_offset_um: 100.0,
    }
}

fn trees() -> DermisTrees {
    DermisTrees {
        tree_terminals_per_mm2: 80.0,
        tree_roots: 1,
        tree_radius_um: [8.0, 80.0],
        tree_plexus_um: 80.0,
        tree_deep_demand: 0.3,
        tree_tortuosity: 0.08,
    }
}

fn scene() -> Config {
    Config {
        shape: [60, 24, 140],
        spacing_mm: [0.012, 0.012, 0.003],
        surface_depth_um: 50.0,
        curvature_radius_mm: 25.0,
        tilt_deg: 0.5,
        undulation_um: 5.0,
        undulation_length_um: 800.0,
        epidermis_um: 80.0,
        epidermis_sd_um: 5.0,
        melanin: 150.0,
        gap_fraction: 0.2,
        gap_length_um: 60.0,
        raggedness_um: 6.0,
        loops_per_mm2: 100.0,
        vessels_per_mm2: 40.0,
        blood: 300.0,
        decay_um: 400.0,
        noise: 14.0,
        streaks_per_b_scan: 4.0,
        subject_spread: 0.12,
        physics: Some(physics()),
        trees: Some(trees()),
    }
}

/// Without what comes on top of the tissue.
fn quiet(physics: Physics) -> Config {
    Config {
        noise: 0.0,
        streaks_per_b_scan: 0.0,
        physics: Some(physics),
        trees: None,
        ..scene()
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let with = |threads: usize| -> Phantom {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| generate(&scene(), 11)).unwrap()
    };
    let one = with(1);
    assert_eq!(one, with(4));
    assert_ne!(one, generate(&scene(), 12).unwrap());
}

#[test]
fn every_setting_of_the_rule_changes_the_scan_and_none_changes_the_truth() {
    let scan_of = |physics: Physics| generate_raw(&quiet(physics), 3).unwrap();
    let reference = scan_of(physics());
    let changes: [fn(&mut Physics); 12] = [
        |p| p.hairs_per_cm2 = 0.0,
        |p| p.hair *= 2.0,
        |p| p.grains_per_mm2 = 0.0,
        |p| p.grain *= 2.0,
        |p| p.shadowing_per_mm = 0.0,
        |p| p.attenuation_db_per_cm_mhz = 0.0,
        |p| p.hollowness = 0.0,
        |p| p.limited_view = 0.0,
        |p| p.focus_depth_um = 400.0,
        |p| p.focus_range_um = 0.0,
        |p| p.reflection = 0.0,
        |p| p.reflection_offset_um = 60.0,
    ];
    for (i, change) in changes.into_iter().enumerate() {
        let mut changed = physics();
        change(&mut changed);
        let other = scan_of(changed);
        assert_ne!(other.scan, reference.scan, "change {i}");
        assert_eq!(other.truth, reference.truth, "change {i}");
        assert_eq!(other.layer, reference.layer, "change {i}");
    }
}

#[test]
fn shadows_only_darken_and_most_where_much_lies_above() {
    let plain = Physics {
        reflection: 0.0,
        focus_range_um: 0.0,
        ..physics()
    };
    let unshadowed = Physics {
        shadowing_per_mm: 0.0,
        ..plain
    };
    let (dark, bright) = (
        generate_raw(&quiet(plain), 3).unwrap(),
        generate_raw(&quiet(unshadowed), 3).unwrap(),
    );
    let (dark, bright) = (dark.scan.intensities(), bright.scan.intensities());
    let pairs = || dark.iter().zip(bright);
    assert!(pairs().all(|(d, b)| *d <= b * (1.0 + 1e-5) + 1e-4));
    let share = |from: usize, to: usize| {
        let sum = |a: &ndarray::Array4<f32>| a.slice(s![.., .., from..to, ..]).sum();
        sum(dark) / sum(bright)
    };
    assert!(share(80, 140) < 0.95 * share(0, 30), "{}", share(80, 140));
}

#[test]
fn melanin_and_loops_shine_in_hf_and_thick_vessels_in_lf() {
    let ratio = |config: &Config| {
        let phantom = generate_raw(config, 5).unwrap();
        let sum = |channel: usize| {
            phantom
                .scan
                .channel(channel)
                .unwrap()
                .map(|v| v.max(0.0))
                .sum()
        };
        sum(1) / sum(0)
    };
    let none = Physics {
        hairs_per_cm2: 0.0,
        grains_per_mm2: 0.0,
        reflection: 0.0,
        ..physics()
    };
    let blood_alone = Config {
        melanin: 0.0,
        loops_per_mm2: 0.0,
        ..quiet(none.clone())
    };
    let melanin_and_loops = Config {
        vessels_per_mm2: 0.0,
        ..quiet(none)
    };
    assert!(ratio(&blood_alone) < 0.6, "{}", ratio(&blood_alone));
    assert!(
        ratio(&melanin_and_loops) > 1.2,
        "{}",
        ratio(&melanin_and_loops)
    );
}

#[test]
fn hair_shines_above_the_skin_where_nothing_else_does() {
    let above = |hairs_per_cm2: f64| {
        let config = quiet(Physics {
            hairs_per_cm2,
            grains_per_mm2: 0.0,
            reflection: 0.0,
            ..physics()
        });
        let phantom = generate(&config, 3).unwrap();
        let hf = phantom.scan.channel(1).unwrap();
        hf.slice(s![.., .., ..8]).fold(0.0_f32, |a, b| a.max(*b))
    };
    assert!(above(0.0) < 5.0 && above(500.0) > 100.0);
}

#[test]
fn trees_lie_below_the_layer_and_their_truth_is_that_of_their_mask() {
    let config = Config {
        shape: [120, 100, 300],
        loops_per_mm2: 0.0,
        vessels_per_mm2: 0.0,
        spacing_mm: [0.005, 0.005, 0.003],
        physics: None,
        ..scene()
    };
    let phantom = generate(&config, 2).unwrap();
    let tree = phantom.tree.as_ref().unwrap();
    assert_eq!(tree.roots(), 1);
    assert_eq!(tree.branches(), tree.terminals() - 1);
    for (layer, vessels) in phantom
        .layer
        .voxels()
        .lanes(Axis(2))
        .into_iter()
        .zip(phantom.vessels.voxels().lanes(Axis(2)))
    {
        let end = layer.iter().rposition(|v| *v).unwrap();
        assert!(vessels.iter().take(end + 1).all(|v| !v));
    }
    let voxels = phantom.vessels.count() as f64 * 0.005 * 0.005 * 0.003;
    let volume = phantom.truth.value("vessel_volume_mm3").unwrap();
    assert!(
        (0.99..1.01).contains(&(voxels / volume)),
        "{voxels} of {volume}"
    );
    let density = phantom.truth.value("vessel_density").unwrap();
    let seen = phantom
        .vessels
        .voxels()
        .lanes(Axis(2))
        .into_iter()
        .filter(|c| c.iter().any(|v| *v))
        .count();
    assert!((density - seen as f64 / 12_000.0).abs() < 1e-12);
}

#[test]
fn tubes_have_the_volume_of_their_mask() {
    let config = Config {
        shape: [160, 140, 200],
        spacing_mm: [0.005, 0.005, 0.004],
        loops_per_mm2: 0.0,
        vessels_per_mm2: 12.0,
        trees: None,
        physics: None,
        ..scene()
    };
    let phantom = generate(&config, 4).unwrap();
    let voxels = phantom.vessels.count() as f64 * 0.005 * 0.005 * 0.004;
    let volume = phantom.truth.value("vessel_volume_mm3").unwrap();
    let share = voxels / volume;
    assert!((0.99..1.01).contains(&share), "{voxels} of {volume}");
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let bad: [fn(&mut Config); 6] = [
        |c| c.physics.as_mut().unwrap().hollowness = 1.5,
        |c| c.physics.as_mut().unwrap().reflection = f64::NAN,
        |c| c.physics.as_mut().unwrap().hairs_per_cm2 = 1e12,
        |c| c.trees.as_mut().unwrap().tree_radius_um = [9.0, 3.0],
        |c| c.trees.as_mut().unwrap().tree_roots = 0,
        |c| c.trees.as_mut().unwrap().tree_terminals_per_mm2 = 1e9,
    ];
    for change in bad {
        let mut config = scene();
        change(&mut config);
        assert!(generate(&config, 0).is_err(), "{config:?}");
    }
}

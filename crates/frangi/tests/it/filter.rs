//! Vesselness against an independent implementation, analytic shapes, and its symmetries.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Axis};
use proptest::prelude::*;
use rsom_frangi::{FrangiError, Polarity, Scales, Settings, vesselness};
use rsom_volume::{Grid, Scan, Spacing};

fn scan(values: &Array3<f32>, spacing: Spacing) -> Scan {
    let (x, y, z) = values.dim();
    let grid = Grid::new([x, y, z], spacing).unwrap();
    let values = values.clone().insert_axis(Axis(3));
    Scan::new(grid, vec!["intensity".into()], values).unwrap()
}

fn filtered(values: &Array3<f32>, settings: &Settings) -> Array3<f32> {
    vesselness(&scan(values, Spacing::Unknown), settings, &mut |_, _| true).unwrap()
}

fn at(sigmas: &[f64]) -> Settings {
    Settings::frangi1998(Scales::Vox(sigmas.to_vec()))
}

/// 21³ voxels around the middle.
fn around(value: impl Fn([f64; 3]) -> f64) -> Array3<f32> {
    let place = |i: usize| i as f64 - 10.0;
    Array3::from_shape_fn((21, 21, 21), |(x, y, z)| {
        value([place(x), place(y), place(z)]) as f32
    })
}

const MIDDLE: [usize; 3] = [10; 3];

#[test]
fn vesselness_is_that_of_numpy_and_scipy() {
    // scipy 1.x `ndimage.correlate1d(mode="reflect")` with the same corrected taps, numpy 2.4.6 `linalg.eigvalsh`, in
    // double precision; 12 and 6 µm on voxels of 12 × 12 × 3 µm.
    let values = Array3::from_shape_fn((9, 8, 13), |(x, y, z)| {
        ((x * 31 + y * 17 + z * z * 7) % 23) as f32
    });
    let settings = Settings::frangi1998(Scales::Um(vec![12.0, 6.0]));
    let scan = scan(&values, Spacing::RSOM);
    let found = vesselness(&scan, &settings, &mut |_, _| true).unwrap();
    let expected = [
        ([4, 4, 6], 0.0),
        ([8, 7, 12], 0.144_566_48),
        ([6, 3, 9], 0.060_424_59),
        ([0, 0, 5], 0.387_268_7),
        ([0, 0, 6], 0.472_040_24),
        ([0, 0, 7], 0.415_634_7),
        ([3, 0, 12], 0.317_573_4),
        ([4, 1, 11], 0.301_382_65),
    ];
    for (place, expected) in expected {
        assert!(
            (found[place] - expected).abs() < 2e-5,
            "{place:?}: {}",
            found[place]
        );
    }
    let sum: f64 = found.iter().map(|v| f64::from(*v)).sum();
    assert!((sum / 37.803_803_974_572_43 - 1.0).abs() < 1e-4, "{sum}");
}

#[test]
fn a_gaussian_cylinder_answers_most_at_the_scale_of_its_radius() {
    // Smoothed, its profile has the variance r² + σ² and the height r² / (r² + σ²), so the γ-normalized curvature on the
    // axis is σ² r² / (r² + σ²)², which is largest, ¼, at σ = r. The axis runs along z.
    let radius = 2.0_f64;
    let cylinder = around(|[x, y, _]| (-(x * x + y * y) / (2.0 * radius * radius)).exp());
    let answer = |sigma: f64| {
        let settings = Settings {
            c: Some(0.2),
            ..at(&[sigma])
        };
        filtered(&cylinder, &settings)[MIDDLE]
    };
    // R_A = 1, R_B = 0 and S = √2 σ² r² / (r² + σ²)².
    let theory = |sigma: f64| {
        let (s2, r2) = (sigma * sigma, radius * radius);
        let curvature = s2 * r2 / (s2 + r2).powi(2);
        let norm = 2.0 * curvature * curvature;
        (1.0 - (-2.0_f64).exp()) * (1.0 - (-norm / (2.0 * 0.2 * 0.2)).exp())
    };
    let sigmas = [1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75];
    let best = sigmas
        .into_iter()
        .max_by(|a, b| answer(*a).total_cmp(&answer(*b)))
        .unwrap();
    assert_eq!(best, 2.0);
    for sigma in sigmas {
        let (found, expected) = (f64::from(answer(sigma)), theory(sigma));
        assert!(
            (found / expected - 1.0).abs() < 0.02,
            "{sigma}: {found} {expected}"
        );
    }
}

#[test]
fn plates_and_blobs_answer_little_beside_a_line() {
    let gauss = |d2: f64| (-d2 / 8.0).exp();
    let middle = |values: &Array3<f32>| filtered(values, &at(&[2.0]))[MIDDLE];
    let line = middle(&around(|[x, y, _]| gauss(x * x + y * y)));
    let plate = middle(&around(|[x, _, _]| gauss(x * x)));
    let blob = middle(&around(|[x, y, z]| gauss(x * x + y * y + z * z)));
    // A line: R_A = 1, R_B = 0; a blob: R_A = R_B = 1; a plate: R_A = 0. The middle has the largest S = 2c of all.
    let [shape, structure] = [(-2.0_f64).exp(), 1.0 - (-2.0_f64).exp()];
    assert!(
        (f64::from(line) - structure * structure).abs() < 1e-3,
        "{line}"
    );
    assert!(
        (f64::from(blob) - structure * structure * shape).abs() < 1e-3,
        "{blob}"
    );
    assert!(plate < 1e-6, "{plate}");
}

#[test]
fn scales_in_micrometres_follow_the_shape_of_voxels() {
    // A cylinder of 24 µm along y, on voxels of 12 × 12 × 3 µm and of 12 × 12 × 12 µm.
    let cylinder = |step_um: f64, depth: usize| {
        let half = depth as f64 / 2.0 - 0.5;
        Array3::from_shape_fn((21, 9, depth), |(x, _, z)| {
            let (x, z) = ((x as f64 - 10.0) * 12.0, (z as f64 - half) * step_um);
            (-(x * x + z * z) / (2.0 * 24.0 * 24.0)).exp() as f32
        })
    };
    let settings = Settings::frangi1998(Scales::Um(vec![24.0]));
    let run = |values: &Array3<f32>, mm: [f64; 3]| {
        let scan = scan(values, Spacing::Millimetres(mm));
        vesselness(&scan, &settings, &mut |_, _| true).unwrap()
    };
    let fine = run(&cylinder(3.0, 84), [0.012, 0.012, 0.003]);
    let coarse = run(&cylinder(12.0, 21), [0.012; 3]);
    // Depth z of the coarse volume lies between 4z + 1 and 4z + 2 of the fine one.
    for z in 4..17 {
        let between = 0.5 * (fine[[9, 4, 4 * z + 1]] + fine[[9, 4, 4 * z + 2]]);
        assert!((between - coarse[[9, 4, z]]).abs() < 0.02, "{z}");
    }
    assert!(coarse[[9, 4, 10]] > 0.6);
}

#[test]
fn the_largest_of_all_channels_and_scales_counts() {
    let one = around(|[x, y, _]| (-(x * x + y * y) / 4.0).exp());
    let two = around(|[_, y, z]| (-((y - 3.0).powi(2) + z * z) / 18.0).exp());
    let both = ndarray::stack(Axis(3), &[one.view(), two.view()]).unwrap();
    let grid = Grid::new([21; 3], Spacing::Unknown).unwrap();
    let both = Scan::new(grid, vec!["LF".into(), "HF".into()], both).unwrap();
    let mut calls = Vec::new();
    let mut watch = |done, all| {
        calls.push((done, all));
        true
    };
    let found = vesselness(&both, &at(&[1.4, 3.0]), &mut watch).unwrap();
    assert_eq!(calls, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    let mut largest = Array3::zeros((21, 21, 21));
    for (channel, sigma) in [(&one, 1.4), (&one, 3.0), (&two, 1.4), (&two, 3.0)] {
        let alone = filtered(channel, &at(&[sigma]));
        largest.zip_mut_with(&alone, |a: &mut f32, b| *a = a.max(*b));
    }
    assert_eq!(found, largest);
}

#[test]
fn constants_hold_no_vessels_and_dark_vessels_are_bright_ones_of_the_negative() {
    let constant = Array3::from_elem((5, 6, 7), 1e4);
    assert!(filtered(&constant, &at(&[1.0])).iter().all(|v| *v == 0.0));
    let bright = around(|[x, y, _]| (-(x * x + y * y) / 8.0).exp());
    let dark = Settings {
        polarity: Polarity::Dark,
        ..at(&[2.0])
    };
    let negative = bright.mapv(|v| 1.0 - v);
    let (one, other) = (filtered(&bright, &at(&[2.0])), filtered(&negative, &dark));
    let far = one
        .iter()
        .zip(&other)
        .filter(|(a, b)| (**a - **b).abs() > 1e-5);
    assert_eq!(far.count(), 0);
    assert_eq!(filtered(&bright, &dark)[MIDDLE], 0.0);
}

#[test]
fn what_cannot_be_filtered_is_an_error() {
    let nan = Array3::from_elem((3, 3, 3), f32::NAN);
    let run = |values: &Array3<f32>, settings: &Settings, go: bool| {
        vesselness(&scan(values, Spacing::Unknown), settings, &mut |_, _| go)
    };
    let error = run(&nan, &at(&[1.0]), true);
    assert!(matches!(
        error,
        Err(FrangiError::NonFiniteVoxels { count: 27 })
    ));
    let ramp = around(|[x, _, _]| x);
    let um = Settings::frangi1998(Scales::Um(vec![1.0]));
    assert!(matches!(
        run(&ramp, &um, true),
        Err(FrangiError::UnknownSpacing)
    ));
    assert!(matches!(
        run(&ramp, &at(&[1.0]), false),
        Err(FrangiError::Stopped)
    ));
    let plain = at(&[1.0]);
    let bad = [
        Settings {
            alpha: 0.0,
            ..plain.clone()
        },
        Settings {
            beta: f64::NAN,
            ..plain.clone()
        },
        Settings {
            c: Some(-1.0),
            ..plain
        },
        at(&[]),
    ];
    for settings in bad {
        assert!(matches!(
            run(&ramp, &settings, true),
            Err(FrangiError::Settings(_))
        ));
    }
}

/// Small volumes of odd shapes, with extents down to 1.
fn volumes() -> impl Strategy<Value = Array3<f32>> {
    (2..8_usize, 2..8_usize, 2..9_usize).prop_flat_map(|shape| {
        let voxels = shape.0 * shape.1 * shape.2;
        prop::collection::vec(0..256_u16, voxels).prop_map(move |values| {
            let values = values.into_iter().map(f32::from).collect();
            Array3::from_shape_vec(shape, values).unwrap()
        })
    })
}

/// Whether two volumes are one but for rounding. Rounding also decides which of two eigenvalues of opposite signs is the
/// larger, and with it between some vesselness and none: one voxel may differ for that.
fn close(left: &Array3<f32>, right: &Array3<f32>) -> bool {
    let pairs = left.iter().zip(right);
    pairs.filter(|(a, b)| (**a - **b).abs() > 2e-4).count() <= 1
}

fn moved(values: &Array3<f32>, axes: [usize; 3]) -> Array3<f32> {
    let moved = values.view().permuted_axes(axes);
    moved.as_standard_layout().into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn mirroring_a_volume_mirrors_its_vesselness_to_the_last_bit(values in volumes(), axis in 0..3_usize) {
        let mut mirrored = values.clone();
        mirrored.invert_axis(Axis(axis));
        let mirrored = mirrored.as_standard_layout().into_owned();
        let mut found = filtered(&mirrored, &at(&[0.8, 1.7]));
        found.invert_axis(Axis(axis));
        prop_assert_eq!(found, filtered(&values, &at(&[0.8, 1.7])));
    }

    #[test]
    fn exchanging_axes_exchanges_those_of_vesselness(values in volumes(), turn in 0..5_usize) {
        let axes = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]][turn];
        let settings = at(&[0.8, 1.7]);
        let found = filtered(&moved(&values, axes), &settings);
        prop_assert!(close(&found, &moved(&filtered(&values, &settings), axes)));
    }

    #[test]
    fn scaling_and_shifting_intensities_changes_nothing(values in volumes(), shift in -100..100_i16) {
        let settings = at(&[1.2]);
        let other = values.mapv(|v| 4.0 * v + f32::from(shift));
        prop_assert!(close(&filtered(&other, &settings), &filtered(&values, &settings)));
    }

    #[test]
    fn vesselness_lies_between_zero_and_one_and_larger_scale_lists_never_lower_it(values in volumes()) {
        let (few, many) = (filtered(&values, &at(&[1.0])), filtered(&values, &at(&[1.0, 2.0])));
        prop_assert!(many.iter().all(|v| (0.0..=1.0).contains(v)));
        prop_assert!(few.iter().zip(&many).all(|(few, many)| few <= many));
    }
}

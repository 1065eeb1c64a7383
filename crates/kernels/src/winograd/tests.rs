//! Tiles against the definition of a correlation, in double precision.

use proptest::prelude::*;

use super::Filters;
use super::forward::correlate_with;
use super::gradient::correlate_weights_with;
use crate::correlate::{Finish, correlate};
use crate::geometry::{Geometry, Method};
use crate::instructions::Instructions;
use crate::planes::Source;
use crate::test_numbers::random as values;

/// A convolution of whole images.
#[derive(Debug, Clone)]
struct Case {
    images: usize,
    channels: [usize; 2],
    geometry: Geometry,
}

fn case() -> impl Strategy<Value = Case> {
    let kernel = prop_oneof![Just(3_usize), Just(5)];
    let extents = (1..3_usize, 1..4_usize, 1..3_usize);
    (
        (1..3_usize, 1..11_usize, 1..11_usize),
        kernel,
        extents,
        (1..19_usize, 1..40_usize),
    )
        .prop_flat_map(
            |((images, inputs, outputs), k, (depth, kernel_depth, _), (height, width))| {
                (0..k).prop_map(move |padding| {
                    let input = [depth + kernel_depth - 1, height + k - 1, width + k - 1];
                    let geometry =
                        Geometry::new(input, [kernel_depth, k, k], [1; 3], [0, padding, padding]);
                    Case {
                        images,
                        channels: [inputs, outputs],
                        geometry: geometry.unwrap(),
                    }
                })
            },
        )
}

/// Every (output element, weight, input element) of a case that belong together, as flat indices within one image, for
/// channels (out, in).
fn triples(case: &Case, mut f: impl FnMut([usize; 3])) {
    let g = &case.geometry;
    let [inputs, outputs] = case.channels;
    let flat =
        |extents: [usize; 3], at: [usize; 3]| (at[0] * extents[1] + at[1]) * extents[2] + at[2];
    let each = |extents: [usize; 3]| {
        (0..extents.iter().product::<usize>()).map(move |i| {
            [
                i / (extents[1] * extents[2]),
                i / extents[2] % extents[1],
                i % extents[2],
            ]
        })
    };
    for o in each(g.output) {
        for k in each(g.kernel) {
            let at: [isize; 3] = std::array::from_fn(|a| (o[a] + k[a]) as isize - g.front[a]);
            let at = at.map(|i| usize::try_from(i).unwrap_or(usize::MAX));
            if (0..3).any(|a| at[a] >= g.input[a]) {
                continue;
            }
            for output in 0..outputs {
                for input in 0..inputs {
                    f([
                        output * g.output_len() + flat(g.output, o),
                        (output * inputs + input) * g.kernel.iter().product::<usize>()
                            + flat(g.kernel, k),
                        input * g.input_len() + flat(g.input, at),
                    ]);
                }
            }
        }
    }
}

/// Results and weight gradients by the definition.
fn plain(case: &Case, x: &[f32], w: &[f32], dy: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let (mut y, mut dw) = (vec![0.0; dy.len()], vec![0.0; w.len()]);
    let lens = [x.len() / case.images, dy.len() / case.images];
    triples(case, |[o, k, i]| {
        for image in 0..case.images {
            let (o, i) = (image * lens[1] + o, image * lens[0] + i);
            y[o] += f64::from(w[k]) * f64::from(x[i]);
            dw[k] += f64::from(dy[o]) * f64::from(x[i]);
        }
    });
    (y, dw)
}

fn source<'a>(
    data: &'a [f32],
    positive: Option<&'a [f32]>,
    channels: usize,
    positions: usize,
) -> Source<'a, f32> {
    Source {
        data,
        joined: None,
        positive,
        channels,
        positions,
    }
}

/// Largest difference, in units of the root of the mean square.
fn distance(a: &[f32], b: &[f64]) -> f64 {
    let scale = (b.iter().map(|b| b * b).sum::<f64>() / b.len() as f64).sqrt();
    let differences = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - b).abs());
    differences.fold(0.0, f64::max) / scale.max(1e-3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tiles_give_what_the_definition_gives(case in case()) {
        let g = &case.geometry;
        let [inputs, outputs] = case.channels;
        let x = values(case.images * inputs * g.input_len(), "x");
        let w = values(inputs * outputs * g.kernel.iter().product::<usize>(), "w");
        let mask = values(case.images * outputs * g.output_len(), "mask");
        let dy = values(mask.len(), "dy");
        let masked: Vec<f32> = dy.iter().zip(&mask).map(|(d, m)| if *m > 0.0 { *d } else { 0.0 }).collect();
        let (y, dw) = plain(&case, &x, &w, &masked);
        let filters = Filters { weights: &w, rows: outputs, columns: inputs, kernel: g.kernel, flipped: false };
        let bias = values(outputs, "bias");
        let biased: Vec<f64> = y
            .chunks(g.output_len())
            .enumerate()
            .flat_map(|(plane, y)| { let b = f64::from(bias[plane % outputs]); y.iter().map(move |y| y + b) })
            .collect();
        let rectified: Vec<f64> = biased.iter().map(|y| y.max(0.0)).collect();
        for instructions in Instructions::available::<f32>() {
            let input = source(&x, None, inputs, g.input_len());
            let affine: Vec<[f32; 2]> = values(2 * outputs, "affine").chunks(2).map(|p| [p[0], p[1]]).collect();
            let finish = Finish { bias: Some(&bias), relu: true, affine: Some(&affine) };
            let scaled: Vec<f64> = rectified
                .chunks(g.output_len())
                .enumerate()
                .flat_map(|(plane, y)| {
                    let [scale, shift] = affine[plane % outputs].map(f64::from);
                    y.iter().map(move |y| y * scale + shift)
                })
                .collect();
            let ours = correlate_with(instructions, input, &filters, g, finish).unwrap();
            prop_assert!(distance(&ours, &scaled) < 2e-5, "{instructions:?}, scaled");
            for relu in [false, true] {
                let finish = Finish { bias: Some(&bias), relu, affine: None };
                let ours = correlate_with(instructions, input, &filters, g, finish).unwrap();
                let off = distance(&ours, if relu { &rectified } else { &biased });
                prop_assert!(off < 2e-5, "{instructions:?}: {off}");
            }
            let gradient = source(&dy, Some(&mask), outputs, g.output_len());
            let ours = correlate_weights_with(instructions, input, gradient, g).unwrap();
            let off = distance(&ours.weights, &dw);
            prop_assert!(off < 2e-5, "{instructions:?}: {off}");
            for (output, bias) in ours.bias.iter().enumerate() {
                let planes = masked.chunks(g.output_len()).skip(output).step_by(outputs);
                let sum: f64 = planes.flatten().map(|v| f64::from(*v)).sum();
                prop_assert!((f64::from(*bias) - sum).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn flipped_weights_are_those_of_the_data_gradient(
        channels in (1..12_usize, 1..12_usize), depth in 1..4_usize, kernel in prop_oneof![Just(3_usize), Just(5)],
    ) {
        let (rows, columns) = channels;
        let weights = values(rows * columns * depth * kernel * kernel, "w");
        let flipped = Filters { weights: &weights, rows, columns, kernel: [depth, kernel, kernel], flipped: true };
        let plain = flipped.plain();
        let straight = Filters { weights: &plain, rows, columns, kernel: [depth, kernel, kernel], flipped: false };
        let best = Instructions::best::<f32>();
        prop_assert_eq!(flipped.transformed(best), straight.transformed(best));
        let taps = depth * kernel * kernel;
        let last = plain[(rows - 1) * columns * taps..].iter().next_back();
        prop_assert_eq!(last, weights.get((columns * rows - 1) * taps));
    }
}

/// Errors of tiles and of plain sums over 64 channels, in units of the results, all root mean squares.
fn errors(kernel: usize) -> [f64; 2] {
    let geometry = Geometry::new([1, 32, 32], [1, kernel, kernel], [1; 3], [0, 1, 1]).unwrap();
    let case = Case {
        images: 1,
        channels: [64, 8],
        geometry,
    };
    let x = values(64 * 1024, "x");
    let w = values(64 * 8 * kernel * kernel, "w");
    let dy = vec![0.0; 8 * geometry.output_len()];
    let (y, _) = plain(&case, &x, &w, &dy);
    let filters = Filters {
        weights: &w,
        rows: 8,
        columns: 64,
        kernel: geometry.kernel,
        flipped: false,
    };
    let square = |v: f64| v * v;
    [Method::Tiles, Method::Direct].map(|method| {
        let finish = Finish {
            bias: None,
            relu: false,
            affine: None,
        };
        let input = source(&x, None, 64, 1024);
        let geometry = Geometry { method, ..geometry };
        let ours = correlate(input, &filters, &geometry, finish);
        let errors: f64 = ours
            .iter()
            .zip(&y)
            .map(|(a, b)| square(f64::from(*a) - b))
            .sum();
        let spread: f64 = y.iter().copied().map(square).sum();
        (errors / spread).sqrt()
    })
}

/// Few tiles and many channels on both sides, over several images: outer products, in place and added.
#[test]
fn weight_gradients_of_many_channels_are_those_of_the_definition() {
    let geometry = Geometry::new([1, 9, 7], [1, 3, 3], [1; 3], [0, 1, 1]).unwrap();
    let case = Case {
        images: 2,
        channels: [64, 66],
        geometry,
    };
    let (inputs, outputs, positions) = (64, 66, geometry.output_len());
    let x = values(2 * inputs * positions, "x");
    let w = vec![0.0; inputs * outputs * 9];
    let dy = values(2 * outputs * positions, "dy");
    let (_, dw) = plain(&case, &x, &w, &dy);
    for instructions in Instructions::available::<f32>() {
        let gradient = correlate_weights_with(
            instructions,
            source(&x, None, inputs, positions),
            source(&dy, None, outputs, positions),
            &geometry,
        );
        let error = distance(&gradient.unwrap().weights, &dw);
        assert!(error < 1e-5, "{instructions:?}: {error}");
    }
}

#[test]
fn the_error_is_a_few_roundings() {
    for kernel in [3, 5] {
        let [tiles, sums] = errors(kernel);
        assert!((1e-8..1e-6).contains(&tiles), "{kernel}: {tiles}");
        assert!(sums < tiles, "{kernel}: {sums} {tiles}");
    }
}

//! Every op's backward pass against central differences in double precision.

#![allow(clippy::unwrap_used)]

use candle_core::{DType, Result, Tensor, Var};
use proptest::prelude::*;
use rsom_nn::ops::{
    Conv2dConfig, Conv3dConfig, batch_norm_evaluation, batch_norm_training, concat_channels,
    conv_transpose2d, conv_transpose3d, conv2d, conv3d, cross_hair_kernel, dropout, group_norm,
    max_pool2d, max_pool3d, relu,
};
use rsom_nn::{Reduction, loss, rng};

use crate::common::{
    check_gradients, check_gradients_on_candles_tape, distance, flat, random, variable,
};

fn check_conv2d(
    images: usize,
    channels: [usize; 2],
    size: [usize; 2],
    kernel: usize,
    config: Conv2dConfig,
) {
    let x = variable(&[images, channels[0], size[0], size[1]], "x");
    let w = variable(&[channels[1], channels[0], kernel, kernel], "w");
    let b = variable(&[channels[1]], "b");
    check_gradients(&[&x, &w, &b], || conv2d(&x, &w, Some(&b), &config));
    check_gradients(&[&x, &w], || conv2d(&x, &w, None, &config));
}

#[test]
fn conv2d_of_one_pixel_and_one_channel() {
    check_conv2d(1, [1, 1], [1, 1], 3, Conv2dConfig::same(3));
    check_conv2d(2, [3, 2], [1, 1], 1, Conv2dConfig::valid());
    check_conv2d(1, [1, 2], [1, 4], 5, Conv2dConfig::same(5));
}

#[test]
fn convolutions_by_tiles() {
    // From eight channels on, convolutions use Winograd's method.
    check_conv2d(1, [8, 9], [5, 7], 3, Conv2dConfig::same(3).with_relu());
    check_conv2d(2, [9, 8], [3, 6], 5, Conv2dConfig::same(5));
    let (x, w) = (
        variable(&[1, 8, 3, 5, 6], "x"),
        variable(&[8, 8, 2, 3, 3], "w"),
    );
    let config = Conv3dConfig {
        padding: [1, 1, 1],
        ..Conv3dConfig::default()
    };
    check_gradients(&[&x, &w], || conv3d(&x, &w, None, &config));
}

#[test]
fn cross_hair_kernels_and_the_convolution_by_them() {
    let planes = |k: usize| {
        [
            variable(&[2, 3, k, k, 1], "zy"),
            variable(&[2, 3, k, 1, k], "zx"),
            variable(&[2, 3, 1, k, k], "yx"),
        ]
    };
    for k in [1, 3, 5] {
        let [zy, zx, yx] = planes(k);
        check_gradients(&[&zy, &zx, &yx], || cross_hair_kernel(&zy, &zx, &yx));
    }
    let [zy, zx, yx] = planes(3);
    let (x, b) = (variable(&[1, 3, 4, 5, 3], "x"), variable(&[2], "b"));
    check_gradients(&[&x, &zy, &zx, &yx, &b], || {
        let kernel = cross_hair_kernel(&zy, &zx, &yx)?;
        conv3d(&x, &kernel, Some(&b), &Conv3dConfig::default())
    });
}

#[test]
fn cross_entropy_with_a_weight_for_the_foreground() {
    let x = variable(&[40], "logits");
    let t = random(&[40], "targets").affine(0.5, 0.5).unwrap();
    for weight in [0.3, 1.0, 10.0] {
        let loss = || loss::balanced_bce_with_logits(&x, &t, weight, Reduction::Mean);
        check_gradients(&[&x], loss);
        // The definition; it does not overflow for logits as small as these.
        let voxel = |(x, t): (f64, f64)| {
            let p = 1.0 / (1.0 + (-x).exp());
            -weight * t * p.ln() - (1.0 - t) * (1.0 - p).ln()
        };
        let pairs = flat(&x).into_iter().zip(flat(&t));
        let expected = pairs.map(voxel).sum::<f64>() / 40.0;
        assert!((flat(&loss().unwrap())[0] - expected).abs() < 1e-12);
    }
}

#[test]
fn conv2d_followed_by_relu() {
    check_conv2d(2, [2, 3], [5, 4], 3, Conv2dConfig::same(3).with_relu());
}

#[test]
fn conv2d_of_several_blocks_adds_them_all() {
    // 131 rows of 137 with 40 channels are more than one block of positions and one group of the weight gradient;
    // differences of some weights are enough.
    let x = random(&[1, 1, 131, 137], "x");
    let w = variable(&[1, 1, 3, 3], "w");
    let b = variable(&[1], "b");
    check_gradients(&[&w, &b], || {
        conv2d(&x, &w, Some(&b), &Conv2dConfig::same(3))
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn conv2d_of_any_shape(
        images in 1..3_usize, inputs in 1..4_usize, outputs in 1..4_usize,
        height in 1..7_usize, width in 1..7_usize,
        half in 0..3_usize, padding in 0..4_usize, stride in 1..3_usize,
    ) {
        let kernel = 2 * half + 1;
        prop_assume!(height.min(width) + 2 * padding >= kernel);
        let config = Conv2dConfig { padding, stride, ..Conv2dConfig::valid() };
        check_conv2d(images, [inputs, outputs], [height, width], kernel, config);
    }

    #[test]
    fn conv3d_of_any_shape(
        inputs in 1..3_usize, outputs in 1..3_usize,
        size in prop::array::uniform3(1..5_usize),
        kernel in prop::array::uniform3(1..4_usize),
        padding in prop::array::uniform3(0..3_usize), stride in 1..3_usize,
    ) {
        prop_assume!((0..3).all(|a| size[a] + 2 * padding[a] >= kernel[a]));
        let x = variable(&[2, inputs, size[0], size[1], size[2]], "x");
        let w = variable(&[outputs, inputs, kernel[0], kernel[1], kernel[2]], "w");
        let b = variable(&[outputs], "b");
        let config = Conv3dConfig { padding, stride, ..Conv3dConfig::default() };
        check_gradients(&[&x, &w, &b], || conv3d(&x, &w, Some(&b), &config));
    }

    #[test]
    fn conv_transpose2d_of_any_shape(
        images in 1..3_usize, inputs in 1..4_usize, outputs in 1..4_usize,
        height in 1..5_usize, width in 1..5_usize, kernel in 1..4_usize,
    ) {
        let x = variable(&[images, inputs, height, width], "x");
        let w = variable(&[inputs, outputs, kernel, kernel], "w");
        let b = variable(&[outputs], "b");
        check_gradients(&[&x, &w, &b], || conv_transpose2d(&x, &w, &b));
    }

    #[test]
    fn conv_transpose3d_of_any_shape(
        images in 1..3_usize, inputs in 1..3_usize, outputs in 1..3_usize,
        size in prop::array::uniform3(1..4_usize), kernel in 1..4_usize,
    ) {
        let x = variable(&[images, inputs, size[0], size[1], size[2]], "x");
        let w = variable(&[inputs, outputs, kernel, kernel, kernel], "w");
        let b = variable(&[outputs], "b");
        check_gradients(&[&x, &w, &b], || conv_transpose3d(&x, &w, &b));
    }

    #[test]
    fn max_pool3d_of_any_shape(channels in 1..4_usize, size in prop::array::uniform3(2..6_usize)) {
        let x = variable(&[2, channels, size[0], size[1], size[2]], "x");
        check_gradients(&[&x], || max_pool3d(&x));
    }

    #[test]
    fn max_pool2d_of_any_shape(
        images in 1..3_usize, channels in 1..3_usize, height in 2..7_usize, width in 2..7_usize,
    ) {
        let x = variable(&[images, channels, height, width], "x");
        check_gradients(&[&x], || max_pool2d(&x));
    }

    #[test]
    fn batch_norm_of_any_shape(
        images in 1..4_usize, channels in 1..4_usize, height in 1..5_usize, width in 2..5_usize,
    ) {
        let x = variable(&[images, channels, height, width], "x");
        let (w, b) = (variable(&[channels], "w"), variable(&[channels], "b"));
        check_gradients(&[&x, &w, &b], || Ok(batch_norm_training(&x, &w, &b, 1e-2)?.output));
        let mean = random(&[channels], "mean");
        let var = (random(&[channels], "var") + 1.5).unwrap();
        check_gradients(&[&x, &w, &b], || batch_norm_evaluation(&x, [&w, &b], [&mean, &var], 1e-5));
    }
}

#[test]
fn group_norm_of_several_groups() {
    let x = variable(&[2, 6, 2, 3], "x");
    let (w, b) = (variable(&[6], "w"), variable(&[6], "b"));
    for groups in [1, 2, 3, 6] {
        check_gradients(&[&x, &w, &b], || group_norm(&x, &w, &b, groups, 1e-2));
    }
}

#[test]
fn relu_and_dropout() {
    let x = variable(&[2, 3, 5], "x");
    check_gradients(&[&x], || relu(&x));
    check_gradients(&[&x], || dropout(&x, 0.3, &rng::stream(1, "mask")));
}

#[test]
fn concatenation() {
    let (a, b) = (variable(&[2, 1, 3, 2], "a"), variable(&[2, 4, 3, 2], "b"));
    check_gradients(&[&a, &b], || concat_channels(&a, &b));
}

#[test]
fn cross_entropy() {
    let x = Var::from_tensor(&(random(&[2, 1, 4, 3], "x") * 9.0).unwrap()).unwrap();
    let t = random(&[2, 1, 4, 3], "t").abs().unwrap();
    for reduction in [Reduction::Sum, Reduction::Mean] {
        check_gradients(&[&x], || loss::bce_with_logits(&x, &t, reduction));
    }
}

#[test]
fn a_transposed_view_is_taken_in_its_own_order() {
    let x = variable(&[2, 5, 4, 3], "x");
    let w = variable(&[2, 3, 3, 3], "w");
    let view = |x: &Tensor| x.permute((0, 3, 2, 1));
    check_gradients_on_candles_tape(&[&x, &w], || {
        conv2d(&view(&x)?, &w, None, &Conv2dConfig::same(3))
    });
    check_gradients_on_candles_tape(&[&x], || max_pool2d(&view(&x)?));
    check_gradients_on_candles_tape(&[&x], || concat_channels(&view(&x)?, &view(&x)?));
}

#[test]
fn an_argument_that_is_no_variable_gets_no_gradient() {
    let x = random(&[1, 2, 4, 4], "x");
    let w = variable(&[2, 2, 3, 3], "w");
    let y = conv2d(&x, &w, None, &Conv2dConfig::same(3)).unwrap();
    let gradients = y.sum_all().unwrap().backward().unwrap();
    assert!(gradients.get(&x).is_none() && gradients.get(&w).is_some());
}

/// Gradients of all variables in one type.
fn gradients_in(
    dtype: DType,
    shapes: &[&[usize]],
    f: impl Fn(&[Var]) -> Result<Tensor>,
) -> Vec<Vec<f64>> {
    let make = |(index, shape): (usize, &&[usize])| {
        let values = random(shape, &format!("variable {index}"))
            .to_dtype(dtype)
            .unwrap();
        Var::from_tensor(&values).unwrap()
    };
    let variables: Vec<Var> = shapes.iter().enumerate().map(make).collect();
    let y = f(&variables).unwrap();
    let weights = random(y.dims(), "weights of the sum")
        .to_dtype(dtype)
        .unwrap();
    let gradients = (y * weights)
        .unwrap()
        .sum_all()
        .unwrap()
        .backward()
        .unwrap();
    variables
        .iter()
        .map(|variable| flat(gradients.get(variable).unwrap()))
        .collect()
}

#[test]
fn single_precision_follows_double_precision_over_many_blocks() {
    // The vector instructions work in single precision only; the loops of double precision are checked above.
    let same = Conv2dConfig::same(3);
    type Op = fn(&[Var], &Conv2dConfig) -> Result<Tensor>;
    let conv: Op = |v, config| conv2d(&v[0], &v[1], Some(&v[2]), config);
    let up: Op = |v, _| conv_transpose2d(&v[0], &v[1], &v[2]);
    let x: &[usize] = &[2, 20, 61, 75];
    let cases: [(Op, Conv2dConfig, [&[usize]; 3]); 4] = [
        (conv, same, [x, &[33, 20, 3, 3], &[33]]),
        (
            conv,
            Conv2dConfig { stride: 2, ..same },
            [x, &[33, 20, 3, 3], &[33]],
        ),
        (conv, Conv2dConfig::valid(), [x, &[9, 20, 5, 5], &[9]]),
        (up, same, [x, &[20, 11, 2, 2], &[11]]),
    ];
    for (index, (op, config, shapes)) in cases.into_iter().enumerate() {
        let single = gradients_in(DType::F32, &shapes, |v| op(v, &config));
        let double = gradients_in(DType::F64, &shapes, |v| op(v, &config));
        for (single, double) in single.iter().zip(&double) {
            let largest = double.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            assert!(distance(single, double) < 2e-5 * largest, "case {index}");
        }
    }
}

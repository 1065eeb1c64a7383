//! Forward passes against stock candle (whose forward passes are correct), plain loops, and reference values of PyTorch.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use candle_nn::ModuleT;
use proptest::prelude::*;
use rsom_nn::layers::{BatchNorm2d, Conv2d, Conv3d, Dropout, GroupNorm};
use rsom_nn::ops::{
    Conv2dConfig, Conv3dConfig, batch_norm_training, concat_channels, conv_transpose2d,
    conv_transpose3d, conv2d, conv3d, dropout, max_pool2d, max_pool3d, relu, without_kernels,
};
use rsom_nn::{Mode, Parameters, Reduction, loss, rng};
use rsom_testing::{golden, shared};

use crate::common::npy::{array, state_dict};
use crate::common::{distance, flat, random};

/// A layer of a network, evaluated.
type Layer = Box<dyn Fn(&Tensor) -> Tensor>;

fn tensor(values: &[f64], shape: &[usize]) -> Tensor {
    Tensor::from_slice(values, shape, &Device::Cpu).unwrap()
}

fn close(a: &Tensor, b: &Tensor, tolerance: f64) -> bool {
    let (a, b) = (flat(a), flat(b));
    let scale = b.iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    distance(&a, &b) <= tolerance * scale
}

proptest! {
    #[test]
    fn conv2d_is_that_of_candle(
        images in 1..3_usize, inputs in 1..20_usize, outputs in 1..20_usize,
        height in 1..40_usize, width in 1..40_usize,
        half in 0..3_usize, padding in 0..4_usize, stride in 1..4_usize, relu in any::<bool>(),
    ) {
        let kernel = 2 * half + 1;
        prop_assume!(height.min(width) + 2 * padding >= kernel);
        let x = random(&[images, inputs, height, width], "x").to_dtype(DType::F32).unwrap();
        let w = random(&[outputs, inputs, kernel, kernel], "w").to_dtype(DType::F32).unwrap();
        let b = random(&[1, outputs, 1, 1], "b").to_dtype(DType::F32).unwrap();
        let config = Conv2dConfig { padding, stride, relu, ..Conv2dConfig::valid() };
        let ours = conv2d(&x, &w, Some(&b), &config).unwrap();
        let theirs = x.conv2d(&w, padding, stride, 1, 1).unwrap().broadcast_add(&b).unwrap();
        let theirs = if relu { theirs.relu().unwrap() } else { theirs };
        prop_assert_eq!(ours.dims(), theirs.dims());
        prop_assert!(close(&ours, &theirs, 1e-5));
    }

    #[test]
    fn conv_transpose2d_is_that_of_candle(
        images in 1..3_usize, inputs in 1..20_usize, outputs in 1..20_usize,
        height in 1..60_usize, width in 1..60_usize, kernel in 1..4_usize,
    ) {
        let x = random(&[images, inputs, height, width], "x").to_dtype(DType::F32).unwrap();
        let w = random(&[inputs, outputs, kernel, kernel], "w").to_dtype(DType::F32).unwrap();
        let b = random(&[1, outputs, 1, 1], "b").to_dtype(DType::F32).unwrap();
        let ours = conv_transpose2d(&x, &w, &b).unwrap();
        let theirs = x.conv_transpose2d(&w, 0, 0, kernel, 1).unwrap().broadcast_add(&b).unwrap();
        prop_assert_eq!(ours.dims(), theirs.dims());
        prop_assert!(close(&ours, &theirs, 1e-5));
    }

    #[test]
    fn conv3d_is_a_sum_of_shifted_inputs(
        inputs in 1..4_usize, outputs in 1..4_usize,
        size in prop::array::uniform3(1..7_usize),
        kernel in prop::array::uniform3(1..4_usize),
        padding in prop::array::uniform3(0..3_usize),
    ) {
        prop_assume!((0..3).all(|a| size[a] + 2 * padding[a] >= kernel[a]));
        let x = random(&[1, inputs, size[0], size[1], size[2]], "x");
        let w = random(&[outputs, inputs, kernel[0], kernel[1], kernel[2]], "w");
        let ours = conv3d(&x, &w, None, &Conv3dConfig { padding, ..Conv3dConfig::default() }).unwrap();
        prop_assert!(close(&ours, &plain_conv3d(&x, &w, padding), 1e-13));
    }
}

/// The definition, one multiplication at a time.
fn plain_conv3d(x: &Tensor, w: &Tensor, padding: [usize; 3]) -> Tensor {
    let (_, inputs, d, h, wd) = x.dims5().unwrap();
    let (outputs, _, kd, kh, kw) = w.dims5().unwrap();
    let (xs, ws) = (flat(x), flat(w));
    let out: [usize; 3] =
        std::array::from_fn(|a| [d, h, wd][a] + 2 * padding[a] + 1 - [kd, kh, kw][a]);
    let at = |c: usize, i: [usize; 3]| {
        let inside = (0..3).all(|a| i[a] >= padding[a] && i[a] - padding[a] < [d, h, wd][a]);
        let [z, y, x] = std::array::from_fn(|a| i[a].wrapping_sub(padding[a]));
        if inside {
            xs[((c * d + z) * h + y) * wd + x]
        } else {
            0.0
        }
    };
    let mut y = Vec::new();
    for (o, z, r, s) in positions([outputs, out[0], out[1], out[2]]) {
        let mut sum = 0.0;
        for (c, a, b, e) in positions([inputs, kd, kh, kw]) {
            sum +=
                ws[(((o * inputs + c) * kd + a) * kh + b) * kw + e] * at(c, [z + a, r + b, s + e]);
        }
        y.push(sum);
    }
    tensor(&y, &[1, outputs, out[0], out[1], out[2]])
}

fn positions([a, b, c, d]: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
    (0..a * b * c * d).map(move |i| (i / (b * c * d), i / (c * d) % b, i / d % c, i % d))
}

#[test]
fn a_pool_gives_ties_to_the_first_maximum_and_leaves_odd_edges_out() {
    // torch.nn.functional.max_pool2d, by its documented rule.
    let x = tensor(
        &[3.0, 3.0, 9.0, 1.0, 3.0, 9.0, 7.0, 8.0, 9.0],
        &[1, 1, 3, 3],
    );
    let x = candle_core::Var::from_tensor(&x).unwrap();
    let y = max_pool2d(&x).unwrap();
    assert_eq!(flat(&y), [3.0]);
    let gradients = y.sum_all().unwrap().backward().unwrap();
    let expected = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(flat(gradients.get(&x).unwrap()), expected);
}

#[test]
fn not_a_number_passes_through_pool_and_relu() {
    let x = tensor(&[1.0, f64::NAN, 3.0, 2.0], &[1, 1, 2, 2]);
    assert!(flat(&max_pool2d(&x).unwrap())[0].is_nan());
    assert!(flat(&relu(&x).unwrap())[1].is_nan());
    let w = tensor(&[1.0], &[1, 1, 1, 1]);
    let y = conv2d(&x, &w, None, &Conv2dConfig::valid().with_relu()).unwrap();
    assert!(flat(&y)[1].is_nan());
}

#[test]
fn relu_has_gradient_zero_at_zero() {
    let x = candle_core::Var::from_tensor(&tensor(&[-1.0, 0.0, 2.0], &[3])).unwrap();
    let y = relu(&x).unwrap();
    assert_eq!(flat(&y), [0.0, 0.0, 2.0]);
    let gradients = y.sum_all().unwrap().backward().unwrap();
    assert_eq!(flat(gradients.get(&x).unwrap()), [0.0, 0.0, 1.0]);
}

#[test]
fn concatenation_is_that_of_candle() {
    let (a, b) = (random(&[2, 3, 4, 5], "a"), random(&[2, 1, 4, 5], "b"));
    let theirs = Tensor::cat(&[&a, &b], 1).unwrap();
    assert_eq!(flat(&concat_channels(&a, &b).unwrap()), flat(&theirs));
}

#[test]
fn batch_norm_takes_the_biased_variance_and_reports_the_unbiased_one() {
    // One channel of 1, 2, 3, 6: mean 3, squared deviations 14, by hand.
    let x = tensor(&[1.0, 2.0, 3.0, 6.0], &[1, 1, 2, 2]);
    let (w, b) = (tensor(&[2.0], &[1]), tensor(&[0.5], &[1]));
    let result = batch_norm_training(&x, &w, &b, 0.0).unwrap();
    let scale = 2.0 / 3.5_f64.sqrt();
    let expected = [-2.0, -1.0, 0.0, 3.0].map(|d| d * scale + 0.5);
    assert!(distance(&flat(&result.output), &expected) < 1e-12);
    assert!((result.mean[0] - 3.0).abs() < 1e-12);
    assert!((result.unbiased_variance[0] - 14.0 / 3.0).abs() < 1e-12);
}

#[test]
fn running_statistics_follow_as_those_of_candle() {
    let mut parameters = Parameters::new();
    let ours = BatchNorm2d::new(&mut parameters.builder(0), 3).unwrap();
    let vars = candle_nn::VarMap::new();
    let theirs = candle_nn::VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    let theirs = candle_nn::batch_norm(3, candle_nn::BatchNormConfig::default(), theirs).unwrap();
    for step in 0..4 {
        let x = random(&[2, 3, 7, 5], &format!("x{step}"))
            .affine(2.0, 0.3 * step as f64)
            .unwrap();
        let x = x.to_dtype(DType::F32).unwrap();
        let y = ours.forward(&x, &Mode::Training { seed: 0, step }).unwrap();
        assert!(close(&y, &theirs.forward_train(&x).unwrap(), 1e-5));
        assert!(close(
            parameters.get("running_mean").unwrap(),
            theirs.running_mean(),
            1e-6
        ));
        assert!(close(
            parameters.get("running_var").unwrap(),
            theirs.running_var(),
            1e-6
        ));
        let evaluated = ours.forward(&x, &Mode::Evaluation).unwrap();
        assert!(close(
            &evaluated,
            &theirs.forward_t(&x, false).unwrap(),
            1e-5
        ));
        assert!(!evaluated.track_op());
    }
}

#[test]
fn cross_entropy_is_finite_where_the_plain_formula_is_not() {
    let x = tensor(&[800.0, -800.0, 20.0, -110.0, 0.0], &[5]);
    let t = tensor(&[0.0, 1.0, 1.0, 0.0, 0.25], &[5]);
    let sum = flat(&loss::bce_with_logits(&x, &t, Reduction::Sum).unwrap())[0];
    // 800 + 800 + ln(1 + e^−20) + ln(1 + e^−110) + ln 2, with Python's decimal module.
    assert!((sum - 1_600.693_147_182_621).abs() < 1e-9, "{sum}");
    let mean = flat(&loss::bce_with_logits(&x, &t, Reduction::Mean).unwrap())[0];
    assert!((mean * 5.0 - sum).abs() < 1e-9);
}

#[test]
fn cross_entropy_and_its_gradient_are_those_of_pytorch() {
    let manifest = std::fs::read(golden("nets/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    for case in manifest["loss"].as_array().unwrap() {
        let file = |what: &str| array(&golden(&format!("nets/loss{}_{what}.npy", case["case"])));
        let logits = candle_core::Var::from_tensor(&file("logits")).unwrap();
        let sum = loss::bce_with_logits(&logits, &file("target"), Reduction::Sum).unwrap();
        let expected = case["bce_sum"].as_f64().unwrap();
        assert!((flat(&sum)[0] / expected - 1.0).abs() < 1e-6);
        let gradients = sum.backward().unwrap();
        assert!(close(
            gradients.get(&logits).unwrap(),
            &file("bce_grad"),
            1e-6
        ));
    }
}

#[test]
fn dropout_keeps_the_expected_share_and_the_expected_sum() {
    let x = Tensor::ones(200_000, DType::F32, &Device::Cpu).unwrap();
    let y = flat(&dropout(&x, 0.25, &rng::stream(3, "mask")).unwrap());
    let kept = y.iter().filter(|v| **v != 0.0).count() as f64 / 2e5;
    assert!(y.iter().all(|v| *v == 0.0 || (*v - 4.0 / 3.0).abs() < 1e-6));
    // Standard error of the share: 0.00097.
    assert!((kept - 0.75).abs() < 0.004, "{kept}");
}

#[test]
fn dropout_masks_depend_on_seed_step_and_place_and_vanish_in_evaluation() {
    let mut parameters = Parameters::new();
    let mut builder = parameters.builder(0);
    let first = Dropout::new(&builder.at("a"), 0.5).unwrap();
    let second = Dropout::new(&builder.at("b"), 0.5).unwrap();
    let x = Tensor::ones(64, DType::F32, &Device::Cpu).unwrap();
    let mask = |layer: &Dropout, seed, step| {
        flat(&layer.forward(&x, &Mode::Training { seed, step }).unwrap())
    };
    let reference = mask(&first, 1, 1);
    assert_eq!(mask(&first, 1, 1), reference);
    for other in [mask(&first, 2, 1), mask(&first, 1, 2), mask(&second, 1, 1)] {
        assert_ne!(other, reference);
    }
    assert_eq!(
        flat(&first.forward(&x, &Mode::Evaluation).unwrap()),
        flat(&x)
    );
}

#[test]
fn the_seven_layer_network_gives_what_pytorch_gave() {
    let Some(folder) = shared("golden/nets") else {
        return;
    };
    let tensors = state_dict(&folder.join("fcn7.pt"));
    let [x, y] = ["input", "output"].map(|kind| array(&folder.join(format!("fcn7_{kind}.npy"))));
    let mut parameters = Parameters::new();
    let mut builder = parameters.builder(0);
    let channels = [2, 8, 16, 24, 32, 64, 128, 1];
    let mut layers: Vec<Layer> = Vec::new();
    for index in 0..7 {
        let last = index == 6;
        let kernel = if last { 1 } else { 5 };
        let config = Conv2dConfig {
            relu: !last,
            ..Conv2dConfig::same(kernel)
        };
        let pair = [channels[index], channels[index + 1]];
        let place = if last {
            "layers.6".to_string()
        } else {
            format!("layers.{index}.block.0")
        };
        let conv = Conv2d::new(&mut builder.at(place), pair, kernel, config).unwrap();
        layers.push(Box::new(move |x| {
            conv.forward(x, &Mode::Evaluation).unwrap()
        }));
        if (1..6).contains(&index) {
            let place = format!("layers.{index}.block.2");
            let norm = BatchNorm2d::new(&mut builder.at(place), pair[1]).unwrap();
            layers.push(Box::new(move |x| {
                norm.forward(x, &Mode::Evaluation).unwrap()
            }));
        }
    }
    parameters.load_from(&tensors).unwrap();
    assert_eq!(parameters.count(), 289_329);
    let ours = layers.iter().fold(x, |x, layer| layer(&x));
    assert!(close(&ours, &y, 1e-5));
}

#[test]
fn the_vessel_network_gives_what_pytorch_gave() {
    for (name, norms, count) in [
        ("dvn_plain", false, 58_656),
        ("dvn_groupnorm", true, 58_816),
    ] {
        let file = |end: &str| golden(&format!("nets/{name}{end}"));
        let tensors = state_dict(&file(".pt"));
        let [mut x, y] = ["_input.npy", "_output.npy"].map(|end| array(&file(end)));
        let mut parameters = Parameters::new();
        let mut builder = parameters.builder(0);
        let channels = [2, 5, 10, 20, 50, 1];
        let mut layers: Vec<Layer> = Vec::new();
        for index in 0..5 {
            let kernel = [[3, 5, 5, 3, 1][index]; 3];
            let config = Conv3dConfig {
                relu: index < 4,
                ..Conv3dConfig::default()
            };
            let pair = [channels[index], channels[index + 1]];
            let last = index == 4;
            let place = if last {
                "layers.4".to_string()
            } else {
                format!("layers.{index}.block.0")
            };
            let conv = Conv3d::new(&mut builder.at(place), pair, kernel, config).unwrap();
            layers.push(Box::new(move |x| {
                conv.forward(x, &Mode::Evaluation).unwrap()
            }));
            if norms && (1..4).contains(&index) {
                let place = format!("layers.{index}.block.2");
                let norm = GroupNorm::new(&mut builder.at(place), pair[1], 5).unwrap();
                layers.push(Box::new(move |x| {
                    norm.forward(x, &Mode::Evaluation).unwrap()
                }));
            }
        }
        parameters.load_from(&tensors).unwrap();
        assert_eq!(parameters.count(), count);
        for layer in &layers {
            x = layer(&x);
        }
        assert!(close(&x, &y, 1e-5), "{name}");
    }
}

#[test]
fn an_evaluation_pass_keeps_no_graph() {
    let mut parameters = Parameters::new();
    let mut builder = parameters.builder(0);
    let conv = Conv2d::new(&mut builder, [1, 1], 3, Conv2dConfig::same(3)).unwrap();
    let x = random(&[1, 1, 4, 4], "x").to_dtype(DType::F32).unwrap();
    assert!(!conv.forward(&x, &Mode::Evaluation).unwrap().track_op());
    assert!(
        conv.forward(&x, &Mode::Training { seed: 0, step: 0 })
            .unwrap()
            .track_op()
    );
}

#[test]
fn shapes_that_do_not_fit_are_errors() {
    let x = random(&[1, 2, 4, 4], "x");
    let w = random(&[3, 2, 3, 3], "w");
    let same = Conv2dConfig::same(3);
    let other = random(&[3, 1, 3, 3], "w");
    assert!(conv2d(&x, &other, None, &same).is_err());
    assert!(conv2d(&x, &w, Some(&random(&[2], "b")), &same).is_err());
    assert!(conv2d(&x, &random(&[3, 2, 7, 7], "w"), None, &same).is_err());
    assert!(conv2d(&x, &w, None, &Conv2dConfig { stride: 0, ..same }).is_err());
    let huge = Conv2dConfig {
        padding: usize::MAX / 2,
        ..same
    };
    assert!(conv2d(&x, &w, None, &huge).is_err());
    assert!(max_pool2d(&random(&[1, 1, 1, 4], "x")).is_err());
    assert!(concat_channels(&x, &random(&[1, 2, 4, 5], "b")).is_err());
    assert!(loss::bce_with_logits(&x, &w, Reduction::Sum).is_err());
    assert!(dropout(&x, 1.0, &rng::stream(0, "")).is_err());
    let integers = Tensor::ones((1, 2, 4, 4), DType::U32, &Device::Cpu).unwrap();
    assert!(relu(&integers).is_err());
    let affine = random(&[2], "w");
    let single = random(&[1, 2, 1, 1], "x");
    assert!(batch_norm_training(&single, &affine, &affine, 1e-5).is_err());
    assert!(batch_norm_training(&random(&[2], "x"), &affine, &affine, 1e-5).is_err());
}

#[test]
fn a_convolution_and_its_batch_norm_in_one_pass_are_the_two_after_each_other() {
    for (inputs, outputs, kernel) in [(2, 3, 3), (9, 10, 3), (8, 8, 5)] {
        let mut parameters = Parameters::new();
        let mut builder = parameters.builder(3);
        let config = Conv2dConfig::same(kernel).with_relu();
        let conv = Conv2d::new(&mut builder.at("conv"), [inputs, outputs], kernel, config).unwrap();
        let norm = BatchNorm2d::new(&mut builder.at("norm"), outputs).unwrap();
        let x = random(&[2, inputs, 9, 11], "x")
            .to_dtype(DType::F32)
            .unwrap();
        // Statistics and parameters that differ from the initial ones.
        let training = Mode::Training { seed: 0, step: 0 };
        for _ in 0..3 {
            conv.forward_normalized(&x, &norm, &training).unwrap();
        }
        let weight = parameters.get("norm.weight").unwrap();
        let ramp: Vec<f32> = (0..outputs).map(|i| i as f32 * 0.3 - 1.0).collect();
        weight
            .set(&Tensor::from_vec(ramp, outputs, &Device::Cpu).unwrap())
            .unwrap();
        let together = conv
            .forward_normalized(&x, &norm, &Mode::Evaluation)
            .unwrap();
        let apart = conv.forward(&x, &Mode::Evaluation).unwrap();
        let apart = norm.forward(&apart, &Mode::Evaluation).unwrap();
        assert!(
            distance(&flat(&together), &flat(&apart)) < 1e-6,
            "{inputs} {kernel}"
        );
        for first in 1..inputs {
            let [left, right] = [(0, first), (first, inputs - first)]
                .map(|(start, len)| x.narrow(1, start, len).unwrap().contiguous().unwrap());
            let joined = || flat(&conv.evaluate_joined([&left, &right], &norm).unwrap());
            assert_eq!(joined(), flat(&together), "{first} of {inputs} channels");
            let apart = distance(&without_kernels(joined), &flat(&together));
            assert!(apart < 1e-5, "{apart}");
        }
        let smaller = x.narrow(2, 0, 8).unwrap();
        assert!(conv.evaluate_joined([&x, &smaller], &norm).is_err());
    }
}

/// Every index of a tensor of five axes.
fn indices(shape: [usize; 5]) -> impl Iterator<Item = [usize; 5]> {
    let count: usize = shape.iter().product();
    (0..count).map(move |flat| {
        let mut rest = flat;
        let mut index = [0; 5];
        for axis in (0..5).rev() {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        index
    })
}

fn at(values: &[f64], shape: [usize; 5], index: [usize; 5]) -> f64 {
    let flat = (0..5).fold(0, |flat, axis| flat * shape[axis] + index[axis]);
    values[flat]
}

#[test]
fn transposed_convolution_of_volumes_is_its_definition() {
    let (xs, ws, n) = ([2, 3, 2, 3, 4], [3, 2, 2, 2, 2], 2);
    let (x, w, b) = (random(&xs, "x"), random(&ws, "w"), random(&[2], "b"));
    let ours = flat(&conv_transpose3d(&x, &w, &b).unwrap());
    let (x, w, b) = (flat(&x), flat(&w), flat(&b));
    for (y, [image, out, i, j, k]) in ours.iter().zip(indices([2, 2, 4, 6, 8])) {
        let term = |c: usize| {
            let pixel = at(&x, xs, [image, c, i / n, j / n, k / n]);
            pixel * at(&w, ws, [c, out, i % n, j % n, k % n])
        };
        let expected = b[out] + (0..3).map(term).sum::<f64>();
        assert!((y - expected).abs() < 1e-12, "{y} {expected}");
    }
}

#[test]
fn the_maximum_of_volumes_is_that_of_eight_voxels() {
    let shape = [2, 2, 5, 4, 7];
    let x = random(&shape, "x");
    let ours = flat(&max_pool3d(&x).unwrap());
    let x = flat(&x);
    assert_eq!(ours.len(), 2 * 2 * 2 * 2 * 3);
    for (y, [image, c, i, j, k]) in ours.iter().zip(indices([2, 2, 2, 2, 3])) {
        let voxel = |n: usize| {
            let place = [image, c, 2 * i + n / 4, 2 * j + n / 2 % 2, 2 * k + n % 2];
            at(&x, shape, place)
        };
        assert_eq!(*y, (0..8).map(voxel).fold(f64::NEG_INFINITY, f64::max));
    }
    let mut values = vec![0.0; 8];
    values[5] = f64::NAN;
    let nan = max_pool3d(&tensor(&values, &[1, 1, 2, 2, 2])).unwrap();
    assert!(flat(&nan)[0].is_nan());
}

#[test]
fn a_strided_convolution_of_volumes_takes_every_other_result() {
    let (x, w) = (random(&[1, 2, 6, 7, 9], "x"), random(&[3, 2, 3, 3, 3], "w"));
    let run = |stride| {
        let config = Conv3dConfig {
            padding: [1; 3],
            stride,
            ..Conv3dConfig::default()
        };
        conv3d(&x, &w, None, &config).unwrap()
    };
    let (every, other) = (run(1), run(2));
    assert_eq!(other.dims(), [1, 3, 3, 4, 5]);
    let every = flat(&every);
    for (y, [_, c, i, j, k]) in flat(&other).iter().zip(indices([1, 3, 3, 4, 5])) {
        let expected = at(&every, [1, 3, 6, 7, 9], [0, c, 2 * i, 2 * j, 2 * k]);
        assert!((y - expected).abs() < 1e-12);
    }
}

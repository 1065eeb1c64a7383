//! Test helpers: tensors from streams, central differences in double precision.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)]

pub mod npy;

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use rand_chacha::rand_core::Rng;
use rsom_nn::ops::without_kernels;
use rsom_nn::rng;

/// Values in (−1, 1) from a named random stream.
pub fn values(count: usize, name: &str) -> Vec<f64> {
    let mut stream = rng::stream(42, name);
    (0..count)
        .map(|_| f64::from(rng::unit_f32(stream.next_u32())) * 2.0 - 1.0)
        .collect()
}

/// A double-precision tensor of such values.
pub fn random(shape: &[usize], name: &str) -> Tensor {
    let count = shape.iter().product();
    Tensor::from_vec(values(count, name), shape, &Device::Cpu).unwrap()
}

/// The same as a variable.
pub fn variable(shape: &[usize], name: &str) -> Var {
    Var::from_tensor(&random(shape, name)).unwrap()
}

/// All elements in memory order.
pub fn flat(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor.to_dtype(candle_core::DType::F64).unwrap();
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest absolute difference; infinite when the lengths differ or a value is NaN on one side only.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let apart = |a: f64, b: f64| {
        if a.is_nan() != b.is_nan() {
            f64::INFINITY
        } else {
            (a - b).abs()
        }
    };
    a.iter()
        .zip(b)
        .map(|(a, b)| apart(*a, *b))
        .fold(0.0, f64::max)
}

/// Compares the gradient of `Σ weights · f(variables)` with central differences, for each element of each variable.
///
/// Our tape must give the same bytes, and candle's ops instead of our kernels the same result and gradient.
///
/// The tolerance is relative to the largest entry of the gradient, 1e-6 for a step of 1e-5: the error of central
/// differences in double precision is about 1e-10.
pub fn check_gradients(variables: &[&Var], f: impl Fn() -> Result<Tensor>) {
    check_gradients_on_candles_tape(variables, &f);
    let weights = random(f().unwrap().dims(), "weights of the sum");
    let sum = |y: &Tensor| (y * &weights)?.sum_all();
    let candles = sum(&f().unwrap()).unwrap().backward().unwrap();
    let loss = |y: &Tensor| Ok::<_, candle_core::Error>((sum(y)?, ()));
    let (ours, ()) = rsom_nn::differentiate(&f, loss).unwrap();
    for variable in variables {
        let [candles, ours] = [&candles, &ours].map(|g| flat(g.get(variable).expect("a gradient")));
        assert_eq!(candles, ours, "the gradients on both tapes");
    }
    check_without_kernels(variables, &f, &candles);
}

/// Compares `f` and its gradients with candle's ops.
fn check_without_kernels(variables: &[&Var], f: impl Fn() -> Result<Tensor>, kernels: &GradStore) {
    let (ours, composed) = (f().unwrap(), without_kernels(&f).unwrap());
    assert_eq!(ours.dims(), composed.dims());
    assert!(distance(&flat(&ours), &flat(&composed)) < 1e-9);
    let weights = random(composed.dims(), "weights of the sum");
    let sum = (composed * weights).unwrap().sum_all().unwrap();
    let gradients = sum.backward().unwrap();
    for variable in variables {
        let [ours, composed] =
            [kernels, &gradients].map(|g| flat(g.get(variable).expect("a gradient")));
        let largest = ours.iter().fold(1e-3, |m: f64, v| m.max(v.abs()));
        let apart = distance(&ours, &composed) / largest;
        assert!(apart < 1e-9, "candle's ops give a gradient {apart} off");
    }
}

/// The same for functions that contain ops of candle, which our tape refuses.
pub fn check_gradients_on_candles_tape(variables: &[&Var], f: impl Fn() -> Result<Tensor>) {
    let shape = f().unwrap().dims().to_vec();
    let weights = random(&shape, "weights of the sum");
    let scalar = || (f().unwrap() * &weights).unwrap().sum_all().unwrap();
    let gradients = scalar().backward().unwrap();
    for (index, variable) in variables.iter().enumerate() {
        let gradient = flat(gradients.get(variable).expect("a gradient"));
        let start = flat(variable);
        let numeric: Vec<f64> = (0..start.len())
            .map(|i| {
                let at = |step: f64| {
                    let mut moved = start.clone();
                    moved[i] += step;
                    let moved = Tensor::from_vec(moved, variable.shape(), &Device::Cpu).unwrap();
                    variable.set(&moved).unwrap();
                    scalar().to_scalar::<f64>().unwrap()
                };
                (at(1e-5) - at(-1e-5)) / 2e-5
            })
            .collect();
        let back = Tensor::from_vec(start, variable.shape(), &Device::Cpu).unwrap();
        variable.set(&back).unwrap();
        let largest = numeric.iter().fold(1e-3, |m: f64, v| m.max(v.abs()));
        let apart = distance(&gradient, &numeric) / largest;
        assert!(
            apart < 1e-6,
            "variable {index} is off by {apart} of {largest}"
        );
    }
}

/// Runs a closure on pools of 1, 2 and 5 threads and returns the results.
pub fn on_pools<R: Send>(f: impl Fn() -> R + Sync) -> Vec<R> {
    [1, 2, 5]
        .iter()
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(*threads)
                .build()
                .unwrap();
            pool.install(&f)
        })
        .collect()
}

//! Helpers: tensors from random streams, distances, thread pools.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use rsom_nn::rng;

/// A double-precision tensor of values in (−1, 1) from a named random stream.
pub fn random(shape: &[usize], name: &str) -> Tensor {
    use rand_chacha::rand_core::Rng;
    let mut stream = rng::stream(42, name);
    let value = |_| f64::from(rng::unit_f32(stream.next_u32())) * 2.0 - 1.0;
    let values: Vec<f64> = (0..shape.iter().product()).map(value).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// All elements in memory order.
pub fn flat(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor.to_dtype(DType::F64).unwrap();
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Largest absolute difference of two lists of one length.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

/// Runs a closure on pools of 1, 2 and 5 threads and returns the results.
pub fn on_pools<R: Send>(f: impl Fn() -> R + Sync) -> Vec<R> {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(&f)
    };
    [1, 2, 5].into_iter().map(run).collect()
}

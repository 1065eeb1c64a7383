//! Measures the peak performance of the processor.

use std::time::Instant;

use rayon::prelude::*;

use super::instructions::Instructions;
use super::lanes::{Kernel, Lanes};
use crate::Element;

/// Iterations per measurement: some milliseconds.
const ROUNDS: usize = 1 << 20;
/// Number of independent sums, enough to hide the latency of an addition.
const SUMS: usize = 12;

/// Floating-point operations per second of all threads of the pool together, for multiply-adds in registers in single
/// precision; the best of a few measurements.
#[must_use]
pub fn multiply_add_rate() -> f64 {
    let instructions = Instructions::best::<f32>();
    let operations = (2 * ROUNDS * SUMS * instructions.lanes()) as f64;
    let measure = |_| {
        let seconds: Vec<f64> = (0..rayon::current_num_threads())
            .into_par_iter()
            .with_max_len(1)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(instructions.run(Rounds::<f32>(1.0 - 1e-7)));
                start.elapsed().as_secs_f64()
            })
            .collect();
        seconds.iter().map(|s| operations / s).sum::<f64>()
    };
    (0..9).map(measure).fold(0.0, f64::max)
}

/// Repeated multiply-adds.
struct Rounds<T>(T);

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for Rounds<T> {
    type Output = T;

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) -> T {
        // SAFETY: the features are the caller's to vouch for.
        unsafe {
            let factor = S::splat(std::hint::black_box(self.0));
            let mut sums = [S::splat(self.0); SUMS];
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    *sum = factor.add_product(*sum, factor);
                }
            }
            let mut total = sums[0];
            for sum in &sums[1..] {
                total = total.plus(*sum);
            }
            total.total()
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rate_is_that_of_a_processor() {
        let rate = super::multiply_add_rate();
        assert!((1e8..1e15).contains(&rate), "{rate}");
    }
}

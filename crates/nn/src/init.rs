//! Initial values of parameters.

use rand_chacha::rand_core::Rng;

use crate::rng;

/// Initialization of a parameter before training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// All elements have this value.
    Constant(f32),
    /// U(−b, b) with b = 1/√fan_in, the default of PyTorch for weights (Kaiming-uniform with a = √5:
    /// b = √(6 / ((1 + a²)·fan_in)) = 1/√fan_in) and biases (`torch/nn/modules/conv.py`, `reset_parameters`).
    ///
    /// The distribution is the same as in PyTorch, the values are not: the random generators differ.
    Uniform {
        /// Number of inputs of one output: input channels × kernel elements for a convolution; output channels × kernel
        /// elements for a transposed convolution, as in PyTorch.
        fan_in: usize,
    },
}

impl Init {
    /// Draws `count` values from the random stream `name` of the seed.
    #[must_use]
    pub fn values(self, count: usize, seed: u64, name: &str) -> Vec<f32> {
        match self {
            Self::Constant(value) => vec![value; count],
            Self::Uniform { fan_in } => {
                let bound = 1.0 / (fan_in.max(1) as f32).sqrt();
                let mut stream = rng::stream(seed, name);
                (0..count)
                    .map(|_| bound * (2.0 * rng::unit_f32(stream.next_u32()) - 1.0))
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_values_have_the_moments_of_the_distribution() {
        let values = Init::Uniform { fan_in: 16 }.values(100_000, 3, "w");
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / 1e5;
        let variance = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / 1e5;
        assert!(values.iter().all(|v| v.abs() <= 0.25));
        // U(−1/4, 1/4): mean 0 with standard error 4.6e-4, variance 1/48.
        assert!(mean.abs() < 2e-3, "{mean}");
        assert!((variance - 1.0 / 48.0).abs() < 3e-4, "{variance}");
    }

    #[test]
    fn values_depend_on_the_name_alone() {
        let init = Init::Uniform { fan_in: 4 };
        assert_eq!(init.values(5, 1, "a"), init.values(9, 1, "a")[..5]);
        assert_ne!(init.values(5, 1, "a"), init.values(5, 1, "b"));
    }
}

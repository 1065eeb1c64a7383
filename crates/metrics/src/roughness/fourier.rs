//! The power of each frequency of a profile of any length.

use std::f64::consts::PI;

/// A complex number: real and imaginary part.
type Complex = [f64; 2];

/// Discrete Fourier transform of profiles of one length.
///
/// Bluestein's algorithm (1970): the transform of n values as a convolution with a chirp, by transforms whose length is a
/// power of two. It takes n log n steps for each n, exact up to rounding; runs of columns have any length, and padding
/// them with zeros would change their wavelengths. Checked against `numpy.fft.rfft` by the tests of the spectrum.
pub struct Transform {
    /// exp(−iπk²/n) for k < n.
    chirp: Vec<Complex>,
    /// The transformed conjugate chirp, in the order of [`forward`].
    kernel: Vec<Complex>,
    /// exp(−2πik/m) for k < m/2, with m the length of the convolution.
    roots: Vec<Complex>,
}

impl Transform {
    /// Prepares profiles of `length` values.
    pub fn of(length: usize) -> Self {
        // k² modulo 2n keeps the phase small, and so exact.
        let phase = |k: usize| PI * ((k * k) % (2 * length)) as f64 / length as f64;
        let chirp: Vec<Complex> = (0..length).map(|k| turned(-phase(k))).collect();
        // Frequencies 0 to n/2 need the chirp at −(n − 1) to n/2.
        let padded = (length + length / 2).next_power_of_two();
        let root = |k: usize| turned(-2.0 * PI * k as f64 / padded as f64);
        let roots: Vec<Complex> = (0..padded / 2).map(root).collect();
        let mut kernel = vec![[0.0; 2]; padded];
        for (k, [re, im]) in chirp.iter().copied().enumerate() {
            if k <= length / 2 {
                kernel[k] = [re, -im];
            }
            if k > 0 {
                kernel[padded - k] = [re, -im];
            }
        }
        forward(&mut kernel, &roots);
        Self {
            chirp,
            kernel,
            roots,
        }
    }

    /// The variance of a profile with mean 0 by frequency: of k = 1, 2, … n/2 periods in its n values.
    ///
    /// With X(k) = Σ z(x) exp(−2πikx/n) the power of k is 2 |X(k)|²/n², and |X(k)|²/n² for k = n/2, which has no twin at
    /// −k. The powers sum to the mean of z² (Parseval). The profile has the length of the transform; values behind it
    /// are left out.
    pub fn powers(&self, profile: &[f64]) -> Vec<f64> {
        let (length, padded) = (self.chirp.len(), self.kernel.len());
        let mut values = vec![[0.0; 2]; padded];
        for ((value, height), chirp) in values.iter_mut().zip(profile).zip(&self.chirp) {
            *value = [height * chirp[0], height * chirp[1]];
        }
        forward(&mut values, &self.roots);
        for (value, kernel) in values.iter_mut().zip(&self.kernel) {
            *value = times(*value, *kernel);
        }
        backward(&mut values, &self.roots);
        // The last factor of the algorithm, the chirp, has size 1.
        let scale = (padded * length) as f64;
        let power = |k: usize| {
            let [re, im] = values[k].map(|part| part / scale);
            let twins = if 2 * k == length { 1.0 } else { 2.0 };
            twins * (re * re + im * im)
        };
        (1..=length / 2).map(power).collect()
    }
}

/// Transforms a number of values that is a power of two; the results stand in bit-reversed order.
fn forward(values: &mut [Complex], roots: &[Complex]) {
    let mut size = values.len();
    while size > 1 {
        let stride = values.len() / size;
        for block in values.chunks_exact_mut(size) {
            let (low, high) = block.split_at_mut(size / 2);
            let turns = roots.iter().step_by(stride);
            for ((low, high), root) in low.iter_mut().zip(high).zip(turns) {
                let (a, b) = (*low, *high);
                *low = [a[0] + b[0], a[1] + b[1]];
                *high = times([a[0] - b[0], a[1] - b[1]], *root);
            }
        }
        size /= 2;
    }
}

/// Undoes [`forward`], up to a factor of the number of values.
fn backward(values: &mut [Complex], roots: &[Complex]) {
    let mut size = 2;
    while size <= values.len() {
        let stride = values.len() / size;
        for block in values.chunks_exact_mut(size) {
            let (low, high) = block.split_at_mut(size / 2);
            let turns = roots.iter().step_by(stride);
            for ((low, high), root) in low.iter_mut().zip(high).zip(turns) {
                let (a, b) = (*low, times(*high, [root[0], -root[1]]));
                *low = [a[0] + b[0], a[1] + b[1]];
                *high = [a[0] - b[0], a[1] - b[1]];
            }
        }
        size *= 2;
    }
}

fn turned(angle: f64) -> Complex {
    [libm::cos(angle), libm::sin(angle)]
}

fn times(a: Complex, b: Complex) -> Complex {
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_the_definition_at_every_length() {
        for length in 2..80 {
            let profile: Vec<f64> = (0..length)
                .map(|x| ((x * x * 7 + 3 * x) % 13) as f64)
                .collect();
            let found = Transform::of(length).powers(&profile);
            assert_eq!(found.len(), length / 2);
            for (i, found) in found.into_iter().enumerate() {
                let k = i + 1;
                let sum = |part: fn(f64) -> f64| -> f64 {
                    let angle = |x: usize| 2.0 * PI * ((k * x) % length) as f64 / length as f64;
                    (0..length).map(|x| profile[x] * part(angle(x))).sum()
                };
                let size =
                    (sum(f64::cos).powi(2) + sum(f64::sin).powi(2)) / (length * length) as f64;
                let expected = if 2 * k == length { size } else { 2.0 * size };
                assert!(
                    (found - expected).abs() < 1e-11,
                    "{length}, {k}: {found}, not {expected}"
                );
            }
        }
    }
}

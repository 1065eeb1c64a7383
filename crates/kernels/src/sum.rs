//! Sums in a fixed order: vector lanes within a chunk, then chunks in order in double precision.

use rayon::prelude::*;

use crate::Element;

/// Elements per chunk: few enough for single precision.
const CHUNK: usize = 1024;
/// Number of parallel partial sums, which the compiler maps to vector registers.
const LANES: usize = 16;

/// Σ x.
pub fn sum<T: Element>(x: &[T]) -> f64 {
    x.chunks(CHUNK)
        .map(|chunk| lanes([chunk], |[x]| x).to_double())
        .sum()
}

/// Σ over images and positions of (image, channel, position), for each channel.
pub fn by_channel<T: Element>(x: &[T], channels: usize, positions: usize) -> Vec<T> {
    let planes: Vec<f64> = x.par_chunks(positions).map(sum).collect();
    let total = |channel: usize| planes.iter().skip(channel).step_by(channels).sum();
    (0..channels)
        .map(|channel| T::from_double(total(channel)))
        .collect()
}

/// Σ (x − center)·y.
pub fn centered_dot<T: Element>(x: &[T], center: T, y: &[T]) -> f64 {
    x.chunks(CHUNK)
        .zip(y.chunks(CHUNK))
        .map(|(x, y)| lanes([x, y], |[x, y]| (x - center) * y).to_double())
        .sum()
}

/// Count, mean and sum of squared deviations of a set of numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spread {
    /// How many numbers.
    pub count: f64,
    /// Their mean.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub squares: f64,
}

impl Spread {
    /// The spread of a slice, in one pass over memory: exact deviations within a chunk, chunks merged by the pairwise
    /// update of Chan, Golub and LeVeque (1979), equation 2.1.
    pub fn of<T: Element>(x: &[T]) -> Self {
        x.chunks(CHUNK).fold(Self::default(), |total, chunk| {
            let count = chunk.len() as f64;
            let mean = T::from_double(lanes([chunk], |[x]| x).to_double() / count);
            let residue = lanes([chunk], |[x]| x - mean).to_double() / count;
            let squares = lanes([chunk], |[x]| (x - mean) * (x - mean)).to_double();
            total.merge(Self {
                count,
                mean: mean.to_double() + residue,
                squares: squares - count * residue * residue,
            })
        })
    }

    /// The spread of both sets together (Chan, Golub and LeVeque 1979, equation 2.1).
    pub fn merge(self, other: Self) -> Self {
        let count = self.count + other.count;
        if count == 0.0 {
            return self;
        }
        let delta = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + delta * other.count / count,
            squares: self.squares
                + other.squares
                + delta * delta * self.count * other.count / count,
        }
    }
}

fn lanes<T: Element, const N: usize>(x: [&[T]; N], term: impl Fn([T; N]) -> T) -> T {
    let len = x[0].len();
    let whole = len - len % LANES;
    let mut sums = [T::zero(); LANES];
    let heads = x.map(|x| &x[..whole]);
    for start in (0..whole).step_by(LANES) {
        let parts = heads.map(|x| &x[start..start + LANES]);
        for lane in 0..LANES {
            sums[lane] += term(parts.map(|p| p[lane]));
        }
    }
    let mut total = T::zero();
    for index in whole..len {
        total += term(x.map(|x| x[index]));
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            let other = sums[lane + width];
            sums[lane] += other;
        }
    }
    total + sums[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_whole_numbers_are_exact() {
        for n in [0, 1, 15, 16, 17, 1024, 1025, 5000] {
            let x: Vec<f32> = (0..n).map(|i| (i % 7) as f32).collect();
            let expected: f64 = x.iter().map(|v| f64::from(*v)).sum();
            assert_eq!(sum(&x), expected);
            let squares: f64 = x.iter().map(|v| f64::from(*v - 3.0) * f64::from(*v)).sum();
            assert_eq!(centered_dot(&x, 3.0, &x), squares);
        }
    }

    #[test]
    fn the_spread_survives_a_large_mean() {
        // Alternating ±1 around 10,000: variance 1 exactly.
        let x: Vec<f32> = (0..100_000)
            .map(|i| 1e4 + (i % 2) as f32 * 2.0 - 1.0)
            .collect();
        let spread = Spread::of(&x);
        assert!((spread.mean - 1e4).abs() < 1e-9);
        assert!((spread.squares / spread.count - 1.0).abs() < 1e-9);
    }
}

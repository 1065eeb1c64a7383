//! A full-size pair of masks of a layer for the benchmarks.

use ndarray::{Array2, Array3};
use rsom_volume::{Grid, Mask, Spacing};

/// Voxels along x, y, z.
pub const SHAPE: [usize; 3] = [333, 171, 500];

/// Reference and prediction, of 12 × 12 × 3 µm: a layer with wavy surfaces; those of the prediction are noisy.
pub fn pair() -> [Mask; 2] {
    let upper = |x: usize, y: usize| {
        60.0 + 6.0 * libm::sin(x as f64 / 37.0) + 4.0 * libm::cos(y as f64 / 23.0)
    };
    let thickness = |x: usize, y: usize| 45.0 + 3.0 * libm::sin(x as f64 / 19.0 + y as f64 / 31.0);
    let columns = (SHAPE[0], SHAPE[1]);
    let upper = Array2::from_shape_fn(columns, |(x, y)| upper(x, y));
    let lower = Array2::from_shape_fn(columns, |(x, y)| upper[[x, y]] + thickness(x, y));
    let mut noise = Noise(1);
    let noisy_upper = upper.mapv(|z| z + 1.5 * noise.next());
    let noisy_lower = lower.mapv(|z| z + 1.0 + 2.0 * noise.next());
    [layer(&upper, &lower), layer(&noisy_upper, &noisy_lower)]
}

fn layer(upper: &Array2<f64>, lower: &Array2<f64>) -> Mask {
    let voxels = Array3::from_shape_fn(SHAPE, |(x, y, z)| {
        (upper[[x, y]]..lower[[x, y]]).contains(&(z as f64))
    });
    let grid = Grid::new(SHAPE, Spacing::RSOM);
    let mask = grid.and_then(|grid| Mask::new(grid, voxels));
    mask.unwrap_or_else(|error| unreachable!("{error}"))
}

/// Noise of mean 0 and variance 1, nearly normal: the sum of twelve uniform numbers of a linear congruence.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        let mut uniform = || {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }
}

//! Smooth random functions of position, as sums of random waves.

use std::f64::consts::TAU;

use crate::random::streams::Draw;

/// Number of waves in a field: enough to be nearly Gaussian.
const WAVES: usize = 48;

/// A stationary random field with mean 0, variance 1 and correlation exp(−½ Σ (Δ/length)²).
///
/// It is a function of a position in µm, not of a grid, so a scene looks the same at any resolution.
/// Source: the spectral method of Shinozuka and Deodatis (1996), waves drawn from the spectrum of the Gaussian.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    waves: Vec<Wave>,
}

#[derive(Debug, Clone, Copy)]
struct Wave {
    frequency: [f64; 3],
    phase: f64,
}

impl Field {
    /// A field with a correlation length in µm along x, y and z; an infinite length makes it constant along that axis.
    pub fn new(draw: &mut Draw, length_um: [f64; 3]) -> Self {
        let waves = (0..WAVES)
            .map(|_| Wave {
                frequency: length_um.map(|length| draw.normal() / length),
                phase: draw.uniform(0.0, TAU),
            })
            .collect();
        Self { waves }
    }

    /// A field over (x, y).
    pub fn lateral(draw: &mut Draw, length_um: f64) -> Self {
        Self::new(draw, [length_um, length_um, f64::INFINITY])
    }

    /// The value at a position in µm.
    pub fn at(&self, place_um: [f64; 3]) -> f64 {
        let sum: f64 = self
            .waves
            .iter()
            .map(|wave| {
                let [a, b, c] = wave.frequency;
                let [x, y, z] = place_um;
                libm::cos(a * x + b * y + c * z + wave.phase)
            })
            .sum();
        sum * (2.0 / WAVES as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::streams::{Purpose, Streams};

    #[test]
    fn fields_have_variance_1_and_the_correlation_of_their_length() {
        let fields = 4000;
        let (mut variance, mut covariance) = (0.0, 0.0);
        for place in 0..fields {
            let mut draw = Streams::new(5).open(Purpose::Gaps, place);
            let field = Field::new(&mut draw, [40.0, 40.0, 10.0]);
            let (here, there) = (field.at([100.0, 7.0, 3.0]), field.at([140.0, 7.0, 13.0]));
            variance += here * here / fields as f64;
            covariance += here * there / fields as f64;
        }
        // One length apart along two axes: exp(−½ − ½). Bounds are four standard errors, √(2/4000) each.
        assert!((variance - 1.0).abs() < 0.09, "{variance}");
        assert!((covariance - (-1.0_f64).exp()).abs() < 0.09, "{covariance}");
    }

    #[test]
    fn a_lateral_field_is_the_same_at_every_depth() {
        let field = Field::lateral(&mut Streams::new(1).open(Purpose::Gaps, 0), 50.0);
        assert_eq!(field.at([1.0, 2.0, 0.0]), field.at([1.0, 2.0, 900.0]));
    }
}

//! The frequency bands of the channels: the share of a tube's sound energy in each band.

use std::f64::consts::PI;

/// Speed of sound in tissue: 1540 m/s.
const SPEED_UM_PER_US: f64 = 1540.0;

/// A band of frequencies in MHz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Band {
    pub low_mhz: f64,
    pub high_mhz: f64,
}

impl Band {
    /// The band of low frequencies.
    pub const LF: Self = Self {
        low_mhz: 10.0,
        high_mhz: 40.0,
    };
    /// The band of high frequencies.
    pub const HF: Self = Self {
        low_mhz: 40.0,
        high_mhz: 120.0,
    };

    /// Share of the energy of a long tube of this diameter, from 0 to 1.
    ///
    /// A tube that absorbs light uniformly is a disc of pressure across its axis. The disc's transform is 2 J₁(u)/u
    /// with u = π f d / c, so the energy below a frequency is 1 − J₀²(u) − J₁²(u), and that of a band is the difference
    /// of two such values. Most energy is around f ≈ c/(2d): thin tubes are loud in high bands, thick ones in low
    /// bands.
    ///
    /// Source: Parseval's theorem for the disc; Lord Rayleigh, Phil. Mag. 11 (1881) 214, for the integral.
    pub fn energy_share(self, diameter_um: f64) -> f64 {
        let beyond = |mhz: f64| {
            let u = PI * mhz * diameter_um / SPEED_UM_PER_US;
            bessel(0, u).powi(2) + bessel(1, u).powi(2)
        };
        (beyond(self.low_mhz) - beyond(self.high_mhz)).max(0.0)
    }

    /// Amplitude: the square root of the energy share.
    pub fn amplitude(self, diameter_um: f64) -> f64 {
        self.energy_share(diameter_um).sqrt()
    }

    /// Share of a tube's interior that is silent, from 0 to 1: 0 for diameters up to the longest wavelength of the
    /// band, 1 from three such wavelengths on.
    ///
    /// Of structures wider than the longest wavelength, a band contains only the boundaries.
    pub fn hollowness(self, diameter_um: f64) -> f64 {
        let wavelengths = diameter_um * self.low_mhz / SPEED_UM_PER_US;
        ((wavelengths - 1.0) / 2.0).clamp(0.0, 1.0)
    }

    /// Thickness of the audible wall: half a wavelength at the center of the band.
    pub fn wall_um(self) -> f64 {
        SPEED_UM_PER_US / self.middle_mhz() / 2.0
    }

    /// Center of the band.
    pub fn middle_mhz(self) -> f64 {
        f64::midpoint(self.low_mhz, self.high_mhz)
    }
}

/// The Bessel function Jₙ(x) of the first kind: the mean of cos(nτ − x sin τ) over a period.
///
/// For a periodic function the trapezoidal rule converges faster than any power once it has more points than x.
fn bessel(order: i32, x: f64) -> f64 {
    let points = 64 + 2 * x.abs().min(1e4) as usize;
    let step = 2.0 * PI / points as f64;
    let sum: f64 = (0..points)
        .map(|i| {
            let turn = i as f64 * step;
            libm::cos(f64::from(order) * turn - x * libm::sin(turn))
        })
        .sum();
    sum / points as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_functions_are_those_of_scipy() {
        // scipy.special.jv of scipy 1.17.
        for (order, x, expected) in [
            (0, 0.0, 1.0),
            (1, 0.0, 0.0),
            (0, 1.0, 0.765_197_686_557_966_6),
            (1, 1.0, 0.440_050_585_744_933_5),
            (0, 25.0, 0.096_266_783_275_958_15),
            (1, 25.0, -0.125_350_249_580_289_87),
            (0, 300.0, -0.033_298_554_876_305_67),
            (1, 300.0, -0.031_887_431_377_499_97),
        ] {
            let found = bessel(order, x);
            assert!((found - expected).abs() < 1e-12, "J{order}({x}) = {found}");
        }
    }

    #[test]
    fn shares_of_bands_side_by_side_add_up_to_the_whole() {
        for diameter_um in [5.0, 20.0, 60.0, 200.0] {
            let band = |low_mhz, high_mhz| Band { low_mhz, high_mhz };
            let parts = [band(0.0, 10.0), Band::LF, Band::HF, band(120.0, 1e5)];
            let sum: f64 = parts.iter().map(|b| b.energy_share(diameter_um)).sum();
            // What lies beyond the last band is about 2/(π u), u = 10⁵ π d / c.
            assert!((sum - 1.0).abs() < 1e-3, "{diameter_um}: {sum}");
        }
    }

    #[test]
    fn thick_tubes_are_heard_in_lf_and_thin_ones_in_hf() {
        let ratio = |d: f64| Band::LF.amplitude(d) / Band::HF.amplitude(d);
        assert!(ratio(8.0) < 0.5 && ratio(80.0) > 2.0);
        let diameters: Vec<f64> = (3..=30).map(f64::from).collect();
        assert!(diameters.windows(2).all(|d| ratio(d[0]) < ratio(d[1])));
    }

    #[test]
    fn only_tubes_wider_than_the_longest_wave_are_hollow() {
        assert_eq!(Band::LF.hollowness(100.0), 0.0);
        assert_eq!(Band::HF.hollowness(120.0), 1.0);
        assert!((Band::HF.hollowness(77.0) - 0.5).abs() < 1e-12);
    }
}

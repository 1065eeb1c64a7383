//! Spectrum of the roughness: how much of a surface's height varies at which wavelength along x.

use std::collections::BTreeMap;
use std::ops::Add;

use ndarray::{Array2, Axis};

use super::fourier::Transform;
use crate::Surface;

/// Columns of the shortest run that is analyzed.
pub const SHORTEST_RUN: usize = 16;
/// Number of the [`BANDS`].
const COUNT: usize = 6;

/// The wavelengths, in columns, from `shortest` up to but without twice that; the last band has no end.
pub const BANDS: [Band; COUNT] = [
    Band { shortest: 2 },
    Band { shortest: 4 },
    Band { shortest: 8 },
    Band { shortest: 16 },
    Band { shortest: 32 },
    Band { shortest: 64 },
];

/// An octave of wavelengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The shortest wavelength in columns, which belongs to the band.
    pub shortest: usize,
}

impl Band {
    /// The wavelengths in µm where the band begins and ends, for columns `spacing_x_mm` apart; the last band has no end.
    #[must_use]
    pub fn wavelengths_um(self, spacing_x_mm: f64) -> (f64, Option<f64>) {
        let begin = self.shortest as f64 * spacing_x_mm * 1000.0;
        (begin, (self != BANDS[COUNT - 1]).then_some(2.0 * begin))
    }
}

/// The variance of a surface's height along x, by wavelength.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spectrum {
    /// Number of analyzed columns; for both surfaces together, columns count twice.
    pub columns: usize,
    /// Variance of the height in runs without mean and linear trend, in squared voxels.
    pub variance_vox2: f64,
    /// The part of each of the [`BANDS`], in squared voxels. `None` where no run is as long as the band's shortest
    /// wavelength. When every run is at least 64 columns long, the parts sum to the variance.
    pub power_vox2: [Option<f64>; COUNT],
}

impl Spectrum {
    /// Root mean square height of each of the [`BANDS`] in voxels: √power.
    #[must_use]
    pub fn rms_vox(&self) -> [Option<f64>; COUNT] {
        self.power_vox2.map(|power| power.map(f64::sqrt))
    }
}

/// The spectra of the upper and of the lower surface in every B-scan.
///
/// Ra tells rough from smooth within 5 columns. The spectrum also tells smooth from flat: waves of the skin have long
/// wavelengths, errors of single columns have short ones.
///
/// A run is a row of columns of a B-scan that all have the surface. Of each run with at least 16 columns, the mean and the
/// linear trend (least squares) are removed; its discrete Fourier transform without a window splits the remaining variance
/// by wavelength n/k, for k = 1 … n/2 periods in n columns. Runs are pooled, weighted by their columns: the variance over
/// all runs, the power of a band over the runs that can resolve it, so that gaps do not lower the power of long waves.
/// Waves longer than a run are in part removed with its trend.
///
/// As `numpy.fft.rfft` of `scipy.signal.detrend`; `scipy.signal.welch` differs, because it cuts windowed segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    /// One for each B-scan.
    surfaces: [Vec<Pool>; 2],
}

impl Spectra {
    /// Analyzes the heights of the upper and of the lower surface, each of shape (x, y), in voxels along z; `None` where a
    /// column has no surface. Heights that are no number count as missing.
    #[must_use]
    pub fn of(surfaces: &[Array2<Option<f64>>; 2]) -> Self {
        let mut transforms = BTreeMap::new();
        let surfaces = surfaces.each_ref().map(|surface| {
            let bscans = surface.axis_iter(Axis(1));
            let pool = |profile: Vec<Option<f64>>| Pool::of(&profile, &mut transforms);
            bscans.map(|profile| profile.to_vec()).map(pool).collect()
        });
        Self { surfaces }
    }

    /// The spectrum of a surface, or of both together, of the whole scan or of one B-scan. `None` when there is no run of at
    /// least 16 columns, or no such B-scan.
    #[must_use]
    pub fn spectrum(&self, surface: Surface, slice: Option<usize>) -> Option<Spectrum> {
        let chosen = match surface {
            Surface::Upper => &self.surfaces[..1],
            Surface::Lower => &self.surfaces[1..],
            Surface::Both => &self.surfaces[..],
        };
        let of_region = chosen.iter().flat_map(|bscans| match slice {
            Some(y) => bscans.get(y..=y).unwrap_or_default(),
            None => bscans.as_slice(),
        });
        let pool = of_region.fold(Pool::default(), |sum, pool| sum + *pool);
        let variance_vox2 = pool.all.mean()?;
        Some(Spectrum {
            columns: pool.all.columns,
            variance_vox2,
            power_vox2: pool.bands.map(Weighted::mean),
        })
    }
}

/// Sum of powers, weighted by columns.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Weighted {
    columns: usize,
    sum: f64,
}

impl Weighted {
    fn mean(self) -> Option<f64> {
        (self.columns > 0).then(|| self.sum / self.columns as f64)
    }
}

impl Add for Weighted {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            columns: self.columns + other.columns,
            sum: self.sum + other.sum,
        }
    }
}

/// The powers of several runs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Pool {
    all: Weighted,
    bands: [Weighted; COUNT],
}

impl Add for Pool {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            all: self.all + other.all,
            bands: std::array::from_fn(|i| self.bands[i] + other.bands[i]),
        }
    }
}

impl Pool {
    /// The runs of one B-scan.
    fn of(profile: &[Option<f64>], transforms: &mut BTreeMap<usize, Transform>) -> Self {
        let missing = |height: &Option<f64>| !height.is_some_and(f64::is_finite);
        let mut pool = Self::default();
        for run in profile.split(missing).filter(|r| r.len() >= SHORTEST_RUN) {
            let run: Vec<f64> = run.iter().flatten().copied().collect();
            let length = run.len();
            let transform = transforms
                .entry(length)
                .or_insert_with(|| Transform::of(length));
            pool = pool + Self::of_run(&detrended(run), transform);
        }
        pool
    }

    fn of_run(run: &[f64], transform: &Transform) -> Self {
        let columns = run.len();
        let weighted = |power: f64| Weighted {
            columns,
            sum: power * columns as f64,
        };
        let variance = run.iter().map(|h| h * h).sum::<f64>() / columns as f64;
        let mut powers = [0.0; COUNT];
        for (i, power) in transform.powers(run).into_iter().enumerate() {
            let periods = i + 1;
            let longer = |band: &Band| columns >= periods * band.shortest;
            powers[BANDS.iter().rposition(longer).unwrap_or_default()] += power;
        }
        let band = |i: usize| {
            let resolved = columns >= BANDS[i].shortest;
            if resolved {
                weighted(powers[i])
            } else {
                Weighted::default()
            }
        };
        Self {
            all: weighted(variance),
            bands: std::array::from_fn(band),
        }
    }
}

/// Heights without their mean and linear trend (least squares).
fn detrended(mut heights: Vec<f64>) -> Vec<f64> {
    let count = heights.len() as f64;
    let mean = heights.iter().sum::<f64>() / count;
    let from_center = |x: usize| x as f64 - (count - 1.0) / 2.0;
    let along = heights.iter().enumerate();
    let product: f64 = along.map(|(x, h)| from_center(x) * (h - mean)).sum();
    let slope = 12.0 * product / (count * (count * count - 1.0));
    for (x, height) in heights.iter_mut().enumerate() {
        *height -= mean + slope * from_center(x);
    }
    heights
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use proptest::prelude::*;

    use super::*;

    /// One B-scan; the lower surface is missing.
    fn spectrum(heights: &[Option<f64>]) -> Option<Spectrum> {
        let shape = (heights.len(), 1);
        let upper = Array2::from_shape_vec(shape, heights.to_vec()).unwrap();
        let spectra = Spectra::of(&[upper, Array2::from_elem(shape, None)]);
        assert_eq!(spectra.spectrum(Surface::Lower, None), None);
        spectra.spectrum(Surface::Upper, None)
    }

    fn assert_close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-11, "{found}, not {expected}");
    }

    fn waves(columns: usize, wavelength: f64, amplitude: f64) -> Vec<Option<f64>> {
        // Even around the center: such a wave has no linear trend.
        let at = |x: usize| 2.0 * PI * (x as f64 - (columns as f64 - 1.0) / 2.0) / wavelength;
        (0..columns)
            .map(|x| Some(40.0 + amplitude * at(x).cos()))
            .collect()
    }

    #[test]
    fn a_sine_has_half_its_squared_amplitude_in_the_band_of_its_wavelength() {
        for (wavelength, band) in [
            (2.5, 0),
            (4.0, 1),
            (10.0, 2),
            (20.0, 3),
            (50.0, 4),
            (100.0, 5),
        ] {
            let found = spectrum(&waves(200, wavelength, 3.0)).unwrap();
            assert_close(Some(found.variance_vox2), 4.5);
            for i in 0..COUNT {
                assert_close(found.power_vox2[i], if i == band { 4.5 } else { 0.0 });
            }
            assert_close(found.rms_vox()[band], 4.5_f64.sqrt());
        }
    }

    #[test]
    fn powers_are_those_of_numpy() {
        // numpy 2.4 and scipy 1.17: abs(rfft(scipy.signal.detrend(v)))² / n², twice but at n/2; weighted by 71 and 37 columns.
        let long = (0..71).map(|i| f64::from((37 * i * i + 11 * i) % 23) + 0.25 * f64::from(i));
        let short = (0..37).map(|i| f64::from((29 * i * i + 5 * i) % 17));
        // Between them a gap, and a run that is too short.
        let gap = [None, Some(90.0), Some(3.0), Some(f64::NAN)];
        let profile: Vec<_> = long.map(Some).chain(gap).chain(short.map(Some)).collect();
        let found = spectrum(&profile).unwrap();
        assert_eq!(found.columns, 108);
        assert_close(Some(found.variance_vox2), 41.325_704_968_267_37);
        let expected = [
            15.291_040_245_424_82,
            12.848_124_703_895_96,
            5.749_541_114_028_263,
            6.980_834_609_089_804,
            0.207_064_363_207_213_9,
            // Of the long run only.
            0.378_912_573_564_693,
        ];
        for (found, expected) in found.power_vox2.into_iter().zip(expected) {
            assert_close(found, expected);
        }
    }

    #[test]
    fn a_tilted_plane_has_no_power() {
        let heights: Vec<_> = (0..300).map(|x| Some(7.0 + 0.37 * f64::from(x))).collect();
        let found = spectrum(&heights).unwrap();
        assert!(found.variance_vox2 < 1e-24);
        assert!(found.power_vox2.iter().all(|p| p.unwrap() < 1e-24));
    }

    #[test]
    fn white_noise_has_equal_power_at_every_frequency() {
        // Of n = 256 columns, band [4, 8) has the 32 frequencies k = 33 … 64, each with a power of 2 σ²/n; k = n/2 has half
        // of it. The trend takes 6/(π² k²) of a frequency's variance.
        let (columns, bscans) = (256, 1000);
        let mut state = 7_u64;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let noise = Array2::from_shape_simple_fn((columns, bscans), || Some(uniform()));
        let spectra = Spectra::of(&[noise.clone(), noise]);
        let found = spectra.spectrum(Surface::Both, None).unwrap();
        assert_eq!(found.columns, 2 * columns * bscans);
        let trend = |first: u32, last: u32| -> f64 {
            (first..=last)
                .map(|k| 6.0 / (PI * f64::from(k)).powi(2))
                .sum()
        };
        let shares = [
            (127.0, trend(65, 128)),
            (64.0, trend(33, 64)),
            (32.0, trend(17, 32)),
            (16.0, trend(9, 16)),
            (8.0, trend(5, 8)),
            (8.0, trend(1, 4)),
        ];
        for (found, (count, trend)) in found.power_vox2.into_iter().zip(shares) {
            let expected = (count - trend) / 256.0 / 12.0;
            // Five standard deviations: n values of a normal distribution give their variance to √(2/n).
            let tolerance = 5.0 * (2.0 / (count * bscans as f64)).sqrt();
            let off = found.unwrap() / expected - 1.0;
            assert!(off.abs() < tolerance, "{count}: off by {off}");
        }
    }

    #[test]
    fn short_runs_have_no_spectrum_and_no_long_waves() {
        assert_eq!(spectrum(&waves(15, 5.0, 1.0)), None);
        let resolved = |columns| {
            let found = spectrum(&waves(columns, 5.0, 1.0)).unwrap();
            found.power_vox2.iter().flatten().count()
        };
        assert_eq!([16, 31, 32, 63, 64].map(resolved), [4, 4, 5, 5, 6]);
        let empty = Spectra::of(&[
            Array2::from_elem((0, 0), None),
            Array2::from_elem((0, 0), None),
        ]);
        assert_eq!(empty.spectrum(Surface::Both, None), None);
    }

    #[test]
    fn each_bscan_has_its_own_spectrum() {
        let both = [waves(64, 4.0, 1.0), waves(64, 16.0, 2.0)];
        let upper = Array2::from_shape_fn((64, 2), |(x, y)| both[y][x]);
        let spectra = Spectra::of(&[upper, Array2::from_elem((64, 2), None)]);
        let of = |slice| spectra.spectrum(Surface::Both, slice);
        assert_close(of(Some(0)).unwrap().power_vox2[1], 0.5);
        assert_close(of(Some(1)).unwrap().power_vox2[3], 2.0);
        assert_close(of(None).unwrap().power_vox2[3], 1.0);
        assert_eq!(of(Some(2)), None);
        assert_eq!(of(Some(usize::MAX)), None);
    }

    #[test]
    fn columns_become_micrometers() {
        assert_eq!(BANDS[0].wavelengths_um(0.012), (24.0, Some(48.0)));
        assert_eq!(BANDS[5].wavelengths_um(0.012), (768.0, None));
    }

    proptest! {
        #[test]
        fn the_powers_of_all_wavelengths_sum_to_the_variance(
            heights in prop::collection::vec(0.0f64..50.0, 64..400), tilt in -2.0f64..2.0,
        ) {
            let tilted: Vec<_> = heights.iter().enumerate().map(|(x, h)| Some(h + tilt * x as f64)).collect();
            let found = spectrum(&tilted).unwrap();
            let sum: f64 = found.power_vox2.iter().flatten().sum();
            prop_assert!((sum - found.variance_vox2).abs() < 1e-9);
            let mean = heights.iter().sum::<f64>() / heights.len() as f64;
            let all = heights.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / heights.len() as f64;
            prop_assert!(found.variance_vox2 <= all + 1e-9);
        }
    }
}

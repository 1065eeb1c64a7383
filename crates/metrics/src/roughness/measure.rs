//! Roughness and waviness as measurements.

use rsom_measures::schema::{
    RA_COVERAGE, RA_UM, RA_VOX, REFERENCE_RA_COVERAGE, REFERENCE_RA_UM, REFERENCE_RA_VOX,
    REFERENCE_RQ_UM, REFERENCE_RQ_VOX, REFERENCE_WQ_UM, REFERENCE_WQ_VOX, RQ_UM, RQ_VOX, WQ_UM,
    WQ_VOX,
};

use super::Roughness;
use super::spectrum::{BANDS, Spectra, Spectrum};
use crate::surface::surfaces_of_columns;
use crate::thickness::{Lengths, both_units};
use crate::{Measurement, Metric, Pair, Settings, Status, Surface};

/// Wavelength, in columns, from which height is waviness and not roughness.
const WAVES: usize = 16;

/// The metrics of a mask.
struct Metrics {
    ra: Lengths,
    coverage: Metric,
    rq: Lengths,
    wq: Lengths,
}

const PREDICTION: Metrics = Metrics {
    ra: [RA_VOX, RA_UM],
    coverage: RA_COVERAGE,
    rq: [RQ_VOX, RQ_UM],
    wq: [WQ_VOX, WQ_UM],
};
const REFERENCE: Metrics = Metrics {
    ra: [REFERENCE_RA_VOX, REFERENCE_RA_UM],
    coverage: REFERENCE_RA_COVERAGE,
    rq: [REFERENCE_RQ_VOX, REFERENCE_RQ_UM],
    wq: [REFERENCE_WQ_VOX, REFERENCE_WQ_UM],
};

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    let of_mask = |m: &Metrics| [m.ra.as_slice(), &[m.coverage], &m.rq, &m.wq].concat();
    [PREDICTION, REFERENCE].iter().flat_map(of_mask).collect()
}

/// `ra_vox`, `ra_um`, `ra_coverage`, `rq_vox`, `rq_um`, `wq_vox` and `wq_um` of the prediction, and `reference_…` of the reference, for
/// the upper surface, the lower surface and both together.
///
/// Values in µm are voxels times the spacing along z. The coverage is the share of columns that Ra includes. A scan or
/// B-scan with an empty mask has no Ra in either variant. The waviness Wq is that of the surfaces of [`Variant::Rsom`](super::Variant::Rsom) in either
/// variant; it is undefined where no 16 neighboring columns have the surface.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let whole = pair.whole();
    let [of_reference, of_prediction] = pair.columns(&whole);
    let variant = settings.roughness;
    let reference = Sides {
        metrics: REFERENCE,
        roughness: Roughness::of_columns(whole.reference, &of_reference, variant),
        spectra: Spectra::of(&surfaces_of_columns(&of_reference)),
    };
    let prediction = Sides {
        metrics: PREDICTION,
        roughness: Roughness::of_columns(whole.prediction, &of_prediction, variant),
        spectra: Spectra::of(&surfaces_of_columns(&of_prediction)),
    };
    let um_per_voxel = pair.spacing_mm().map(|mm| mm[2] * 1000.0);
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        rows.extend(prediction.rows(region.slice, um_per_voxel, region.prediction_status()));
        rows.extend(reference.rows(region.slice, um_per_voxel, region.reference_status()));
    }
    rows
}

/// The surfaces of a mask.
struct Sides {
    metrics: Metrics,
    roughness: Roughness,
    spectra: Spectra,
}

impl Sides {
    fn rows(
        &self,
        slice: Option<usize>,
        um_per_voxel: Option<f64>,
        status: Status,
    ) -> Vec<Measurement> {
        let mut rows = Vec::new();
        for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
            let existing = |value: Option<f64>| value.filter(|_| status == Status::Ok);
            let length = |metrics: Lengths, value: Option<f64>| {
                both_units(metrics, existing(value), um_per_voxel, status)
            };
            let coverage = existing(self.roughness.ra_coverage(surface, slice));
            let measured = length(self.metrics.ra, self.roughness.ra_vox(surface, slice))
                .into_iter()
                .chain([self.metrics.coverage.measured(coverage, status)])
                .chain(length(
                    self.metrics.rq,
                    self.roughness.rms_vox(surface, slice),
                ))
                .chain(length(self.metrics.wq, self.waviness_vox(surface, slice)));
            rows.extend(measured.map(|row| row.on_surface(surface).on_slice(slice)));
        }
        rows
    }

    fn waviness_vox(&self, surface: Surface, slice: Option<usize>) -> Option<f64> {
        let spectrum: Spectrum = self.spectra.spectrum(surface, slice)?;
        let powers = BANDS.iter().zip(spectrum.power_vox2);
        let long = powers.filter(|(band, _)| band.shortest >= WAVES);
        Some(long.filter_map(|(_, power)| power).sum::<f64>().sqrt())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Mask, Spacing};

    use super::super::Variant;
    use super::*;

    /// A layer of one B-scan, three voxels thick, with its first voxel at a depth for each column.
    fn layer(columns: usize, top: impl Fn(usize) -> usize) -> Array3<bool> {
        Array3::from_shape_fn((columns, 1, 60), |(x, _, z)| {
            (top(x)..top(x) + 3).contains(&z)
        })
    }

    fn value(voxels: &Array3<bool>, metric: Metric) -> Option<f64> {
        let (nx, ny, nz) = voxels.dim();
        let grid = Grid::new([nx, ny, nz], Spacing::RSOM).unwrap();
        let mask = Mask::new(grid, voxels.clone()).unwrap();
        let rows = measure(&Pair::new(&mask, &mask).unwrap(), &Settings::default());
        let of = |r: &&Measurement| r.metric == metric && r.surface == Some(Surface::Upper);
        rows.iter().find(of).unwrap().value
    }

    #[test]
    fn waviness_tells_a_wave_of_the_skin_from_errors_of_single_columns() {
        // Four periods of 32 columns, a square wave of ±5: the first term of its Fourier series has the power 5² · 8 / π², the
        // others of wavelengths from 16 columns do not exist (even terms are 0, the third has 32 / 3). A zigzag has none.
        let wave = layer(128, |x| if x % 32 < 16 { 25 } else { 35 });
        let slope = 0.98; // The trend of a square wave is not quite 0.
        let expected = (25.0 * 8.0 / std::f64::consts::PI.powi(2)).sqrt();
        let found = value(&wave, WQ_VOX).unwrap();
        assert!(
            found > slope * expected && found < 1.02 * expected,
            "{found} not {expected}"
        );
        assert!((value(&wave, WQ_UM).unwrap() - 3.0 * found).abs() < 1e-9);
        let zigzag = layer(128, |x| 25 + 2 * (x % 2));
        assert!(value(&zigzag, WQ_VOX).unwrap() < 0.1);
        // Three of the five columns of a window are at the height of the middle one: it deviates by 2 · 2 / 5.
        let inner = value(&zigzag, RQ_VOX).unwrap();
        assert!((inner - 0.8).abs() < 0.01, "{inner}");
        // 15 columns are too few for a wave of 16.
        assert_eq!(value(&layer(15, |x| 25 + x % 2), WQ_VOX), None);
    }

    #[test]
    fn an_empty_mask_has_no_roughness_under_either_variant() {
        let shape = [8, 2, 9];
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let empty = Mask::new(grid, Array3::from_elem(shape, false)).unwrap();
        for variant in [Variant::Rsom, Variant::Gerl2019] {
            let settings = Settings {
                per_slice: true,
                roughness: variant,
                ..Settings::default()
            };
            for row in measure(&Pair::new(&empty, &empty).unwrap(), &settings) {
                assert_eq!((row.value, row.status), (None, Status::BothEmpty));
            }
        }
    }

    #[test]
    fn micrometres_need_a_known_voxel_size() {
        let voxels = layer(6, |x| 10 + 2 * (x % 2));
        for (spacing, known) in [(Spacing::RSOM, true), (Spacing::Unknown, false)] {
            let grid = Grid::new([6, 1, 60], spacing).unwrap();
            let mask = Mask::new(grid, voxels.clone()).unwrap();
            let settings = Settings {
                per_slice: false,
                ..Settings::default()
            };
            let rows = measure(&Pair::new(&mask, &mask).unwrap(), &settings);
            let find = |metric: Metric| {
                *rows
                    .iter()
                    .find(|r| r.metric == metric && r.surface == Some(Surface::Both))
                    .unwrap()
            };
            let (vox, um) = (find(RA_VOX), find(RA_UM));
            assert_eq!(vox.status, Status::Ok);
            if known {
                assert!((um.value.unwrap() - 3.0 * vox.value.unwrap()).abs() < 1e-12);
            } else {
                assert_eq!((um.value, um.status), (None, Status::Undefined));
            }
        }
    }
}

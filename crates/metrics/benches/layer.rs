//! Times the measures of layers on one full-size pair of masks: `cargo bench -p rsom-metrics --bench layer`.
//!
//! The pair has 333 × 171 × 500 voxels of 12 × 12 × 3 µm and wavy surfaces; those of the prediction are noisy. Each time is
//! the best of three, with a new `Pair`, so that no measure profits from the one before it.
#![allow(clippy::print_stdout, reason = "a benchmark prints its times")]

use std::hint::black_box;
use std::time::Instant;

use ndarray::{Array2, Array3};
use rsom_metrics::continuity::Continuity;
use rsom_metrics::gaps::Gaps;
use rsom_metrics::normals::{AngleDistance, angles_of_columns_deg, known_deg};
use rsom_metrics::roughness::{Roughness, Spectra, Variant};
use rsom_metrics::surface::surfaces_of_columns;
use rsom_metrics::thickness::{ThicknessAgreement, differences_vox};
use rsom_metrics::{Measure, Pair, Settings, Surface, evaluate};
use rsom_volume::{Grid, Mask, Spacing};

const SHAPE: [usize; 3] = [333, 171, 500];
const REPEATS: usize = 3;

fn main() {
    let [reference, prediction] = pair();
    for variant in [Variant::Rsom, Variant::Gerl2019] {
        for per_slice in [false, true] {
            println!("roughness {variant:?}, per_slice {per_slice}");
            let settings = Settings {
                per_slice,
                roughness: variant,
                ..Settings::default()
            };
            let of = |measures: &[Measure]| {
                let pair = Pair::new(&reference, &prediction);
                black_box(pair.map(|pair| evaluate(&pair, measures, &settings)).ok());
            };
            for measure in Measure::OF_LAYER {
                timed(&format!("{measure:?}"), || of(&[measure]));
            }
            timed("all of these", || of(&Measure::OF_LAYER));
            let more = || {
                let pair = Pair::new(&reference, &prediction);
                black_box(pair.map(|pair| further(&pair, &settings, |_, _| ())).ok());
            };
            timed("all further measures", more);
            timed("everything", || {
                of(&Measure::OF_LAYER);
                more();
            });
        }
    }
    println!("further measures one by one, in order, per_slice true");
    let settings = Settings {
        per_slice: true,
        dense: true,
        ..Settings::default()
    };
    if let Ok(pair) = Pair::new(&reference, &prediction) {
        further(&pair, &settings, |name, milliseconds| {
            println!("  {name:24} {milliseconds:8.1} ms");
        });
    }
    println!("{}", memory());
}

fn timed(name: &str, work: impl Fn()) {
    let best = (0..REPEATS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1000.0
    });
    println!("  {name:24} {:8.1} ms", best.fold(f64::INFINITY, f64::min));
}

/// Computes the measures that a library offers without rows of a table, for each region, and states the time of each.
fn further(pair: &Pair<'_>, settings: &Settings, done: impl Fn(&str, f64)) {
    let step = |name: &str, work: &dyn Fn()| {
        let start = Instant::now();
        work();
        done(name, start.elapsed().as_secs_f64() * 1000.0);
    };
    let all = pair.columns(&pair.whole());
    let slices = || pair.regions(settings.per_slice).map(|region| region.slice);
    let surfaces = [Surface::Upper, Surface::Lower, Surface::Both];
    step("Rq", &|| {
        let of = |columns| Roughness::of_columns(pair.whole().reference, columns, Variant::Rsom);
        for roughness in all.each_ref().map(|columns| of(columns)) {
            for slice in slices() {
                black_box(surfaces.map(|surface| roughness.rms_vox(surface, slice)));
            }
        }
    });
    step("spectrum", &|| {
        for columns in &all {
            let spectra = Spectra::of(&surfaces_of_columns(columns));
            for slice in slices() {
                black_box(surfaces.map(|surface| spectra.spectrum(surface, slice)));
            }
        }
    });
    step("gaps", &|| {
        for region in pair.regions(settings.per_slice) {
            let [reference, prediction] = pair.columns(&region);
            black_box(Gaps::of(&prediction, Some(&reference), settings.dense));
            black_box(Gaps::of(&reference, None, settings.dense));
        }
    });
    step("continuity", &|| {
        for region in pair.regions(settings.per_slice) {
            let both = pair.columns(&region);
            black_box(both.map(|columns| Continuity::of(&columns, settings.dense)));
        }
    });
    step("thickness agreement", &|| {
        for region in pair.regions(settings.per_slice) {
            let [reference, prediction] = pair.columns(&region);
            black_box(ThicknessAgreement::of(&differences_vox(
                &reference,
                &prediction,
            )));
        }
    });
    step("angle distance", &|| {
        let angles =
            |columns| angles_of_columns_deg(columns, [0.012, 0.012, 0.003], settings.dense);
        let [reference, prediction] = all.each_ref().map(|columns| angles(columns));
        for slice in slices() {
            for surface in surfaces {
                let of = |angles| known_deg(angles, surface, slice);
                black_box(AngleDistance::of(&of(&reference), &of(&prediction)));
            }
        }
    });
}

/// The most memory that this process has had, as Linux states it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("VmHWM: unknown").to_owned()
}

/// Reference and prediction.
fn pair() -> [Mask; 2] {
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

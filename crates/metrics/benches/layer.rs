//! Times the measures of layers on one full-size pair of masks: `cargo bench -p rsom-metrics --bench layer`.
//!
//! The pair has 333 × 171 × 500 voxels of 12 × 12 × 3 µm and wavy surfaces; those of the prediction are noisy. Each time is
//! the best of three, with a new `Pair`, so that no measure profits from the one before it.
#![allow(clippy::print_stdout, reason = "a benchmark prints its times")]

mod pair;

use std::hint::black_box;
use std::time::Instant;

use rsom_metrics::roughness::Variant;
use rsom_metrics::{Measure, Pair, Settings, evaluate};

const REPEATS: usize = 3;

fn main() {
    let [reference, prediction] = pair::pair();
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
        }
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

/// The most memory that this process has had, as Linux states it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("VmHWM: unknown").to_owned()
}

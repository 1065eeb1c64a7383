//! Times convolutions of several sizes by direct sums and by Winograd's tiles.
//!
//! Each number is the best of several runs, the two methods alternately, on one thread. The rate counts the operations of direct sums. The
//! last column says which method the networks use. The choice in `rsom-kernels` (`winograd/choice.rs`) comes from this table.
#![allow(clippy::print_stdout, reason = "a benchmark prints its times")]

use std::hint::black_box;
use std::time::Instant;

use rsom_kernels::correlate::{Finish, correlate};
use rsom_kernels::correlate_data::correlate_data;
use rsom_kernels::correlate_weights::correlate_weights;
use rsom_kernels::geometry::{Geometry, Method};
use rsom_kernels::instruction_set;
use rsom_kernels::planes::Source;
use rsom_kernels::winograd::{self, Filters, Pass};

const REPEATS: usize = 7;

/// Channels in and out, extents of the input, size of the kernel along each axis.
struct Case {
    channels: [usize; 2],
    extents: [usize; 3],
    kernel: [usize; 3],
}

/// Prints the table. `RSOM_INSTRUCTIONS` chooses the instructions.
///
/// # Errors
/// Instructions that this processor does not have.
pub fn run() -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let cases = cases();
    let instructions = instruction_set().map_err(|fault| fault.to_string())?;
    println!("instructions: {instructions}");
    println!(
        "| channels | extents | kernel | pass | direct | Winograd | direct / Winograd | used |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    pool.map_err(|fault| fault.to_string())?
        .install(|| cases.iter().for_each(time));
    Ok(())
}

/// The convolutions of the quickstart's networks, of the paper's and of others between them.
fn cases() -> Vec<Case> {
    let square = |c: usize| [c, c];
    let planes = [[1, 128, 96], [1, 496, 320]];
    let mut cases = Vec::new();
    for extents in planes {
        for kernel in [[1, 3, 3], [1, 5, 5]] {
            for channels in [8, 12, 16, 24, 32, 48, 64].map(square) {
                cases.push(Case {
                    channels,
                    extents,
                    kernel,
                });
            }
        }
    }
    for kernel in [[3, 3, 3], [3, 5, 5]] {
        for channels in [8, 16, 24, 32, 64].map(square) {
            cases.push(Case {
                channels,
                extents: [24, 48, 48],
                kernel,
            });
        }
    }
    for channels in [[8, 16], [16, 8], [32, 16], [16, 64]] {
        cases.push(Case {
            channels,
            extents: [1, 64, 48],
            kernel: [1, 3, 3],
        });
    }
    cases
}

fn time(case: &Case) {
    let [inputs, outputs] = case.channels;
    let padding = case.kernel.map(|k| k / 2);
    let Some(usual) = Geometry::new(case.extents, case.kernel, [1; 3], padding) else {
        return;
    };
    let [direct, tiles] =
        [Method::Direct, Method::Tiles].map(|method| Geometry { method, ..usual });
    let positions = usual.output_len();
    let taps: usize = case.kernel.iter().product();
    let x = numbers(inputs * usual.input_len());
    let dy = numbers(outputs * positions);
    let weights = numbers(outputs * inputs * taps);
    let source = |data, channels| Source {
        data,
        joined: None,
        positive: None,
        channels,
        positions,
    };
    let (x, dy) = (source(&x, inputs), source(&dy, outputs));
    let filters = Filters {
        weights: &weights,
        rows: outputs,
        columns: inputs,
        kernel: case.kernel,
        flipped: false,
    };
    let finish = || Finish {
        bias: None,
        relu: false,
        affine: None,
    };
    let operations = 2.0 * (inputs * outputs * taps * positions) as f64;
    let used = |channels, pass| {
        let by_tiles = winograd::suits::<f32>(&usual, channels, pass);
        if by_tiles { "Winograd" } else { "direct" }
    };
    let print = |pass: &str, seconds: [f64; 2], used: &str| {
        println!("{}", row(case, pass, (seconds, operations), used));
    };
    let forward = |g: &Geometry| drop(black_box(correlate(x, &filters, g, finish())));
    print(
        "forward",
        both(&direct, &tiles, forward),
        used([inputs, outputs], Pass::Result),
    );
    let data = |g: &Geometry| drop(black_box(correlate_data(dy, &weights, inputs, g)));
    print(
        "gradient of the data",
        both(&direct, &tiles, data),
        used([outputs, inputs], Pass::Result),
    );
    let gradient = |g: &Geometry| drop(black_box(correlate_weights(x, dy, g)));
    print(
        "gradient of the weights",
        both(&direct, &tiles, gradient),
        used([inputs, outputs], Pass::Weights),
    );
}

/// A row of the table.
fn row(
    case: &Case,
    pass: &str,
    ([direct, tiles], operations): ([f64; 2], f64),
    used: &str,
) -> String {
    let [inputs, outputs] = case.channels;
    let cell = |seconds: f64| {
        let rate = operations / seconds * 1e-9;
        format!("{:.3} ms, {rate:.0} Gflop/s", seconds * 1e3)
    };
    format!(
        "| {inputs} → {outputs} | {:?} | {:?} | {pass} | {} | {} | {:.2} | {used} |",
        case.extents,
        case.kernel,
        cell(direct),
        cell(tiles),
        direct / tiles,
    )
}

/// Seconds of the work by direct sums and by tiles.
fn both(direct: &Geometry, tiles: &Geometry, work: impl Fn(&Geometry)) -> [f64; 2] {
    let mut best = [f64::INFINITY; 2];
    for _ in 0..REPEATS {
        for (best, geometry) in best.iter_mut().zip([direct, tiles]) {
            let start = Instant::now();
            work(geometry);
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    best
}

/// Deterministic numbers in [−0.5, 0.5).
fn numbers(count: usize) -> Vec<f32> {
    let bits = (0..count as u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
    bits.map(|bits| bits as f32 / 16_777_216.0 - 0.5).collect()
}

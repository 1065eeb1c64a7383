//! Compares the measures with those of Python's libraries on one full-size pair of masks, in alternating runs:
//! `PYTHON=.venv/bin/python cargo bench -p rsom-metrics --bench peers`.
//!
//! Python needs numpy, MedPy, surface-distance and scikit-image. Prints a table in Markdown: medians of [`ROUNDS`] runs, and their ratio.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its times"
)]

mod pair;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rsom_metrics::surface_distance::{Border, of_surfels, of_voxels};
use rsom_metrics::vessels::{GraphSettings, VesselGraph};
use rsom_volume::Mask;

const ROUNDS: usize = 3;
const SPACING_MM: [f64; 3] = [0.012, 0.012, 0.003];

/// A comparison: its name, ours, the name of the script's task.
type Comparison = (&'static str, fn(&Mask, &Mask), &'static str);

const COMPARISONS: [Comparison; 3] = [
    (
        "HD95, ASSD and surface Dice by voxels; MedPy: HD95 and ASSD",
        voxels,
        "medpy",
    ),
    (
        "HD95, averages and surface Dice by surfels; surface-distance: the same",
        surfels,
        "surface_distance",
    ),
    (
        "skeleton and graph of vessels; scikit-image: skeleton",
        graph,
        "skeleton",
    ),
];

fn main() {
    let [reference, prediction] = pair::pair();
    let folder = std::env::temp_dir().join(format!("rsom-peers-{}", std::process::id()));
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| write(&folder.join("reference.u8"), &reference))
        .and_then(|()| write(&folder.join("prediction.u8"), &prediction));
    if let Err(error) = written {
        eprintln!("{}: {error}", folder.display());
        return;
    }
    println!("| work | ours | Python | ratio |\n|---|---|---|---|");
    for (name, ours, theirs) in COMPARISONS {
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            ours(&reference, &prediction);
            own.push(start.elapsed().as_secs_f64());
            match python(&folder, theirs) {
                Ok(seconds) => other.push(seconds),
                Err(error) => eprintln!("{theirs}: {error}"),
            }
        }
        let (own, other) = (median(own), median(other));
        println!(
            "| {name} | {own:.3} s | {other:.2} s | {:.3} |",
            own / other
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
}

fn voxels(reference: &Mask, prediction: &Mask) {
    let masks = [reference, prediction].map(|mask| mask.voxels().view());
    let found = of_voxels(masks[0], masks[1], SPACING_MM, Border::Closed);
    black_box(found.map(|d| {
        (
            d.hausdorff95_pooled_mm(),
            d.assd_mm(),
            d.surface_dice(0.006),
        )
    }));
}

fn surfels(reference: &Mask, prediction: &Mask) {
    let masks = [reference, prediction].map(|mask| mask.voxels().view());
    let found = of_surfels(masks[0], masks[1], SPACING_MM, Border::Closed);
    black_box(found.map(|d| (d.hausdorff95_mm(), d.averages_mm(), d.surface_dice(0.006))));
}

fn graph(_: &Mask, prediction: &Mask) {
    let spacing_um = SPACING_MM.map(|mm| mm * 1000.0);
    let graph = VesselGraph::of(
        prediction.voxels().view(),
        spacing_um,
        &GraphSettings::default(),
    );
    black_box(graph);
}

/// Writes a mask as bytes, z fastest.
fn write(path: &Path, mask: &Mask) -> std::io::Result<()> {
    let bytes: Vec<u8> = mask.voxels().iter().map(|set| u8::from(*set)).collect();
    std::fs::write(path, bytes)
}

/// Seconds that the script states for a task.
fn python(folder: &Path, task: &str) -> Result<f64, String> {
    let program = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers.py");
    let shape = pair::SHAPE.map(|length| length.to_string());
    let output = Command::new(program)
        .arg(script)
        .args([Path::new(task), folder])
        .args(shape)
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    text.trim().parse().map_err(|_| said.trim().to_owned())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

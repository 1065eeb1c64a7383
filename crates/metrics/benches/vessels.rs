//! Times the graph of vessels on one mask, and its skeleton alone.
//!
//! `cargo bench -p rsom-metrics --no-default-features --bench vessels -- mask.raw 333 171 500` reads a file with one byte per voxel
//! of shape (x, y, z), z fastest, not 0 inside. Compare with scikit-image's `skeletonize` of the same array.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for a person"
)]

use std::time::Instant;

use ndarray::Array3;
use rsom_metrics::vessels::{GraphSettings, Lengths, VesselGraph, vessel_skeleton};
use rsom_parameters::Parameters;

const SPACING_UM: [f64; 3] = [12.0, 12.0, 3.0];

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let [path, nx, ny, nz] = words.as_slice() else {
        println!("give a raw file and its shape: mask.raw 333 171 500");
        return;
    };
    let shape = [nx, ny, nz].map(|word| word.parse::<usize>().unwrap());
    let bytes = std::fs::read(path).unwrap();
    let voxels = bytes.iter().map(|byte| *byte != 0).collect();
    let mask = Array3::from_shape_vec(shape, voxels).unwrap();
    let settings = GraphSettings::from_map(&serde_json::Map::new()).unwrap();
    for _ in 0..3 {
        let start = Instant::now();
        let skeleton = vessel_skeleton(mask.view(), SPACING_UM);
        let thinning = start.elapsed().as_secs_f64();
        let voxels = skeleton.iter().filter(|set| **set).count();
        let start = Instant::now();
        let graph = VesselGraph::of(mask.view(), SPACING_UM, &settings);
        println!(
            "skeleton {thinning:.2} s ({voxels} voxels); mask to graph with radii, the skeleton included: {:.2} s ({} segments, \
             {} cycles, {:.0} µm)",
            start.elapsed().as_secs_f64(),
            graph.segments.len(),
            graph.cycles(),
            Lengths::of(&graph).total
        );
    }
}

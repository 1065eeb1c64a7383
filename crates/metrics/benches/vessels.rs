//! Times the skeleton of one mask.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program for a person")]
use std::time::Instant;
use ndarray::Array3;
use rsom_morphology::{Recheck, skeletonize};
fn main() {
    let path = std::env::args().skip(1).find(|a| !a.starts_with('-')).unwrap();
    let bytes = std::fs::read(path).unwrap();
    let mask = Array3::from_shape_vec((333, 171, 500), bytes.iter().map(|b| *b > 0).collect()).unwrap();
    for recheck in [Recheck::Connectivity, Recheck::Topology] {
        let start = Instant::now();
        let skeleton = skeletonize(mask.view(), recheck);
        println!("{recheck:?} {:.3} s, {}", start.elapsed().as_secs_f64(), skeleton.iter().filter(|v| **v).count());
    }
}

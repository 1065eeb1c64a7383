//! What is compared with PyTorch, and the results.

use std::path::Path;

use crate::measurement::{Measurement, median};
use crate::work::Work;

/// Settings of the comparison.
pub struct Settings<'a> {
    /// Python interpreter with torch.
    pub python: &'a str,
    /// Script that runs the PyTorch side.
    pub script: &'a Path,
    pub threads: usize,
    /// Number of alternating runs of all sides.
    pub rounds: usize,
    /// Number of timed passes per run.
    pub runs: usize,
    /// Date on the page.
    pub date: &'a str,
    /// Sets of vector instructions, by the names of `RSOM_INSTRUCTIONS`.
    pub instructions: &'a [String],
}

/// Results with one set of instructions.
pub struct Part {
    /// Name of the set.
    pub instructions: String,
    /// Gflop/s of multiply-adds in registers.
    pub peak: f64,
    pub lines: Vec<Line>,
}

/// Results of all sides for one row.
pub struct Line {
    pub work: Work,
    /// Largest accepted ratio of times. `None` with other instructions.
    pub limit: Option<f64>,
    pub ours: Side,
    /// PyTorch with its usual layout of memory.
    pub plain: Side,
    /// PyTorch with channels last.
    pub channels_last: Side,
    /// An additional run of rsom, with the time of each op.
    pub profile: Measurement,
}

/// What one side took.
#[derive(Default)]
pub struct Side {
    pub peer: String,
    pub seconds: Vec<f64>,
    pub peak_mb: Vec<f64>,
}

impl Side {
    pub fn add(&mut self, measured: Measurement) {
        self.peer = measured.peer;
        self.seconds.extend(measured.seconds);
        self.peak_mb.extend(measured.peak_mb);
    }
}

impl Line {
    /// Our median time over that of the faster of PyTorch's layouts.
    pub fn ratio(&self) -> f64 {
        let theirs = [&self.plain, &self.channels_last].map(|side| median(&side.seconds));
        median(&self.ours.seconds) / theirs[0].min(theirs[1])
    }
}

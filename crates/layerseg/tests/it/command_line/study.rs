//! A folder of small scans, in which the program runs.

use std::path::PathBuf;
use std::process::Command;

use ndarray::{Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_testing::{Finished, Folder, Program};
use rsom_volume::{Grid, LabelMap, Scan, Spacing};
use serde_json::Value;

const LAYERSEG: Program = Program::new(env!("CARGO_BIN_EXE_rsom-layerseg"));

pub const SHAPE: [usize; 3] = [16, 4, 18];

/// A folder with scans of a bright band, their masks and their label maps (the band is 4 and 5).
pub struct Study {
    folder: Folder,
}

impl Study {
    pub fn new() -> Self {
        let folder = Folder::new();
        for seed in 0..3 {
            let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
            let depth =
                |x: usize, y: usize, z: usize| z.wrapping_sub(4 + (seed * 3 + x / 6 + y) % 5);
            let [x, y, z] = SHAPE;
            let noise = |x, y, z| (x * 7 + y * 13 + z * 29 + seed * 5) % 60;
            let scan = Array4::from_shape_fn((x, y, z, 1), |(x, y, z, _)| {
                (noise(x, y, z) + if depth(x, y, z) < 4 { 150 } else { 0 }) as f32
            });
            let labels = Array3::from_shape_fn((x, y, z), |(x, y, z)| match depth(x, y, z) {
                0 | 1 => 4,
                2 | 3 => 5,
                _ => 1,
            });
            let scan = Scan::new(grid.clone(), vec!["LF".into()], scan).unwrap();
            let labels = LabelMap::new(grid, labels, Default::default()).unwrap();
            let at = |name: &str| folder.join(format!("{name}{seed}.nii.gz"));
            nifti::write_scan(&at("scan"), &scan, Storage::Uint8).unwrap();
            nifti::write_mask(&at("mask"), &labels.select(&[4, 5])).unwrap();
            nifti::write_labels(&at("labels"), &labels).unwrap();
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn run(&self, words: &str) -> Finished {
        LAYERSEG.run(&self.folder, words)
    }

    pub fn command(&self, words: &str) -> Command {
        LAYERSEG.command(&self.folder, words)
    }

    /// Runs the program, expects success, and returns the `--json` line.
    pub fn result(&self, words: &str) -> Value {
        LAYERSEG.result(&self.folder, words)
    }

    /// Runs the program, expects this exit code, and returns the error line.
    pub fn fault(&self, words: &str, code: i32) -> String {
        self.run(words).expect_code(code).error()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

pub const NETWORK: &str = "--depth 2 --width 4 --learning-rate 0.01 --z-shift=-0.1,0.1 --mirror";
pub const SCANS: &str = "--image scan0.nii.gz scan1.nii.gz --mask mask0.nii.gz mask1.nii.gz --validation-image scan2.nii.gz --validation-mask mask2.nii.gz";

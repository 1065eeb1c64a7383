//! `rsom-preprocess normalize`.

use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary};
use serde::Deserialize;

use super::{fault, volumes};
use crate::{Range, Window, normalize};

/// The command `normalize`.
pub(super) fn command() -> Command {
    let about = "Stretch the intensities of each channel onto 0 to 255 or 0 to 1";
    Command::new("normalize", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .output(Port::required("output", Kind::Volume, "The scan with stretched intensities"))
        .parameters(parameters(&["max", "percentile", "z_score"]))
        .example("rsom-preprocess normalize --image scan.nii.gz --output bytes.nii.gz --window percentile --percentile-high 99.9")
}

/// How intensities are stretched; `windows` are the words to choose from.
pub(super) fn parameters(windows: &[&str]) -> Vec<Parameter> {
    let percentile = |name, about| Parameter::number(name, about).at_least(0.0).at_most(100.0);
    vec![
        Parameter::choice("window", windows, "Intensities that become bottom and top: 0 and the maximum, two percentiles, or mean ± standard deviations").default("percentile"),
        percentile("percentile_low", "Percentile that becomes the bottom").default(1.0).unit("%"),
        percentile("percentile_high", "Percentile that becomes the top").default(99.0).unit("%"),
        Parameter::number("clip_sd", "Half the window of z_score").default(3.0).at_least(1e-6).unit("standard deviations"),
        Parameter::choice("range", &["unit", "byte"], "Range of the result: 0 to 1, or whole numbers from 0 to 255").default("byte"),
    ]
}

/// The parameters of [`parameters`].
#[derive(Deserialize)]
pub(super) struct Settings {
    window: Word,
    percentile_low: f64,
    percentile_high: f64,
    clip_sd: f64,
    range: Range,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    None,
    Max,
    Percentile,
    ZScore,
}

impl Settings {
    /// The window and range, unless intensities stay as they are.
    pub fn window(&self) -> Option<(Window, Range)> {
        let window = match self.window {
            Word::None => return None,
            Word::Max => Window::Max,
            Word::Percentile => Window::Percentile {
                low: self.percentile_low,
                high: self.percentile_high,
            },
            Word::ZScore => Window::ZScore {
                clip_sd: self.clip_sd,
            },
        };
        Some((window, self.range))
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let path = invocation.input("image")?;
    let mut scan = ports::load_scan(path)?;
    if let Some((window, range)) = settings.window() {
        scan = normalize(scan, window, range).map_err(fault::of_step(path))?;
    }
    ports::write_scan(invocation, "output", &scan, volumes::storage(&scan))?;
    Ok(Summary::new().with("channels", scan.channels().to_vec()))
}

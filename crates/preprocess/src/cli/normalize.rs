//! `rsom-preprocess normalize`.

use rsom_io::ports;
use rsom_parameters::{Choice, OrNone, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::{fault, volumes};
use crate::{Range, Window, normalize};

/// The command `normalize`.
pub(super) fn command() -> Command {
    let about = "Stretch the intensities of each channel to the range 0 to 255 or 0 to 1";
    Command::new("normalize", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .output(Port::required("output", Kind::Volume, "The scan with stretched intensities"))
        .parameters(Settings::declare())
        .example("rsom-preprocess normalize --image scan.nii.gz --output bytes.nii.gz --window percentile --percentile-high 99.9")
}

/// The parameters of the command, which always stretches.
#[derive(Parameters)]
struct Settings {
    /// Intensities that become bottom and top: 0 and the maximum, two percentiles, or mean ± standard deviations.
    #[parameter(default = WindowKind::Percentile, advanced)]
    window: WindowKind,
    #[parameter(flatten)]
    details: Details,
}

/// Settings of the intensity stretch that several commands share; each command adds its own parameter `window`.
#[derive(Parameters)]
pub(super) struct Details {
    /// Percentile that becomes the bottom.
    #[parameter(default = 1.0, min = 0, max = 100, unit = "%", advanced)]
    percentile_low: f64,
    /// Percentile that becomes the top.
    #[parameter(default = 99.0, min = 0, max = 100, unit = "%", advanced)]
    percentile_high: f64,
    /// Half width of the window of 'z_score'.
    #[parameter(default = 3.0, min = 1e-6, unit = "standard deviations", advanced)]
    clip_sd: f64,
    /// Range of the result: 'unit' is 0 to 1, 'byte' whole numbers from 0 to 255.
    #[parameter(default = Range::Byte, advanced)]
    range: Range,
}

/// The intensities that become bottom and top of the range.
#[derive(Debug, Clone, Copy, Choice)]
pub(super) enum WindowKind {
    Max,
    Percentile,
    ZScore,
}

impl Details {
    /// The window and range; `None` when intensities stay as they are.
    pub fn window(&self, kind: OrNone<WindowKind>) -> Option<(Window, Range)> {
        let window = match kind.given()? {
            WindowKind::Max => Window::Max,
            WindowKind::Percentile => Window::Percentile {
                low: self.percentile_low,
                high: self.percentile_high,
            },
            WindowKind::ZScore => Window::ZScore {
                clip_sd: self.clip_sd,
            },
        };
        Some((window, self.range))
    }
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.input("image")?;
    let mut scan = ports::load_scan(path)?;
    if let Some((window, range)) = settings.details.window(OrNone::Given(settings.window)) {
        scan = normalize(scan, window, range).map_err(fault::of_step(path))?;
    }
    ports::write_scan(invocation, "output", &scan, volumes::storage(&scan))?;
    Ok(Summary::new().with("channels", scan.channels().to_vec()))
}

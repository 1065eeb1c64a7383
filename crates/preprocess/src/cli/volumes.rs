//! The volumes that a step processes together, and the volumes of shape (x, y, 1) with one value per column.

use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};
use rsom_formats::nifti::Storage;
use rsom_io::ports;
use rsom_stage::{Command, Invocation, Kind, Port, StageError};
use rsom_volume::{Grid, LabelMap, Mask, Scan};

use super::fault;
use crate::{Rearrangement, Shifts, Surface};

/// A scan, a label map and a mask on one grid; at least one of them.
#[derive(Debug, Default)]
pub(super) struct Volumes {
    /// The file to name in messages.
    pub path: PathBuf,
    pub scan: Option<Scan>,
    pub labels: Option<LabelMap>,
    pub mask: Option<Mask>,
}

const PORTS: [(&str, &str); 3] = [
    ("image", "output"),
    ("labels", "output_labels"),
    ("mask", "output_mask"),
];

/// Adds the inputs and outputs of [`Volumes`] to a command.
pub(super) fn with_ports(command: Command) -> Command {
    command
        .input(Port::optional("image", Kind::Volume, "Scan"))
        .input(Port::optional(
            "labels",
            Kind::Labels,
            "Label map on the grid of the scan",
        ))
        .input(Port::optional(
            "mask",
            Kind::Mask,
            "Mask on the grid of the scan",
        ))
        .output(Port::optional(
            "output",
            Kind::Volume,
            "The scan after the step",
        ))
        .output(Port::optional(
            "output_labels",
            Kind::Labels,
            "The label map after the step",
        ))
        .output(Port::optional(
            "output_mask",
            Kind::Mask,
            "The mask after the step",
        ))
}

impl Volumes {
    /// Reads the given volumes.
    ///
    /// # Errors
    /// Exit code 2: no volume is given, or an input without its output or the reverse. Exit code 3: a file is broken,
    /// or its grid differs from that of the first.
    pub fn read(invocation: &Invocation) -> Result<Self, StageError> {
        let flag = |name: &str| name.replace('_', "-");
        for (input, output) in PORTS {
            let given = invocation.optional_input(input).is_some();
            if given != invocation.optional_output(output).is_some() {
                let (there, missing) = if given {
                    (input, output)
                } else {
                    (output, input)
                };
                let (there, missing) = (flag(there), flag(missing));
                return Err(StageError::usage(format_args!(
                    "--{there} needs --{missing}"
                )));
            }
        }
        let load = |name: &str| invocation.optional_input(name);
        let mut volumes = Self {
            scan: load("image").map(ports::load_scan).transpose()?,
            labels: load("labels").map(ports::load_labels).transpose()?,
            mask: load("mask").map(ports::load_mask).transpose()?,
            path: PathBuf::new(),
        };
        volumes.path = volumes.require_one_grid(invocation)?;
        Ok(volumes)
    }

    fn require_one_grid(&self, invocation: &Invocation) -> Result<PathBuf, StageError> {
        let grids = [
            self.scan.as_ref().map(Scan::grid),
            self.labels.as_ref().map(LabelMap::grid),
            self.mask.as_ref().map(Mask::grid),
        ];
        let mut first: Option<(&Path, &Grid)> = None;
        for ((input, _), grid) in PORTS.into_iter().zip(grids) {
            let (Some(path), Some(grid)) = (invocation.optional_input(input), grid) else {
                continue;
            };
            match first {
                None => first = Some((path, grid)),
                Some((left_path, left)) => {
                    ports::require_same_grid(left_path, left, path, grid)?;
                }
            }
        }
        first
            .map(|(path, _)| path.to_path_buf())
            .ok_or_else(|| StageError::usage("give --image, --labels or --mask"))
    }

    /// The grid of all volumes.
    ///
    /// # Errors
    /// Exit code 2 when there is no volume, which [`Volumes::read`] already refuses.
    pub fn grid(&self) -> Result<&Grid, StageError> {
        self.scan
            .as_ref()
            .map(Scan::grid)
            .or_else(|| self.labels.as_ref().map(LabelMap::grid))
            .or_else(|| self.mask.as_ref().map(Mask::grid))
            .ok_or_else(|| StageError::usage("give --image, --labels or --mask"))
    }

    /// Applies a step to every volume.
    ///
    /// # Errors
    /// Exit code 2 or 3 when the step does not fit.
    pub fn through(self, step: &impl Rearrangement) -> Result<Self, StageError> {
        let fault = fault::of_step(&self.path);
        Ok(Self {
            scan: self
                .scan
                .map(|v| step.scan(&v))
                .transpose()
                .map_err(&fault)?,
            labels: self
                .labels
                .map(|v| step.labels(&v))
                .transpose()
                .map_err(&fault)?,
            mask: self
                .mask
                .map(|v| step.mask(&v))
                .transpose()
                .map_err(&fault)?,
            path: self.path.clone(),
        })
    }

    /// Writes every volume to its output.
    ///
    /// # Errors
    /// Exit code 4: a file cannot be written.
    pub fn write(&self, invocation: &Invocation) -> Result<(), StageError> {
        if let Some(scan) = &self.scan {
            ports::write_scan(invocation, "output", scan, storage(scan))?;
        }
        if let Some(labels) = &self.labels {
            ports::write_labels(invocation, "output_labels", labels)?;
        }
        if let Some(mask) = &self.mask {
            ports::write_mask(invocation, "output_mask", mask)?;
        }
        Ok(())
    }
}

/// The smallest storage type that represents every intensity exactly.
pub(super) fn storage(scan: &Scan) -> Storage {
    let within = |low: f32, high: f32| {
        let mut values = scan.intensities().iter();
        values.all(|v| v.fract() == 0.0 && (low..=high).contains(v))
    };
    if within(0.0, 255.0) {
        Storage::Uint8
    } else if within(0.0, 65_535.0) {
        Storage::Uint16
    } else if within(-32_768.0, 32_767.0) {
        Storage::Int16
    } else {
        Storage::Float32
    }
}

/// Reads a surface: a volume of shape (x, y, 1) with depths in voxels, on the columns of `grid`; `of` is the file of
/// that grid, for messages.
///
/// # Errors
/// Exit code 3: the file is broken, or has other columns.
pub(super) fn load_surface(path: &Path, of: &Path, grid: &Grid) -> Result<Surface, StageError> {
    let scan = ports::load_scan(path)?;
    ports::require_same_grid(path, scan.grid(), of, &columns(grid)?)?;
    let depths = scan.intensities().index_axis(Axis(3), 0);
    Ok(Surface {
        depth_vox: depths.index_axis(Axis(2), 0).to_owned(),
    })
}

/// Writes a surface as [`load_surface`] reads it; `grid` is the grid of its scan.
///
/// # Errors
/// Exit code 4: the file cannot be written.
pub(super) fn write_surface(
    invocation: &Invocation,
    output: &str,
    surface: &Surface,
    grid: &Grid,
) -> Result<(), StageError> {
    let values = surface.depth_vox.clone();
    let values = values.insert_axis(Axis(2)).insert_axis(Axis(3));
    let scan = Scan::new(columns(grid)?, vec!["depth_vox".into()], values);
    let scan = scan.map_err(StageError::failure)?;
    ports::write_scan(invocation, output, &scan, Storage::Float32)
}

/// Reads shifts: a label map of shape (x, y, 1) with shifts in voxels along depth, on the columns of `grid`; `of` is
/// the file of that grid, for messages.
///
/// # Errors
/// Exit code 3: the file is broken, or has other columns.
pub(super) fn load_shifts(path: &Path, of: &Path, grid: &Grid) -> Result<Shifts, StageError> {
    let map = ports::load_labels(path)?;
    ports::require_same_grid(path, map.grid(), of, &columns(grid)?)?;
    let voxels: Array2<i32> = map.labels().index_axis(Axis(2), 0).to_owned();
    Ok(Shifts { voxels })
}

/// Writes shifts as [`load_shifts`] reads them; `grid` is that of the flattened scan.
///
/// # Errors
/// Exit code 4: the file cannot be written.
pub(super) fn write_shifts(
    invocation: &Invocation,
    output: &str,
    shifts: &Shifts,
    grid: &Grid,
) -> Result<(), StageError> {
    let values = shifts.voxels.clone().insert_axis(Axis(2));
    let map = LabelMap::new(columns(grid)?, values, [].into()).map_err(StageError::failure)?;
    ports::write_labels(invocation, output, &map)
}

/// The grid of a volume with one value per column: the uppermost voxels of `grid`.
fn columns(grid: &Grid) -> Result<Grid, StageError> {
    let [x, y, _] = grid.shape();
    grid.window([0; 3], [x, y, 1]).map_err(StageError::failure)
}

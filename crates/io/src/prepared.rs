//! Prepared scans: the input of networks, also in the layout of the released software.

use std::path::Path;

use ndarray::s;
use rsom_stage::StageError;
use rsom_volume::{Axes, Grid, Mask, Scan, VolumeError};

use crate::ports;
use rsom_formats::nifti::{self, VoxelType};

/// A prepared scan, and the order of axes of its file.
#[derive(Debug, Clone)]
pub struct PreparedScan {
    /// The scan, with axes x, y, z.
    pub scan: Scan,
    /// The order of axes of the file; converts results back to it.
    pub file: FileAxes,
}

/// The order of axes of a file; converts results back to it.
#[derive(Debug, Clone)]
pub struct FileAxes {
    /// The file's grid, when its axes are z, y, x.
    turned: Option<Grid>,
}

impl PreparedScan {
    /// Reads a prepared scan.
    ///
    /// The released software writes RGB24 with axes z, y, x and an identity affine: LF in red, HF in green, and an
    /// empty blue channel. Its axes are reordered, and the blue channel is dropped when it is empty.
    ///
    /// # Errors
    /// Exit code 3: the file is broken or unsupported.
    pub fn load(path: &Path) -> Result<Self, StageError> {
        let at = |fault| ports::at_input(path, fault);
        let header = nifti::read_header(path).map_err(at)?;
        let scan = ports::load_scan(path)?;
        if header.voxel_type != VoxelType::Rgb24 {
            let file = FileAxes { turned: None };
            return Ok(Self { scan, file });
        }
        let failed = |e: VolumeError| StageError::input(path, e);
        let scan = without_empty_blue(scan).map_err(failed)?;
        let turned = scan
            .grid()
            .has_identity_affine()
            .then(|| scan.grid().clone());
        let scan = match &turned {
            Some(_) => Axes::ZYX.scan(scan).map_err(failed)?,
            None => scan,
        };
        let file = FileAxes { turned };
        Ok(Self { scan, file })
    }
}

impl FileAxes {
    /// Converts a mask on the scan's grid to the file's order of axes.
    ///
    /// # Errors
    /// A mask on another grid.
    pub fn mask(&self, mask: Mask) -> Result<Mask, VolumeError> {
        let Some(grid) = &self.turned else {
            return Ok(mask);
        };
        let voxels = Axes::ZYX.inverse().array(mask.into_parts().1);
        Mask::new(grid.clone(), voxels)
    }

    /// Converts channels on the scan's grid to the file's order of axes.
    ///
    /// # Errors
    /// Channels on another grid.
    pub fn scan(&self, scan: Scan) -> Result<Scan, VolumeError> {
        let Some(grid) = &self.turned else {
            return Ok(scan);
        };
        let (_, names, values) = Axes::ZYX.inverse().scan(scan)?.into_parts();
        Scan::new(grid.clone(), names, values)
    }
}

fn without_empty_blue(scan: Scan) -> Result<Scan, VolumeError> {
    let blue = scan.channel(2);
    if blue.is_none_or(|blue| blue.iter().any(|v| *v != 0.0)) {
        return Ok(scan);
    }
    let (grid, _, values) = scan.into_parts();
    let values = values.slice(s![.., .., .., ..2]).to_owned();
    Scan::new(grid, vec!["LF".into(), "HF".into()], values)
}

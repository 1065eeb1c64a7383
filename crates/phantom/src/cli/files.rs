//! Writes the files of a phantom.

use std::path::Path;

use ndarray::Axis;
use rsom_formats::nifti::Storage;
use rsom_io::ports;
use rsom_io::rsom_mat;
use rsom_parameters::Choice;
use rsom_stage::{Invocation, StageError};
use rsom_volume::Scan;
use rsom_volume::{RawChannel, SkinSurface};

use super::tree;
use crate::{Phantom, PhantomError};

/// Format of the scans of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Format {
    /// NIfTI, with intensities from 0 to 255.
    Nifti,
    /// MATLAB, as the scanner's software writes reconstructions.
    Mat,
}

/// Precision of MATLAB files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Precision {
    /// 32-bit floating point.
    Single,
    /// 64-bit floating point.
    Double,
}

/// Location of the files of a scan: a folder and a file name prefix.
pub(super) struct Place<'a> {
    pub invocation: &'a Invocation,
    pub folder: &'a Path,
    pub id: &'a str,
}

/// A role in the manifest, and the file name for it.
pub(super) type RoleFile = (&'static str, String);

impl Place<'_> {
    /// Writes the scan and its surface as NIfTI.
    pub fn nifti(&self, phantom: &Phantom) -> Result<Vec<RoleFile>, StageError> {
        let (image, surface) = (self.named("image.nii.gz"), self.named("surface.nii.gz"));
        let depths = surface_of(phantom)?;
        ports::save_scan(
            self.invocation,
            &self.folder.join(&image),
            &phantom.scan,
            Storage::Uint8,
        )?;
        ports::save_scan(
            self.invocation,
            &self.folder.join(&surface),
            &depths,
            Storage::Float32,
        )?;
        Ok(vec![("image", image), ("surface", surface)])
    }

    /// Writes the scan and its surface in the scanner's MATLAB format, and the depths of the surface as NIfTI.
    pub fn mat(
        &self,
        phantom: &Phantom,
        stamp: &str,
        precision: Precision,
        compressed: bool,
    ) -> Result<Vec<RoleFile>, StageError> {
        let mut written = Vec::new();
        for (index, role) in ["lf", "hf"].into_iter().enumerate() {
            let voxels = phantom.scan.intensities().index_axis(Axis(3), index);
            let channel = match precision {
                Precision::Single => RawChannel::Single(voxels.to_owned()),
                Precision::Double => RawChannel::Double(voxels.mapv(f64::from)),
            };
            let name = self.named(&format!("{}.mat", role.to_uppercase()));
            rsom_mat::write_channel(&self.folder.join(&name), &channel, compressed)?;
            written.push((role, name));
        }
        let [dx, dy, _] = rsom_mat::SPACING_MM;
        let surface = SkinSurface {
            // The scanner's software counts heights in half voxels.
            heights: phantom.surface_vox.mapv(|depth| 2.0 * f64::from(depth)),
            step_mm: [dx, dy],
        };
        let name = format!("Surf_{stamp}_.mat");
        rsom_mat::write_surface(&self.folder.join(&name), &surface)?;
        written.push(("surface", name));
        let name = self.named("depth.nii.gz");
        let depths = surface_of(phantom)?;
        ports::save_scan(
            self.invocation,
            &self.folder.join(&name),
            &depths,
            Storage::Float32,
        )?;
        written.push(("depth", name));
        Ok(written)
    }

    /// Writes the truth: masks, and the graph if there are trees.
    pub fn truth(&self, phantom: &Phantom) -> Result<Vec<RoleFile>, StageError> {
        let (layer, vessels) = (self.named("layer.nii.gz"), self.named("vessels.nii.gz"));
        ports::save_mask(self.invocation, &self.folder.join(&layer), &phantom.layer)?;
        ports::save_mask(
            self.invocation,
            &self.folder.join(&vessels),
            &phantom.vessels,
        )?;
        let mut written = vec![("layer", layer), ("vessels", vessels)];
        if let Some(tree) = &phantom.tree {
            let names = ["nodes.parquet", "segments.parquet", "tree.swc"].map(|n| self.named(n));
            let [nodes, segments, swc] = names.each_ref().map(|n| self.folder.join(n));
            tree::save(self.invocation, tree, [&nodes, &segments])?;
            tree::save_swc(self.invocation, tree, &swc)?;
            written.extend(["nodes", "segments", "swc"].into_iter().zip(names));
        }
        Ok(written)
    }

    fn named(&self, ending: &str) -> String {
        format!("{}_{ending}", self.id)
    }
}

/// The surface as a volume of shape (x, y, 1) with depths in voxels, on the scan's columns.
///
/// # Errors
/// Never for a phantom of this library.
pub(super) fn surface_of(phantom: &Phantom) -> Result<Scan, StageError> {
    let [x, y, _] = phantom.scan.grid().shape();
    let grid = phantom.scan.grid().window([0; 3], [x, y, 1]);
    let values = phantom.surface_vox.clone();
    let values = values.insert_axis(Axis(2)).insert_axis(Axis(3));
    Scan::new(
        grid.map_err(StageError::failure)?,
        vec!["depth_vox".into()],
        values,
    )
    .map_err(StageError::failure)
}

/// Invalid settings are usage errors (exit code 2).
pub(super) fn fault(error: PhantomError) -> StageError {
    StageError::usage(error)
}

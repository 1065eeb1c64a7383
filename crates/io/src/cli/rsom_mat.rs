//! `rsom-io import rsom-mat` and `manifest sessions`.

use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::{
    Command, Invocation, Kind, Port, Progress, StageError, Summary, atomic, fingerprint, log,
};

use super::manifest::refuse_existing;
use crate::ports;
use crate::rsom_mat;
use rsom_manifest as manifest;
use rsom_volume::RawScan;

/// The commands for raw RSOM scans.
pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("import rsom-mat", "Convert the MATLAB files of a raw RSOM scan to one volume", import)
            .input(Port::required("lf", Kind::Document, "MATLAB file of the low frequencies (variable R: z, y, x)"))
            .input(Port::required("hf", Kind::Document, "MATLAB file of the high frequencies"))
            .input(Port::optional("surface", Kind::Document, "MATLAB file of the skin surface (surfSmooth, dx, dy); stored in the sidecar for 'preprocess'"))
            .output(Port::required("output", Kind::Volume, "Volume with the channels LF and HF, before leveling"))
            .example("rsom-io import rsom-mat --lf R_20200102_EX01_LF.mat --hf R_20200102_EX01_HF.mat --surface Surf_20200102_.mat --output scan.nii.gz"),
        Command::new("manifest sessions", "Find the raw RSOM scans of a folder by their file names, and describe them in a manifest", sessions)
            .input(Port::required("input", Kind::Directory, "Folder with R_<stamp>_<id>_LF.mat, …_HF.mat and Surf_<stamp>_.mat; subfolders are searched too"))
            .output(Port::required("output", Kind::Document, "Manifest to write (YAML), with the roles lf, hf and surface"))
            .parameters(Sessions::declare())
            .example("rsom-io manifest sessions --input scans --output scans.yaml"),
    ]
}

fn import(invocation: &Invocation) -> Result<Summary, StageError> {
    let channel = |port: &str| {
        let path = invocation.input(port)?;
        rsom_mat::read_channel(path).map_err(|e| ports::at_input(path, e))
    };
    let channels = [channel("lf")?, channel("hf")?];
    let surface = |path: &Path| rsom_mat::read_surface(path).map_err(|e| ports::at_input(path, e));
    let surface = invocation.optional_input("surface").map(surface);
    let scan = RawScan {
        channels,
        surface: surface.transpose()?,
    };
    let grid = rsom_mat::save(invocation, invocation.output("output")?, &scan)?;
    Ok(Summary::new()
        .with("shape", grid.shape().to_vec())
        .with("surface", scan.surface.is_some()))
}

#[derive(Parameters)]
struct Sessions {
    /// Name of the data set.
    #[parameter(default = "scans")]
    name: String,
    /// Replace an existing manifest; its attributes and folds are lost.
    force: bool,
}

fn sessions(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Sessions = invocation.settings()?;
    let folder = invocation.input("input")?;
    refuse_existing(invocation.output("output")?, settings.force)?;
    let found = rsom_mat::find_sessions(folder)?;
    if found.sessions.is_empty() && found.incomplete.is_empty() {
        let fault = "there are no files R_<stamp>_<id>_LF.mat and R_<stamp>_<id>_HF.mat";
        return Err(StageError::input(folder, fault));
    }
    if let ([], Some(first)) = (found.sessions.as_slice(), found.incomplete.first()) {
        let fault = format_args!("{} has no matching {}", first.found, first.missing);
        return Err(StageError::input(folder, fault));
    }
    let files: usize = found
        .sessions
        .iter()
        .map(|s| 2 + usize::from(s.surface.is_some()))
        .sum();
    let mut progress = Progress::start("hashing", files as u64);
    let hash = &mut |path: &Path| {
        progress.advance(1);
        fingerprint::of_path(path)
    };
    let (manifest, unreadable) =
        rsom_mat::manifest_of(&settings.name, folder, &found.sessions, hash)?;
    progress.finish();
    if let ([], Some(first)) = (manifest.scans.as_slice(), unreadable.first()) {
        return Err(StageError::input(folder, first));
    }
    for doubt in found.doubts.iter().chain(&unreadable) {
        log::warn(format_args!("{doubt}: skipped"));
    }
    for scan in &found.incomplete {
        log::warn(format_args!(
            "{} has no matching {}: skipped",
            scan.found, scan.missing
        ));
    }
    let bare = found.sessions.iter().filter(|s| s.surface.is_none());
    for session in bare.clone() {
        log::warn(format_args!(
            "{} has no surface Surf_{}_.mat",
            session.lf, session.stamp
        ));
    }
    let text = manifest::to_yaml(&manifest)?;
    atomic::write_bytes(invocation.output("output")?, text.as_bytes())?;
    Ok(Summary::new()
        .with("scans", manifest.scans.len())
        .with("incomplete", found.incomplete.len() + unreadable.len())
        .with("without_surface", bare.count()))
}

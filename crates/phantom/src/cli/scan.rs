//! `rsom-phantom scan`: generates one scan.

use rsom_formats::nifti::Storage;
use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::settings::{parameters, scene};
use super::truth::{Names, Rows};
use super::{files, tree};
use crate::{Subject, generate};

/// The command `scan`.
pub(super) fn command() -> Command {
    Command::new("scan", "Generate one scan from a seed", run)
        .output(Port::required("image", Kind::Volume, "Scan with the channels LF and HF, from 0 to 255"))
        .output(Port::required("layer", Kind::Mask, "Mask of the epidermis"))
        .output(Port::optional("vessels", Kind::Mask, "Mask of capillary loops and vessels"))
        .output(Port::optional("surface", Kind::Volume, "Depth of the skin surface in voxels, of shape (x, y, 1)"))
        .output(Port::optional("truth", Kind::Table, "True quantities of the scene: thickness, volumes, lengths, counts").with_table(super::truth::contents()))
        .output(Port::optional("swc", Kind::Document, "Lines and radii of the arterial trees as SWC"))
        .parameters(Settings::declare())
        .parameters(parameters())
        .example("rsom-phantom scan --seed 1 --image scan.nii.gz --layer layer.nii.gz")
        .example("rsom-phantom scan --seed 1 --shape 96,16,128 --image scan.nii.gz --layer layer.nii.gz --vessels vessels.nii.gz")
        .example("rsom-phantom scan --seed 1 --rendering physical --vessels-per-mm2 0 --tree-terminals-per-mm2 60 --image scan.nii.gz --layer layer.nii.gz --swc tree.swc")
}

#[derive(Parameters)]
struct Settings {
    /// Seed of the scan.
    #[parameter(required, min = 0)]
    seed: u64,
    /// Seed of the properties that all scans of a subject share (unset: the seed).
    #[parameter(min = 0)]
    subject_seed: Option<u64>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let population = scene(invocation, &[])?;
    if invocation.optional_output("swc").is_some() && population.trees.is_none() {
        let fault = "--swc needs trees: set --tree-terminals-per-mm2";
        return Err(StageError::usage(fault));
    }
    let subject_seed = settings.subject_seed.unwrap_or(settings.seed);
    let config = Subject::draw(subject_seed, population.subject_spread).apply(&population);
    let phantom = generate(&config, settings.seed).map_err(files::fault)?;
    ports::write_scan(invocation, "image", &phantom.scan, Storage::Uint8)?;
    ports::write_mask(invocation, "layer", &phantom.layer)?;
    if invocation.optional_output("vessels").is_some() {
        ports::write_mask(invocation, "vessels", &phantom.vessels)?;
    }
    if invocation.optional_output("surface").is_some() {
        let surface = files::surface_of(&phantom)?;
        ports::write_scan(invocation, "surface", &surface, Storage::Float32)?;
    }
    if let Some(path) = invocation.optional_output("truth") {
        let mut rows = Rows::default();
        rows.add(&Names::default(), &phantom.truth);
        ports::save_table(invocation, path, &rows.table()?)?;
    }
    if let (Some(path), Some(grown)) = (invocation.optional_output("swc"), &phantom.tree) {
        tree::save_swc(invocation, grown, path)?;
    }
    Ok(Summary::new()
        .with("shape", config.shape.to_vec())
        .with("epidermis_um", config.epidermis_um)
        .with("layer_voxels", phantom.layer.count())
        .with("vessel_voxels", phantom.vessels.count()))
}

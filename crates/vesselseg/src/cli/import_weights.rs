//! `rsom-vesselseg import-weights`.

use rsom_nn::NeuralNetwork;
use rsom_stage::{Command, Invocation, Kind, Parameter, Port, StageError, Summary, atomic};
use rsom_training::cli::load_weights;
use serde::Deserialize;

use super::computing::{OF_WEIGHTS, blocks};
use crate::{Blocks, Model, NetworkConfig};

/// The command.
pub(super) fn command() -> Command {
    Command::new("import-weights", "Turn a PyTorch state dict of the original network into a weights file that says where it comes from", run)
        .input(Port::required("input", Kind::Document, "PyTorch state dict (.pt) or safetensors; nothing in it is executed"))
        .output(Port::required("output", Kind::Weights, "Weights with the network's size, the threshold and the blocks as metadata"))
        .parameter(
            Parameter::number("threshold", "Smallest probability of a vessel (unset: that of the file, 0.97 for the released weights)")
                .at_least(0.0)
                .at_most(1.0),
        )
        .parameter(blocks(OF_WEIGHTS))
        .example("rsom-vesselseg import-weights --input vesnet_gn.pt --output vessels.safetensors")
}

#[derive(Debug, Deserialize)]
struct Settings {
    threshold: Option<f32>,
    blocks: Option<[usize; 3]>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let mut model = load_weights(invocation.input("input")?, Model::from_bytes)?;
    model.threshold = settings.threshold.unwrap_or(model.threshold);
    model.blocks = settings.blocks.map_or(model.blocks, Blocks);
    let provenance = invocation.provenance()?.to_string();
    let bytes = model.to_bytes(&provenance).map_err(StageError::failure)?;
    atomic::write_bytes(invocation.output("output")?, &bytes)?;
    let config = model.network.config();
    let summary = match config {
        NetworkConfig::DeepVesselNet(config) => Summary::new()
            .with("network", "deepvesselnet")
            .with("channels", config.channels.clone())
            .with("group_norm", config.groups.is_some()),
        NetworkConfig::Unet3d(config) => Summary::new()
            .with("network", "unet3d")
            .with("depth", config.depth)
            .with("width", config.width),
    };
    Ok(summary
        .with("parameters", config.parameters())
        .with("threshold", model.threshold)
        .with("blocks", model.blocks.0.to_vec()))
}

//! `rsom-vesselseg import-weights`.

use rsom_io::fault::load_weights;
use rsom_nn::NeuralNetwork;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, atomic};

use crate::{Blocks, Model, NetworkConfig};

/// The command `import-weights`.
pub(super) fn command() -> Command {
    Command::new(
        "import-weights",
        "Convert a PyTorch state dict of the original network to a weights file with provenance",
        run,
    )
    .input(Port::required(
        "input",
        Kind::Document,
        "PyTorch state dict (.pt) or safetensors; no code in it is executed",
    ))
    .output(Port::required(
        "output",
        Kind::Weights,
        "Weights with metadata: size of the network, threshold, blocks",
    ))
    .parameters(Settings::declare())
    .example("rsom-vesselseg import-weights --input vesnet_gn.pt --output vessels.safetensors")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Probability threshold of vessels (unset: that of the file; 0.97 for the released weights).
    #[parameter(min = 0, max = 1)]
    threshold: Option<f32>,
    /// Numbers of blocks along x, y, z of scans to predict; group norms take their statistics from each block separately
    /// (unset: those of the file; 2,1,1 for the original weights, as in the released pipeline).
    #[parameter(min = 1, advanced)]
    blocks: Option<Blocks>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let mut model = load_weights(invocation.input("input")?, Model::from_bytes)?;
    model.threshold = settings.threshold.unwrap_or(model.threshold);
    model.blocks = settings.blocks.unwrap_or(model.blocks);
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

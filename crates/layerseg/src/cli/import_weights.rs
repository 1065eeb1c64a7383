//! `rsom-layerseg import-weights`.

use rsom_io::fault::load_weights;
use rsom_nn::NeuralNetwork;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, atomic};

use crate::{Model, NetworkConfig};

/// The command `import-weights`.
pub(super) fn command() -> Command {
    Command::new(
        "import-weights",
        "Convert a PyTorch state dict of the original networks to a weights file with provenance",
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
        "Weights with metadata: kind and size of the network, input scaling, cleaning of masks",
    ))
    .example("rsom-layerseg import-weights --input unet_depth5.pt --output layer.safetensors")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let model = load_weights(invocation.input("input")?, Model::from_bytes)?;
    let provenance = invocation.provenance()?.to_string();
    let bytes = model.to_bytes(&provenance).map_err(StageError::failure)?;
    atomic::write_bytes(invocation.output("output")?, &bytes)?;
    let config = model.network.config();
    let summary = Summary::new().with("classes", config.classes());
    let summary = match config {
        NetworkConfig::Unet(unet) => summary
            .with("network", "unet")
            .with("depth", unet.depth)
            .with("width", unet.width),
        NetworkConfig::Fcn7(fcn) => summary
            .with("network", "fcn7")
            .with("channels", fcn.channels.clone()),
    };
    Ok(summary.with("parameters", config.parameters()))
}

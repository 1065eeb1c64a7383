//! The command line `rsom-vesselseg`.

mod calibrate;
mod fault;
mod import_weights;
mod predict;
mod predict_parameters;
mod recipes;
mod settings;
mod tiles;
mod train;

use rsom_stage::Definition;

/// The stage `vesselseg` and its commands.
#[must_use]
pub fn definition() -> Definition {
    let about = "Train vessel networks (DeepVesselNet, 3-D U-Net) and segment whole scans";
    Definition::new("vesselseg", env!("CARGO_PKG_VERSION"), about)
        .revision(env!("RSOM_REVISION"))
        .command(recipes::of_train(train::command()))
        .command(calibrate::command())
        .command(recipes::of_predict(predict::command()))
        .command(import_weights::command())
}

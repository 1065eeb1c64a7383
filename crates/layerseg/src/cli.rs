//! The command line `rsom-layerseg`.

mod cleaning;
mod fault;
mod import_weights;
mod predict;
mod recipes;
mod settings;
mod train;

use rsom_stage::Definition;

/// The stage `layerseg` and its commands.
#[must_use]
pub fn definition() -> Definition {
    let about = "Segment the epidermis: U-Net and seven-layer FCN with a smoothness loss";
    Definition::new("layerseg", env!("CARGO_PKG_VERSION"), about)
        .revision(env!("RSOM_REVISION"))
        .command(recipes::of_train(train::command()))
        .command(recipes::of_predict(predict::command()))
        .command(import_weights::command())
}

//! The command line `rsom-vesselseg`.

mod fault;
mod import_weights;
mod predict;

use rsom_stage::Definition;

/// The stage `vesselseg` and its commands.
#[must_use]
pub fn definition() -> Definition {
    let about = "Segments vessels: DeepVesselNet on whole scans";
    Definition::new("vesselseg", env!("CARGO_PKG_VERSION"), about)
        .command(predict::command())
        .command(import_weights::command())
}

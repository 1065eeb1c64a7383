//! The command line `rsom-frangi`.

mod fault;
mod history;
mod predict;
mod train;

use rsom_stage::Definition;

/// The stage `frangi`. Its commands match those of `vesselseg` where both have them.
#[must_use]
pub fn definition() -> Definition {
    let about = "Segment vessels without a network: Frangi vesselness and hysteresis";
    Definition::new("frangi", env!("CARGO_PKG_VERSION"), about)
        .revision(env!("RSOM_REVISION"))
        .command(train::command())
        .command(predict::command())
}

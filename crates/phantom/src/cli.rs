//! The command line `rsom-phantom`.

mod files;
mod generate;
mod groups;
mod render;
mod scan;
mod settings;
mod tree;
mod truth;

use rsom_stage::Definition;

/// The stage `phantom`.
#[must_use]
pub fn definition() -> Definition {
    let about =
        "Generate synthetic scans of skin with known truth: layers, capillary loops, vessels";
    Definition::new("phantom", env!("CARGO_PKG_VERSION"), about)
        .revision(env!("RSOM_REVISION"))
        .command(scan::command())
        .command(generate::command())
        .command(tree::command())
        .command(render::command())
}

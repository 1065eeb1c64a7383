//! The command line `rsom-metrics`.

mod agreement;
mod axes;
mod biomarkers;
mod evaluate;
mod histogram;
mod keys;
mod spectrum;
mod structure;
mod surface_rules;
mod table;

use rsom_stage::Definition;

/// The stage `metrics`.
#[must_use]
pub fn definition() -> Definition {
    let about = "Measure overlap, distances between surfaces, topology, roughness, boundary error, gaps, thickness and surface normals of segmented layers and vessels; quantities of a scan";
    Definition::new("metrics", env!("CARGO_PKG_VERSION"), about)
        .revision(env!("RSOM_REVISION"))
        .command(evaluate::command())
        .command(agreement::command())
        .command(biomarkers::command())
}

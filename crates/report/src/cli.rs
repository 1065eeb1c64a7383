//! The command line `rsom-report`.

mod agreement;
mod bscan;
mod data;
mod depth_profile;
mod en_face;
mod factor;
mod gallery;
mod normals;
mod output;
mod points;
mod print;
mod projections;
mod residuals;
mod rows;
mod threshold;
mod titles;
mod training;

use rsom_stage::Definition;

/// The stage `report`.
#[must_use]
pub fn definition() -> Definition {
    Definition::new(
        "report",
        env!("CARGO_PKG_VERSION"),
        "Draw the figures of a study, as SVG, PNG or PDF",
    )
    .revision(env!("RSOM_REVISION"))
    .command(agreement::command())
    .command(bscan::command())
    .command(depth_profile::command())
    .command(en_face::command())
    .command(factor::command())
    .command(gallery::command())
    .command(normals::command())
    .command(projections::command())
    .command(residuals::command())
    .command(threshold::command())
    .command(training::command())
}

//! The command line `rsom-preprocess`.

mod crop;
mod fault;
mod flatten;
mod mask_layer;
mod normalize;
mod prepare;
mod raw;
mod recipe;
mod resample;
mod surface;
mod volumes;

use rsom_stage::Definition;

/// The stage `preprocess`.
#[must_use]
pub fn definition() -> Definition {
    let about =
        "Prepare scans and their labels: crop, resample, normalize, detect a surface, flatten";
    Definition::new("preprocess", env!("CARGO_PKG_VERSION"), about)
        .revision(env!("RSOM_REVISION"))
        .command(recipe::layer_command())
        .command(recipe::vessel_command())
        .command(prepare::command())
        .command(crop::command())
        .command(resample::command())
        .command(normalize::command())
        .command(mask_layer::command())
        .command(surface::command())
        .command(flatten::flatten_command())
        .command(flatten::unflatten_command())
}

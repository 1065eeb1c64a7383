//! The command line `rsom-io`: import, inspect and convert files, and describe data sets.

mod as_content;
mod content;
mod convert;
mod hdf5_axes;
mod hdf5_values;
mod import_bscans;
mod import_hdf5;
mod import_tiff;
mod inspect;
mod manifest;
mod orientation;
mod pictures;
mod rsom_mat;
mod table;

use rsom_stage::Definition;

/// The stage `io`.
#[must_use]
pub fn definition() -> Definition {
    let about = "Import, inspect and convert volumes; describe data sets";
    let commands = [
        import_bscans::commands(),
        import_tiff::commands(),
        rsom_mat::commands(),
        import_hdf5::commands(),
        inspect::commands(),
        convert::commands(),
        manifest::commands(),
        table::commands(),
    ];
    let definition =
        Definition::new("io", env!("CARGO_PKG_VERSION"), about).revision(env!("RSOM_REVISION"));
    commands
        .into_iter()
        .flatten()
        .fold(definition, Definition::command)
}

//! The shared parts of all stages: specification, command line, exit codes, provenance, atomic output, progress.
//!
//! A stage declares its commands as data: a [`Definition`] of [`Command`]s, each with its [`Port`]s, the struct that
//! declares its [parameters](trait@Parameters), and a function from an [`Invocation`] to a [`Summary`]. [`main`] turns the
//! declaration into a command line: parse, resolve the configuration, run, report, exit with the right [`ExitCode`].
//!
//! ```no_run
//! use rsom_stage::{Command, Definition, Invocation, Kind, Parameters, Port, StageError, Summary};
//!
//! #[derive(Parameters)]
//! struct Settings {
//!     /// Smallest intensity of the mask.
//!     #[parameter(default = 0.5, min = 0.0)]
//!     threshold: f64,
//! }
//!
//! fn segment(invocation: &Invocation) -> Result<Summary, StageError> {
//!     let settings: Settings = invocation.settings()?;
//!     let (scan, mask) = (invocation.input("input")?, invocation.output("output")?);
//!     // read `scan`, compute, write `mask` …
//!     Ok(Summary::new().with("threshold", settings.threshold))
//! }
//!
//! let definition = Definition::new("mystage", env!("CARGO_PKG_VERSION"), "Segment scans by a threshold").command(
//!     Command::new("segment", "Mark the voxels at or above a threshold", segment)
//!         .input(Port::required("input", Kind::Volume, "Scan to segment"))
//!         .output(Port::required("output", Kind::Mask, "Mask on the scan's grid"))
//!         .parameters(Settings::declare())
//!         .example("rsom-mystage segment --input scan.nii.gz --output mask.nii.gz --threshold 0.4"),
//! );
//! let _exit_code = rsom_stage::main(&definition);
//! ```

pub mod atomic;
mod command_line;
mod data_folder;
mod definition;
mod error;
mod exit_code;
pub mod fingerprint;
pub mod folder;
pub mod generated;
mod glob;
pub mod interrupt;
mod invocation;
mod kind;
mod live;
pub mod log;
mod one_line;
mod port;
mod progress;
mod provenance;
pub mod recipe;
mod reported;
mod resolve;
mod run;
pub mod sidecar;
mod snapshot;
mod spec;
mod stamp;
mod summary;
mod table_contents;
pub mod text;
mod watched;
pub mod yaml;
pub mod yaml_scalars;
mod yaml_text;

pub use command_line::{command_line, global_arguments, within_rsom};
pub use data_folder::{DATA_VARIABLE, data_folder};
pub use definition::{Command, Definition};
pub use error::StageError;
pub use exit_code::ExitCode;
pub use invocation::Invocation;
pub use kind::Kind;
pub use live::Live;
pub use one_line::one_line;
pub use port::Port;
pub use progress::Progress;
pub use reported::{PROGRESS_VARIABLE, Reported};
pub use rsom_parameters::{
    Choice, OrAuto, OrNone, Parameter, ParameterFault, ParameterValue, Parameters, Schema, Type,
    to_word,
};
pub use run::{main, print, run, usage};
pub use snapshot::Snapshot;
pub use spec::{CONTRACT_VERSION, CommandSpec, Spec};
pub use stamp::{Stamp, TICK};
pub use summary::Summary;
pub use table_contents::{Named, SURFACES, TableContents, TableNames};

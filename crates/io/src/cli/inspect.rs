//! `rsom-io inspect`.

use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use crate::inspect::inspect;

/// The command that reports the content of a file.
pub(super) fn commands() -> Vec<Command> {
    let about = "Show the content of a file: format, shape, spacing, type, range, sha256";
    vec![
        Command::new("inspect", about, run)
            .input(
                Port::required(
                    "file",
                    Kind::Document,
                    "NIfTI, PNG, TIFF, Parquet, safetensors, PyTorch, MATLAB, HDF5 or YAML file",
                )
                .positional(),
            )
            .example("rsom-io inspect scan.nii.gz")
            .example("rsom-io inspect scan.nii.gz --json"),
    ]
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let report = inspect(invocation.input("file")?)?;
    let summary = report
        .to_map()
        .into_iter()
        .fold(Summary::new(), |summary, (name, value)| {
            summary.with(&name, value)
        });
    Ok(summary.text(report.to_string()))
}

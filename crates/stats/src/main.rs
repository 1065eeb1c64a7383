//! The program `rsom-stats`.

use std::process::ExitCode;

fn main() -> ExitCode {
    rsom_stage::main(&rsom_stats::cli::definition())
}

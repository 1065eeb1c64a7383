//! The binary `rsom-report`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_report::cli::definition())
}

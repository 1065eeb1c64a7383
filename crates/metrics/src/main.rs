//! The binary `rsom-metrics`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_metrics::cli::definition())
}

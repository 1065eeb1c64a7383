//! The binary `rsom-io`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_io::cli::definition())
}

//! The binary `rsom-phantom`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_phantom::cli::definition())
}

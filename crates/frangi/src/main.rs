//! The binary `rsom-frangi`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_frangi::cli::definition())
}

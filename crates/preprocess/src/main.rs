//! The binary `rsom-preprocess`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_preprocess::cli::definition())
}

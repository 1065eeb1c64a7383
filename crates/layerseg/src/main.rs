//! The binary `rsom-layerseg`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_layerseg::cli::definition())
}

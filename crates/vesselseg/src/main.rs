//! The binary `rsom-vesselseg`.

fn main() -> std::process::ExitCode {
    rsom_stage::main(&rsom_vesselseg::cli::definition())
}

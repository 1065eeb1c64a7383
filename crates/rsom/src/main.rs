//! The binary `rsom`.

fn main() -> std::process::ExitCode {
    rsom::main()
}

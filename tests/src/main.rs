//! The command line under test: the same as the binary `rsom`.

fn main() -> std::process::ExitCode {
    rsom::main()
}

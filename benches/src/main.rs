//! Times the networks: `just bench` rsom alone, `just bench-pytorch PYTHON` next to PyTorch.

mod command_line;
mod compare;
mod comparison;
mod convolutions;
mod measurement;
mod networks;
mod page;
mod work;

use std::process::ExitCode;

#[allow(clippy::print_stderr, reason = "the one line of an error")]
fn main() -> ExitCode {
    rsom::allocator::keep_freed_memory();
    match command_line::run(&command_line::build().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

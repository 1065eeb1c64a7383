//! The exit codes of stages.

/// The exit code of a stage. The numbers are part of the stage contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Success.
    Done = 0,
    /// Any other error.
    Failure = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// An input breaks the contract.
    BadInput = 3,
    /// An output could not be written.
    CannotWrite = 4,
    /// Stopped by Ctrl-C or a termination signal.
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        std::process::ExitCode::from(code as u8)
    }
}

//! The error of a failed stage: a message in one line and an exit code.

use std::fmt;
use std::path::Path;

use rsom_parameters::ParameterFault;

use crate::ExitCode;
use crate::one_line::one_line;

/// The error of a failed stage: a message in one line and an exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageError {
    exit_code: ExitCode,
    message: String,
}

impl StageError {
    /// Wrong usage or configuration (exit code 2).
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// An invalid setting (exit code 2). The message starts with the flag of the parameter, if one is at fault.
    #[must_use]
    pub fn settings(fault: &ParameterFault) -> Self {
        match fault {
            ParameterFault::Parameter { name, fault } => {
                let flag = name.replace('_', "-");
                Self::usage(format_args!("--{flag}: {fault}"))
            }
            ParameterFault::Rule(rule) => Self::usage(rule),
        }
    }

    /// An input that breaks the contract (exit code 3). The message starts with the path.
    pub fn input(path: &Path, fault: impl fmt::Display) -> Self {
        Self::new(ExitCode::BadInput, format!("{}: {fault}", path.display()))
    }

    /// Valid inputs that do not fit together (exit code 3).
    pub fn inputs(message: impl fmt::Display) -> Self {
        Self::new(ExitCode::BadInput, message)
    }

    /// An output that could not be written (exit code 4). The message contains the path.
    pub fn output(path: &Path, fault: impl fmt::Display) -> Self {
        let message = format!("cannot write {}: {fault}", path.display());
        Self::new(ExitCode::CannotWrite, message)
    }

    /// Any other error (exit code 1).
    pub fn failure(message: impl fmt::Display) -> Self {
        Self::new(ExitCode::Failure, message)
    }

    /// Stopped by the user (exit code 130).
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(ExitCode::Interrupted, "interrupted")
    }

    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        self.exit_code
    }

    fn new(exit_code: ExitCode, message: impl fmt::Display) -> Self {
        Self {
            exit_code,
            message: one_line(&message.to_string()),
        }
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StageError {}

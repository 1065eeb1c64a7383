//! Maps errors of the library to exit codes.

use rsom_io::fault::{Blame, Fault};

use crate::FrangiError;

impl Fault for FrangiError {
    fn blame(&self) -> Blame {
        match self {
            Self::Stopped => Blame::Caller,
            Self::Settings(_) => Blame::Settings,
            _ => Blame::File,
        }
    }
}

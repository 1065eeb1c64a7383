//! Exit codes of training errors.

use rsom_io::fault::{Blame, Fault};

use crate::TrainingError;

impl Fault for TrainingError {
    fn blame(&self) -> Blame {
        match self {
            Self::Stopped => Blame::Caller,
            Self::Settings(_) | Self::Parameter(_) => Blame::Settings,
            _ => Blame::File,
        }
    }
}

//! Exit codes of the errors of this crate.

use rsom_io::fault::{Blame, Fault};

use crate::VesselsegError;

impl Fault for VesselsegError {
    fn blame(&self) -> Blame {
        match self {
            Self::Stopped => Blame::Caller,
            Self::Network(_) | Self::Settings(_) => Blame::Network,
            Self::Tensor(_) => Blame::Program,
            Self::Training(error) => error.blame(),
            _ => Blame::File,
        }
    }
}

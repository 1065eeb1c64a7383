//! A spreadsheet of participants: its columns become attributes of scans.

mod attribute;
mod error;
mod join;
mod notes;
mod read;
mod rows;
mod spelling;
mod table;

pub use error::ParticipantsError;
pub use join::Joined;
pub use spelling::{one_spelling, one_spelling_of_groups};
pub use table::Participants;

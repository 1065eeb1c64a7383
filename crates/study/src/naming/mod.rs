//! Who is the subject: what the names of files say, and what the ids of a spreadsheet say of them.
//!
//! Names are cut at separators. All names of one form have the same separators, so that a part of one name stands at the same place
//! in the others. The subject is the part that finds the most ids. Visits, sides, runs and dates are none. Where two parts find as many
//! ids, nothing is guessed.

mod form;
mod ids;
mod marks;
mod subjects;

pub(crate) use form::is_separator;
pub(crate) use marks::{Marks, are_visits};
pub(crate) use subjects::{Doubt, column_of_ids, rows_of};

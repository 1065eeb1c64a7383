//! Whole studies from folders of scans.
//!
//! Each command looks at folders of a user, and writes a manifest and a pipeline, which the user can read, change and run with
//! `rsom run`. `segment` and `compare` run the pipeline, too; `init` begins a study, `example` writes one that the program
//! carries, and `corrections` shows what was corrected by hand. `bundle` puts a finished study into one folder, and
//! `reproduce` runs one again and compares. `page` shows a study on one page. `stage` is for those who write a stage of their own. Nothing in the
//! folders of the user is changed.

pub mod bundle;
pub mod compare;
pub mod corrections;
pub mod example;
pub mod init;
pub mod page;
pub mod prov;
pub mod reproduce;
pub mod segment;
pub mod stage;

mod agreement;
mod arguments;
mod folders;
mod naming;
mod new_folder;
mod pairing;
mod running;
mod structures;
mod valid_name;

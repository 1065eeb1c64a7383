//! A store of task outputs that several studies share: what one has computed, another takes.
//!
//! An **entry** is a small JSON file, named by the hash of everything that determines a task's outputs (the [`Key`]). It names the
//! outputs with their sha256. The **contents** are files named by their sha256: equal outputs of different tasks are stored once.
//!
//! ```text
//! store/rsom-store.json       marks the folder as a store, and holds its limit
//! store/lock                  shared by those that add or take, exclusive for those that remove
//! store/tasks/4f/4f53….json   an entry
//! store/files/9c/9c1a…        a content, read-only
//! ```
//!
//! Writers need no server: a content and an entry each appear by one rename, contents before the entry that names them. A
//! writer that is killed leaves contents that no entry names; [`Store::sweep`] removes them. Nothing in a store is trusted: a
//! taken file is hashed by the one who takes it, and an entry that is broken counts as absent.

mod access;
mod claim;
pub mod cli;
mod content;
mod entry;
mod key;
mod layout;
mod lock;
mod mark;
mod size;
mod store;
mod sweep;
mod usage;
mod verify;

pub use claim::{Claim, Claimed};
pub use entry::{Entry, Stored};
pub use key::Key;
pub use store::{Guard, Store};
pub use sweep::{Keep, Sweep};
pub use usage::{Usage, Used};
pub use verify::{Damage, Verified};

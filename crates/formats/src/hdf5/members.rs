//! The members of a group, and those that cannot be read.

/// An object, or a link, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Path in the file.
    pub path: String,
    /// The reason, in a few words.
    pub why: String,
    /// Whether it may hold data; a link that leads nowhere does not.
    pub may_hold_data: bool,
}

/// The members of a group, sorted by name.
#[derive(Debug, Clone)]
pub struct Members<N> {
    /// Groups and datasets.
    pub nodes: Vec<N>,
    /// Members that cannot be read, such as virtual datasets and links to other files.
    pub unreadable: Vec<Unreadable>,
}

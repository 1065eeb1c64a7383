//! A manifest at a glance: subjects by group and fold, files and their geometry by role, attributes.

mod attributes;
mod groups;
mod roles;

use std::path::Path;

use rsom_manifest::Manifest;
use rsom_stage::StageError;

pub use attributes::{AttributeSummary, Contents};
pub use groups::GroupSummary;
pub use roles::{Geometry, RoleSummary};

/// What a manifest holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// For each group, in alphabetical order, its subjects and scans. Scans without a group come first.
    pub groups: Vec<GroupSummary>,
    /// The roles of files, in alphabetical order.
    pub roles: Vec<RoleSummary>,
    /// The attributes that at least one scan has, in alphabetical order.
    pub attributes: Vec<AttributeSummary>,
}

impl Overview {
    /// Counts a manifest, whose files are in the folder `root`.
    ///
    /// # Errors
    /// The user stopped the program.
    pub fn of(manifest: &Manifest, root: &Path) -> Result<Self, StageError> {
        Ok(Self {
            groups: groups::of(&manifest.scans),
            roles: roles::of(&manifest.scans, root)?,
            attributes: attributes::of(&manifest.scans),
        })
    }
}

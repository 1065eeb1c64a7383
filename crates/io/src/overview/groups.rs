//! Subjects and scans by group, split and fold.

use std::collections::{BTreeMap, BTreeSet};

use rsom_manifest::ScanEntry;

/// The subjects and scans of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSummary {
    /// The group; `None` for scans without one.
    pub group: Option<String>,
    /// Number of subjects.
    pub subjects: usize,
    /// Number of scans.
    pub scans: usize,
    /// Number of subjects of each split and fold.
    pub parts: BTreeMap<(Option<String>, Option<u32>), usize>,
}

pub(super) fn of(scans: &[ScanEntry]) -> Vec<GroupSummary> {
    let mut groups: BTreeMap<Option<&str>, Vec<&ScanEntry>> = BTreeMap::new();
    for scan in scans {
        groups.entry(scan.group.as_deref()).or_default().push(scan);
    }
    let summary = |(group, scans): (Option<&str>, Vec<&ScanEntry>)| {
        let mut parts: BTreeMap<(Option<String>, Option<u32>), BTreeSet<&str>> = BTreeMap::new();
        for scan in &scans {
            let part = (scan.split.clone(), scan.fold);
            parts.entry(part).or_default().insert(&scan.subject);
        }
        let subjects: BTreeSet<&str> = scans.iter().map(|scan| scan.subject.as_str()).collect();
        GroupSummary {
            group: group.map(str::to_owned),
            subjects: subjects.len(),
            scans: scans.len(),
            parts: parts
                .into_iter()
                .map(|(part, names)| (part, names.len()))
                .collect(),
        }
    };
    groups.into_iter().map(summary).collect()
}

//! The data of a study, as its manifest describes them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_manifest::{Manifest, ScanEntry};
use rsom_pipeline::{RecordedRun, RecordedTask};
use rsom_stage::fingerprint;

use super::files::{MOST_BYTES, bounded};
use super::words::counted;

/// The scans of a manifest that a study uses.
pub(super) struct Data {
    pub name: String,
    pub source: String,
    pub license: String,
    pub citation: String,
    scans: Vec<ScanEntry>,
    /// Scans of the manifest, used or not.
    all: usize,
}

impl Data {
    /// The data of a study. `None` if no task is of a scan, or if there is no manifest.
    ///
    /// # Errors
    /// In one line, for the page: the manifest is no longer where the run had it, or was changed.
    pub fn of(recorded: &RecordedRun, folder: &Path) -> Result<Option<Self>, String> {
        let used = scans_of(recorded, |_| true);
        let manifest = (recorded.study.as_ref()).and_then(|study| study.manifest.as_ref());
        let Some(file) = manifest.filter(|_| !used.is_empty()) else {
            return Ok(None);
        };
        let fault = |fault: &str| {
            let path = &file.path;
            format!("{path}: {fault}; so subjects, folds and splits are not stated")
        };
        let path = folder.join(&file.path);
        let bytes = bounded(&path, MOST_BYTES).map_err(|e| fault(&e))?;
        // One that was changed after the run says nothing of it.
        if Some(fingerprint::of_bytes(&bytes)) != file.sha256 {
            return Err(fault("it was changed after the run"));
        }
        let read = rsom_manifest::read(&path).map_err(|_| fault("it cannot be read"));
        let Manifest {
            name,
            source,
            license,
            citation,
            mut scans,
            ..
        } = read?;
        let all = scans.len();
        scans.retain(|scan| used.contains(scan.id.as_str()));
        Ok((!scans.is_empty()).then_some(Self {
            name,
            source,
            license,
            citation,
            scans,
            all,
        }))
    }

    /// `40 scans of 24 subjects`.
    pub fn words(&self) -> String {
        let subjects: BTreeSet<&String> = self.scans.iter().map(|scan| &scan.subject).collect();
        format!(
            "{} of {}",
            counted(self.scans.len(), "scan"),
            counted(subjects.len(), "subject")
        )
    }

    /// `40 scans of 24 subjects; 2 of 42 scans are not used.`
    pub fn counts(&self) -> String {
        let used = self.words();
        match self.all - self.scans.len() {
            0 => format!("{used}; all scans of the data set."),
            left => format!(
                "{used}; {left} of {} are not used.",
                counted(self.all, "scan")
            ),
        }
    }

    /// How many scans are in each fold and split. `None` if there are none.
    pub fn partitions(&self) -> Option<String> {
        let mut parts = Vec::new();
        let [folds, scans] = self.folds();
        if folds > 1 {
            parts.push(format!("{} in {folds} folds", counted(scans, "scan")));
        }
        let splits = self.splits();
        parts.extend(
            splits
                .iter()
                .map(|(split, count)| format!("{} for {split}", counted(*count, "scan"))),
        );
        (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
    }

    /// How many subjects are in each group. `None` if there are no groups.
    pub fn groups(&self) -> Option<String> {
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for scan in &self.scans {
            if let Some(group) = &scan.group {
                groups.entry(group).or_default().insert(&scan.subject);
            }
        }
        let groups: Vec<String> = (groups.iter())
            .map(|(group, subjects)| format!("{group}: {}", counted(subjects.len(), "subject")))
            .collect();
        (!groups.is_empty()).then(|| format!("{}.", groups.join("; ")))
    }

    /// The number of folds, and that of the scans in one of them.
    pub fn folds(&self) -> [usize; 2] {
        let folds: Vec<u32> = self.scans.iter().filter_map(|scan| scan.fold).collect();
        let different: BTreeSet<&u32> = folds.iter().collect();
        [different.len(), folds.len()]
    }

    /// The number of scans of each part of the split.
    pub fn splits(&self) -> BTreeMap<&str, usize> {
        let mut splits = BTreeMap::new();
        for split in self.scans.iter().filter_map(|scan| scan.split.as_deref()) {
            *splits.entry(split).or_default() += 1;
        }
        splits
    }
}

/// The scans that such tasks are of.
pub(super) fn scans_of(
    recorded: &RecordedRun,
    is_one: fn(&RecordedTask) -> bool,
) -> BTreeSet<&str> {
    let tasks = recorded.tasks.iter().filter(|task| is_one(task));
    tasks.filter_map(|task| task.scan.as_deref()).collect()
}

//! The folds of a new study: only subjects with masks can be tested.

use std::collections::{BTreeMap, BTreeSet};

use rsom_manifest::{Folds, Manifest, ScanEntry};

/// Number of subjects with masks.
pub(super) fn annotated(manifest: &Manifest, role: Option<&str>) -> u32 {
    let with = manifest
        .scans
        .iter()
        .filter(|scan| role.is_some_and(|role| scan.files.contains_key(role)));
    let subjects: BTreeSet<&str> = with.map(|scan| scan.subject.as_str()).collect();
    subjects.len() as u32
}

/// Deals subjects with masks first, so that each fold has some.
pub(super) fn deal(plan: &Folds, manifest: &mut Manifest, role: Option<&str>) {
    let Some(role) = role else { return };
    let (mut with, mut without): (Vec<ScanEntry>, Vec<ScanEntry>) = manifest
        .scans
        .iter()
        .cloned()
        .partition(|scan| scan.files.contains_key(role));
    plan.deal(&mut with);
    let known: BTreeMap<String, Option<u32>> = with
        .iter()
        .map(|scan| (scan.subject.clone(), scan.fold))
        .collect();
    for scan in &mut without {
        scan.fold = scan.fold.or(known.get(&scan.subject).copied().flatten());
    }
    let mut folds: BTreeMap<String, Option<u32>> = BTreeMap::new();
    let mut all: Vec<ScanEntry> = with.into_iter().chain(without).collect();
    plan.deal(&mut all);
    for scan in all {
        folds.insert(scan.id, scan.fold);
    }
    for scan in &mut manifest.scans {
        scan.fold = folds.get(&scan.id).copied().flatten();
    }
}

//! What the commands of manifests say: counts, and what is left out.

use rsom_manifest::{Leak, Left, Manifest};
use rsom_stage::{Summary, log};

use crate::finding::listed;
use crate::participants::Joined;

/// The counts of a manifest, as values of the result line.
pub(super) fn counts(manifest: &Manifest) -> Summary {
    let leaks = rsom_manifest::leaks(manifest).len();
    Summary::new()
        .with("scans", manifest.scans.len())
        .with("files", manifest.file_count())
        .with("leaks", leaks)
}

/// Warns of files that match no pattern, and of links without their file.
pub(super) fn warn_of_files(left: &Left) {
    let Left {
        unmatched,
        broken_links,
        not_utf8,
    } = left;
    if !unmatched.is_empty() {
        log::warn(format_args!(
            "{} files match no pattern and are left out: {}",
            unmatched.len(),
            listed(unmatched)
        ));
    }
    if !broken_links.is_empty() {
        log::warn(format_args!(
            "{} links have no file and are left out: {}",
            broken_links.len(),
            listed(broken_links)
        ));
    }
    if !not_utf8.is_empty() {
        log::warn(format_args!(
            "{} files are left out, because their names are not UTF-8: {}",
            not_utf8.len(),
            listed(not_utf8)
        ));
    }
}

/// Warns of rows without scans, and of scans without a row; says which attributes have other names than their columns.
pub(super) fn warn_of_rows(joined: &Joined) {
    warn_of_other_rows(joined);
    for note in &joined.notes {
        log::warn(note);
    }
    if !joined.without_row.is_empty() {
        log::warn(format_args!(
            "{} subjects or scans have no row in the table, and so none of its attributes: {}",
            joined.without_row.len(),
            listed(&joined.without_row)
        ));
    }
}

/// Warns of rows that no scan has, and says which attributes have other names than their columns.
pub(super) fn warn_of_other_rows(joined: &Joined) {
    if !joined.without_scans.is_empty() {
        let rows = joined.without_scans.iter();
        let names: Vec<String> = rows
            .map(|(line, name)| format!("{name} (line {line})"))
            .collect();
        log::warn(format_args!(
            "{} rows of the table have no scan: {}",
            names.len(),
            listed(&names)
        ));
    }
    for (column, attribute) in &joined.renamed {
        log::info(format_args!(
            "column '{column}' is the attribute {attribute}"
        ));
    }
}

/// Warns of scans that lack a role that other scans have.
pub(super) fn warn_of_missing_roles<'r>(
    manifest: &Manifest,
    roles: impl Iterator<Item = &'r String>,
) {
    for role in roles {
        let lacks = manifest
            .scans
            .iter()
            .filter(|scan| !scan.files.contains_key(role));
        let ids: Vec<String> = lacks.map(|scan| scan.id.clone()).collect();
        if !ids.is_empty() {
            log::warn(format_args!(
                "{} of {} scans have no {role}: {}",
                ids.len(),
                manifest.scans.len(),
                listed(&ids)
            ));
        }
    }
}

/// Warns of more folds than subjects.
pub(super) fn warn_of_empty_folds(manifest: &Manifest, folds: u32) {
    let subjects = manifest.subject_count();
    if subjects < folds as usize {
        log::warn(format_args!(
            "{folds} folds for {subjects} subjects: some folds are empty"
        ));
    }
}

pub(super) fn warn_of_leaks(leaks: &[Leak]) {
    for Leak {
        subjects: [a, b],
        files,
    } in leaks
    {
        let (count, example) = (
            files.len(),
            files.first().map(|f| f.join(" = ")).unwrap_or_default(),
        );
        log::warn(format_args!(
            "subjects '{a}' and '{b}' have {count} files with equal content ({example}); if they are the same person, keep them in one split (--same-subject)"
        ));
    }
}

//! `rsom-io manifest update`.

use std::path::{Path, PathBuf};

use rsom_manifest::{Changed, Folds, MOST_FOLDS, Manifest, Update};
use rsom_parameters::Parameters;
use rsom_stage::{Invocation, StageError, Summary, atomic, data_folder, log, text};

use super::create::refuse_existing;
use super::edited::new_text;
use super::said::{
    counts, warn_of_empty_folds, warn_of_files, warn_of_leaks, warn_of_missing_roles, warn_of_rows,
};
use crate::finding::{find, listed};

#[derive(Parameters)]
pub(super) struct UpdateSettings {
    /// Keep entries whose files are gone.
    keep_gone: bool,
    /// Replace an existing manifest that is not the one that is updated.
    force: bool,
}

/// Shown in the error of a manifest that does not say how it was created.
const EXAMPLE: &str = "create: {files: {image: '{subject}.nii.gz'}}";

pub(super) fn update(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: UpdateSettings = invocation.settings()?;
    let path = invocation.input("input")?;
    let old = rsom_manifest::read(path)?;
    let Some(creation) = &old.create else {
        return Err(StageError::input(
            path,
            format_args!(
                "it does not say which files make a scan; add a line such as {EXAMPLE} above 'scans:' (the settings of 'manifest create')"
            ),
        ));
    };
    let output = invocation.optional_output("output");
    if let Some(output) = output.filter(|output| *output != path) {
        refuse_existing(output, settings.force)?;
    }
    let variable = data_folder();
    let data = invocation.optional_input("data").or(variable.as_deref());
    let root = rsom_manifest::data_root(&old, path, data)?;
    let table = table(invocation, creation.table.as_deref(), path);
    let named = (old.name.as_str(), old.spacing_mm);
    let mut finding = find(&root, creation, named, table.as_deref())?;
    for own in [Some(path), output, table.as_deref()].into_iter().flatten() {
        finding.leave_out(&root, own);
    }
    warn_of_files(&finding.created.left);
    warn_of_rows(&finding.joined);
    let found = finding.created.manifest.scans;
    let update = rsom_manifest::update(&old, found, &folds(&old), settings.keep_gone)?;
    warn(&update, &old);
    if let Some(output) = output {
        let before = text::read(path).map_err(|fault| StageError::input(path, fault))?;
        let after = new_text(path, &before, &old, &update.manifest)?;
        if output != path || after != before {
            atomic::write_bytes(output, after.as_bytes())?;
        }
    }
    Ok(summary(&update, path, output))
}

/// The spreadsheet: the one that was asked for, or the one that the manifest names, relative to its folder.
fn table(invocation: &Invocation, named: Option<&str>, manifest: &Path) -> Option<PathBuf> {
    let given = invocation.optional_input("table").map(Path::to_path_buf);
    given.or_else(|| named.map(|name| manifest.parent().unwrap_or(Path::new("")).join(name)))
}

/// How new subjects are dealt: to as many folds as the manifest has. Larger numbers are names of folds, not their count.
fn folds(old: &Manifest) -> Folds {
    let mut folds = (old.create.as_ref()).map_or_else(
        || Folds {
            count: 0,
            seed: 0,
            balance: Vec::new(),
        },
        rsom_manifest::Creation::fold_plan,
    );
    let numbers = old.scans.iter().filter_map(|scan| scan.fold);
    let in_use = numbers.filter(|fold| *fold < MOST_FOLDS).max();
    folds.count = folds.count.max(in_use.map_or(0, |fold| fold + 1));
    folds
}

/// Warns of what a user should look at.
fn warn(update: &Update, old: &Manifest) {
    let manifest = &update.manifest;
    if !update.gone.is_empty() {
        log::warn(format_args!(
            "{} scans have no files, or no image, any more and leave the manifest (--keep-gone keeps them): {}",
            update.gone.len(),
            listed(&update.gone)
        ));
    }
    for change in &update.changes {
        match change.what {
            Changed::Content(_) | Changed::LostFile(_) | Changed::OtherAttribute(..) => {
                log::warn(format_args!("{change}"));
            }
            Changed::NewFile(_) | Changed::NewAttribute(..) => log::info(format_args!("{change}")),
        }
    }
    if old.scans.iter().any(|scan| scan.split.is_some()) {
        let without = manifest.scans.iter().filter(|scan| scan.split.is_none());
        let ids: Vec<String> = without.map(|scan| scan.id.clone()).collect();
        if !ids.is_empty() {
            log::warn(format_args!(
                "{} scans are in no split, as others are; add it to the manifest: {}",
                ids.len(),
                listed(&ids)
            ));
        }
    }
    if let Some(create) = &manifest.create {
        warn_of_missing_roles(manifest, create.files.keys());
        warn_of_empty_folds(manifest, create.folds);
    }
    warn_of_leaks(&rsom_manifest::leaks(manifest));
}

/// The result of `manifest update`.
fn summary(update: &Update, path: &Path, output: Option<&Path>) -> Summary {
    let many = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let path = path.display();
    let changes = || {
        let mut changes = vec![
            format!(
                "{} new{}",
                many(update.added.len(), "scan"),
                names(&update.added)
            ),
            format!("{} gone", many(update.gone.len(), "scan")),
            many(update.changes.len(), "change"),
        ];
        changes.retain(|text| !text.starts_with("0 "));
        changes.join(", ")
    };
    let text = match (update.is_empty(), output) {
        (true, _) => format!("{path}: up to date"),
        (false, Some(_)) => changes(),
        (false, None) => format!("{}; nothing is written without --output {path}", changes()),
    };
    let changes: Vec<String> = update.changes.iter().map(ToString::to_string).collect();
    counts(&update.manifest)
        .with("subjects", update.manifest.subject_count())
        .with("added", update.added.clone())
        .with("gone", update.gone.clone())
        .with("changes", changes)
        .text(text)
}

/// The first names of a list in brackets.
fn names(names: &[String]) -> String {
    match names.is_empty() {
        true => String::new(),
        false => format!(" ({})", listed(names)),
    }
}

//! `rsom-io manifest create`.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_manifest::{Creation, Manifest};
use rsom_parameters::Parameters;
use rsom_stage::{Invocation, StageError, Summary, atomic, log};

use super::said::{
    counts, warn_of_empty_folds, warn_of_files, warn_of_leaks, warn_of_missing_roles, warn_of_rows,
};
use crate::finding::find;

#[derive(Parameters)]
pub(super) struct CreateSettings {
    /// Name of the data set.
    #[parameter(required)]
    name: String,
    /// Pattern for the files of a role, as role=pattern; {subject} and other {parts} match parts of the path, {part:digits}
    /// digits only, {part:word} letters and digits only, {ext} the ending of a scan, picture or table. Several patterns with |
    /// between them: the first that matches counts. Parts that are the same in all files of a scan become its attributes,
    /// {group} its group.
    #[parameter(required)]
    files: BTreeMap<String, String>,
    /// Id of a scan, composed of {parts} of the pattern.
    #[parameter(default = "{subject}")]
    scan: String,
    /// Subject of a scan, composed of {parts} of the pattern.
    #[parameter(default = "{subject}")]
    subject: String,
    /// Second name of a subject, as alias=name: both names count as one subject.
    same_subject: BTreeMap<String, String>,
    /// Column of the table with the subject (unset: subject, subject_id, participant_id, participant, patient or id).
    subject_column: Option<String>,
    /// If each row of the table is a scan, such as a visit: the id of the scan, composed of {columns}.
    table_scan: Option<String>,
    /// Number of folds to deal the subjects to, at random and balanced by the attributes of 'stratify'; 0 for no folds.
    #[parameter(default = 0, min = 0, max = 1000)]
    folds: u32,
    /// Attributes by which folds are balanced, the most important one first; numbers of more than five values by thirds
    /// (unset: group).
    stratify: Option<Vec<String>>,
    /// Seed of the random order in which subjects are dealt to folds.
    #[parameter(default = 0)]
    fold_seed: u64,
    /// Replace an existing manifest; its attributes and folds are lost. 'manifest update' keeps them.
    force: bool,
    /// Voxel size along x, y, z, if known.
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
}

pub(super) fn create(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: CreateSettings = invocation.settings()?;
    let (folder, output) = (invocation.input("input")?, invocation.output("output")?);
    refuse_existing(output, settings.force)?;
    let table = invocation.optional_input("table");
    let creation = creation(&settings, table, output);
    let mut finding = find(
        folder,
        &creation,
        (&settings.name, settings.spacing_mm),
        table,
    )?;
    for own in [Some(output), table].into_iter().flatten() {
        finding.leave_out(folder, own);
    }
    creation
        .fold_plan()
        .deal(&mut finding.created.manifest.scans);
    rsom_manifest::check(&finding.created.manifest)?;
    warn_of_files(&finding.created.left);
    warn_of_rows(&finding.joined);
    let mut manifest = finding.created.manifest;
    require_known(&manifest, settings.stratify.as_deref().unwrap_or_default())?;
    warn_of_missing_roles(&manifest, creation.files.keys());
    warn_of_empty_folds(&manifest, settings.folds);
    warn_of_leaks(&rsom_manifest::leaks(&manifest));
    match rsom_manifest::relative(folder, output) {
        Some(data) => manifest.data = data,
        None => log::warn(format_args!(
            "the path from {} to {} is not known; name the folder with --data or RSOM_DATA",
            output.display(),
            folder.display()
        )),
    }
    manifest.create = Some(creation);
    let text = rsom_manifest::to_yaml(&manifest)?;
    atomic::write_bytes(output, text.as_bytes())?;
    let unmatched = finding.created.left.unmatched.len();
    Ok(summary(&manifest, finding.created.matched, unmatched))
}

/// The section `create` of the manifest.
fn creation(settings: &CreateSettings, table: Option<&Path>, output: &Path) -> Creation {
    let path_of = |table: &Path| {
        rsom_manifest::relative(table, output)
            .unwrap_or_else(|| table.to_string_lossy().into_owned())
    };
    Creation {
        files: settings.files.clone(),
        scan: settings.scan.clone(),
        subject: settings.subject.clone(),
        same_subject: settings.same_subject.clone(),
        table: table.map(path_of),
        subject_column: settings.subject_column.clone(),
        table_scan: settings.table_scan.clone(),
        folds: settings.folds,
        stratify: settings.stratify.clone(),
        fold_seed: settings.fold_seed,
    }
}

/// Refuses attributes that no scan has.
///
/// # Errors
/// Exit code 2.
fn require_known(manifest: &Manifest, stratify: &[String]) -> Result<(), StageError> {
    let is_unknown = |name: &&String| {
        let mut scans = manifest.scans.iter();
        scans.all(|scan| scan.attribute(name).is_none())
    };
    match stratify.iter().find(is_unknown) {
        Some(name) => Err(StageError::usage(format_args!(
            "no scan has the attribute '{name}' of stratify; it can be a column of --table, with '_' for each space, or a {{part}} of a pattern"
        ))),
        None => Ok(()),
    }
}

/// The result of `manifest create`: how many files match, and what they make.
fn summary(manifest: &Manifest, matched: usize, unmatched: usize) -> Summary {
    let files = matched + unmatched;
    let folds = match rsom_manifest::fold_counts(&manifest.scans) {
        folds if folds.is_empty() => String::new(),
        folds => format!("; {folds}"),
    };
    let (scans, subjects) = (manifest.scans.len(), manifest.subject_count());
    let text =
        format!("{matched} of {files} files match: {scans} scans of {subjects} subjects{folds}");
    counts(manifest)
        .with("subjects", subjects)
        .with("unmatched_files", unmatched)
        .text(text)
}

/// Refuses to replace an existing manifest unless asked.
///
/// # Errors
/// Exit code 4.
pub(crate) fn refuse_existing(output: &Path, force: bool) -> Result<(), StageError> {
    if !output.exists() || force {
        return Ok(());
    }
    Err(StageError::output(
        output,
        "the file exists; a new manifest would lose its attributes and folds; bring it up to date with 'manifest update', choose another name, or add --force",
    ))
}

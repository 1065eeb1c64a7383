//! `rsom-io manifest create`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_manifest::{Description, Folds, Manifest, Pattern};
use rsom_parameters::Parameters;
use rsom_stage::{Invocation, Kind, StageError, Summary, atomic, log, sidecar};

use super::participants::participants;
use super::said::{
    counts, warn_of_empty_folds, warn_of_files, warn_of_leaks, warn_of_missing_roles, warn_of_rows,
};
use crate::participants::{Joined, Participants};

#[derive(Parameters)]
pub(super) struct CreateSettings {
    /// Name of the data set.
    #[parameter(required)]
    name: String,
    /// Pattern for the files of a role, as role=pattern; {subject} and other {parts} match parts of the path, {part:digits}
    /// digits only, {part:word} letters and digits only. Parts that are the same in all files of a scan become its attributes,
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
    /// Replace an existing manifest; its attributes and folds are lost.
    force: bool,
    /// Voxel size along x, y, z, if known.
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
}

pub(super) fn create(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: CreateSettings = invocation.settings()?;
    let (folder, output) = (invocation.input("input")?, invocation.output("output")?);
    refuse_existing(output, settings.force)?;
    let pattern = |text: &String| Pattern::parse(text).map_err(StageError::usage);
    let roles = settings
        .files
        .iter()
        .map(|(role, text)| Ok((role.clone(), pattern(text)?)));
    let balance = balance(&settings);
    let participants = participants(
        invocation,
        settings.subject_column.as_deref(),
        settings.table_scan.as_deref(),
        &balance,
    )?;
    let folds = Folds {
        count: settings.folds,
        seed: settings.fold_seed,
        balance,
    };
    let description = Description {
        name: settings.name,
        roles: roles.collect::<Result<_, StageError>>()?,
        scan: pattern(&settings.scan)?,
        subject: pattern(&settings.subject)?,
        same_subject: settings.same_subject,
        spacing_mm: settings.spacing_mm,
    };
    let mut created = rsom_manifest::create(folder, &description)?;
    let joined = join(participants.as_ref(), &mut created.manifest, &description)?;
    folds.deal(&mut created.manifest.scans);
    rsom_manifest::check(&created.manifest)?;
    // A manifest that lies among the data, and is about to be replaced.
    let is_output = |name: &String| {
        std::path::absolute(folder.join(name)).ok() == std::path::absolute(output).ok()
    };
    let sidecars = sidecars(&created.manifest);
    created
        .left
        .unmatched
        .retain(|name| !is_output(name) && !sidecars.contains(name));
    warn_of_files(&created);
    warn_of_rows(&joined);
    let mut manifest = created.manifest;
    require_known(&manifest, settings.stratify.as_deref().unwrap_or_default())?;
    warn_of_missing_roles(&manifest, &description.roles);
    warn_of_empty_folds(&manifest, settings.folds);
    warn_of_leaks(&rsom_manifest::leaks(&manifest));
    match relative(folder, output) {
        Some(data) => manifest.data = data,
        None => log::warn(format_args!(
            "the path from {} to {} is not known; name the folder with --data or RSOM_DATA",
            output.display(),
            folder.display()
        )),
    }
    let text = rsom_manifest::to_yaml(&manifest)?;
    atomic::write_bytes(output, text.as_bytes())?;
    let unmatched = created.left.unmatched.len();
    Ok(summary(&manifest, created.matched, unmatched))
}

/// Sets the attributes of the scans from a spreadsheet, if there is one.
///
/// # Errors
/// Exit code 3: the spreadsheet does not fit.
fn join(
    participants: Option<&Participants>,
    manifest: &mut Manifest,
    description: &Description,
) -> Result<Joined, StageError> {
    let Some(participants) = participants else {
        return Ok(Joined::default());
    };
    participants
        .join(&mut manifest.scans, &description.same_subject)
        .map_err(|fault| StageError::input(&participants.path, fault))
}

/// The attributes by which folds are balanced.
fn balance(settings: &CreateSettings) -> Vec<String> {
    let named = settings.stratify.clone();
    named.unwrap_or_else(|| vec!["group".to_owned()])
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
        "the file exists; a new manifest would lose its attributes and folds; choose another name, or add --force",
    ))
}

/// The sidecars of the volumes of a manifest: they belong to matched files.
fn sidecars(manifest: &Manifest) -> BTreeSet<String> {
    let files = manifest
        .scans
        .iter()
        .flat_map(|scan| scan.files.values().flatten());
    let volumes = files.filter(|file| Kind::Volume.accepts_name(Path::new(&file.path)));
    volumes
        .map(|file| {
            sidecar::path_of(Path::new(&file.path))
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// The path from the folder of a manifest to the data folder, with `/` between its parts. `None` if there is none.
fn relative(data: &Path, manifest: &Path) -> Option<String> {
    let beside = match manifest.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let absolute = |path: &Path| {
        std::path::absolute(path)
            .ok()
            .map(|path| path.canonicalize().unwrap_or(path))
    };
    let (data, beside) = (absolute(data)?, absolute(beside)?);
    let shared = data.components().zip(beside.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = beside
        .components()
        .skip(shared)
        .map(|_| Some("..".to_owned()));
    let down = data.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_str().map(str::to_owned));
    let parts: Vec<String> = up.chain(down).collect::<Option<_>>()?;
    Some(if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    })
}

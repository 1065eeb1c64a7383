//! `rsom-io manifest create` and `manifest verify`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, atomic, data_folder, log};
use rsom_stage::{folder, sidecar};

use rsom_formats::spreadsheet;
use rsom_manifest::{
    Created, Description, Folds, Joined, Leak, Left, Manifest, Participants, Pattern,
};

/// The commands that create and verify manifests.
pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("manifest create", "Describe a folder of scans: subjects, scans, and the sha256 of every file", create)
            .input(Port::required("input", Kind::Directory, "Folder with the data"))
            .input(Port::optional("table", Kind::Document, "Spreadsheet of the participants (CSV, TSV or Parquet): its columns become attributes of the scans"))
            .output(Port::required("output", Kind::Document, "Manifest to write (YAML)"))
            .parameters(CreateSettings::declare())
            .example("rsom-io manifest create --input data --output data.yaml --name demo --files 'image=images/Subject{subject}_{slice}.png' --folds 5")
            .example("rsom-io manifest create --input data --output data.yaml --name demo --files 'image={subject}.nii.gz' --table participants.csv --folds 5 --stratify group,sex,age"),
        Command::new("manifest verify", "Check every file of a manifest against its sha256", verify)
            .input(Port::required("input", Kind::Document, "Manifest (YAML)").positional())
            .input(Port::optional("data", Kind::Directory, "Folder with the data (unset: the variable RSOM_DATA, else the folder of the manifest)"))
            .example("rsom-io manifest verify data-manifests/octlayers.yaml --data ../data"),
    ]
}

#[derive(Parameters)]
struct CreateSettings {
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
    /// Column of the table with the subject (unset: subject, participant_id, participant, patient or id).
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

fn create(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: CreateSettings = invocation.settings()?;
    let (folder, output) = (invocation.input("input")?, invocation.output("output")?);
    refuse_existing(output, settings.force)?;
    let pattern = |text: &String| Pattern::parse(text).map_err(StageError::usage);
    let roles = settings
        .files
        .iter()
        .map(|(role, text)| Ok((role.clone(), pattern(text)?)));
    let participants = participants(invocation, &settings)?;
    let folds = Folds {
        count: settings.folds,
        seed: settings.fold_seed,
        balance: balance(&settings),
    };
    let description = Description {
        name: settings.name,
        roles: roles.collect::<Result<_, StageError>>()?,
        scan: pattern(&settings.scan)?,
        subject: pattern(&settings.subject)?,
        same_subject: settings.same_subject,
        folds,
        participants,
        spacing_mm: settings.spacing_mm,
    };
    let mut created = rsom_manifest::create(folder, &description)?;
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
    warn_of_rows(&created.joined);
    let mut manifest = created.manifest;
    require_known(&manifest, settings.stratify.as_deref().unwrap_or_default())?;
    warn_of_missing_roles(&manifest, &description);
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

/// The attributes by which folds are balanced.
fn balance(settings: &CreateSettings) -> Vec<String> {
    let named = settings.stratify.clone();
    named.unwrap_or_else(|| vec!["group".to_owned()])
}

/// Names of the column with the subject, in the order in which they are looked for.
const SUBJECT_COLUMNS: [&str; 5] = ["subject", "participant_id", "participant", "patient", "id"];

/// The spreadsheet, if there is one.
///
/// # Errors
/// Exit code 3: it cannot be read, or has several spellings of one value in a column by which folds are balanced. Exit code 2:
/// settings of a table without a table.
fn participants(
    invocation: &Invocation,
    settings: &CreateSettings,
) -> Result<Option<Participants>, StageError> {
    let Some(path) = invocation.optional_input("table") else {
        return match settings.subject_column.is_some() || settings.table_scan.is_some() {
            true => Err(StageError::usage(
                "subject_column and table_scan need a table: add --table FILE",
            )),
            false => Ok(None),
        };
    };
    let sheet = spreadsheet::read(path).map_err(|fault| StageError::input(path, fault))?;
    for note in &sheet.notes {
        log::warn(format_args!("{}: {note}", path.display()));
    }
    for column in balance(settings) {
        rsom_manifest::one_spelling(&sheet, &column)
            .map_err(|fault| StageError::input(path, fault))?;
    }
    let find = |wanted: &&str| {
        sheet
            .table
            .names()
            .find(|name| name.eq_ignore_ascii_case(wanted))
    };
    let found = SUBJECT_COLUMNS.iter().find_map(find);
    let subject_column = match (settings.subject_column.as_deref(), found) {
        (Some(named), _) => named.to_owned(),
        (None, Some(found)) => found.to_owned(),
        (None, None) => {
            let known = sheet.table.names().collect::<Vec<_>>().join(", ");
            return Err(StageError::input(
                path,
                format_args!(
                    "no column is named subject; name the one with the subject by --subject-column; it has: {known}"
                ),
            ));
        }
    };
    let scan = settings
        .table_scan
        .as_deref()
        .map(Pattern::parse)
        .transpose();
    Ok(Some(Participants {
        path: path.to_owned(),
        scan: scan.map_err(StageError::usage)?,
        sheet,
        subject_column,
    }))
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
    let (scans, subjects) = (manifest.scans.len(), subjects(manifest));
    let text =
        format!("{matched} of {files} files match: {scans} scans of {subjects} subjects{folds}");
    counts(manifest)
        .with("subjects", subjects)
        .with("unmatched_files", unmatched)
        .text(text)
}

/// Number of subjects.
fn subjects(manifest: &Manifest) -> usize {
    let names: BTreeSet<&String> = manifest.scans.iter().map(|scan| &scan.subject).collect();
    names.len()
}

/// Warns of more folds than subjects.
fn warn_of_empty_folds(manifest: &Manifest, folds: u32) {
    let subjects = subjects(manifest);
    if subjects < folds as usize {
        log::warn(format_args!(
            "{folds} folds for {subjects} subjects: some folds are empty"
        ));
    }
}

/// Refuses to replace an existing manifest unless asked.
///
/// # Errors
/// Exit code 4.
pub(super) fn refuse_existing(output: &Path, force: bool) -> Result<(), StageError> {
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

/// Number of files to name in a warning.
const LISTED: usize = 5;

/// Warns of files that match no pattern, and of links without their file.
fn warn_of_files(created: &Created) {
    let Left {
        unmatched,
        broken_links,
        not_utf8,
    } = &created.left;
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
fn warn_of_rows(joined: &Joined) {
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
    if !joined.without_row.is_empty() {
        log::warn(format_args!(
            "{} subjects or scans have no row in the table, and so none of its attributes: {}",
            joined.without_row.len(),
            listed(&joined.without_row)
        ));
    }
    for (column, attribute) in &joined.renamed {
        log::info(format_args!(
            "column '{column}' is the attribute {attribute}"
        ));
    }
}

/// Warns of scans that lack a role that other scans have.
fn warn_of_missing_roles(manifest: &Manifest, description: &Description) {
    for role in description.roles.keys() {
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

/// The first names of a list, and the number of the others.
fn listed(names: &[String]) -> String {
    let first = names
        .iter()
        .take(LISTED)
        .map(String::as_str)
        .collect::<Vec<_>>();
    match names.len().saturating_sub(LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
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

fn verify(invocation: &Invocation) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let manifest = rsom_manifest::read(path)?;
    let variable = data_folder();
    let data = invocation.optional_input("data").or(variable.as_deref());
    let root = rsom_manifest::data_root(&manifest, path, data)?;
    warn_of_leaks(&rsom_manifest::leaks(&manifest));
    let faults = rsom_manifest::verify(&manifest, &root)?;
    match faults.as_slice() {
        [] => {
            let others = files_beside(&manifest, &root)?;
            if !others.is_empty() {
                log::warn(format_args!(
                    "{} files of the folder look like those of the manifest, but are not in it: {}",
                    others.len(),
                    listed(&others)
                ));
            }
            Ok(counts(&manifest)
                .with("files_not_in_manifest", others.len())
                .text(format!("{}: all files match their sha256", path.display())))
        }
        [first] => Err(StageError::input(path, first)),
        [first, rest @ ..] => {
            let more = rest.len();
            Err(StageError::input(
                path,
                format_args!("{first}, and {more} more files are missing or changed"),
            ))
        }
    }
}

/// The files below `root` that have the ending of a file of the manifest, but are not in it.
fn files_beside(manifest: &Manifest, root: &Path) -> Result<Vec<String>, StageError> {
    let ending = |path: &str| {
        let name = path.strip_suffix(".gz").unwrap_or(path);
        let ending = Path::new(name)
            .extension()
            .map(std::ffi::OsStr::to_os_string);
        (ending, name.len() == path.len())
    };
    let files = manifest
        .scans
        .iter()
        .flat_map(|scan| scan.files.values().flatten());
    let known: BTreeSet<&str> = files.map(|file| file.path.as_str()).collect();
    let endings: BTreeSet<_> = known.iter().map(|path| ending(path)).collect();
    let found = folder::files(root).map_err(|e| StageError::input(root, atomic::plain(&e)))?;
    let others = found
        .into_iter()
        .filter(|file| !folder::is_hidden(&file.name));
    let names = others.map(|file| file.name.to_string_lossy().replace('\\', "/"));
    Ok(names
        .filter(|name| !known.contains(name.as_str()) && endings.contains(&ending(name)))
        .collect())
}

fn counts(manifest: &Manifest) -> Summary {
    let files: usize = manifest
        .scans
        .iter()
        .flat_map(|s| s.files.values())
        .map(Vec::len)
        .sum();
    let leaks = rsom_manifest::leaks(manifest).len();
    Summary::new()
        .with("scans", manifest.scans.len())
        .with("files", files)
        .with("leaks", leaks)
}

fn warn_of_leaks(leaks: &[Leak]) {
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

//! Finds the scans of a folder, with the attributes of a spreadsheet, as the section `create` of a manifest says.

use std::collections::BTreeSet;
use std::path::Path;

use rsom_manifest::{Created, Creation, Manifest, Pattern};
use rsom_stage::{Kind, StageError, folder, sidecar};

use crate::participants::{Joined, Participants, one_spelling, one_spelling_of_groups};

/// What a folder and a spreadsheet hold.
#[derive(Debug)]
pub struct Finding {
    /// The scans of the folder, with the attributes of the spreadsheet.
    pub created: Created,
    /// What spreadsheet and scans do not share.
    pub joined: Joined,
}

/// Finds the scans of a folder, hashes their files, and sets their attributes from the spreadsheet, if there is one.
///
/// `named` are the name of the data set and its voxel size along x, y, z in mm.
///
/// # Errors
/// Exit code 3: the folder or the spreadsheet does not fit. Exit code 2: a pattern that cannot be read.
pub fn find(
    folder: &Path,
    creation: &Creation,
    (name, spacing_mm): (&str, Option<[f64; 3]>),
    table: Option<&Path>,
) -> Result<Finding, StageError> {
    let description = creation.description(name, spacing_mm);
    let description = description.map_err(StageError::usage)?;
    let participants = participants(table, creation)?;
    let mut created = rsom_manifest::create(folder, &description)?;
    let joined = match &participants {
        None => Joined::default(),
        Some(participants) => participants
            .join(&mut created.manifest.scans, &description.same_subject)
            .map_err(|fault| StageError::input(&participants.path, fault))?,
    };
    let sidecars = sidecars(&created.manifest);
    let unmatched = &mut created.left.unmatched;
    // A folder that a pipeline filled holds the report of its run.
    unmatched.retain(|name| name != "run.json" && !sidecars.contains(name));
    Ok(Finding { created, joined })
}

impl Finding {
    /// Does not count a file among those that match no pattern: the manifest itself, or its spreadsheet.
    pub fn leave_out(&mut self, folder: &Path, file: &Path) {
        let file = std::path::absolute(file).ok();
        let is_file = |name: &String| std::path::absolute(folder.join(name)).ok() == file;
        self.created.left.unmatched.retain(|name| !is_file(name));
    }
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
            // Paths of manifests have slashes on every system.
            folder::slashed(&sidecar::path_of(Path::new(&file.path)))
        })
        .collect()
}

/// The spreadsheet, if there is one.
///
/// # Errors
/// Exit code 3: it cannot be read, or has several spellings of one value in a column by which folds are balanced. Exit code 2:
/// settings of a table without a table.
fn participants(
    path: Option<&Path>,
    creation: &Creation,
) -> Result<Option<Participants>, StageError> {
    let (subject_column, table_scan) = (
        creation.subject_column.as_deref(),
        creation.table_scan.as_deref(),
    );
    let Some(path) = path else {
        return match subject_column.is_some() || table_scan.is_some() {
            true => Err(StageError::usage(
                "subject_column and table_scan need a table: add --table FILE",
            )),
            false => Ok(None),
        };
    };
    let scan = table_scan.map(Pattern::parse).transpose();
    let scan = scan.map_err(StageError::usage)?;
    let participants = Participants::read(path, subject_column, scan)?;
    for column in creation.fold_plan().balance {
        one_spelling(&participants.sheet, &column)
            .map_err(|fault| StageError::input(path, fault))?;
    }
    one_spelling_of_groups(&participants.sheet, &participants.subject_column)
        .map_err(|fault| StageError::input(path, fault))?;
    Ok(Some(participants))
}

/// Number of files to name in a warning.
const LISTED: usize = 5;

/// The first names of a list, and the number of the others.
#[must_use]
pub fn listed(names: &[String]) -> String {
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

//! What is in the folders: scans, masks of each kind, and raw sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, folder};

use super::slices;
use crate::folders::shared_folder;

/// Formats of scans, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Nifti,
    Tiff,
    Hdf5,
    /// One PNG file for each B-scan.
    Pictures,
}

/// The files of a study.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// The folders of scans and masks, relative to the one that holds all.
    folders: Vec<PathBuf>,
    /// The folder that holds all of them; paths are relative to it, with `/` between their parts.
    pub root: PathBuf,
    pub format: Format,
    /// The scans; of those with one picture for each B-scan, with `#` in place of its number.
    pub images: Vec<String>,
    /// Masks by role: `mask`, or `layer` and `vessels` where names say so.
    pub masks: BTreeMap<String, Vec<String>>,
}

/// Words in the names of masks.
const MASK_WORDS: [&str; 20] = [
    "mask",
    "masks",
    "seg",
    "segmentation",
    "segmentations",
    "label",
    "labels",
    "labelmap",
    "annotation",
    "annotations",
    "gt",
    "truth",
    "groundtruth",
    "manual",
    "drawn",
    "reference",
    "epidermis",
    "layer",
    "vessel",
    "vessels",
];
const VESSEL_WORDS: [&str; 2] = ["vessel", "vessels"];
const LAYER_WORDS: [&str; 3] = ["epidermis", "layer", "skin"];

impl Format {
    const ALL: [Self; 4] = [Self::Nifti, Self::Tiff, Self::Hdf5, Self::Pictures];

    /// Endings of its files.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Nifti => &[".nii.gz", ".nii"],
            Self::Tiff => &[".tif", ".tiff"],
            Self::Hdf5 => &[".h5", ".hdf5"],
            Self::Pictures => &[".png"],
        }
    }

    fn accepts(self, name: &str) -> bool {
        self.endings().iter().any(|ending| name.ends_with(ending))
    }
}

impl Files {
    /// Looks for scans below `scans`, and for masks below `masks`, or else among the scans by their names.
    ///
    /// # Errors
    /// Exit code 3: a folder cannot be read, or has no scans or masks.
    pub(super) fn of(scans: &Path, masks: Option<&Path>) -> Result<Self, StageError> {
        let folders: Vec<PathBuf> = std::iter::once(scans)
            .chain(masks)
            .map(Path::to_path_buf)
            .collect();
        let root = shared_folder(&folders).ok_or_else(|| {
            StageError::usage("scans and masks are on different drives; copy them to one")
        })?;
        let all = below(scans, &root)?;
        let Some(format) = Format::ALL
            .into_iter()
            .find(|f| all.iter().any(|name| f.accepts(name)))
        else {
            return Err(no_scans(scans, &all));
        };
        let of_masks = match masks {
            Some(folder) => Some(below(folder, &root)?),
            None => None,
        };
        let files = all
            .into_iter()
            .filter(|name| format.accepts(name))
            .collect();
        let (images, named) = told_apart(files, of_masks, format);
        if let (Some(folder), true) = (masks, named.is_empty()) {
            return Err(StageError::input(
                folder,
                "there are no masks in the format of the scans",
            ));
        }
        if images.is_empty() {
            return Err(StageError::input(
                scans,
                "all files are masks; name the folder with the scans by --scans",
            ));
        }
        require_separators(scans, &images, format)?;
        let stacked = |names: Vec<String>| match format {
            Format::Pictures => slices::scans(&names).into_keys().collect(),
            _ => names,
        };
        let (images, named): (Vec<String>, Vec<String>) = (stacked(images), stacked(named));
        let mut by_role: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in named {
            by_role
                .entry(role(&name).to_owned())
                .or_default()
                .push(name);
        }
        let inside = folders.iter().filter_map(|folder| inside(folder, &root));
        Ok(Self {
            folders: inside.collect(),
            root,
            format,
            images,
            masks: by_role,
        })
    }
}

impl Files {
    /// Whether a file is in one of the folders that the user named, and not next to them.
    pub(super) fn is_in_folders(&self, path: &str) -> bool {
        let mut folders = self.folders.iter();
        folders.any(|folder| Path::new(path).starts_with(folder))
    }

    /// Whether a file is one of a scan.
    pub(super) fn is_of_scan(&self, path: &String) -> bool {
        let stack = || slices::numbered(path).is_some_and(|name| self.images.contains(&name));
        self.images.contains(path) || (self.format == Format::Pictures && stack())
    }
}

/// Refuses masks whose names run into those of their scans: they would be scans.
///
/// # Errors
/// Exit code 3: the first of them.
fn require_separators(scans: &Path, images: &[String], format: Format) -> Result<(), StageError> {
    let Some([mask, scan]) = glued(images, format.endings()) else {
        return Ok(());
    };
    Err(StageError::input(
        scans,
        format_args!(
            "{mask} looks like a mask of {scan}; put the masks into a folder of their own and name it by --masks, or put '_' before the word"
        ),
    ))
}

/// Scans and masks: those of the folder of masks, or else those whose names say so.
fn told_apart(
    files: Vec<String>,
    of_masks: Option<Vec<String>>,
    format: Format,
) -> (Vec<String>, Vec<String>) {
    match of_masks {
        Some(mut masks) => {
            let is_scan = |name: &String| !masks.contains(name);
            let images = files.into_iter().filter(is_scan).collect();
            masks.retain(|name| format.accepts(name));
            (images, masks)
        }
        // A word that all names have is the name of the study.
        None => {
            let shared = shared_words(&files);
            files.into_iter().partition(|name| !is_mask(name, &shared))
        }
    }
}

/// The words that all names have.
fn shared_words(names: &[String]) -> BTreeSet<String> {
    let mut all = names.iter().map(|name| words(name).into_iter().collect());
    let first: BTreeSet<String> = all.next().unwrap_or_default();
    all.fold(first, |shared, words: BTreeSet<String>| &shared & &words)
}

/// A scan whose name is that of another one with a word for masks, without a separator, such as `S01mask` and `S01`.
fn glued(names: &[String], endings: &[&str]) -> Option<[String; 2]> {
    let stem = |name: &String| -> String {
        let mut stems = endings
            .iter()
            .filter_map(|ending| name.strip_suffix(ending));
        stems.next().unwrap_or(name).to_lowercase()
    };
    let stems: BTreeMap<String, &String> = names.iter().map(|name| (stem(name), name)).collect();
    names.iter().find_map(|name| {
        let whole = stem(name);
        let mut words = MASK_WORDS.iter();
        let scan = words.find_map(|word| stems.get(whole.strip_suffix(word)?))?;
        Some([name.clone(), (*scan).clone()])
    })
}

/// What to do with a folder without scans.
fn no_scans(folder: &Path, files: &[String]) -> StageError {
    let other = files.iter().find(|name| name.ends_with(".mat"));
    let advice = match other {
        Some(name) => format!(
            "a MATLAB file of version 7.3 such as {name} is imported by 'rsom io import hdf5 --input {name} --spacing-mm X,Y,Z --output SCAN.nii.gz'"
        ),
        None => "'rsom io import' makes NIfTI of other formats".to_owned(),
    };
    StageError::input(
        folder,
        format_args!(
            "there are no scans: NIfTI (.nii.gz, .nii), TIFF (.tif, .tiff), HDF5 (.h5, .hdf5), PNG (one for each B-scan), or raw R_<stamp>_<id>_LF.mat and _HF.mat; {advice}"
        ),
    )
}

/// The path of a folder below `root`.
fn inside(folder: &Path, root: &Path) -> Option<PathBuf> {
    let whole = folder.canonicalize().ok()?;
    whole.strip_prefix(root).ok().map(Path::to_path_buf)
}

/// The visible files below a folder, relative to `root`.
fn below(from: &Path, root: &Path) -> Result<Vec<String>, StageError> {
    let fault = |e: &std::io::Error| StageError::input(from, atomic::plain(e));
    let prefix = inside(from, root).unwrap_or_default();
    let found = folder::files(from).map_err(|e| fault(&e))?;
    let visible = found
        .into_iter()
        .filter(|file| !folder::is_hidden(&file.name));
    Ok(visible
        .map(|file| folder::slashed(&prefix.join(file.name)))
        .collect())
}

fn words(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric());
    parts.map(str::to_lowercase).collect()
}

/// Whether a name says mask, by a word that not all names have.
fn is_mask(name: &str, shared: &BTreeSet<String>) -> bool {
    words(name)
        .iter()
        .any(|word| MASK_WORDS.contains(&word.as_str()) && !shared.contains(word))
}

/// The role of a mask by the words of its name.
fn role(name: &str) -> &'static str {
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    match (has(&VESSEL_WORDS), has(&LAYER_WORDS)) {
        (true, false) => "vessels",
        (false, true) => "layer",
        _ => "mask",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_told_by_their_words() {
        for (name, mask, role_of_it) in [
            ("S01.nii.gz", false, "mask"),
            ("S01_mask.nii.gz", true, "mask"),
            ("labels/S01.nii.gz", true, "mask"),
            ("S01-Vessels.nii", true, "vessels"),
            ("S01_epidermis_seg.nii", true, "layer"),
            ("masked/S01.nii", false, "mask"),
        ] {
            let found = (is_mask(name, &BTreeSet::new()), role(name));
            assert_eq!(found, (mask, role_of_it), "{name}");
        }
    }

    #[test]
    fn words_of_all_names_say_nothing() {
        let owned =
            |names: &[&str]| -> Vec<String> { names.iter().map(|n| (*n).to_owned()).collect() };
        for (names, masks) in [
            (
                vec!["vessel_S01.nii", "vessel_S01_mask.nii"],
                vec!["vessel_S01_mask.nii"],
            ),
            (
                vec!["S1/reference.nii", "S1/reference-label.nii"],
                vec!["S1/reference-label.nii"],
            ),
            (vec!["layer_S1.nii", "layer_S2.nii"], vec![]),
            (vec!["S1.nii", "S1_seg.nii"], vec!["S1_seg.nii"]),
        ] {
            let found = told_apart(owned(&names), None, Format::Nifti);
            assert_eq!(found.1, owned(&masks), "{names:?}");
        }
    }

    #[test]
    fn a_mask_without_a_separator_is_seen() {
        let names = ["S01.nii", "S01mask.nii", "S02.nii"].map(str::to_owned);
        let found = glued(&names, &[".nii"]).unwrap();
        assert_eq!(found, ["S01mask.nii", "S01.nii"]);
        assert_eq!(
            glued(&["S01.nii".to_owned(), "mask.nii".to_owned()], &[".nii"]),
            None
        );
    }
}

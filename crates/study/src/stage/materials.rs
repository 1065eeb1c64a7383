//! Inputs for the checks: a small synthetic scan, its layer, a table of measures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, Port, StageError, atomic, fingerprint};

use super::program::Program;

/// Files to take for inputs.
pub(super) struct Materials {
    of_kind: BTreeMap<&'static str, PathBuf>,
    /// Given by the user, by name of the port.
    of_port: BTreeMap<String, PathBuf>,
    /// The sha256 of all of these.
    hashes: BTreeMap<PathBuf, Option<String>>,
    /// The first weights that a command made.
    weights: Option<PathBuf>,
}

impl Materials {
    /// Makes the files in a folder. `rsom` is the running program.
    ///
    /// # Errors
    /// Exit code 1 or 4: they cannot be made.
    pub fn make(
        rsom: &Path,
        folder: &Path,
        given: &BTreeMap<String, PathBuf>,
    ) -> Result<Self, StageError> {
        std::fs::create_dir_all(folder.join("folder"))
            .map_err(|e| StageError::output(folder, atomic::plain(&e)))?;
        let rsom = Program::at(rsom.to_path_buf());
        let done = |line: &str| -> Result<(), StageError> {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let ended = rsom.run(folder, &words).and_then(|ended| ended.expect(0));
            ended.map_err(|why| StageError::failure(format_args!("rsom {line}: {why}")))
        };
        done(
            "phantom scan --seed 1 --shape 24,6,64 --image scan.nii.gz --layer layer.nii.gz --quiet",
        )?;
        done(
            "metrics evaluate --reference layer.nii.gz --prediction layer.nii.gz --subject s1 --scan a --label layer --output table.parquet --quiet",
        )?;
        for (name, text) in [("text.txt", "a text\n"), ("folder/notes.txt", "notes\n")] {
            atomic::write_bytes(&folder.join(name), text.as_bytes())?;
        }
        let scan = folder.join("scan.nii.gz");
        std::fs::copy(&scan, folder.join("folder/scan.nii.gz"))
            .map_err(|e| StageError::output(folder, atomic::plain(&e)))?;
        let kinds = [
            (Kind::Volume, "scan.nii.gz"),
            (Kind::Mask, "layer.nii.gz"),
            (Kind::Labels, "layer.nii.gz"),
            (Kind::Probabilities, "layer.nii.gz"),
            (Kind::Table, "table.parquet"),
            (Kind::Document, "text.txt"),
            (Kind::Directory, "folder"),
        ];
        // Copies: the program that is checked may do anything to its inputs.
        let mut of_port = BTreeMap::new();
        for (port, path) in given {
            let name = path.file_name().unwrap_or_default();
            let copy = folder.join("given").join(port).join(name);
            copied(path, &copy)?;
            of_port.insert(port.clone(), copy);
        }
        let of_kind = BTreeMap::from(kinds.map(|(kind, name)| (kind.as_str(), folder.join(name))));
        Ok(Self {
            hashes: hashes(of_kind.values().chain(of_port.values())),
            of_kind,
            of_port,
            weights: None,
        })
    }

    /// A file for an input. `None` if there is nothing of its kind.
    pub fn of(&self, port: &Port) -> Option<&Path> {
        let given = self.of_port.get(&port.name);
        let made = match port.kind {
            Kind::Weights => self.weights.as_ref(),
            kind => self.of_kind.get(kind.as_str()),
        };
        given.or(made).map(PathBuf::as_path)
    }

    /// Whether the user gave a file for an input.
    pub fn is_given(&self, port: &Port) -> bool {
        self.of_port.contains_key(&port.name)
    }

    /// Takes weights that a command made, for the commands after it.
    pub fn take(&mut self, port: &Port, path: &Path) {
        if port.kind == Kind::Weights && self.weights.is_none() {
            self.weights = Some(path.to_path_buf());
        }
    }

    /// Checks that all files are as they were made, or given.
    ///
    /// # Errors
    /// The name of one that is not.
    pub fn unchanged(&self) -> Result<(), String> {
        let mut files = self.hashes.iter();
        match files.find(|(path, hash)| fingerprint::of_path(path).ok() != **hash) {
            Some((path, _)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                Err(match path.exists() {
                    true => format!("{name} was changed"),
                    false => format!("{name} was removed"),
                })
            }
            None => Ok(()),
        }
    }
}

/// Copies a file, or a folder with its files.
fn copied(from: &Path, to: &Path) -> Result<(), StageError> {
    let unreadable = |e: std::io::Error| StageError::input(from, atomic::plain(&e));
    let make = |folder: Option<&Path>| {
        let folder = folder.unwrap_or(to);
        std::fs::create_dir_all(folder).map_err(|e| StageError::output(folder, atomic::plain(&e)))
    };
    if !from.is_dir() {
        make(to.parent())?;
        let beside = rsom_stage::sidecar::path_of(from);
        if Kind::Volume.accepts_name(from) && beside.is_file() {
            let _ = std::fs::copy(&beside, rsom_stage::sidecar::path_of(to));
        }
        return std::fs::copy(from, to).map(drop).map_err(unreadable);
    }
    make(Some(to))?;
    for file in rsom_stage::folder::files(from).map_err(unreadable)? {
        let place = to.join(&file.name);
        make(place.parent())?;
        std::fs::copy(from.join(&file.name), place).map_err(unreadable)?;
    }
    Ok(())
}

fn hashes<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> BTreeMap<PathBuf, Option<String>> {
    let hash = |path: &PathBuf| (path.clone(), fingerprint::of_path(path).ok());
    paths.map(hash).collect()
}

//! Notices inputs that change while a command runs: its outputs and their provenance would belong to different contents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{CommandSpec, Invocation, Snapshot, StageError, Stamp, folder, sidecar};

/// The inputs and outputs of an invocation before it runs.
#[derive(Debug)]
pub(crate) struct Watched {
    inputs: Vec<PathBuf>,
    outputs: Vec<PathBuf>,
    before: Snapshot,
    /// Stamps of the files that stood at the outputs.
    old: BTreeMap<PathBuf, Stamp>,
}

impl Watched {
    /// Looks at the inputs. Leaves out inputs that are outputs as well, such as the weights that a training resumes from, and
    /// optional folders: of the folder with the data of a manifest, a command needs some files only.
    pub fn inputs(invocation: &Invocation, spec: &CommandSpec) -> Self {
        let outputs: Vec<PathBuf> = (invocation.all_outputs())
            .flat_map(|(_, path)| [path.to_path_buf(), sidecar::path_of(path)])
            .collect();
        let is_needed = |name: &str| spec.input(name).is_none_or(|port| port.required);
        let mut inputs = Vec::new();
        for (name, paths) in invocation.all_inputs() {
            let whole = paths.iter().filter(|p| is_needed(name) || !p.is_dir());
            inputs.extend(whole.filter(|path| !outputs.contains(path)).cloned());
        }
        Self {
            before: look(&inputs, &outputs),
            old: (files_of(&outputs).into_iter())
                .filter_map(|path| Some((path.clone(), Stamp::of(&path).ok()?)))
                .collect(),
            inputs,
            outputs,
        }
    }

    /// Checks that no input was written, moved or removed since. Otherwise removes the outputs that were written since: their
    /// provenance may name other contents than those they were made from.
    ///
    /// # Errors
    /// Exit code 3: an input changed.
    pub fn check(&self) -> Result<(), StageError> {
        let now = look(&self.inputs, &self.outputs);
        let Some(path) = now.first_change(&self.before) else {
            return Ok(());
        };
        for output in files_of(&self.outputs) {
            let is_new = Stamp::of(&output).ok().as_ref() != self.old.get(&output);
            if is_new && !self.inputs.contains(&output) {
                // What cannot be removed stays next to the error.
                let _ = std::fs::remove_file(&output);
            }
        }
        Err(StageError::input(
            path,
            "it changed while the command ran, so its outputs may not belong to it and were removed; run the command again",
        ))
    }
}

/// A snapshot of the inputs. An input that cannot be read is the command's own error.
fn look(inputs: &[PathBuf], outputs: &[PathBuf]) -> Snapshot {
    let mut snapshot = Snapshot::without(outputs);
    for path in inputs {
        let _ = snapshot.add_input(path);
    }
    snapshot
}

/// The files at some paths, and those in folders at these paths.
fn files_of(paths: &[PathBuf]) -> Vec<PathBuf> {
    let inside = |path: &Path| -> Vec<PathBuf> {
        let files = folder::files(path).unwrap_or_default().into_iter();
        files.map(|file| path.join(file.name)).collect()
    };
    let of_path = |path: &PathBuf| match path.is_dir() {
        true => inside(path),
        false => vec![path.clone()],
    };
    let files = paths.iter().flat_map(of_path);
    files.filter(|path| path.is_file()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Port};

    fn spec() -> CommandSpec {
        CommandSpec {
            inputs: vec![
                Port::required("input", Kind::Document, ""),
                Port::required("folder", Kind::Directory, ""),
                Port::optional("data", Kind::Directory, ""),
            ],
            ..CommandSpec::default()
        }
    }

    #[test]
    fn a_changed_input_is_named_and_an_input_that_is_an_output_is_not_watched() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a", "b", "resumed"] {
            std::fs::write(at(name), "old").unwrap();
        }
        let invocation = Invocation::new("demo", "1", "join")
            .with_input(
                "input",
                vec![at("a"), at("b"), at("missing"), at("resumed")],
            )
            .with_output("output", at("resumed"));
        let watched = Watched::inputs(&invocation, &spec());
        std::fs::write(at("resumed"), "newer").unwrap();
        assert!(watched.check().is_ok());
        std::fs::write(at("b"), "newer").unwrap();
        let error = watched.check().unwrap_err();
        assert_eq!(error.exit_code(), crate::ExitCode::BadInput);
        let named = |name: &str| at(name).display().to_string();
        assert!(error.to_string().contains(&named("b")), "{error}");
        std::fs::remove_file(at("a")).unwrap();
        let error = watched.check().unwrap_err();
        assert!(error.to_string().contains(&named("a")), "{error}");
    }

    /// The outputs of a command whose input folder changed are removed; those of earlier commands stay.
    #[test]
    fn a_folder_is_watched_and_outputs_of_a_changed_one_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["in", "data", "out"] {
            std::fs::create_dir(at(name)).unwrap();
            std::fs::write(at(name).join("old"), "old").unwrap();
        }
        let invocation = Invocation::new("demo", "1", "join")
            .with_input("folder", vec![at("in")])
            .with_input("data", vec![at("data")])
            .with_output("report", at("in/report.nii.gz"))
            .with_output("output", at("out"));
        let watched = Watched::inputs(&invocation, &spec());
        for name in ["in/report.nii.gz", "in/report.json", "out/new", "data/new"] {
            std::fs::write(at(name), "new").unwrap();
        }
        watched.check().unwrap();
        std::fs::write(at("in/extra"), "new").unwrap();
        let error = watched.check().unwrap_err().to_string();
        assert!(error.contains("extra"), "{error}");
        for (name, stays) in [
            ("in/report.nii.gz", false),
            ("in/report.json", false),
            ("out/new", false),
            ("out/old", true),
            ("data/new", true),
            ("in/old", true),
        ] {
            assert_eq!(at(name).exists(), stays, "{name}");
        }
    }
}

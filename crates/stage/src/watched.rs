//! Notices inputs that change while a command runs: its outputs and their provenance would belong to different contents.

use std::path::{Path, PathBuf};

use crate::{Invocation, StageError, Stamp};

/// The stamps of the inputs of an invocation before it runs.
#[derive(Debug)]
pub(crate) struct Watched(Vec<(PathBuf, Stamp)>);

impl Watched {
    /// Looks at the input files. Leaves out folders, of which a command may need only some files, and inputs that are outputs
    /// as well, such as the weights that a training resumes from.
    pub fn inputs(invocation: &Invocation) -> Self {
        let is_output = |path: &Path| invocation.all_outputs().any(|(_, output)| output == path);
        let inputs = invocation.all_inputs().flat_map(|(_, paths)| paths);
        let files = inputs.filter(|path| !path.is_dir() && !is_output(path));
        // An input that cannot be read is the command's own error.
        let stamped = files.filter_map(|path| Some((path.clone(), Stamp::of(path).ok()?)));
        Self(stamped.collect())
    }

    /// Checks that no input was written or removed since.
    ///
    /// # Errors
    /// Exit code 3: an input changed.
    pub fn check(&self) -> Result<(), StageError> {
        let unchanged = |path: &Path, before: &Stamp| {
            Stamp::of(path).is_ok_and(|now| !now.is_rewritten(before))
        };
        match self
            .0
            .iter()
            .find(|(path, before)| !unchanged(path, before))
        {
            None => Ok(()),
            Some((path, _)) => Err(StageError::input(
                path,
                "it changed while the command ran, so its outputs may not belong to it; run the command again",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let watched = Watched::inputs(&invocation);
        std::fs::write(at("resumed"), "newer").unwrap();
        assert!(watched.check().is_ok());
        std::fs::write(at("b"), "newer").unwrap();
        let error = watched.check().unwrap_err();
        assert_eq!(error.exit_code(), crate::ExitCode::BadInput);
        assert!(error.to_string().contains("/b"), "{error}");
        std::fs::remove_file(at("a")).unwrap();
        assert!(watched.check().unwrap_err().to_string().contains("/a"));
    }
}

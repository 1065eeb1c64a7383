//! The command line by which a job calls `rsom task`.

use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic};

use crate::plan::tasks::{Plan, Request, Task};
use crate::run::shell_line::quoted;
use crate::run::worker::revisions;

/// A study as a job names it.
#[derive(Debug)]
pub(crate) struct Call {
    /// Name of the pipeline.
    pub pipeline: String,
    /// The program `rsom` of the jobs.
    pub program: PathBuf,
    /// The folder in which the study was exported: relative paths of options start there.
    pub folder: PathBuf,
    /// The study: pipeline file and options.
    pub study: Vec<String>,
    /// The options by which a job checks its programs.
    pub expect: Vec<String>,
}

impl Call {
    /// The call of a study that was planned from a request.
    ///
    /// # Errors
    /// Exit code 1: the current folder is unknown.
    pub fn of(request: &Request, plan: &Plan, program: &Path) -> Result<Self, StageError> {
        let folder = std::env::current_dir().map_err(|e| StageError::failure(atomic::plain(&e)))?;
        let expect = revisions(plan).into_iter();
        Ok(Self {
            pipeline: plan.name.clone(),
            program: program.to_path_buf(),
            folder,
            study: study(request, plan),
            expect: expect
                .flat_map(|(name, revision)| ["--expect".to_owned(), format!("{name}={revision}")])
                .collect(),
        })
    }

    /// The program of a task and its revision, as `STAGE=REVISION`.
    pub fn revision_of(&self, task: &Task) -> Option<String> {
        let (name, _) = task.tool.revision();
        let start = format!("{name}=");
        let mut expected = self.expect.iter();
        expected.find(|word| word.starts_with(&start)).cloned()
    }

    /// `task study.yaml --data …  --expect …`, quoted for a shell.
    pub fn arguments(&self) -> String {
        shell(
            std::iter::once("task")
                .chain(self.study.iter().chain(&self.expect).map(String::as_str)),
        )
    }

    /// `collect study.yaml --data …`, or another command, quoted for a shell.
    pub fn arguments_of(&self, command: &str) -> String {
        shell(std::iter::once(command).chain(self.study.iter().map(String::as_str)))
    }
}

/// Words as a shell reads them.
fn shell<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(quoted).collect::<Vec<_>>().join(" ")
}

/// The pipeline file and the options that make the same plan.
fn study(request: &Request, plan: &Plan) -> Vec<String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut words = vec![
        text(&plan.pipeline),
        "--workdir".into(),
        text(&plan.workdir),
    ];
    let mut option = |name: &str, value: String| words.extend([name.to_owned(), value]);
    if let Some(manifest) = &request.manifest {
        option("--manifest", text(manifest));
    }
    if let Some(data) = &plan.data {
        option("--data", text(data));
    }
    if let Some(profile) = &request.profile {
        option("--profile", profile.clone());
    }
    for (name, values) in [
        ("--set", &request.set),
        ("--swap", &request.swap),
        ("--correct", &request.correct),
    ] {
        for value in values {
            option(name, value.clone());
        }
    }
    if request.strict {
        words.push("--strict".into());
    }
    words
}

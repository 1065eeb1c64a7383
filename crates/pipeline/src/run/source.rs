//! What a run was made from: pipeline, manifest and options, enough to run it again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::plan::selection::Selection;
use crate::plan::tasks::{Plan, Request};
use crate::run::relative::{joined, relative};

/// What a run was made from. Paths are relative to the folder of its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The pipeline file.
    pub pipeline: SourceFile,
    /// Files that the pipeline includes.
    #[serde(default)]
    pub included: Vec<SourceFile>,
    /// The manifest, if there is one.
    pub manifest: Option<SourceFile>,
    /// The folder of the data, if the command line named one.
    pub data: Option<String>,
    /// The profile.
    pub profile: Option<String>,
    /// New values of params, as `NAME=VALUE`.
    pub set: Vec<String>,
    /// Programs in the place of stages, as `STAGE=PROGRAM`.
    pub swap: Vec<String>,
    /// Files in the place of outputs, as `STEP:NAME=FILE`.
    pub correct: Vec<String>,
}

/// A file with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// The path.
    pub path: String,
    /// The sha256 of its content. `None` if it could not be read.
    pub sha256: Option<String>,
}

impl Source {
    /// What a plan was made from.
    pub(crate) fn of(plan: &Plan) -> Self {
        let request = &plan.request;
        let path = |path: &Path| relative(&plan.workdir, &absolute(path));
        let file = |at: &Path, sha256: &Option<String>| SourceFile {
            path: path(at),
            sha256: sha256.clone(),
        };
        let words = |words: &[String]| -> Vec<String> {
            let with_path = |word: &String| match word.split_once('=') {
                Some((name, file)) => format!("{name}={}", path(Path::new(file))),
                None => word.clone(),
            };
            words.iter().map(with_path).collect()
        };
        Self {
            pipeline: file(&plan.pipeline, &plan.pipeline_sha256),
            included: (plan.included.iter())
                .map(|included| file(&included.path, &included.sha256))
                .collect(),
            manifest: plan
                .manifest
                .as_deref()
                .map(|manifest| file(manifest, &plan.manifest_sha256)),
            data: plan.data.as_deref().map(path),
            profile: request.profile.clone(),
            set: request.set.clone(),
            swap: words(&request.swap),
            correct: words(&request.correct),
        }
    }

    /// The request that makes the same plan for another output folder. `folder` holds the report, and is absolute.
    #[must_use]
    pub fn request(&self, folder: &Path, workdir: PathBuf) -> Request {
        let path = |path: &str| joined(folder, path);
        let words = |words: &[String]| -> Vec<String> {
            let with_path = |word: &String| match word.split_once('=') {
                Some((name, file)) => format!("{name}={}", path(file).display()),
                None => word.clone(),
            };
            words.iter().map(with_path).collect()
        };
        Request {
            pipeline: path(&self.pipeline.path),
            manifest: self.manifest.as_ref().map(|file| path(&file.path)),
            data: self.data.as_deref().map(path),
            workdir: Some(workdir),
            profile: self.profile.clone(),
            set: self.set.clone(),
            swap: words(&self.swap),
            strict: false,
            correct: words(&self.correct),
            selection: Selection::default(),
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

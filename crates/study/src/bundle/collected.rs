//! The files of a bundle, copied from a study.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use rsom_formats::table::{Table, csv, parquet};
use rsom_io::ports::at_input;
use rsom_pipeline::{InputFile, Plan, Unfinished};
use rsom_stage::{Kind, StageError, atomic, folder, sidecar};
use serde_json::{Map, Value};

use super::report;

/// A bundle that is being written.
pub(super) struct Collected {
    to: PathBuf,
    /// Paths of its files, with `/` between their parts.
    files: BTreeSet<String>,
    /// Joined tables: the name and the number of rows.
    pub tables: Vec<(String, usize)>,
    /// Files that the pipeline names and the bundle does not hold.
    pub outside: Vec<PathBuf>,
    /// The tasks that failed and that the others do without: they have no outputs.
    pub unfinished: Unfinished,
}

/// Names that the bundle itself needs at its end.
const RESERVED: [&str; 1] = ["SHA256SUMS"];

/// Files next to the pipeline up to this size are part of every bundle.
const SMALL_BYTES: u64 = 10_000_000;

impl Collected {
    pub(super) fn new(to: &Path, unfinished: Unfinished) -> Self {
        Self {
            to: to.to_path_buf(),
            files: BTreeSet::new(),
            tables: Vec::new(),
            outside: Vec::new(),
            unfinished,
        }
    }

    /// The files, in the order of their paths.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Pipeline, manifest, corrections and the report of the run.
    pub(super) fn add_study(&mut self, plan: &Plan, has_data: bool) -> Result<(), StageError> {
        self.copy(&plan.pipeline, report::PIPELINE)?;
        if let Some(manifest) = &plan.manifest {
            self.copy(manifest, report::MANIFEST)?;
        }
        for correction in &plan.corrections {
            let name = report::name_of(plan, correction);
            self.copy(&correction.path, &name)?;
            let (folder, file) = name.rsplit_once('/').unwrap_or(("corrections", &name));
            let note = format!("{folder}/{}.txt", report::stem(file));
            // A correction that is a text is no note on itself.
            if !correction.note.is_empty() && note != name {
                self.add_text(&note, &format!("{}\n", correction.note))?;
            }
        }
        let path = plan.workdir.join("run.json");
        let text = std::fs::read(&path).map_err(|e| StageError::input(&path, atomic::plain(&e)))?;
        let run: Value = serde_json::from_slice(&text).map_err(|e| StageError::input(&path, e))?;
        let run = report::of(plan, run, has_data);
        self.add_text("run.json", &format!("{run:#}\n"))
    }

    /// The files that the pipeline names next to itself, such as scripts, under the same names. Large ones only with the data.
    pub(super) fn add_local_files(&mut self, plan: &Plan, all: bool) -> Result<(), StageError> {
        for path in plan.local_files() {
            let Some(name) = report::below_pipeline(plan, &path) else {
                self.outside.push(path);
                continue;
            };
            let files = match path.is_dir() {
                true => folder::files(&path)
                    .map_err(|e| StageError::input(&path, atomic::plain(&e)))?
                    .into_iter()
                    .filter(|file| !folder::is_hidden(&file.name))
                    .map(|file| format!("{name}/{}", folder::slashed(&file.name)))
                    .collect(),
                false => vec![name],
            };
            for name in files {
                let from = plan.pipeline.with_file_name(&name);
                let bytes = from.metadata().map_or(0, |found| found.len());
                if self.files.contains(&name) || from.starts_with(&plan.workdir) {
                    continue;
                }
                match all || bytes <= SMALL_BYTES {
                    true => self.copy(&from, &name)?,
                    false => self.outside.push(from),
                }
            }
        }
        Ok(())
    }

    /// Tables, figures and documents that no other task reads, or all outputs.
    pub(super) fn add_outputs(&mut self, plan: &Plan, all: bool) -> Result<(), StageError> {
        let files = plan.tasks.iter().flat_map(|task| &task.inputs);
        let read: BTreeSet<(usize, usize)> = (files.flat_map(|input| &input.files))
            .filter_map(|file| match file {
                InputFile::Output { task, output, .. } => Some((*task, *output)),
                _ => None,
            })
            .collect();
        for (task, number) in self.outputs(plan) {
            let output = &plan.tasks[task].outputs[number];
            let is_result = matches!(output.kind, Kind::Table | Kind::Figure | Kind::Document)
                && !read.contains(&(task, number));
            if all || is_result {
                self.copy_output(plan, &output.path, output.kind)?;
            }
        }
        Ok(())
    }

    /// The tables of each step with a table for each scan, joined: as Parquet and CSV.
    pub(super) fn add_tables(&mut self, plan: &Plan) -> Result<(), StageError> {
        let mut of_step: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for (task, number) in self.outputs(plan) {
            let (task, output) = (&plan.tasks[task], &plan.tasks[task].outputs[number]);
            if output.kind == Kind::Table && task.scan.is_some() {
                let paths = of_step.entry((&task.step, &output.port)).or_default();
                paths.push(&output.path);
            }
        }
        for ((step, port), paths) in of_step {
            let read = |path: &&str| {
                let path = plan.workdir.join(path);
                parquet::read(&path).map_err(|fault| at_input(&path, fault))
            };
            let tables: Vec<Table> = paths.iter().map(read).collect::<Result<_, _>>()?;
            let whole = Table::concatenated(&tables).map_err(StageError::failure)?;
            let name = match port {
                "output" => format!("tables/{step}"),
                port => format!("tables/{step}_{port}"),
            };
            let about = BTreeMap::from([("rsom_step".to_owned(), step.to_owned())]);
            let bytes = parquet::to_bytes(&whole, &about).map_err(StageError::failure)?;
            self.add_bytes(&format!("{name}.parquet"), &bytes)?;
            let bytes = csv::to_bytes(&whole).map_err(StageError::failure)?;
            self.add_bytes(&format!("{name}.csv"), &bytes)?;
            self.tables.push((name, whole.rows()));
        }
        Ok(())
    }

    /// The files of the manifest, with the folders that they have there.
    pub(super) fn add_data(&mut self, plan: &Plan) -> Result<(), StageError> {
        let Some(root) = &plan.data_root else {
            return Ok(());
        };
        let inputs = plan.tasks.iter().flat_map(|task| &task.inputs);
        let paths: BTreeSet<&PathBuf> = (inputs.flat_map(|input| &input.files))
            .filter_map(|file| match file {
                InputFile::External {
                    path,
                    sha256: Some(_),
                } => Some(path),
                _ => None,
            })
            .collect();
        for path in paths {
            let Ok(inside) = path.strip_prefix(root) else {
                continue;
            };
            let name = format!("{}/{}", report::DATA, folder::slashed(inside));
            self.copy(path, &name)?;
            let beside = sidecar::path_of(path);
            if beside.is_file() {
                let beside_name = sidecar::path_of(Path::new(&name));
                self.copy(&beside, &folder::slashed(&beside_name))?;
            }
        }
        Ok(())
    }

    /// Copies a volume. Its sidecar gets some more keys.
    pub(super) fn copy_volume(
        &mut self,
        from: &Path,
        name: &str,
        about: &Map<String, Value>,
    ) -> Result<(), StageError> {
        self.copy(from, name)?;
        let beside = sidecar::path_of(from);
        let known = std::fs::read(beside).ok();
        let known = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut all: Map<String, Value> = known.unwrap_or_default();
        all.extend(about.clone());
        let name = folder::slashed(&sidecar::path_of(Path::new(name)));
        self.add_text(&name, &format!("{:#}\n", Value::Object(all)))
    }

    /// Writes a text.
    pub(super) fn add_text(&mut self, name: &str, text: &str) -> Result<(), StageError> {
        self.add_bytes(name, text.as_bytes())
    }

    fn add_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), StageError> {
        let path = self.place(name)?;
        atomic::write_bytes(&path, bytes)?;
        self.files.insert(name.to_owned());
        Ok(())
    }

    fn copy_output(&mut self, plan: &Plan, path: &str, kind: Kind) -> Result<(), StageError> {
        let from = plan.workdir.join(path);
        if kind == Kind::Directory {
            let inside =
                folder::files(&from).map_err(|e| StageError::input(&from, atomic::plain(&e)))?;
            for file in inside {
                let name = format!("{path}/{}", folder::slashed(&file.name));
                self.copy(&from.join(&file.name), &name)?;
            }
            return Ok(());
        }
        self.copy(&from, path)?;
        let beside = sidecar::path_of(&from);
        if Kind::Volume.accepts_name(&from) && beside.is_file() {
            self.copy(
                &beside,
                &folder::slashed(&sidecar::path_of(Path::new(path))),
            )?;
        }
        Ok(())
    }

    fn copy(&mut self, from: &Path, name: &str) -> Result<(), StageError> {
        let to = self.place(name)?;
        std::fs::copy(from, &to).map_err(|e| match from.is_file() {
            true => StageError::output(&to, atomic::plain(&e)),
            false => StageError::input(from, atomic::plain(&e)),
        })?;
        self.files.insert(name.to_owned());
        Ok(())
    }

    /// Whether a task has outputs.
    pub(super) fn is_made(&self, task: usize) -> bool {
        !self.unfinished.left_out.contains(&task)
    }

    /// The tasks that have outputs, and the outputs, by their numbers.
    fn outputs(&self, plan: &Plan) -> Vec<(usize, usize)> {
        let made = (0..plan.tasks.len()).filter(|task| self.is_made(*task));
        made.flat_map(|task| (0..plan.tasks[task].outputs.len()).map(move |output| (task, output)))
            .collect()
    }

    /// The place of a new file; makes its folder.
    fn place(&self, name: &str) -> Result<PathBuf, StageError> {
        let is_inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return Err(StageError::failure(format_args!(
                "'{name}' does not lie in the bundle"
            )));
        }
        if self.files.contains(name) || RESERVED.contains(&name) {
            return Err(StageError::usage(format_args!(
                "two files of the bundle would be '{name}'; give the output or the file another name"
            )));
        }
        let path = self.to.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|e| StageError::output(folder, atomic::plain(&e)))?;
        }
        Ok(path)
    }
}

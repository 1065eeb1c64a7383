//! Records of finished tasks: the identity of each task and the hashes of its outputs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path};
use std::rc::Rc;

use rsom_stage::StageError;
use serde::{Deserialize, Serialize};

use crate::assess::document::Document;
use crate::assess::inbox::Inbox;
use crate::assess::journal::Journal;
use crate::assess::standing::is_inside;

/// Lines beyond twice the number that is needed before a file of records is written anew.
const SPARE_LINES: usize = 1000;

/// A finished task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The hash of its identity.
    pub identity: String,
    /// Its identity.
    pub of: Document,
    /// The path of each output by port, relative to the workdir.
    #[serde(default)]
    pub ports: BTreeMap<String, String>,
    /// sha256 of all outputs, their sidecars and the files in output folders, by path relative to the workdir.
    pub outputs: BTreeMap<String, String>,
    /// The name of the pipeline that ran it.
    pub pipeline: String,
    /// The vector instructions in use, if they affect the last digits of the outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction_set: Option<String>,
    /// Warnings that the task wrote into its log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Run time in s.
    pub wall_time_s: f64,
    /// Peak memory of the process in MiB, if the system reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_mib: Option<f64>,
}

/// The records of a workdir: one line of a file for each finished task, the oldest first.
#[derive(Debug)]
pub(crate) struct Records {
    journal: Journal,
    inbox: Inbox,
    known: Known,
    /// Whether new records go to the inbox.
    is_worker: bool,
}

/// What the records say.
#[derive(Debug, Default)]
struct Known {
    /// The last record of each identity with outputs at the same paths.
    by_task: HashMap<TaskKey, Rc<Record>>,
    by_path: BTreeMap<String, Recorded>,
    /// One for each line.
    all: Vec<Rc<Record>>,
}

/// An identity and the path of each port. Outputs count only as a whole: of two runs with an output in common, the others may
/// differ; and an output that another port wrote is another result.
#[derive(Debug, PartialEq, Eq, Hash)]
struct TaskKey(String);

/// What the records say of a path.
#[derive(Debug)]
struct Recorded {
    /// The record of the task that last wrote it.
    latest: Rc<Record>,
    /// The sha256 of all contents that tasks gave it.
    contents: BTreeSet<String>,
}

impl Records {
    /// Reads the records in a file, and those of workers in an inbox. Either may be missing.
    ///
    /// # Errors
    /// Exit code 3: the file cannot be read.
    pub fn read(file: &Path, inbox: &Path) -> Result<Self, StageError> {
        let journal = Journal::at(file.to_path_buf());
        let inbox = Inbox::at(inbox.to_path_buf());
        let mut known = Known::of(&journal.read()?);
        for (_, line) in inbox.read() {
            known.add_lines(&line);
        }
        Ok(Self {
            journal,
            inbox,
            known,
            is_worker: false,
        })
    }

    /// Lets new records go to the inbox: several workers may write at the same time.
    pub fn for_worker(&mut self) {
        self.is_worker = true;
    }

    /// Takes the records of workers over. To be called by a run that has the workdir for itself.
    ///
    /// # Errors
    /// Exit code 4: a record cannot be written.
    pub fn take_over(&mut self) -> Result<(), StageError> {
        for (name, line) in self.inbox.read() {
            self.journal.append(&line)?;
            self.inbox.remove(&name);
        }
        Ok(())
    }

    /// The last record of an identity whose ports wrote these paths.
    pub fn find(&self, identity: &str, ports: &BTreeMap<String, String>) -> Option<Rc<Record>> {
        let key = TaskKey::of(identity, ports);
        self.known.by_task.get(&key).map(Rc::clone)
    }

    /// The record of the task that last wrote a path.
    pub fn latest(&self, path: &str) -> Option<&Record> {
        let recorded = self.known.by_path.get(path)?;
        Some(&recorded.latest)
    }

    /// The paths in a folder that tasks of a pipeline wrote, relative to the workdir.
    pub fn inside<'a>(
        &'a self,
        folder: &'a str,
        pipeline: &'a str,
    ) -> impl Iterator<Item = &'a String> {
        // Only what begins with the folder's name and a slash lies between it and the same with the next character.
        let range = format!("{folder}/")..format!("{folder}0");
        let inside = self.known.by_path.range(range);
        inside
            .filter(move |(path, recorded)| {
                is_inside(path, folder) && recorded.latest.pipeline == pipeline
            })
            .map(|(path, _)| path)
    }

    /// Whether a task gave a path the content with this sha256.
    pub fn contains(&self, path: &str, sha256: &str) -> bool {
        let recorded = self.known.by_path.get(path);
        recorded.is_some_and(|recorded| recorded.contents.contains(sha256))
    }

    /// All paths that tasks of a pipeline wrote, or of any pipeline, relative to the workdir. Several pipelines may use the same
    /// workdir.
    pub fn paths_of(&self, pipeline: Option<&str>) -> Vec<String> {
        let of_pipeline = |(_, recorded): &(&String, &Recorded)| {
            pipeline.is_none_or(|name| recorded.latest.pipeline == name)
        };
        let paths = self.known.by_path.iter().filter(of_pipeline);
        paths.map(|(path, _)| path.clone()).collect()
    }

    /// The names of the other pipelines that wrote files in this workdir, and the number of their files.
    pub fn other_pipelines(&self, pipeline: &str) -> BTreeMap<String, usize> {
        let mut others = BTreeMap::new();
        for recorded in self.known.by_path.values() {
            if recorded.latest.pipeline != pipeline {
                *others.entry(recorded.latest.pipeline.clone()).or_default() += 1;
            }
        }
        others
    }

    /// Adds a record. It replaces an earlier one of the same identity with the same paths.
    ///
    /// # Errors
    /// Exit code 4 if the record cannot be written.
    pub fn add(&mut self, record: Record) -> Result<Rc<Record>, StageError> {
        let json = serde_json::to_vec(&record).map_err(StageError::failure)?;
        match self.is_worker {
            true => {
                let TaskKey(key) = TaskKey::of(&record.identity, &record.ports);
                self.inbox.write(&key, &json)?;
            }
            false => self.journal.append(&json)?,
        }
        Ok(self.known.insert(record))
    }

    /// Writes the file anew, if most of its lines are no longer needed.
    ///
    /// # Errors
    /// Exit code 4 if the file cannot be written.
    pub fn compact(&mut self) -> Result<(), StageError> {
        let needed = self.known.needed();
        if self.known.all.len() <= 2 * needed.len() + SPARE_LINES {
            return Ok(());
        }
        let mut content = Vec::new();
        for record in &needed {
            serde_json::to_writer(&mut content, record.as_ref()).map_err(StageError::failure)?;
            content.push(b'\n');
        }
        self.journal.replace(&content)?;
        self.known.all = needed;
        Ok(())
    }
}

impl TaskKey {
    fn of(identity: &str, ports: &BTreeMap<String, String>) -> Self {
        let ports = ports
            .iter()
            .map(|(port, path)| format!("{port:?}={path:?}"));
        let words: Vec<String> = std::iter::once(identity.to_owned()).chain(ports).collect();
        Self(words.join(" "))
    }
}

impl Known {
    /// The records in the lines of a file. Lines that are cut off or broken are left out, and records of files outside the workdir:
    /// no task writes there.
    fn of(lines: &[u8]) -> Self {
        let mut known = Self::default();
        known.add_lines(lines);
        known
    }

    fn add_lines(&mut self, lines: &[u8]) {
        for line in lines.split(|byte| *byte == b'\n') {
            if let Ok(record) = serde_json::from_slice::<Record>(line)
                && record.outputs.keys().all(|path| is_below(path))
            {
                self.insert(record);
            }
        }
    }

    fn insert(&mut self, record: Record) -> Rc<Record> {
        let record = Rc::new(record);
        self.all.push(Rc::clone(&record));
        let key = TaskKey::of(&record.identity, &record.ports);
        self.by_task.insert(key, Rc::clone(&record));
        for (path, sha256) in &record.outputs {
            let recorded = self
                .by_path
                .entry(path.clone())
                .or_insert_with(|| Recorded {
                    latest: Rc::clone(&record),
                    contents: BTreeSet::new(),
                });
            recorded.latest = Rc::clone(&record);
            recorded.contents.insert(sha256.clone());
        }
        record
    }

    /// The records that are the last of a task, or the last that names a path, the oldest first.
    fn needed(&self) -> Vec<Rc<Record>> {
        let of_tasks = self.by_task.values();
        let of_paths = self.by_path.values().map(|recorded| &recorded.latest);
        let needed: BTreeSet<*const Record> = of_tasks.chain(of_paths).map(Rc::as_ptr).collect();
        let all = self.all.iter();
        all.filter(|record| needed.contains(&Rc::as_ptr(record)))
            .cloned()
            .collect()
    }
}

/// Whether a path leads to a place below the folder that it is relative to.
fn is_below(path: &str) -> bool {
    let mut parts = Path::new(path).components();
    parts.all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(file: &Path) -> Result<Records, StageError> {
        Records::read(file, &file.with_extension("inbox"))
    }

    fn ports(paths: &[&str]) -> BTreeMap<String, String> {
        let named = paths.iter().enumerate();
        named
            .map(|(number, path)| (format!("port{number}"), (*path).to_owned()))
            .collect()
    }

    fn record(identity: &str, paths: &[&str], outputs: &[(&str, &str)]) -> Record {
        let outputs = outputs.iter();
        Record {
            identity: identity.to_owned(),
            of: Document::of(&json!({ "tool": identity })),
            ports: ports(paths),
            outputs: outputs
                .map(|(p, s)| ((*p).to_owned(), (*s).to_owned()))
                .collect(),
            pipeline: "study".to_owned(),
            instruction_set: None,
            warnings: Vec::new(),
            wall_time_s: 0.5,
            peak_memory_mib: None,
        }
    }

    fn found(records: &Records, identity: &str, paths: &[&str]) -> Vec<(String, String)> {
        let record = records.find(identity, &ports(paths));
        record.map_or(Vec::new(), |record| {
            record.outputs.clone().into_iter().collect()
        })
    }

    #[test]
    fn tasks_of_one_identity_have_records_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("records.jsonl");
        let mut records = read(&file).unwrap();
        records.add(record("one", &["a"], &[("a", "1")])).unwrap();
        records.add(record("one", &["b"], &[("b", "2")])).unwrap();
        records.add(record("two", &["a"], &[("a", "3")])).unwrap();
        let again = read(&file).unwrap();
        for records in [&records, &again] {
            let own = |path: &str, sha256: &str| [(path.to_owned(), sha256.to_owned())];
            assert_eq!(found(records, "one", &["a"]), own("a", "1"));
            assert_eq!(found(records, "one", &["b"]), own("b", "2"));
            assert_eq!(found(records, "one", &["c"]), []);
            assert!(records.find("three", &BTreeMap::new()).is_none());
            assert_eq!(records.latest("a").unwrap().identity, "two");
            assert!(records.contains("a", "1") && records.contains("a", "3"));
            assert!(!records.contains("b", "1"));
            assert_eq!(records.paths_of(Some("study")), ["a", "b"]);
            assert_eq!(records.paths_of(Some("other")), [""; 0]);
            assert_eq!(records.other_pipelines("other")["study"], 2);
        }
    }

    #[test]
    fn the_outputs_of_a_task_count_as_a_whole_and_with_their_ports() {
        let folder = tempfile::tempdir().unwrap();
        let mut records = read(&folder.path().join("r")).unwrap();
        let both = [("a", "1"), ("b", "2")];
        records.add(record("one", &["a", "b"], &both)).unwrap();
        assert_eq!(found(&records, "one", &["a", "b"]).len(), 2);
        assert_eq!(found(&records, "one", &["b", "a"]), []);
        assert_eq!(found(&records, "one", &["a"]), []);
        // Another run has the first output in common, and gives it another content.
        let other = [("a", "3"), ("c", "4")];
        records.add(record("one", &["a", "c"], &other)).unwrap();
        assert_eq!(found(&records, "one", &["a", "b"])[0].1, "1");
    }

    #[test]
    fn a_new_record_of_a_task_drops_what_is_no_longer_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut records = read(&folder.path().join("r")).unwrap();
        let paths = ["x.nii.gz", "d"];
        let first = [
            ("x.nii.gz", "1"),
            ("x.json", "2"),
            ("d", "3"),
            ("d/old", "4"),
            ("d-e", "5"),
        ];
        records.add(record("one", &paths, &first)).unwrap();
        let second = [("x.nii.gz", "1"), ("d", "6"), ("d/new", "7")];
        records.add(record("one", &paths, &second)).unwrap();
        let of_task = found(&records, "one", &paths);
        let names: Vec<&str> = of_task.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(names, ["d", "d/new", "x.nii.gz"]);
        let inside: Vec<&String> = records.inside("d", "study").collect();
        assert_eq!(inside, ["d/new", "d/old"]);
        assert_eq!(records.inside("d", "other").count(), 0);
    }

    #[test]
    fn records_of_workers_count_at_once_and_are_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("r");
        let mut workers = [read(&file).unwrap(), read(&file).unwrap()];
        for (worker, path) in workers.iter_mut().zip(["a", "b"]) {
            worker.for_worker();
            worker.add(record("one", &[path], &[(path, "1")])).unwrap();
        }
        assert!(!file.exists());
        let mut records = read(&file).unwrap();
        assert_eq!(found(&records, "one", &["b"]).len(), 1);
        records.take_over().unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
        let inbox = std::fs::read_dir(file.with_extension("inbox")).unwrap();
        assert_eq!(inbox.count(), 0);
        assert_eq!(found(&read(&file).unwrap(), "one", &["a"]).len(), 1);
    }

    #[test]
    fn a_file_with_many_old_lines_is_written_anew_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("r");
        let mut records = read(&file).unwrap();
        for round in 0..SPARE_LINES + 20 {
            let outputs = [("a", &*round.to_string())];
            records.add(record("one", &["a"], &outputs)).unwrap();
        }
        records
            .add(record("two", &["a"], &[("a", "last")]))
            .unwrap();
        records.add(record("three", &["b"], &[("b", "b")])).unwrap();
        let mut again = read(&file).unwrap();
        again.compact().unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
        let compacted = read(&file).unwrap();
        for records in [&records, &compacted] {
            assert_eq!(records.latest("a").unwrap().identity, "two");
            let last = (SPARE_LINES + 19).to_string();
            assert_eq!(found(records, "one", &["a"])[0].1, last);
            assert_eq!(found(records, "three", &["b"])[0].1, "b");
        }
    }

    #[test]
    fn what_was_cut_off_or_lies_outside_the_workdir_is_left_out() {
        let line = |path: &str| {
            let record = record("one", &[path], &[(path, "1")]);
            serde_json::to_string(&record).unwrap()
        };
        let whole = line("a");
        let lines = format!(
            "{whole}\n{{\"identity\"\n{whole}\n{}\n{}\n{}\n{}",
            line("../b"),
            line("a/../../b"),
            line("/b"),
            &whole[..40]
        );
        let known = Known::of(lines.as_bytes());
        assert_eq!((known.all.len(), known.by_path.len()), (2, 1));
    }
}

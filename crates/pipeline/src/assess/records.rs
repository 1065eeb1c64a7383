//! Records of finished tasks: the identity of each task and the hashes of its outputs.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;

use rsom_stage::StageError;
use serde::{Deserialize, Serialize};

use crate::assess::document::Document;
use crate::assess::journal::Journal;
use crate::assess::standing::is_inside;
use crate::plan::output_paths::sidecar;

/// Lines beyond twice the number that is needed before a file of records is written anew.
const SPARE_LINES: usize = 1000;

/// A finished task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The hash of its identity.
    pub identity: String,
    /// Its identity.
    pub of: Document,
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
    /// Read at the first use.
    known: Option<Known>,
}

/// What the records say.
#[derive(Debug, Default)]
struct Known {
    /// The records that last named each path for an identity.
    by_identity: HashMap<String, BTreeMap<String, Rc<Record>>>,
    by_path: BTreeMap<String, Recorded>,
    /// One for each line.
    all: Vec<Rc<Record>>,
}

/// What the records say of a path.
#[derive(Debug)]
struct Recorded {
    /// The record of the task that last wrote it.
    latest: Rc<Record>,
    /// The sha256 of all contents that tasks gave it.
    contents: BTreeSet<String>,
}

impl Records {
    /// The records in a file.
    pub fn new(file: &Path) -> Self {
        Self {
            journal: Journal::at(file.to_path_buf()),
            known: None,
        }
    }

    /// What is recorded of outputs at these paths for an identity: the record of the first, with the files of all of them. `None`
    /// without any record of the identity.
    pub fn find<'a>(
        &mut self,
        identity: &str,
        outputs: impl Iterator<Item = &'a String>,
    ) -> Option<Record> {
        let of_identity = self.known().by_identity.get(identity)?;
        let mut first: Option<&Rc<Record>> = None;
        let mut files = BTreeMap::new();
        for output in outputs {
            for (path, record) in files_of(of_identity, output) {
                if path == output {
                    first = first.or(Some(record));
                }
                files.extend(
                    record
                        .outputs
                        .get_key_value(path)
                        .map(|(p, s)| (p.clone(), s.clone())),
                );
            }
        }
        let record = first.or(of_identity.values().next())?;
        Some(Record {
            outputs: files,
            ..Record::clone(record)
        })
    }

    /// The record of the task that last wrote a path.
    pub fn latest(&mut self, path: &str) -> Option<&Record> {
        let recorded = self.known().by_path.get(path)?;
        Some(&recorded.latest)
    }

    /// Whether a task gave a path the content with this sha256.
    pub fn contains(&mut self, path: &str, sha256: &str) -> bool {
        let recorded = self.known().by_path.get(path);
        recorded.is_some_and(|recorded| recorded.contents.contains(sha256))
    }

    /// All paths that tasks of a pipeline wrote, relative to the workdir. Other pipelines may use the same workdir.
    pub fn paths_of(&mut self, pipeline: &str) -> Vec<String> {
        let of_pipeline =
            |(_, recorded): &(&String, &Recorded)| recorded.latest.pipeline == pipeline;
        let paths = self.known().by_path.iter().filter(of_pipeline);
        paths.map(|(path, _)| path.clone()).collect()
    }

    /// Adds a record. Of the same outputs of the same identity, it replaces an earlier one.
    ///
    /// # Errors
    /// Exit code 4 if the record cannot be written.
    pub fn add(&mut self, record: &Record) -> Result<(), StageError> {
        self.known();
        let json = serde_json::to_vec(record).map_err(StageError::failure)?;
        self.journal.append(&json)?;
        self.known().insert(record.clone());
        Ok(())
    }

    /// Writes the file anew, if most of its lines are no longer needed.
    ///
    /// # Errors
    /// Exit code 4 if the file cannot be written.
    pub fn compact(&mut self) -> Result<(), StageError> {
        let lines = self.known().all.len();
        let needed = self.known().needed();
        if lines <= 2 * needed.len() + SPARE_LINES {
            return Ok(());
        }
        let mut content = Vec::new();
        for record in &needed {
            serde_json::to_writer(&mut content, record.as_ref()).map_err(StageError::failure)?;
            content.push(b'\n');
        }
        self.journal.replace(&content)?;
        self.known().all = needed;
        Ok(())
    }

    fn known(&mut self) -> &mut Known {
        let journal = &self.journal;
        self.known.get_or_insert_with(|| Known::of(&journal.read()))
    }
}

impl Known {
    /// The records in the lines of a file. Lines that are cut off or broken are left out.
    fn of(lines: &[u8]) -> Self {
        let mut known = Self::default();
        for line in lines.split(|byte| *byte == b'\n') {
            if let Ok(record) = serde_json::from_slice(line) {
                known.insert(record);
            }
        }
        known
    }

    fn insert(&mut self, record: Record) {
        let record = Rc::new(record);
        self.all.push(Rc::clone(&record));
        let of_identity = self.by_identity.entry(record.identity.clone()).or_default();
        // What the task no longer writes next to an output or in a folder is not part of it.
        for output in record.outputs.keys() {
            let old = files_of(of_identity, output).map(|(path, _)| path.clone());
            for path in old.collect::<Vec<_>>() {
                of_identity.remove(&path);
            }
        }
        for (path, sha256) in &record.outputs {
            of_identity.insert(path.clone(), Rc::clone(&record));
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
    }

    /// The records that are the last of a path for an identity, the oldest first.
    fn needed(&self) -> Vec<Rc<Record>> {
        let of_identities = self.by_identity.values().flat_map(BTreeMap::values);
        let needed: BTreeSet<*const Record> = of_identities.map(Rc::as_ptr).collect();
        let all = self.all.iter();
        all.filter(|record| needed.contains(&Rc::as_ptr(record)))
            .cloned()
            .collect()
    }
}

/// The recorded files of an output: itself, its sidecar and, if it is a folder, what is inside.
fn files_of<'a>(
    files: &'a BTreeMap<String, Rc<Record>>,
    output: &'a str,
) -> impl Iterator<Item = (&'a String, &'a Rc<Record>)> {
    let own = files.get_key_value(output);
    let beside = sidecar(output).and_then(|path| files.get_key_value(&path));
    // Only what begins with the folder's name and a slash lies between it and the same with the next character.
    let inside = files.range(format!("{output}/")..format!("{output}0"));
    let inside = inside.filter(move |(path, _)| is_inside(path, output));
    own.into_iter().chain(beside).chain(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(identity: &str, outputs: &[(&str, &str)]) -> Record {
        let outputs = outputs.iter();
        Record {
            identity: identity.to_owned(),
            of: Document::of(&json!({ "tool": identity })),
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

    fn found(records: &mut Records, identity: &str, output: &str) -> Vec<(String, String)> {
        let output = output.to_owned();
        let record = records.find(identity, std::iter::once(&output));
        record.map_or(Vec::new(), |record| record.outputs.into_iter().collect())
    }

    #[test]
    fn tasks_of_one_identity_have_records_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("records.jsonl");
        let mut records = Records::new(&file);
        records.add(&record("one", &[("a", "1")])).unwrap();
        records.add(&record("one", &[("b", "2")])).unwrap();
        records.add(&record("two", &[("a", "3")])).unwrap();
        let mut again = Records::new(&file);
        for records in [&mut records, &mut again] {
            assert_eq!(
                found(records, "one", "a"),
                [("a".to_owned(), "1".to_owned())]
            );
            assert_eq!(
                found(records, "one", "b"),
                [("b".to_owned(), "2".to_owned())]
            );
            assert_eq!(found(records, "one", "c"), []);
            assert!(records.find("three", std::iter::empty()).is_none());
            assert_eq!(records.latest("a").unwrap().identity, "two");
            assert!(records.contains("a", "1") && records.contains("a", "3"));
            assert!(!records.contains("b", "1"));
            assert_eq!(records.paths_of("study"), ["a", "b"]);
        }
    }

    #[test]
    fn a_new_record_of_a_folder_or_a_scan_drops_what_is_no_longer_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut records = Records::new(&folder.path().join("r"));
        let scan = [
            ("x.nii.gz", "1"),
            ("x.json", "2"),
            ("d", "3"),
            ("d/old", "4"),
            ("d-e", "5"),
        ];
        records.add(&record("one", &scan)).unwrap();
        records
            .add(&record(
                "one",
                &[("x.nii.gz", "1"), ("d", "6"), ("d/new", "7")],
            ))
            .unwrap();
        assert_eq!(found(&mut records, "one", "x.nii.gz").len(), 1);
        let names: Vec<String> = found(&mut records, "one", "d")
            .into_iter()
            .map(|f| f.0)
            .collect();
        assert_eq!(names, ["d", "d/new"]);
        assert_eq!(found(&mut records, "one", "d-e").len(), 1);
    }

    #[test]
    fn a_file_with_many_old_lines_is_written_anew_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("r");
        let mut records = Records::new(&file);
        for round in 0..SPARE_LINES + 20 {
            records
                .add(&record("one", &[("a", &round.to_string())]))
                .unwrap();
        }
        records.add(&record("two", &[("a", "last")])).unwrap();
        records.add(&record("three", &[("b", "b")])).unwrap();
        let mut again = Records::new(&file);
        again.compact().unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
        let mut compacted = Records::new(&file);
        for records in [&mut records, &mut compacted] {
            assert_eq!(records.latest("a").unwrap().identity, "two");
            assert_eq!(
                found(records, "one", "a")[0].1,
                (SPARE_LINES + 19).to_string()
            );
            assert_eq!(found(records, "three", "b")[0].1, "b");
        }
    }

    #[test]
    fn what_was_cut_off_is_left_out() {
        let whole = serde_json::to_string(&record("one", &[("a", "1")])).unwrap();
        let known =
            Known::of(format!("{whole}\n{{\"identity\"\n{whole}\n{}", &whole[..40]).as_bytes());
        assert_eq!((known.all.len(), known.by_path.len()), (2, 1));
    }
}

//! A small study: made-up scans, measures, tables, and steps of a shell.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rsom_testing::{Finished, Folder};

use crate::RSOM;

const MANIFEST: &str = "\
name: m
scans:
- { id: a, subject: a, group: x, attributes: { seed: 1 } }
- { id: b, subject: b, group: x, attributes: { seed: 2 } }
- { id: c, subject: c, group: y, attributes: { seed: 3 } }
- { id: d, subject: d, group: y, attributes: { seed: 4 } }
";
const PIPELINE: &str = r#"
name: small
manifest: m.yaml
stages:
  generate:
    uses: phantom scan
    foreach: scan
    with: { seed: "${scan.seed}", shape: [16, 4, 72], loops_per_mm2: 0 }
    out: { image: "scans/${scan.id}.nii.gz", layer: "scans/${scan.id}_layer.nii.gz" }
  copy:
    run: sh -c 'cat "$1" > "$2"; sleep 0.01; cat "$3" >> "$2"' sh ${in.layer} ${out.copy} ${in.extra}
    foreach: scan
    in: { layer: generate.layer, extra: extra.txt }
    out: { copy: "copies/${scan.id}.bin" }
  evaluate:
    uses: metrics evaluate
    foreach: scan
    in: { reference: generate.layer, prediction: generate.layer }
    with: { subject: "${scan.subject}", scan: "${scan.id}", factor: { net: one } }
    out: { output: "measures/${scan.id}.parquet" }
  biomarkers:
    uses: metrics biomarkers
    foreach: scan
    in: { layer: generate.layer }
    with: { subject: "${scan.subject}", scan: "${scan.id}", factor: { group: "${scan.group}" } }
    out: { output: "biomarkers/${scan.id}.parquet" }
  table:
    uses: stats table
    matrix: { format: [md, csv] }
    in: { input: evaluate.output }
    with: { rows: net, metric: [dice, ra_vox], format: "${format}" }
    out: { output: "results/table.${format}" }
  join:
    run: sh -c 'out=$1; shift; cat "$@" > "$out"' sh ${out.joined} ${in.parts}
    in: { parts: [copy.copy, biomarkers.output] }
    out: { joined: results/joined.bin }
"#;

/// The study in a folder of its own, with its outputs in `w`.
pub struct Study {
    pub folder: Folder,
}

impl Study {
    /// The study, not yet run.
    pub fn new() -> Self {
        let folder = Folder::new();
        folder.write("p.yaml", PIPELINE);
        folder.write("m.yaml", MANIFEST);
        folder.write("extra.txt", "the end\n");
        Self { folder }
    }

    /// The command that runs it.
    pub fn command(&self) -> Command {
        let words = ["run", "p.yaml", "--workdir", "w", "-j", "2"];
        let mut command = RSOM.command(&self.folder, words);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts a run.
    pub fn start(&self) -> Child {
        self.command().spawn().expect("the program starts")
    }

    /// Runs it to its end.
    pub fn run(&self) -> Finished {
        finished(self.start())
    }

    /// The folder of its outputs.
    pub fn workdir(&self) -> std::path::PathBuf {
        self.folder.join("w")
    }

    /// Every output by its path below the work folder.
    pub fn outputs(&self) -> BTreeMap<String, Vec<u8>> {
        let own = |name: &str| name.starts_with(".rsom") || name == "run.json";
        let files = self.files().into_iter().filter(|name| !own(name));
        files
            .map(|name| {
                let bytes = std::fs::read(self.workdir().join(&name)).expect("an output");
                (name, bytes)
            })
            .collect()
    }

    /// Temporary files, and notes on running or unfinished tasks.
    pub fn leftovers(&self) -> Vec<String> {
        let note = |name: &str| {
            [".rsom/running/", ".rsom/started/"]
                .iter()
                .any(|n| name.starts_with(n))
        };
        let files = self.files().into_iter();
        files
            .filter(|name| note(name) || name.contains(".partial"))
            .collect()
    }

    /// Runs it to its end and expects the outputs of an undisturbed run, no traces of the disturbance, and that the next run
    /// does nothing.
    #[track_caller]
    pub fn finish(&self, expected: &BTreeMap<String, Vec<u8>>, what: &str) {
        let finished = self.run();
        assert_eq!(finished.code, Some(0), "{what}: {finished:?}");
        let outputs = self.outputs();
        let names = |o: &BTreeMap<String, Vec<u8>>| o.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&outputs), names(expected), "{what}");
        for (name, bytes) in expected {
            assert!(outputs[name] == *bytes, "{what}: {name} differs");
        }
        assert_eq!(self.leftovers(), Vec::<String>::new(), "{what}");
        let again = self.run();
        let idle = again.code == Some(0) && again.stderr.contains("nothing to do");
        assert!(idle, "{what}: {again:?}");
    }

    fn files(&self) -> Vec<String> {
        let root = self.workdir();
        let entries = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter();
        let files = entries
            .filter_map(Result::ok)
            .filter(|e| e.file_type().is_file());
        files.map(|entry| relative(entry.path(), &root)).collect()
    }
}

/// The outputs of an undisturbed run.
pub fn undisturbed() -> BTreeMap<String, Vec<u8>> {
    let study = Study::new();
    study.run().expect_code(0);
    let outputs = study.outputs();
    assert_eq!(outputs.len(), 31, "{:?}", outputs.keys());
    study.finish(&outputs, "undisturbed");
    outputs
}

/// The result of a program that was started.
#[track_caller]
pub fn finished(child: Child) -> Finished {
    Finished::of(&child.wait_with_output().expect("the program ends"))
}

fn relative(path: &Path, root: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.to_string_lossy().into_owned()
}

//! Tests that the JSON Schema of the format, `pipelines/schema.json`, agrees with the reader.

#[cfg(test)]
mod tests {

    use rsom_testing::json_schema::fits;
    use serde_json::Value;

    use crate::problem::Problems;
    use crate::read::defaults::DEFAULT_KEYS;
    use crate::read::input::{CONDITION_KEYS, SOURCE_KEYS};
    use crate::read::pipeline::{PIPELINE_KEYS, STEP_KEYS, read};
    use crate::value::from_yaml;

    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines/schema.json");

    fn schema() -> Value {
        serde_json::from_str(&std::fs::read_to_string(SCHEMA).unwrap()).unwrap()
    }

    fn schema_accepts(text: &str) -> bool {
        let yaml: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let root = schema();
        fits(&from_yaml(&yaml).unwrap(), &root, &root)
    }

    fn reader_accepts(text: &str) -> bool {
        let mut problems = Problems::of_file("p.yaml");
        let open = |path: &str| {
            let step = path.replace('.', "_");
            Ok(format!("stages: {{ {step}: {{ run: x }} }}"))
        };
        read(text, &open, &mut problems);
        problems.count() == 0
    }

    #[test]
    fn the_schema_knows_the_keys_that_the_reader_knows() {
        let root = schema();
        let keys = |path: &str| -> Vec<String> {
            let members = root.pointer(path).unwrap().as_object().unwrap();
            let mut keys: Vec<String> = members.keys().cloned().collect();
            keys.sort();
            keys
        };
        let sorted = |known: &[&str]| {
            let mut known: Vec<String> = known.iter().map(|k| (*k).to_owned()).collect();
            known.sort();
            known
        };
        assert_eq!(keys("/properties"), sorted(&PIPELINE_KEYS));
        assert_eq!(keys("/definitions/step/properties"), sorted(&STEP_KEYS));
        assert_eq!(
            keys("/properties/defaults/additionalProperties/properties"),
            sorted(&DEFAULT_KEYS)
        );
        assert_eq!(
            keys("/definitions/source/anyOf/1/properties"),
            sorted(&SOURCE_KEYS)
        );
        let condition = "/definitions/conditions/additionalProperties/anyOf/1/properties";
        assert_eq!(keys(condition), sorted(&CONDITION_KEYS));
    }

    #[test]
    fn the_pipelines_of_the_repository_fit_the_schema_and_the_reader() {
        let folder = std::path::Path::new(SCHEMA).parent().unwrap();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(schema_accepts(&text), "{}: the schema", path.display());
                assert!(reader_accepts(&text), "{}: the reader", path.display());
            }
        }
    }

    #[test]
    fn the_example_of_the_documentation_fits_the_schema_and_the_reader() {
        let page = SCHEMA.replace("schema.json", "README.md");
        let page = std::fs::read_to_string(page).unwrap();
        let (_, from_example) = page.split_once("```yaml\n").unwrap();
        let (example, _) = from_example.split_once("```").unwrap();
        assert!(example.contains("stages:"));
        assert!(
            schema_accepts(example) && reader_accepts(example),
            "{example}"
        );
    }

    /// Valid and invalid pieces to insert into a pipeline at `HERE`.
    const PIECES: &[(&str, &[&str])] = &[
        (
            "HERE",
            &[
                "name: a\nstages: { b: { run: x } }",
                "name: a",
                "stages: { b: { run: x } }",
                "1",
                "name: a\nstages: {}",
                "name: a\ninclude: x.yaml",
                "include: x.yaml",
                "name: a\nstages: {}\ninclude: x.yaml",
            ],
        ),
        (
            "name: a\nstages: { b: { run: x } }\ninclude: HERE",
            &[
                "x.yaml",
                "[x.yaml, y.yaml]",
                "[]",
                "''",
                "1",
                "[1]",
                "[x, x]",
            ],
        ),
        (
            "name: a\nstages: { b: { run: x } }\ndefaults: HERE",
            &[
                "{}",
                "{ c d: { with: { x: 1 }, in: { p: e.nii }, limits: { jobs: 1 } } }",
                "{ c d: {} }",
                "{ c: { with: { x: 1 } } }",
                "{ c d: { out: {} } }",
                "{ c d: { with: 1 } }",
                "{ c d: { in: { p: [] } } }",
                "[]",
                "1",
            ],
        ),
        (
            "name: HERE\nstages: { b: { run: x } }",
            &["a", "a.b-1_", "a b", ".a", "''", "1", "[a]"],
        ),
        (
            "name: a\nmanifest: HERE\nstages: { b: { run: x } }",
            &["m.yaml", "''", "1", "[]"],
        ),
        (
            "name: a\nparams: HERE\nstages: { b: { run: x } }",
            &[
                "{}",
                "{ s: 1, t: [a, null], u: { v: 1 } }",
                "1",
                "{ scan: 1 }",
                "{ 1b: 1 }",
            ],
        ),
        (
            "name: a\nstages: { HERE: { run: x } }",
            &["b-c", "_b", "b.c", "in", "1"],
        ),
        (
            "name: a\nstages: { b: HERE }",
            &[
                "{ uses: c d }",
                "{ uses: ./c d e }",
                "{ uses: c }",
                "{ run: x, uses: c d }",
                "{}",
                "[]",
                "{ run: 1 }",
                "{ run: x, with: {} }",
                "{ run: x, foo: 1 }",
            ],
        ),
        (
            "name: a\nstages: { b: { uses: c d, HERE } }",
            &[
                "foreach: scan",
                "foreach: subject",
                "where: { split: a, scan.fold: [1, null], k: { not: [x] } }",
                "where: [a]",
                "where: { k: { nto: 1 } }",
                "where: { k: {} }",
                "where: { k: { not: { a: 1 } } }",
                "where: { k: [[1]] }",
                "where: { 'a b': 1 }",
            ],
        ),
        (
            "name: a\nstages: { b: { uses: c d, matrix: HERE } }",
            &[
                "{ k: [1, x, true, 0.5] }",
                "{ k: '${s}' }",
                "{}",
                "[]",
                "{ out: [1] }",
            ],
        ),
        (
            "name: a\nstages: { e: { run: x }, b: { uses: c d, in: { p: HERE } } }",
            &[
                "x.nii.gz",
                "e.output",
                "[e.output, { from: e.output }]",
                "[]",
                "{ from: e.output, where: { k: 1 } }",
                "{ where: { k: 1 } }",
                "{ from: scan.files.x }",
                "{ from: e }",
                "{ from: e.output, were: {} }",
                "{ from: e.output, missing: leave_out }",
                "{ from: e.output, when: { scan.split: [a] } }",
                "{ from: e.output, when: [a] }",
                "{ when: { k: 1 } }",
                "{ from: e.output, missing: forget }",
                "1",
                "''",
            ],
        ),
        (
            "name: a\nstages: { b: { uses: c d, with: HERE } }",
            &["{ x: [1, { y: null }] }", "{ 'x y': 1 }", "[]"],
        ),
        (
            "name: a\nstages: { b: { uses: c d, out: HERE } }",
            &[
                "{ x: '${y}/z' }",
                "{ x: 1 }",
                "{ x: '' }",
                "[]",
                "{ 'x y': z }",
            ],
        ),
        (
            "name: a\nstages: { b: { run: x, limits: HERE } }",
            &[
                "{ jobs: 2, threads: 4, memory_mib: 4000, minutes: 60, retries: 0 }",
                "{}",
                "{ jobs: 0 }",
                "{ threads: 1025 }",
                "{ minutes: 1.5 }",
                "{ memory_mib: 4 GB }",
                "{ retries: -1 }",
                "{ retries: 101 }",
                "{ memory: 4 }",
                "2",
            ],
        ),
    ];

    #[test]
    fn the_schema_accepts_what_the_reader_accepts_and_nothing_else() {
        let (mut good, mut bad) = (0, 0);
        for (around, pieces) in PIECES {
            for piece in *pieces {
                let text = around.replace("HERE", piece);
                let accepted = reader_accepts(&text);
                assert_eq!(
                    schema_accepts(&text),
                    accepted,
                    "reader: {accepted}\n{text}"
                );
                (good, bad) = (good + usize::from(accepted), bad + usize::from(!accepted));
            }
        }
        assert!(good > 20 && bad > 30, "{good} good, {bad} bad");
    }

    const MANIFEST: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../data-manifests/schema.json"
    );

    /// Valid and invalid manifests.
    const MANIFESTS: &[&str] = &[
        "name: a\nscans: []",
        "scans: []",
        "name: a",
        "name: a\nscans: [{ id: s1, subject: p1 }]",
        "name: a\nscans: [{ id: s1 }]",
        "name: a\nscans: [{ id: s1, subject: p1, sbject: p1 }]",
        "name: a\nscans: [{ id: s1, subject: p1, group: x, split: test, fold: 2, attributes: { age: 3, side: left } }]",
        "name: a\nscans: [{ id: s1, subject: p1, fold: -1 }]",
        "name: a\nscans: [{ id: s1, subject: p1, fold: 1.5 }]",
        "name: a\nscans: [{ id: s1, subject: p1, group: null }]",
        "name: a\nscans: [{ id: s1, subject: p1, attributes: [1] }]",
        "name: a\nscans: [{ id: s1, subject: p1, files: { image: [{ path: x, sha256: y }] } }]",
        "name: a\nscans: [{ id: s1, subject: p1, files: { image: [{ path: x }] } }]",
        "name: a\nscans: [{ id: s1, subject: p1, files: { image: x } }]",
        "name: a\ntitle: t\nsource: s\nlicense: l\ncitation: c\nobtain: o\ndata: d\nroot: r\nspacing_mm: [1, 2.5, 3]\nscans: []",
        "name: a\nspacing_mm: [1, 2]\nscans: []",
        "name: a\nspacing_mm: [1, 2, x]\nscans: []",
        "name: a\nspacing_mm: [1, 2, 3, 4]\nscans: []",
        "name: a\nscan: []\nscans: []",
        "name: a\ncreate: { files: { image: x }, scan: a, subject: b, same_subject: { c: d }, table: t, subject_column: s, table_scan: u, folds: 5, stratify: [group], fold_seed: 7 }\nscans: []",
        "name: a\ncreate: { files: { image: x }, fold: 5 }\nscans: []",
        "name: a\ncreate: {}\nscans: []",
        "name: [a]\nscans: []",
        "[]",
    ];

    #[test]
    fn the_schema_of_manifests_accepts_what_their_type_accepts() {
        let root: Value =
            serde_json::from_str(&std::fs::read_to_string(MANIFEST).unwrap()).unwrap();
        let accepts = |text: &str| {
            let yaml: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
            fits(&from_yaml(&yaml).unwrap(), &root, &root)
        };
        let mut accepted = 0;
        for text in MANIFESTS {
            let of_type = serde_yaml::from_str::<rsom_manifest::Manifest>(text).is_ok();
            assert_eq!(accepts(text), of_type, "the type: {of_type}\n{text}");
            accepted += usize::from(of_type);
        }
        assert!(
            accepted > 5 && MANIFESTS.len() - accepted > 10,
            "{accepted}"
        );
        for entry in std::fs::read_dir(std::path::Path::new(MANIFEST).parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "yaml") {
                assert!(
                    accepts(&std::fs::read_to_string(&path).unwrap()),
                    "{}",
                    path.display()
                );
            }
        }
    }
}

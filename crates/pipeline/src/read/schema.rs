//! Tests that the JSON Schema of the format, `pipelines/schema.json`, agrees with the reader.

#[cfg(test)]
mod tests {

    use serde_json::{Map, Value};

    use crate::problem::Problems;
    use crate::read::defaults::DEFAULT_KEYS;
    use crate::read::input::{CONDITION_KEYS, SOURCE_KEYS};
    use crate::read::pipeline::{PIPELINE_KEYS, STEP_KEYS, read};
    use crate::value::from_yaml;

    const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../pipelines/schema.json");

    fn schema() -> Value {
        serde_json::from_str(&std::fs::read_to_string(SCHEMA).unwrap()).unwrap()
    }

    /// Whether a value fits a schema. Supports the part of draft 07 that the file uses and panics on anything else.
    fn fits(value: &Value, schema: &Value, root: &Value) -> bool {
        let keywords = schema.as_object().unwrap();
        keywords.iter().all(|(keyword, rule)| {
            let rules = || rule.as_array().unwrap().iter();
            match keyword.as_str() {
                "$schema" | "title" | "description" | "definitions" => true,
                "$ref" => {
                    let path = rule.as_str().unwrap().strip_prefix('#').unwrap();
                    fits(value, root.pointer(path).unwrap(), root)
                }
                "type" => {
                    let single = std::slice::from_ref(rule);
                    let types = rule.as_array().map_or(single, Vec::as_slice);
                    types
                        .iter()
                        .any(|name| is_of_type(value, name.as_str().unwrap()))
                }
                "const" => value == rule,
                "enum" => rules().any(|v| v == value),
                "not" => !fits(value, rule, root),
                "allOf" => rules().all(|s| fits(value, s, root)),
                "anyOf" => rules().any(|s| fits(value, s, root)),
                "oneOf" => rules().filter(|s| fits(value, s, root)).count() == 1,
                "pattern" => value
                    .as_str()
                    .is_none_or(|text| matches(text, rule.as_str().unwrap())),
                "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().unwrap()),
                "maximum" => value.as_f64().is_none_or(|n| n <= rule.as_f64().unwrap()),
                "items" => value
                    .as_array()
                    .is_none_or(|items| items.iter().all(|i| fits(i, rule, root))),
                "uniqueItems" => value.as_array().is_none_or(|items| {
                    let earlier = |n: usize| items[..n].contains(&items[n]);
                    !(0..items.len()).any(earlier)
                }),
                "minItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                _ => value
                    .as_object()
                    .is_none_or(|members| object_fits(members, keyword, rule, schema, root)),
            }
        })
    }

    /// The keywords that apply to maps.
    fn object_fits(
        members: &Map<String, Value>,
        keyword: &str,
        rule: &Value,
        schema: &Value,
        root: &Value,
    ) -> bool {
        match keyword {
            "minProperties" => members.len() as u64 >= rule.as_u64().unwrap(),
            "required" => {
                let mut names = rule.as_array().unwrap().iter();
                names.all(|name| members.contains_key(name.as_str().unwrap()))
            }
            "propertyNames" => members
                .keys()
                .all(|key| fits(&Value::from(key.as_str()), rule, root)),
            "properties" => {
                let mut known = rule.as_object().unwrap().iter();
                known.all(|(key, rule)| members.get(key).is_none_or(|v| fits(v, rule, root)))
            }
            "additionalProperties" => {
                let known = schema["properties"].as_object();
                let is_known = |key: &String| known.is_some_and(|known| known.contains_key(key));
                let mut others = members.iter().filter(|(key, _)| !is_known(key));
                match rule {
                    Value::Bool(false) => others.next().is_none(),
                    rule => others.all(|(_, value)| fits(value, rule, root)),
                }
            }
            other => panic!("the keyword {other} is not known here"),
        }
    }

    fn is_of_type(value: &Value, name: &str) -> bool {
        match name {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_u64() || value.is_i64(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("the type {other} is not known here"),
        }
    }

    /// The few patterns of the file, written out by hand.
    fn matches(text: &str, pattern: &str) -> bool {
        let is_word = |text: &str, also: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
        };
        let is_name = |text: &str| {
            let first = text.chars().next();
            first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_') && is_word(text, "_-")
        };
        match pattern {
            "\\S" => !text.trim().is_empty(),
            "^\\s*\\S+\\s+\\S" => text.split_whitespace().count() >= 2,
            "^[A-Za-z_][A-Za-z0-9_-]*$" => is_name(text),
            "^[A-Za-z_][A-Za-z0-9_-]*(\\.[A-Za-z_][A-Za-z0-9_-]*)*$" => {
                text.split('.').all(is_name)
            }
            "^[A-Za-z0-9_][A-Za-z0-9._-]*$" => {
                !text.is_empty() && is_word(text, "._-") && !text.starts_with(['.', '-'])
            }
            "^[A-Za-z_][A-Za-z0-9_-]*\\.[A-Za-z0-9_.-]+$" => {
                text.split_once('.').is_some_and(|(step, rest)| {
                    is_name(step) && !rest.is_empty() && is_word(rest, "_.-")
                })
            }
            other => panic!("the pattern {other} is not known here"),
        }
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
}

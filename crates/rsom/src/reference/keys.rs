//! The keys of pipelines, manifests and reports of runs, from the JSON schemas of these formats.

use std::collections::BTreeMap;

use serde_json::Value;

use super::markdown::{MADE, row};

/// The format of a file.
struct Format {
    page: &'static str,
    title: &'static str,
    schema: &'static str,
    /// Where the schema lies, and what is said of it.
    about: &'static str,
    /// Titles of the parts, and how to find them.
    parts: &'static [(&'static str, Part)],
}

/// A part of a schema.
enum Part {
    Whole,
    Definition(&'static str),
    /// The alternative of a definition that is an object.
    ObjectOf(&'static str),
}

const FORMATS: [Format; 3] = [
    Format {
        page: "pipeline-keys.md",
        title: "Keys of a pipeline",
        schema: include_str!("../../../../pipelines/schema.json"),
        about: "From the [JSON schema](../../pipelines/schema.json) of the format, which editors can use to complete and check \
                pipelines. With examples: [pipelines/README.md](../../pipelines/README.md).",
        parts: &[
            ("Pipeline", Part::Whole),
            ("Step", Part::Definition("step")),
            (
                "Input of a step, where it is more than a name",
                Part::ObjectOf("source"),
            ),
        ],
    },
    Format {
        page: "manifest-keys.md",
        title: "Keys of a manifest",
        schema: include_str!("../../../../data-manifests/schema.json"),
        about: "From the [JSON schema](../../data-manifests/schema.json) of the format. With examples: \
                [data-manifests/README.md](../../data-manifests/README.md).",
        parts: &[
            ("Manifest", Part::Whole),
            ("Scan", Part::Definition("scan")),
            ("File", Part::Definition("file")),
            ("How the manifest was made", Part::Definition("create")),
        ],
    },
    Format {
        page: "run-keys.md",
        title: "Keys of run.json",
        schema: include_str!("../../../../pipelines/run.schema.json"),
        about: "From the [JSON schema](../../pipelines/run.schema.json) of the report that a run leaves in its output folder.",
        parts: &[
            ("Run", Part::Whole),
            ("From what it was made: study", Part::Definition("study")),
            ("File", Part::Definition("file")),
            ("Correction", Part::Definition("correction")),
            ("Task", Part::Definition("task")),
        ],
    },
];

/// The pages with their names.
pub(super) fn pages() -> impl Iterator<Item = (String, String)> {
    FORMATS
        .iter()
        .map(|format| (format.page.to_owned(), page(format)))
}

fn page(format: &Format) -> String {
    let schema: Value = serde_json::from_str(format.schema).unwrap_or_default();
    let mut text = format!("{MADE}# {}\n\n{}\n", format.title, format.about);
    for (title, part) in format.parts {
        let definition = |name: &str| &schema["definitions"][name];
        let part = match part {
            Part::Whole => &schema,
            Part::Definition(name) => definition(name),
            Part::ObjectOf(name) => {
                let kinds = definition(name)["anyOf"].as_array().into_iter().flatten();
                let mut objects = kinds.filter(|kind| kind["properties"].is_object());
                objects.next().unwrap_or(definition(name))
            }
        };
        text.push_str(&format!("\n## {title}\n\n| key | meaning |\n|---|---|\n"));
        for (key, about) in keys(part) {
            row(&mut text, &[key, about]);
        }
    }
    text
}

/// The keys of an object with what they mean, by name.
fn keys(schema: &Value) -> BTreeMap<String, String> {
    let required: Vec<&str> = (schema["required"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let described = properties.map(|(key, value)| {
        let is_required = required.contains(&key.as_str());
        let note = if is_required { " (required)" } else { "" };
        let about = value["description"].as_str().unwrap_or_default();
        (
            format!("`{key}`{note}"),
            about.trim_end_matches('.').to_owned(),
        )
    });
    described.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_schemas_has_a_meaning() {
        for (format, known) in FORMATS.iter().zip([
            &[
                "`name` (required)",
                "`uses`",
                "`from` (required)",
                "`recipe`",
            ][..],
            &[
                "`scans` (required)",
                "`subject` (required)",
                "`sha256` (required)",
                "`fold_seed`",
            ],
            &[
                "`tasks` (required)",
                "`identity` (required)",
                "`profile` (required)",
            ],
        ]) {
            let page = page(format);
            for key in known {
                let row = page
                    .lines()
                    .find(|line| line.starts_with(&format!("| {key} |")));
                assert!(
                    row.is_some_and(|row| row.len() > key.len() + 10),
                    "{key}: {page}"
                );
            }
            assert!(!page.contains("|  |"), "{page}");
            let parts = page.matches("\n## ").count();
            assert_eq!(
                (parts, page.matches("|---|---|\n| `").count()),
                (format.parts.len(), parts),
                "{page}"
            );
        }
    }
}

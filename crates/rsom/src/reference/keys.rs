//! The keys of a pipeline, from the JSON schema of the format.

use std::collections::BTreeMap;

use serde_json::Value;

use super::markdown::{MADE, row};

const SCHEMA: &str = include_str!("../../../../pipelines/schema.json");

/// The page.
pub(super) fn page() -> String {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let mut text = format!(
        "{MADE}# Keys of a pipeline\n\nFrom the [JSON schema](../../pipelines/schema.json) of the format, which editors can use to \
         complete and check pipelines. With examples: [pipelines/README.md](../../pipelines/README.md).\n"
    );
    let source = schema["definitions"]["source"]["anyOf"].as_array();
    let source = source.and_then(|kinds| kinds.iter().find(|kind| kind["properties"].is_object()));
    let parts = [
        ("Pipeline", Some(&schema)),
        ("Step", Some(&schema["definitions"]["step"])),
        ("Input of a step, where it is more than a name", source),
    ];
    for (title, part) in parts {
        let Some(part) = part else { continue };
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
    use super::page;

    #[test]
    fn every_key_of_the_schema_has_a_meaning() {
        let page = page();
        for key in [
            "`name` (required)",
            "`uses`",
            "`from` (required)",
            "`recipe`",
        ] {
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| {key} |")));
            assert!(
                row.is_some_and(|row| row.len() > key.len() + 10),
                "{key}: {page}"
            );
        }
        assert!(!page.contains("|  |"), "{page}");
    }
}

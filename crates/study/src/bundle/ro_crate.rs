//! `ro-crate-metadata.json`: a bundle as a Workflow Run RO-Crate, which archives of research data read.
//!
//! RO-Crate 1.1 (<https://w3id.org/ro/crate/1.1>) with the profile Workflow Run Crate 0.5
//! (<https://w3id.org/ro/wfrun/workflow/0.5>): the pipeline is the workflow, the study its one run. Each task is in `run.json`.

use std::collections::BTreeSet;
use std::path::Path;

use rsom_manifest::Manifest;
use rsom_pipeline::Plan;
use rsom_stage::StageError;
use serde_json::{Map, Value, json};

use super::collected::Collected;
use super::date::date_of;
use super::report;

/// Name of the file.
pub(super) const NAME: &str = "ro-crate-metadata.json";

const CRATE: &str = "https://w3id.org/ro/crate/1.1";
const WORKFLOW_CRATE: &str = "https://w3id.org/workflowhub/workflow-ro-crate/1.0";
const PROFILES: [&str; 3] = [
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    WORKFLOW_CRATE,
];
const TERMS: &str = "https://w3id.org/ro/terms/workflow-run/context";
const BIOSCHEMAS: &str = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE";
/// The program is known by where it comes from.
const PROGRAM: &str = env!("CARGO_PKG_REPOSITORY");
const LICENSE: &str = "#license";
const LANGUAGE: &str = "#pipeline-language";
const RUN: &str = "#run";

/// The metadata of a bundle.
///
/// # Errors
/// Exit code 1: the metadata cannot be written as JSON.
pub(super) fn text(
    plan: &Plan,
    manifest: Option<&Manifest>,
    collected: &Collected,
) -> Result<String, StageError> {
    let date = date_of(&plan.workdir.join("run.json"));
    let files: Vec<&str> = collected.files().collect();
    let mut graph = vec![
        json!({
            "@id": NAME,
            "@type": "CreativeWork",
            "about": { "@id": "./" },
            "conformsTo": [{ "@id": CRATE }, { "@id": WORKFLOW_CRATE }],
        }),
        root(plan, manifest, (&files, &date)),
        workflow(plan),
        run(plan, &files, &date),
    ];
    graph.extend(programs());
    graph.extend(PROFILES.iter().map(|profile| {
        let version = profile.rsplit('/').next().unwrap_or_default();
        let name = match profile.contains("workflowhub") {
            true => "Workflow RO-Crate",
            false if profile.contains("process") => "Process Run Crate",
            false => "Workflow Run Crate",
        };
        json!({ "@id": profile, "@type": "CreativeWork", "name": name, "version": version })
    }));
    graph.push(json!({
        "@id": LICENSE,
        "@type": "CreativeWork",
        "name": "License of the data",
        "description": license(manifest),
    }));
    let others = files.iter().filter(|name| **name != report::PIPELINE);
    graph.extend(others.map(|name| file(name)));
    let document = json!({
        "@context": [format!("{CRATE}/context"), TERMS],
        "@graph": graph,
    });
    Ok(format!("{document:#}\n"))
}

/// The bundle as a whole.
fn root(plan: &Plan, manifest: Option<&Manifest>, (files, date): (&[&str], &str)) -> Value {
    let scans: BTreeSet<&str> = (plan.tasks.iter())
        .filter_map(|task| task.scan.as_deref())
        .collect();
    let about = format!(
        "The study {}: {} tasks on {} scans, made with rsom {}.",
        plan.name,
        plan.tasks.len(),
        scans.len(),
        env!("CARGO_PKG_VERSION")
    );
    let mut root = Map::new();
    let mut set = |key: &str, value: Value| root.insert(key.to_owned(), value);
    set("@id", json!("./"));
    set("@type", json!("Dataset"));
    set("name", json!(plan.name));
    set("description", json!(about));
    set("datePublished", json!(date));
    set("license", json!({ "@id": LICENSE }));
    set(
        "conformsTo",
        PROFILES.iter().map(|id| json!({ "@id": id })).collect(),
    );
    set("mainEntity", json!({ "@id": report::PIPELINE }));
    set("mentions", json!({ "@id": RUN }));
    set(
        "hasPart",
        files
            .iter()
            .map(|name| json!({ "@id": encoded(name) }))
            .collect(),
    );
    let source = manifest.map(|manifest| &manifest.source);
    if let Some(source) = source.filter(|source| !source.is_empty()) {
        set("isBasedOn", json!(source));
    }
    let citation = manifest.map(|manifest| &manifest.citation);
    if let Some(citation) = citation.filter(|citation| !citation.is_empty()) {
        set("citation", json!(citation));
    }
    Value::Object(root)
}

/// The license of the data; what is not stated is not given.
fn license(manifest: Option<&Manifest>) -> String {
    let stated = manifest.map(|manifest| manifest.license.clone());
    let stated = stated.filter(|license| !license.is_empty());
    stated.unwrap_or_else(|| "All rights reserved: no license is stated.".to_owned())
}

/// The pipeline.
fn workflow(plan: &Plan) -> Value {
    json!({
        "@id": report::PIPELINE,
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": format!("Pipeline of the study {}", plan.name),
        "encodingFormat": "application/yaml",
        "programmingLanguage": { "@id": LANGUAGE },
        "conformsTo": { "@id": BIOSCHEMAS },
        "url": { "@id": PROGRAM },
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// The run: from the data to the files of the bundle.
fn run(plan: &Plan, files: &[&str], date: &str) -> Value {
    let inputs = ["data/", report::MANIFEST];
    let is_input = |name: &str| inputs.iter().any(|start| name.starts_with(start));
    let is_about = |name: &str| ["README.md", "run.json", report::PIPELINE].contains(&name);
    let chosen = |wanted: &dyn Fn(&str) -> bool| {
        let names = files.iter().filter(|name| wanted(name));
        ids(names.map(|name| encoded(name)))
    };
    json!({
        "@id": RUN,
        "@type": "CreateAction",
        "name": format!("Run of the study {}", plan.name),
        "description": "Each task with its program, parameters, inputs and outputs: run.json.",
        "instrument": { "@id": report::PIPELINE },
        "agent": { "@id": PROGRAM },
        "object": chosen(&is_input),
        "result": chosen(&|name| !is_input(name) && !is_about(name)),
        "endTime": date,
        "actionStatus": "http://schema.org/CompletedActionStatus",
    })
}

/// The program, and the language of pipelines.
fn programs() -> [Value; 2] {
    let version = env!("CARGO_PKG_VERSION");
    [
        json!({
            "@id": PROGRAM,
            "@type": "SoftwareApplication",
            "name": "rsom",
            "description": "Runs whole studies of optoacoustic skin scans.",
            "softwareVersion": version,
            "url": PROGRAM,
        }),
        json!({
            "@id": LANGUAGE,
            "@type": "ComputerLanguage",
            "name": "rsom pipeline",
            "version": version,
            "identifier": { "@id": PROGRAM },
            "url": { "@id": PROGRAM },
        }),
    ]
}

fn file(name: &str) -> Value {
    let ending = Path::new(name).extension().unwrap_or_default();
    let format = match ending.to_str().unwrap_or_default() {
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "md" => "text/markdown",
        "tex" => "application/x-tex",
        "json" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "html" => "text/html",
        "txt" => "text/plain",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "parquet" => "application/vnd.apache.parquet",
        "gz" => "application/gzip",
        _ => "application/octet-stream",
    };
    let title = Path::new(name).file_name().unwrap_or_default();
    let mut entity = json!({
        "@id": encoded(name),
        "@type": "File",
        "name": title.to_string_lossy(),
        "encodingFormat": format,
    });
    if name == "README.md" {
        entity["about"] = json!({ "@id": "./" });
    }
    entity
}

/// References to entities: one alone, or a list.
fn ids(names: impl Iterator<Item = String>) -> Value {
    let mut all: Vec<Value> = names.map(|name| json!({ "@id": name })).collect();
    match all.len() {
        1 => all.remove(0),
        _ => Value::Array(all),
    }
}

/// A path as a relative URI (RFC 3986): everything but letters, digits and some marks is percent-encoded.
fn encoded(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(byte);
    let byte = |byte: u8| match plain(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(encoded("a/b-1_c.~x"), "a/b-1_c.~x");
        assert_eq!(encoded("é 1%.txt"), "%C3%A9%201%25.txt");
    }
}

//! The README of a bundle.

use std::collections::BTreeSet;

use rsom_manifest::Manifest;
use rsom_pipeline::Plan;

use super::collected::Collected;

/// What is in a bundle, what it was made of, and how to run it again.
pub(super) fn text(plan: &Plan, manifest: Option<&Manifest>, collected: &Collected) -> String {
    let scans: BTreeSet<&str> = plan
        .tasks
        .iter()
        .filter_map(|task| task.scan.as_deref())
        .collect();
    let mut text = format!(
        "# {name}

{tasks} tasks on {scans} scans, made with rsom {version}.

| file | contents |
|---|---|
| `report.html` | the study on one page, for a browser: tables, figures, methods, what failed |
| `pipeline.yaml`, `manifest.yaml` | what was done, with which scans |
| `run.json` | each task: program, version, revision, parameters, inputs and outputs with their sha256 |
{tables}| `ro-crate-metadata.json` | the same for archives of research data ([RO-Crate](https://www.researchobject.org/ro-crate/)) |
| `SHA256SUMS` | checksums; `rsom verify .` or `sha256sum -c SHA256SUMS` checks them |

The other folders hold the results under the names that they have in the pipeline.
",
        name = plan.name,
        tasks = plan.tasks.len(),
        scans = scans.len(),
        version = env!("CARGO_PKG_VERSION"),
        tables = tables(collected),
    );
    text += &again(plan, collected);
    if !collected.outside.is_empty() {
        text += "\nThe pipeline also reads files that are not here; it needs them to run:\n\n";
        for path in &collected.outside {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            text += &format!("- `{name}`\n");
        }
    }
    if let Some(words) = collected.unfinished.words(plan) {
        text += &format!("\n{words}; `report.html` says why.\n");
    }
    for line in plan.correction_lines() {
        text += &format!("\n{line}; the files are in `corrections` or `corrected`.\n");
    }
    text + &manifest.map_or_else(String::new, rights)
}

/// How to run the study again.
fn again(plan: &Plan, collected: &Collected) -> String {
    let has_data = collected.files().any(|name| name.starts_with("data/"));
    let data = if has_data { "data" } else { "FOLDER" };
    let mut option = if plan.manifest.is_some() {
        format!(" --manifest manifest.yaml --data {data}")
    } else {
        String::new()
    };
    let chosen = plan.options();
    if !chosen.is_empty() {
        option += &format!(" {chosen}");
    }
    let data_option = if has_data || plan.manifest.is_none() {
        ""
    } else {
        " --data FOLDER"
    };
    let reproduce = format!(
        "rsom reproduce .{data_option} --output ../again      # and compare every output\n"
    );
    format!("
## To run it again

```sh
{reproduce}rsom run pipeline.yaml{option} --workdir again
```

The same version gives the same bytes, on processors with the same vector instructions (`run.json` states them).
")
}

fn tables(collected: &Collected) -> String {
    let line = |(name, rows): &(String, usize)| {
        format!(
            "| `{name}.parquet`, `{name}.csv` | the tables of all scans, joined: {rows} rows |\n"
        )
    };
    collected.tables.iter().map(line).collect()
}

/// Source, license and citation of the data.
fn rights(manifest: &Manifest) -> String {
    let parts = [
        ("Data", &manifest.title),
        ("Source", &manifest.source),
        ("License", &manifest.license),
        ("Please cite", &manifest.citation),
    ];
    let lines: String = parts
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("- {name}: {text}\n"))
        .collect();
    match lines.is_empty() {
        true => "\n## Data\n\nThe manifest states no source and no license: ask the authors before you use the data.\n".to_owned(),
        false => format!("\n## Data\n\n{lines}"),
    }
}

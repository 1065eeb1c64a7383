//! `rsom-io manifest show`.

use rsom_manifest::Manifest;
use rsom_stage::{Invocation, StageError, Summary, data_folder};
use serde_json::{Map, Value, json};

use super::said::{counts, warn_of_leaks};
use crate::finding::listed;
use crate::overview::{AttributeSummary, Contents, Geometry, GroupSummary, Overview, RoleSummary};

pub(super) fn show(invocation: &Invocation) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let manifest = rsom_manifest::read(path)?;
    let variable = data_folder();
    let data = invocation.optional_input("data").or(variable.as_deref());
    // Counts do not need the data: without them, all files are missing.
    let root = match rsom_manifest::data_root(&manifest, path, data) {
        Ok(root) => root,
        Err(error) if data.is_some() => return Err(error),
        Err(_) => path.with_file_name(&manifest.root),
    };
    warn_of_leaks(&rsom_manifest::leaks(&manifest));
    let overview = Overview::of(&manifest, &root)?;
    let missing: usize = overview.roles.iter().map(|role| role.missing.len()).sum();
    Ok(counts(&manifest)
        .with("subjects", manifest.subject_count())
        .with("missing_files", missing)
        .with(
            "groups",
            overview.groups.iter().map(of_group).collect::<Value>(),
        )
        .with(
            "roles",
            overview.roles.iter().map(of_role).collect::<Map<_, _>>(),
        )
        .text(text(&manifest, &overview)))
}

fn of_group(group: &GroupSummary) -> Value {
    let part = |((split, fold), subjects): (&(Option<String>, Option<u32>), &usize)| json!({ "split": split, "fold": fold, "subjects": subjects });
    json!({
        "group": group.group,
        "subjects": group.subjects,
        "scans": group.scans,
        "parts": group.parts.iter().map(part).collect::<Value>(),
    })
}

fn of_role(role: &RoleSummary) -> (String, Value) {
    let geometry = |(geometry, scans): &(Geometry, Vec<String>)| {
        json!({
            "shape": geometry.shape,
            "spacing": geometry.spacing,
            "orientation": geometry.orientation,
            "scans": scans.len(),
        })
    };
    let value = json!({
        "scans": role.scans,
        "files": role.files,
        "missing": role.missing.len(),
        "unreadable": role.unreadable.len(),
        "geometries": role.geometries.iter().map(geometry).collect::<Value>(),
    });
    (role.role.clone(), value)
}

fn text(manifest: &Manifest, overview: &Overview) -> String {
    let (scans, subjects) = (manifest.scans.len(), manifest.subject_count());
    let mut lines = vec![format!(
        "{}: {} of {}",
        manifest.name,
        plural(scans, "scan"),
        plural(subjects, "subject")
    )];
    let is_divided = |group: &GroupSummary| group.group.is_some() || group.parts.len() > 1;
    if overview.groups.iter().any(is_divided) {
        lines.push("groups".to_owned());
        lines.extend(overview.groups.iter().map(group_line));
    }
    if !overview.roles.is_empty() {
        lines.push("files".to_owned());
        lines.extend(
            overview
                .roles
                .iter()
                .flat_map(|role| role_lines(role, scans)),
        );
    }
    if !overview.attributes.is_empty() {
        lines.push("attributes".to_owned());
        lines.extend(overview.attributes.iter().map(attribute_line));
    }
    lines.join("\n")
}

fn group_line(group: &GroupSummary) -> String {
    let name = group.group.as_deref().unwrap_or("(no group)");
    let part = |((split, fold), count): (&(Option<String>, Option<u32>), &usize)| {
        let fold = fold.map(|fold| format!("fold {fold}"));
        let words: Vec<String> = split.iter().cloned().chain(fold).collect();
        match words.is_empty() {
            true => format!("none: {count}"),
            false => format!("{}: {count}", words.join(" ")),
        }
    };
    let parts: Vec<String> = group.parts.iter().map(part).collect();
    let mut places = group.parts.keys();
    let is_divided = places.any(|(split, fold)| split.is_some() || fold.is_some());
    let parts = match is_divided {
        true => format!("; subjects in {}", parts.join(", ")),
        false => String::new(),
    };
    let (subjects, scans) = (
        plural(group.subjects, "subject"),
        plural(group.scans, "scan"),
    );
    format!("  {name}: {subjects}, {scans}{parts}")
}

fn role_lines(role: &RoleSummary, scans: usize) -> Vec<String> {
    let without = match role.without.as_slice() {
        [] => String::new(),
        ids => format!(", not {}", listed(ids)),
    };
    let files = match role.files == role.scans {
        true => String::new(),
        false => format!(", {}", plural(role.files, "file")),
    };
    let mut lines = vec![format!(
        "  {}: {} of {scans} scans{without}{files}",
        role.role, role.scans
    )];
    for (index, (geometry, ids)) in role.geometries.iter().enumerate() {
        let which = match (index, role.geometries.len()) {
            (_, 1) => String::new(),
            (0, _) => format!(" ({})", plural(ids.len(), "file")),
            _ => format!(" ({})", listed(ids)),
        };
        let orientation = geometry
            .orientation
            .as_deref()
            .unwrap_or("orientation not stated");
        let Geometry { shape, spacing, .. } = geometry;
        lines.push(format!(
            "    {shape} voxels of {spacing}, {orientation}{which}"
        ));
    }
    if !role.missing.is_empty() {
        let (count, names) = (role.missing.len(), listed(&role.missing));
        let verb = if count == 1 { "is" } else { "are" };
        let count = plural(count, "file");
        lines.push(format!("    {count} {verb} not there: {names}"));
    }
    for (path, fault) in &role.unreadable {
        lines.push(format!("    {path} cannot be read: {fault}"));
    }
    lines
}

fn attribute_line(attribute: &AttributeSummary) -> String {
    let contents = match &attribute.contents {
        Contents::Few(values) => {
            let words = values
                .iter()
                .map(|(value, scans)| format!("{value} ({scans})"));
            words.collect::<Vec<_>>().join(", ")
        }
        Contents::Numbers([least, median, most]) => format!("{least} to {most}, median {median}"),
        Contents::Many(count) => format!("{count} values"),
    };
    let missing = match attribute.missing {
        0 => String::new(),
        count => format!("; missing in {}", plural(count, "scan")),
    };
    format!("  {}: {contents}{missing}", attribute.name)
}

/// `1 scan`, `2 scans`.
fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

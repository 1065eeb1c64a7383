//! What looks wrong in a study: lines for the user.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::nifti;
use rsom_io::finding::{Finding, listed};
use rsom_io::overview::{Overview, RoleSummary};
use rsom_io::participants::Joined;
use rsom_manifest::{Manifest, ScanEntry};
use rsom_measures::column;
use rsom_stage::StageError;

use super::files::{Files, Format};

/// Factors of the pipelines that are written.
const FACTORS: [&str; 4] = ["net", "s", "seed", "method"];

/// What looks wrong.
///
/// # Errors
/// Exit code 130 if interrupted.
pub(super) fn doubts(
    manifest: &Manifest,
    files: &Files,
    finding: &Finding,
) -> Result<Vec<String>, StageError> {
    let mut doubts = left_out(files, finding);
    doubts.extend(of_table(&finding.joined, manifest.subject_count()));
    let overview = Overview::of(manifest, &files.root)?;
    for role in &overview.roles {
        doubts.extend(of_role(role));
    }
    for group in &overview.groups {
        if let (Some(name), 1) = (&group.group, group.subjects) {
            doubts.push(format!("group {name} has one subject"));
        }
    }
    if files.format == Format::Tiff {
        doubts.push("TIFF: each page is taken for one depth (z), and its rows for y; if pages are B-scans, save them as pictures such as S01_001.png, which init reads, too".to_owned());
    }
    if files.format == Format::Nifti {
        doubts.extend(grids(manifest, files));
        doubts.extend(orientation(manifest, files));
    }
    doubts.extend(attributes(manifest));
    // Flat layers may have equal masks; equal scans are one person, or a copy.
    let is_scan = |path: &String| files.is_of_scan(path);
    for leak in rsom_manifest::leaks(manifest) {
        if !leak.files.iter().flatten().any(is_scan) {
            continue;
        }
        let [a, b] = &leak.subjects;
        doubts.push(format!(
            "subjects {a} and {b} have files with equal content; one person under two names?"
        ));
    }
    Ok(doubts)
}

/// What the table and the scans do not share, and what to look at in it.
fn of_table(joined: &Joined, subjects: usize) -> Vec<String> {
    let rows = joined.without_scans.iter();
    let rows: Vec<String> = rows
        .map(|(line, name)| format!("{name} (line {line})"))
        .collect();
    let lacking = &joined.without_row;
    let mut doubts = Vec::new();
    match (rows.first(), lacking.first()) {
        (Some(row), Some(scan)) if lacking.len() >= subjects => doubts.push(format!(
            "no row of the table belongs to a scan: the table has {row}, the scans {scan}; write them alike, or name another column by --subject-column"
        )),
        _ => {
            if !lacking.is_empty() {
                let what = "subjects or scans have no row in the table";
                doubts.push(format!("{} {what}: {}", lacking.len(), listed(lacking)));
            }
            if !rows.is_empty() {
                let what = "rows of the table have no scan";
                doubts.push(format!("{} {what}: {}", rows.len(), listed(&rows)));
            }
        }
    }
    let renamed = joined.renamed.iter();
    doubts.extend(renamed.map(|(column, attribute)| {
        format!("column '{column}' of the table is called {attribute} in the study")
    }));
    doubts.extend(joined.notes.iter().cloned());
    doubts
}

/// Attributes that cannot become columns of the tables.
fn attributes(manifest: &Manifest) -> Vec<String> {
    let names: BTreeSet<&String> = (manifest.scans.iter())
        .flat_map(|scan| scan.attributes.keys())
        .collect();
    let is_taken =
        |name: &&&String| column::ALL.contains(&name.as_str()) || FACTORS.contains(&name.as_str());
    let line = |name: &&String| {
        format!(
            "every table has a column '{name}' of its own, so that the run will stop; rename the column of the spreadsheet"
        )
    };
    names.iter().filter(is_taken).map(line).collect()
}

/// Missing files, broken files and several geometries of a role.
fn of_role(role: &RoleSummary) -> Vec<String> {
    let mut doubts = Vec::new();
    if !role.without.is_empty() {
        doubts.push(format!(
            "{} scans have no {}: {}",
            role.without.len(),
            role.role,
            listed(&role.without)
        ));
    }
    for (file, fault) in &role.unreadable {
        doubts.push(format!("{file}: {fault}"));
    }
    if role.geometries.len() > 1 {
        let each = role.geometries.iter().map(|(geometry, scans)| {
            format!(
                "{} voxels of {} in {} scans, such as {}",
                geometry.shape,
                geometry.spacing,
                scans.len(),
                scans.first().map_or("", String::as_str)
            )
        });
        doubts.push(format!(
            "{}: {}",
            role.role,
            each.collect::<Vec<_>>().join("; ")
        ));
    }
    doubts
}

/// Masks on another grid than their scan.
fn grids(manifest: &Manifest, files: &Files) -> Vec<String> {
    let grid = |scan: &ScanEntry, role: &str| {
        let file = scan.files.get(role)?.first()?;
        nifti::read_grid(&files.root.join(&file.path)).ok()
    };
    let mut doubts = Vec::new();
    for scan in &manifest.scans {
        let Some(image) = grid(scan, "image") else {
            continue;
        };
        for role in scan.files.keys().filter(|role| *role != "image") {
            let fault = grid(scan, role).and_then(|mask| image.difference(&mask));
            if let Some(fault) = fault {
                doubts.push(format!(
                    "{}: scan and {role} are on two grids: {fault}",
                    scan.id
                ));
            }
        }
    }
    doubts
}

/// What the header of a scan says against its orientation; once for all scans with the same doubt.
fn orientation(manifest: &Manifest, files: &Files) -> Vec<String> {
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for scan in &manifest.scans {
        let Some(file) = scan.files.get("image").and_then(|list| list.first()) else {
            continue;
        };
        for doubt in nifti::read_doubts(&files.root.join(&file.path)).unwrap_or_default() {
            seen.entry(doubt).or_default().push(scan.id.clone());
        }
    }
    let line = |(doubt, scans): (String, Vec<String>)| {
        format!(
            "{} scans, such as {}: {doubt}",
            scans.len(),
            scans.first().map_or("", String::as_str)
        )
    };
    seen.into_iter().map(line).collect()
}

/// What is in no scan.
fn left_out(files: &Files, finding: &Finding) -> Vec<String> {
    let left = &finding.created.left;
    let [unmatched, links] = [&left.unmatched, &left.broken_links]
        .map(|names| (names.iter().filter(|name| files.is_in_folders(name))).cloned());
    [
        (unmatched.collect(), "files are in no scan"),
        (links.collect(), "links have no file"),
        (left.not_utf8.clone(), "files have names that are not UTF-8"),
    ]
    .into_iter()
    .filter(|(names, _): &(Vec<String>, _)| !names.is_empty())
    .map(|(names, what)| format!("{} {what}: {}", names.len(), listed(&names)))
    .collect()
}

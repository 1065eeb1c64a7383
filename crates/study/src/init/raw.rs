//! Raw sessions of the RSOM device: a study with the released pipeline.

use rsom_io::rsom_mat;
use rsom_manifest::relative;
use rsom_stage::{StageError, fingerprint, log};

use super::found::Asked;
use super::{document, readme};
use crate::new_folder::write;

/// The released pipeline.
const PIPELINE: &str = include_str!("../../../../pipelines/released.yaml");

/// Begins a study of raw sessions, if the folder has any. The text says what was found.
///
/// # Errors
/// Exit code 3: no session can be read.
pub(super) fn begin(asked: &Asked) -> Result<Option<String>, StageError> {
    let found = rsom_mat::find_sessions(&asked.scans)?;
    if found.sessions.is_empty() {
        return Ok(None);
    }
    if asked.masks.is_some() || asked.table.is_some() {
        return Err(StageError::usage(
            "--masks and --table are for imported scans; raw sessions are segmented by the released networks first",
        ));
    }
    for doubt in &found.doubts {
        log::warn(format_args!("{doubt}: left out"));
    }
    let hash = &mut |path: &std::path::Path| fingerprint::of_path(path);
    let (mut manifest, unreadable) =
        rsom_mat::manifest_of(&asked.name, &asked.scans, &found.sessions, hash)?;
    if let ([], Some(first)) = (manifest.scans.as_slice(), unreadable.first()) {
        return Err(StageError::input(&asked.scans, first));
    }
    if let Some(data) = relative(&asked.scans, &asked.study.join("manifest.yaml")) {
        manifest.data = data;
    }
    let pipeline = PIPELINE.replacen(
        "name: released\n",
        &format!("name: {}\nmanifest: manifest.yaml\n", asked.name),
        1,
    );
    let documents = [
        ("manifest.yaml", rsom_manifest::to_yaml(&manifest)?),
        ("released.yaml", pipeline),
        ("justfile", document::justfile(true)),
        ("README.md", readme::raw(&asked.name)),
    ];
    write(&asked.study, &documents)?;
    let lost = found
        .incomplete
        .iter()
        .map(|scan| format!("  - {} has no partner {}\n", scan.found, scan.missing));
    let lost: String = lost
        .chain(unreadable.iter().map(|fault| format!("  - {fault}\n")))
        .collect();
    Ok(Some(format!(
        "{} raw scans of {} subjects\n{}{lost}{} holds manifest.yaml, released.yaml, justfile and README.md. Next: put the weights of the networks there (README.md says which), then rsom run released.yaml\n",
        manifest.scans.len(),
        manifest.subject_count(),
        if lost.is_empty() {
            ""
        } else {
            "look at this:\n"
        },
        asked.study.display()
    )))
}

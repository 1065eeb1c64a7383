//! What `rsom init` says on the terminal.

use super::found::{Asked, Found};
use super::known::Subject;

/// What is said on the terminal.
pub(super) fn text(found: &Found, asked: &Asked) -> String {
    let (manifest, study) = (&found.manifest, &found.study);
    let mut lines = vec![format!(
        "{} subjects, {} scans, {} files",
        manifest.subject_count(),
        manifest.scans.len(),
        manifest.file_count()
    )];
    if let Some(create) = &manifest.create {
        lines.extend(create.files.iter().map(|(role, pattern)| {
            let with = manifest
                .scans
                .iter()
                .filter(|scan| scan.files.contains_key(role));
            let each = pictures(with.clone().map(|scan| scan.files[role].len()));
            format!("  {role}: {} scans, {pattern}{each}", with.count())
        }));
    }
    if !study.attributes.is_empty() {
        lines.push(format!("  attributes: {}", study.attributes.join(", ")));
    }
    lines.push(match study.subject {
        Subject::Layer => format!(
            "the masks look like layers: {} (labels {:?})",
            study.structure, study.labels
        ),
        Subject::Vessels => "the masks look like vessels".to_owned(),
        Subject::NoMasks => "no masks: the pipeline finds vessels by Frangi's filter".to_owned(),
    });
    let counts = rsom_manifest::fold_counts(&manifest.scans);
    if !counts.is_empty() {
        lines.push(counts);
    }
    if !found.other_roles.is_empty() {
        lines.push(format!(
            "masks of other roles are in the manifest, and not in the pipeline: {}",
            found.other_roles.join(", ")
        ));
    }
    if !found.doubts.is_empty() {
        lines.push("look at this:".to_owned());
        lines.extend(found.doubts.iter().map(|doubt| format!("  - {doubt}")));
    }
    let folder = asked
        .study
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    lines.push(format!(
        "{} holds manifest.yaml, pipeline.yaml, justfile and README.md. Next: cd {folder}; rsom run pipeline.yaml{}",
        asked.study.display(),
        if study.subject == Subject::NoMasks { "" } else { " --profile smoke" }
    ));
    lines.join("\n") + "\n"
}

/// How many pictures the scans of a role have, if they have several.
fn pictures(counts: impl Iterator<Item = usize> + Clone) -> String {
    let (least, most) = (counts.clone().min(), counts.max());
    match (least.unwrap_or(1), most.unwrap_or(1)) {
        (_, 1) => String::new(),
        (least, most) if least == most => format!(", {least} pictures each"),
        (least, most) => format!(", {least} to {most} pictures each"),
    }
}

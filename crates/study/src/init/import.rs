//! The steps of a pipeline that import scans and masks of other formats than NIfTI.

use serde_json::{Map, json};

use super::files::Format;
use super::known::{Study, Subject};

const SIZE: &str = "  # State the voxel size in mm along x, y, z here, if the files do not: spacing_mm: [0.02, 0.02, 0.004].\n";
const DATASET: &str = "  # If a file has several datasets, name one: dataset: /recon. If it does not state its axes: axes: zyx.\n";

/// The steps, or nothing for NIfTI files.
pub(super) fn steps(study: &Study) -> String {
    let has_masks = study.subject != Subject::NoMasks;
    let scans = "scans/${scan.id}";
    let role = &study.role;
    match study.format {
        Format::Nifti => String::new(),
        Format::Tiff | Format::Hdf5 => {
            let (uses, hint) = match study.format {
                Format::Tiff => ("io import tiff", ""),
                _ => ("io import hdf5", DATASET),
            };
            let mut text = format!(
                "{SIZE}{hint}  import:
    uses: {uses}
    foreach: scan
    in:
      input: ${{scan.files.image}}
    out:
      output: {scans}.nii.gz

"
            );
            if has_masks {
                text += &format!(
                    "  import_mask:
    uses: {uses}
    foreach: scan
    where: {{ has_{role}: true }}
    in:
      input: ${{scan.files.{role}}}
    with:
      kind: labels
    out:
      output: {scans}_{role}.nii.gz

"
                );
            }
            text
        }
        Format::Pictures => {
            let with_masks = has_masks && study.all_have_masks;
            let mut text = format!("{SIZE}{}", pictures(study, "import", with_masks));
            if has_masks && !study.all_have_masks {
                text += &pictures(study, "import_mask", true);
            }
            text
        }
    }
}

/// A step that makes a volume of pictures of B-scans, and a label map of the pictures of their masks.
fn pictures(study: &Study, step: &str, with_masks: bool) -> String {
    let role = &study.role;
    // Two steps write the volume, each at a place of its own.
    let volume = match step {
        "import" => "scans/${scan.id}.nii.gz".to_owned(),
        _ => format!("scans/${{scan.id}}_with_{role}.nii.gz"),
    };
    let (condition, input, with, output) = match with_masks {
        true => (
            if study.all_have_masks {
                String::new()
            } else {
                format!("    where: {{ has_{role}: true }}\n")
            },
            format!("      label_images: ${{scan.files.{role}}}\n"),
            format!(
                "    # The value of each label in the pictures, and its name.\n    with:\n      label_values: {}\n",
                names(study)
            ),
            format!("      labels: scans/${{scan.id}}_{role}.nii.gz\n"),
        ),
        false => Default::default(),
    };
    format!(
        "  {step}:
    uses: io import bscans
    foreach: scan
{condition}    in:
      images: ${{scan.files.image}}
{input}{with}    out:
      output: {volume}
{output}
"
    )
}

/// The names of all labels by their values.
fn names(study: &Study) -> String {
    let name = |label: &i32| match study.labels.contains(label) {
        true => study.structure.clone(),
        false => format!("label {label}"),
    };
    let names: Map<String, serde_json::Value> = (study.values.iter())
        .map(|label| (label.to_string(), json!(name(label))))
        .collect();
    json!(names).to_string()
}

//! The files of a new study: pipeline, justfile and README.

use std::collections::BTreeMap;

use serde_json::json;

use super::files::Format;
use super::import;
use super::known::{Study, Subject};

const LAYER: &str = include_str!("layer.yaml");
const VESSELS: &str = include_str!("vessels.yaml");
const NO_MASKS: &str = include_str!("frangi.yaml");

impl Study {
    /// The text of the pipeline.
    pub(super) fn pipeline(&self) -> String {
        let template = match self.subject {
            Subject::Layer => LAYER,
            Subject::Vessels => VESSELS,
            Subject::NoMasks => NO_MASKS,
        };
        let mut text = template.to_owned();
        for (name, value) in self.values().into_iter().chain(self.of_vessels()) {
            text = text.replace(&format!("@{name}@"), &value);
        }
        text
    }

    fn values(&self) -> BTreeMap<&'static str, String> {
        let unit = if self.knows_size { "um" } else { "vox" };
        let [image, mask] = match self.format {
            Format::Nifti => ["image", &self.role].map(|role| format!("${{scan.files.{role}}}")),
            Format::Tiff | Format::Hdf5 => {
                ["import.output", "import_mask.output"].map(str::to_owned)
            }
            Format::Pictures if self.all_have_masks => {
                ["import.output", "import.labels"].map(str::to_owned)
            }
            Format::Pictures => ["import.output", "import_mask.labels"].map(str::to_owned),
        };
        let keys = |more: &[&str]| {
            let names = ["subject", "scan"].into_iter().chain(more.iter().copied());
            json!(
                names
                    .chain(self.attributes.iter().map(String::as_str))
                    .collect::<Vec<_>>()
            )
            .to_string()
        };
        let folds: Vec<u32> = (0..self.folds).collect();
        BTreeMap::from([
            ("name", self.name.clone()),
            ("role", self.role.clone()),
            (
                "structure",
                json!(self.structure).to_string().replace('"', ""),
            ),
            ("labels", json!(self.labels).to_string()),
            ("folds", json!(folds).to_string()),
            ("depth", self.depth().to_string()),
            ("image", image),
            ("mask", mask),
            ("import", import::steps(self)),
            ("ra", format!("ra_{unit}")),
            ("boundary", format!("boundary_error_{unit}")),
            ("first", json!(self.first).to_string()),
            ("keys", keys(&[])),
            ("method_keys", keys(&["method"])),
        ])
    }

    /// Values of the pipelines of vessels.
    fn of_vessels(&self) -> BTreeMap<&'static str, String> {
        let tile = self.tile();
        let (sigma, sets) = match self.knows_size {
            true => (
                "sigma_um: [6, 12, 24]",
                "sigma_sets_um: [3+6+12, 6+12+24, 12+24+48]",
            ),
            false => (
                "sigma_vox: [1, 2, 4]",
                "sigma_sets_vox: [1+2, 1+2+4, 2+4+8]",
            ),
        };
        let uses = |line: &str| {
            let name = line.split(':').next().unwrap_or("");
            format!("{name}: ${{{name}}}")
        };
        BTreeMap::from([
            ("tile", json!(tile).to_string()),
            ("kernels", json!(kernels(tile)).to_string()),
            (
                "unit",
                if self.knows_size {
                    "in µm"
                } else {
                    "in voxels"
                }
                .to_owned(),
            ),
            ("sigmas", sigma.to_owned()),
            ("sigma_sets", sets.to_owned()),
            (
                "sigma_use",
                match self.subject {
                    Subject::NoMasks => uses(sigma),
                    _ => uses(sets),
                },
            ),
        ])
    }

    /// Levels of the U-Net: five as in the paper, fewer where the deepest level would have less than eight pixels.
    fn depth(&self) -> u32 {
        let least = self.shape[0].min(self.shape[2]);
        (2..=5)
            .rev()
            .find(|depth| least >> (depth - 1) >= 8)
            .unwrap_or(2)
    }

    /// Extents of the tiles of a training: up to 64 voxels, of which the smallest scan has one.
    fn tile(&self) -> [usize; 3] {
        self.shape.map(|extent| extent.min(64))
    }
}

/// Kernels of DeepVesselNet: as in the paper, or 3 where tiles are thin.
fn kernels(tile: [usize; 3]) -> [usize; 4] {
    match tile.iter().min() {
        Some(least) if *least >= 13 => [3, 5, 5, 3],
        _ => [3, 3, 3, 3],
    }
}

/// The justfile of a study.
pub(super) fn justfile(raw: bool) -> String {
    let (pipeline, smoke) = match raw {
        true => ("released.yaml", ""),
        false => (
            "pipeline.yaml",
            "\n# A short run, to see that everything works\nsmoke *flags:\n    rsom run pipeline.yaml --profile smoke --workdir runs/smoke \"$@\"\n",
        ),
    };
    format!(
        "set shell := [\"bash\", \"-euo\", \"pipefail\", \"-c\"]
# Recipes get their arguments as they were given: \"$@\", \"$1\".
set positional-arguments

# What would run, and why
plan *flags:
    rsom plan {pipeline} \"$@\"
{smoke}
# The study: just run -j 2
run *flags:
    rsom run {pipeline} \"$@\"

# The same study with another program in the place of a stage: just swap layerseg ./mine.py --workdir runs/mine
swap stage program *flags:
    rsom run {pipeline} --swap \"$1=$2\" \"${{@:3}}\"

# The finished study in one folder or ZIP file: just bundle study.zip
bundle output *flags:
    rsom bundle {pipeline} --output \"$1\" \"${{@:2}}\"

# A recorded study again, and every output compared: just reproduce runs/pipeline -j 2
reproduce run *flags:
    rsom reproduce \"$@\"

# The data at a glance
show:
    rsom io manifest show manifest.yaml

# Enter new scans and changed files into the manifest
update:
    rsom io manifest update manifest.yaml --output manifest.yaml
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments with spaces and quotes reach the program as they are, and no shell reads them again.
    #[test]
    fn recipes_pass_on_their_arguments_as_they_are() {
        for raw in [true, false] {
            let text = justfile(raw);
            assert!(text.contains("\nset positional-arguments\n"));
            assert!(!text.contains("{{"), "{text}");
            for recipe in ["swap", "bundle", "reproduce", "plan", "run"] {
                assert!(text.contains(&format!("\n{recipe} ")), "{recipe}");
            }
        }
        assert!(justfile(false).contains("run pipeline.yaml --swap \"$1=$2\" \"${@:3}\"\n"));
    }
}

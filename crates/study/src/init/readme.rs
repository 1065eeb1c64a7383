//! The README of a new study.

use super::found::Found;
use super::known::Subject;

/// The README of a study with scans.
pub(super) fn text(found: &Found) -> String {
    let study = &found.study;
    let about = match study.subject {
        Subject::Layer => format!(
            "A U-Net and a 7-layer FCN segment the {}. Each scan is segmented by networks that have not seen its subject. Tests compare\nnetworks with and without the smoothness loss.",
            study.structure
        ),
        Subject::Vessels => "A DeepVesselNet and Frangi's filter segment the vessels. Each scan is segmented by methods that have not seen its subject.".to_owned(),
        Subject::NoMasks => "Frangi's filter finds vessels, without reference masks. Look at the pictures before you trust a mask.".to_owned(),
    };
    let (smoke, results) = match study.subject {
        Subject::NoMasks => ("", "`masks`, `pictures`"),
        _ => (
            "rsom run pipeline.yaml --profile smoke      # a short run, to see that everything works\n",
            "`results/table.md` and `results/tests.md` (also .tex and .csv), `results/tests.parquet`, figures",
        ),
    };
    let doubts = match found.doubts.is_empty() {
        true => String::new(),
        false => format!(
            "\n## Look at this\n\n{}\n",
            found
                .doubts
                .iter()
                .map(|doubt| format!("- {doubt}"))
                .collect::<Vec<_>>()
                .join("\n")
        ),
    };
    format!(
        "# {name}

{about}

```sh
rsom plan pipeline.yaml                     # what would run, and why
{smoke}rsom run pipeline.yaml -j 2                 # the study
rsom io manifest show manifest.yaml         # the data at a glance
rsom io manifest update manifest.yaml --output manifest.yaml     # after new or changed files
```

| file | contents |
|---|---|
| `manifest.yaml` | scans, subjects, folds, attributes, and the hash of every file; edit it as you like, `update` keeps your entries |
| `pipeline.yaml` | the steps of the study; edit it as you like, only what changes runs again |
| `corrections/` | masks that you correct by hand, as `corrections/<step>/<name of the mask>`; later steps use them |
| `runs/` | all outputs: {results}; `run.json` says how each file was made |

The data stay where they are: {data}.
{doubts}",
        name = study.name,
        data = found.manifest.data,
    )
}

/// The README of a study with raw sessions.
pub(super) fn raw(name: &str) -> String {
    format!(
        "# {name}

The released pipeline of Gerl et al. on raw scans: epidermis, vessels, figures, and a table with one row for each scan.

Put the weights of the released networks into this folder, as `unet_depth5.pt` and `vesnet_gn.pt`, or name them by `--set
layer_weights=FILE --set vessel_weights=FILE`. They come with the authors' software; rsom does not contain them.

```sh
rsom run released.yaml --keep-going -j 2
```

`runs/{name}` then holds the masks, the figures and `scans.csv`.
"
    )
}

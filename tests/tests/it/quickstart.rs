//! A small quickstart: from seeds to a table with p-values. The bytes do not depend on the number of threads, and a second run
//! does nothing.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use rsom_formats::table::parquet;
use rsom_testing::{Finished, Folder, checkout};

use crate::RSOM;
use crate::failures::gunzipped;

/// Scans of the quickstart that the tests use.
const SCANS: usize = 12;

/// The quickstart with the first scans, which are small, few epochs, and some weights of the smoothness loss.
fn quickstart(workdir: &Path, (epochs, s): (usize, &[i64]), more: &[&str]) -> Finished {
    let text = std::fs::read_to_string(checkout().join("data-manifests/phantoms.yaml")).unwrap();
    let head = text.find("scans:\n").unwrap() + "scans:\n".len();
    let scans = text[head..].split_inclusive('\n').take(SCANS);
    let manifest = workdir.with_extension("yaml");
    std::fs::write(
        &manifest,
        text[..head].to_owned() + &scans.collect::<String>(),
    )
    .unwrap();
    let (workdir, manifest) = (workdir.to_string_lossy(), manifest.to_string_lossy());
    let mut words = vec!["run", "pipelines/quickstart.yaml", "--workdir", &workdir];
    words.extend(["--manifest", &manifest]);
    let (s, epochs) = (format!("s={s:?}"), format!("epochs={epochs}"));
    words.extend(["--set", "shape=[32, 4, 64]", "--set", &epochs, "--set", &s]);
    words.extend(more);
    RSOM.run(checkout(), &words)
}

/// Every output by its path below the work folder; what speaks of time is left out.
fn outputs(workdir: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(workdir)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(workdir).unwrap();
            (
                name.to_string_lossy().into_owned(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(name, _)| !name.starts_with(".rsom") && name != "run.json")
        .collect()
}

/// The specification of a stage.
fn spec(stage: &str) -> serde_json::Value {
    let spec = RSOM.run(checkout(), [stage, "spec"]).expect_code(0);
    serde_json::from_str(&spec.stdout).unwrap()
}

/// Checks that each output states the revision of the code that made it, and where digits depend on them, the vector
/// instructions. NIfTI files state it in their sidecars.
fn states_its_code(outputs: &BTreeMap<String, Vec<u8>>) {
    let revision = |stage: &str| spec(stage)["revision"].as_str().unwrap().to_owned();
    let folders = [
        ("scans/", vec![revision("phantom")]),
        ("train/", vec![revision("layerseg")]),
        ("masks/", vec![revision("layerseg")]),
        ("measures/", vec![revision("metrics")]),
        ("results/", vec![revision("stats"), revision("report")]),
    ];
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    let mut seen = 0;
    for (name, bytes) in outputs {
        let end = name.rsplit('.').next().unwrap();
        if !["json", "parquet", "safetensors", "png", "svg"].contains(&end) {
            continue;
        }
        let (folder, revisions) = folders.iter().find(|f| name.starts_with(f.0)).unwrap();
        assert!(
            revisions.iter().any(|text| holds(bytes, text)),
            "{name} states no revision"
        );
        if ["train/", "masks/"].contains(folder) {
            assert!(
                holds(bytes, "instruction_set"),
                "{name} states no vector instructions"
            );
        }
        seen += 1;
    }
    assert!(seen > 60, "{seen} outputs");
}

#[test]
fn a_study_is_the_same_bytes_for_any_threads_and_is_done_only_once() {
    let folder = Folder::new();
    let (one, two) = (folder.join("one"), folder.join("two"));
    quickstart(&one, (1, &[0, 100]), &["-j", "1", "--threads", "1"]).expect_code(0);
    quickstart(&two, (1, &[0, 100]), &["-j", "2", "--threads", "3"]).expect_code(0);
    let (first, second) = (outputs(&one), outputs(&two));
    assert!(first.len() > 100, "{} outputs", first.len());
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} differs");
    }
    states_its_code(&first);

    let again = quickstart(&one, (1, &[0, 100]), &[]).expect_code(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);

    // A lost table is made again, and nothing else.
    let table = one.join("results/table.md");
    std::fs::remove_file(&table).unwrap();
    quickstart(&one, (1, &[0, 100]), &[]).expect_code(0);
    assert_eq!(std::fs::read(&table).unwrap(), first["results/table.md"]);
    assert_eq!(outputs(&one), first);
}

/// The voxels of a mask of the study, x fastest, out of the bytes of its file.
fn voxels(path: &Path) -> Vec<bool> {
    let bytes = gunzipped(path);
    let short = |at: usize| i16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let float = |at: usize| f32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    // NIfTI-1: extents from byte 40, the type at 70 (2 for bytes), spacing from 80, the place of the voxels at 108.
    assert_eq!([42, 44, 46].map(short), [32, 4, 64]);
    assert_eq!(short(70), 2);
    assert_eq!([80, 84, 88].map(float), [0.012, 0.012, 0.003]);
    let voxels = &bytes[float(108) as usize..];
    assert_eq!(voxels.len(), 32 * 4 * 64);
    voxels.iter().map(|v| *v != 0).collect()
}

/// Dice, precision, recall and intersection over union of a scan.
fn overlap(workdir: &Path, scan: usize, network: &str) -> [f64; 4] {
    let reference = voxels(&workdir.join(format!("scans/p{scan:02}_layer.nii.gz")));
    let prediction = voxels(&workdir.join(format!("masks/p{scan:02}_unet_{network}.nii.gz")));
    let count = |of: fn(bool, bool) -> bool| {
        let pairs = reference.iter().zip(&prediction);
        pairs.filter(|(r, p)| of(**r, **p)).count() as f64
    };
    let (both, either) = (count(|r, p| r && p), count(|r, p| r || p));
    let (references, predictions) = (count(|r, _| r), count(|_, p| p));
    [
        2.0 * both / (references + predictions),
        both / predictions,
        both / references,
        both / either,
    ]
}

/// Ra in voxels of a whole scan, as the table of its measures has it.
fn roughness(workdir: &Path, scan: usize, s: i64) -> Option<f64> {
    let path = workdir.join(format!("measures/p{scan:02}_unet_s{s}.parquet"));
    let table = parquet::read(&path).unwrap();
    let text = |name: &str, row: usize| table.texts(name).unwrap()[row].clone();
    let slices = table.integers("slice").unwrap();
    let mut rows = (0..table.rows()).filter(|row| {
        text("metric", *row).as_deref() == Some("ra_vox")
            && text("surface", *row).as_deref() == Some("both")
            && slices[*row].is_none()
    });
    let row = rows.next().unwrap();
    assert_eq!(rows.next(), None);
    table.numbers("value").unwrap()[row]
}

/// Mean, and standard deviation with n − 1.
fn mean_sd(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0)).sqrt())
}

/// Two-sided p of the signed-rank test: the share of all choices of signs that are as far from even as those found.
fn signed_rank_p(differences: &[f64]) -> f64 {
    let differences: Vec<f64> = (differences.iter().copied())
        .filter(|d| d.abs() > 1e-12)
        .collect();
    let rank = |d: &f64| {
        let below = differences.iter().filter(|o| o.abs() < d.abs() - 1e-12);
        let alike = differences
            .iter()
            .filter(|o| (o.abs() - d.abs()).abs() <= 1e-12);
        below.count() as f64 + (alike.count() as f64 + 1.0) / 2.0
    };
    let ranks: Vec<f64> = differences.iter().map(rank).collect();
    let half = ranks.iter().sum::<f64>() / 2.0;
    let distance = |positive: &dyn Fn(usize) -> bool| {
        let sum: f64 = (0..ranks.len())
            .filter(|i| positive(*i))
            .map(|i| ranks[i])
            .sum();
        (sum - half).abs()
    };
    let found = distance(&|i| differences[i] > 0.0);
    let choices = 1_u32 << ranks.len();
    let as_far = (0..choices).filter(|signs| distance(&|i| signs >> i & 1 == 1) >= found - 1e-9);
    as_far.count() as f64 / f64::from(choices)
}

/// The rows of a table of comma-separated values, each by the names of its columns.
fn rows_of(csv: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let row = |line: Vec<_>| header.iter().copied().zip(line).collect();
    lines.map(row).collect()
}

/// What a printed table says under a title in the row of the U-Net with this s.
fn cell(table: &str, between: &str, s: i64, title: &str) -> String {
    let lines = table.lines().filter(|line| line.contains(between));
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim_matches(['|', ' ', '\\']);
        line.split(between).map(|c| c.trim().to_owned()).collect()
    };
    let lines: Vec<Vec<String>> = lines.map(cells).collect();
    let header = lines.iter().find(|line| line[0] == "Network").unwrap();
    let row = |line: &&Vec<String>| line[0] == "U-Net" && line[1] == s.to_string();
    let place = header.iter().position(|name| name == title).unwrap();
    lines.iter().find(row).unwrap()[place].clone()
}

#[test]
#[allow(
    clippy::too_many_lines,
    reason = "one study is run once, and all its tables are held against its masks"
)]
fn the_numbers_of_the_studys_tables_are_those_of_its_masks() {
    const S: [i64; 3] = [0, 10, 100];
    let folder = Folder::new();
    let workdir = folder.join("study");
    let text = |name: &str| std::fs::read_to_string(workdir.join(name)).unwrap();
    // After one epoch, a mask may be empty.
    quickstart(&workdir, (4, &S), &["--set", "net=[unet]"]).expect_code(0);
    let csv = text("results/table.csv");
    let rows = rows_of(&csv);
    let [markdown, latex] = ["md", "tex"].map(|f| text(&format!("results/table.{f}")));
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[3]["s"], "1000 from the start");
    let overlaps = ["s0", "s10", "s100", "from_start"].map(|network| {
        (1..=SCANS)
            .map(|scan| overlap(&workdir, scan, network))
            .collect::<Vec<_>>()
    });
    for (row, (s, overlaps)) in rows.iter().zip(S.iter().zip(&overlaps)) {
        let number = |name: &str| row[name].parse::<f64>().ok();
        let close = |name: &str, expected: f64| {
            let found = number(name).unwrap();
            assert!(
                (found - expected).abs() < 1e-9,
                "s = {s}, {name}: {found}, not {expected}"
            );
        };
        assert_eq!((row["net"], row["s"]), ("unet", s.to_string().as_str()));
        for (i, metric) in ["dice", "precision", "recall", "iou"].iter().enumerate() {
            let values: Vec<f64> = overlaps.iter().map(|o| o[i]).collect();
            let (mean, sd) = mean_sd(&values);
            close(&format!("{metric}_epidermis_mean"), mean);
            close(&format!("{metric}_epidermis_sd"), sd);
            close(&format!("{metric}_epidermis_n"), SCANS as f64);
            // The printed tables show the same, rounded.
            let title = ["Dice", "Precision", "Recall", "IoU"][i];
            let digits = [3, 2, 2, 2][i];
            for (table, between, sign) in [(&markdown, "|", "±"), (&latex, "&", "$\\pm$")] {
                let expected = format!("{mean:.digits$} {sign} {sd:.digits$}");
                assert_eq!(
                    cell(table, between, *s, title),
                    expected,
                    "s = {s}, {title}"
                );
            }
        }
        let values: Vec<f64> = (1..=SCANS)
            .filter_map(|scan| roughness(&workdir, scan, *s))
            .collect();
        close("ra_vox_both_epidermis_n", values.len() as f64);
        close(
            "ra_vox_both_epidermis_n_missing",
            SCANS as f64 - values.len() as f64,
        );
        if values.len() > 1 {
            let (mean, sd) = mean_sd(&values);
            close("ra_vox_both_epidermis_mean", mean);
            close("ra_vox_both_epidermis_sd", sd);
        }
    }
    // Two comparisons with the baseline, adjusted by Holm's method.
    let [p, other] = [1, 2].map(|level: usize| {
        let pairs = overlaps[0].iter().zip(&overlaps[level]);
        signed_rank_p(&pairs.map(|(a, b)| b[0] - a[0]).collect::<Vec<_>>())
    });
    let adjusted = match p <= other {
        true => 2.0 * p,
        false => p.max(2.0 * other),
    }
    .min(1.0);
    let found: f64 = rows[1]["dice_epidermis_p_adjusted"].parse().unwrap();
    assert!((found - adjusted).abs() < 1e-12, "{found}, not {adjusted}");
    assert_eq!(rows[0]["dice_epidermis_p_adjusted"], "");
    let tests = parquet::read(&workdir.join("results/tests.parquet")).unwrap();
    let metrics = tests.texts("metric").unwrap();
    let dice = metrics
        .iter()
        .position(|m| m.as_deref() == Some("dice"))
        .unwrap();
    for (column, expected) in [
        ("p_value", p),
        ("p_adjusted", adjusted),
        // Of 2¹² choices of signs, two are the farthest from even.
        ("smallest_attainable_p", 2.0 / f64::from(1 << SCANS)),
    ] {
        let found = tests.numbers(column).unwrap()[dice].unwrap();
        assert!(
            (found - expected).abs() < 1e-12,
            "{column}: {found}, not {expected}"
        );
    }
    let picture = std::fs::read(workdir.join("results/bscan_unet.png")).unwrap();
    assert_eq!(&picture[1..4], b"PNG");
}

#[test]
fn a_stage_is_swapped_for_a_python_script() {
    let workdir = Folder::new();
    let pipeline = workdir.join("study.yaml");
    let manifest = checkout().join("data-manifests/phantoms.yaml");
    let text = format!(
        "name: swapped
manifest: {}
stages:
  generate:
    uses: phantom scan
    foreach: scan
    where: {{ fold: 0 }}
    with: {{ seed: \"${{scan.seed}}\", shape: [24, 4, 64] }}
    out: {{ image: \"${{scan.id}}.nii.gz\", layer: \"${{scan.id}}_layer.nii.gz\" }}
  segment:
    uses: {} predict
    foreach: scan
    where: {{ fold: 0 }}
    in: {{ input: generate.image }}
    with: {{ share: 0.3 }}
    out: {{ output: \"${{scan.id}}_mask.nii.gz\" }}
  evaluate:
    uses: metrics evaluate
    foreach: scan
    where: {{ fold: 0 }}
    in: {{ reference: generate.layer, prediction: segment.output }}
    out: {{ output: \"${{scan.id}}.parquet\" }}
",
        manifest.display(),
        checkout().join("examples/threshold_stage.py").display()
    );
    std::fs::write(&pipeline, text).unwrap();
    let folder = workdir.join("out");
    let words = [
        "run",
        &pipeline.to_string_lossy(),
        "--workdir",
        &folder.to_string_lossy(),
    ];
    RSOM.done(checkout(), words);
    assert!(folder.join("p01_mask.nii.gz").exists() && folder.join("p01.parquet").exists());
}

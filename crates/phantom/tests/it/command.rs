//! The commands of `rsom-phantom` on files.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use rsom_formats::nifti;
use rsom_io::rsom_mat;
use rsom_manifest as manifest;
use rsom_testing::{Folder, Program};
use rsom_volume::RawChannel;

const PHANTOM: Program = Program::new(env!("CARGO_BIN_EXE_rsom-phantom"));
const SMALL: &str = "--shape 24,4,96 --surface-depth-um 40";

#[test]
fn a_scan_and_its_truth_lie_on_one_grid() {
    let folder = &Folder::new();
    PHANTOM.done(
        folder,
        format!(
            "scan --seed 3 {SMALL} --image i.nii.gz --layer l.nii.gz --vessels v.nii.gz --surface s.nii.gz"
        ),
    );
    let scan = nifti::read_scan(&folder.join("i.nii.gz")).unwrap();
    assert_eq!(scan.grid().shape(), [24, 4, 96]);
    assert_eq!(scan.channels().len(), 2);
    for name in ["l.nii.gz", "v.nii.gz"] {
        let mask = nifti::read_mask(&folder.join(name)).unwrap();
        assert!(mask.grid().require_same(scan.grid()).is_ok());
        assert!(mask.count() > 0);
    }
    let surface = nifti::read_scan(&folder.join("s.nii.gz")).unwrap();
    assert_eq!(surface.grid().shape(), [24, 4, 1]);
    let sidecar = std::fs::read_to_string(folder.join("i.json")).unwrap();
    assert!(sidecar.contains("\"LF\"") && sidecar.contains("\"seed\": 3"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_any_number_of_threads() {
    let folder = &Folder::new();
    for (name, seed, threads) in [("a", 3, 1), ("b", 3, 3), ("c", 4, 3)] {
        PHANTOM.done(
            folder,
            format!(
                "scan --seed {seed} {SMALL} --threads {threads} --image {name}.nii.gz --layer {name}l.nii.gz"
            ),
        );
    }
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes("a.nii.gz"), bytes("b.nii.gz"));
    assert_eq!(bytes("al.nii.gz"), bytes("bl.nii.gz"));
    assert_ne!(bytes("a.nii.gz"), bytes("c.nii.gz"));
}

#[test]
fn a_cohort_has_a_manifest_that_verifies_and_whose_seeds_make_the_same_scans() {
    let folder = &Folder::new();
    std::fs::write(
        folder.join("phantom.yaml"),
        "subjects: 3\nscans_per_subject: 2\nfolds: 3\nshape: [24, 4, 96]\nsurface_depth_um: 40\n",
    )
    .unwrap();
    PHANTOM.done(folder, "generate --config phantom.yaml --output cohort");
    let place = folder.join("cohort/manifest.yaml");
    let cohort = manifest::read(&place).unwrap();
    assert_eq!(cohort.scans.len(), 6);
    assert_eq!(
        manifest::verify(&cohort, &folder.join("cohort")).unwrap(),
        []
    );
    assert_eq!(manifest::leaks(&cohort).len(), 0);
    assert_eq!(cohort.scans[3].fold, Some(1));
    let scan = &cohort.scans[3];
    let (seed, subject_seed) = (&scan.attributes["seed"], &scan.attributes["subject_seed"]);
    PHANTOM.done(
        folder,
        format!(
            "scan --seed {seed} --subject-seed {subject_seed} {SMALL} --image i.nii.gz --layer l.nii.gz"
        ),
    );
    let there = folder.join("cohort").join(&scan.files["image"][0].path);
    let bytes = |path: &Path| std::fs::read(path).unwrap();
    assert_eq!(bytes(&there), bytes(&folder.join("i.nii.gz")));
}

#[test]
fn a_manifest_of_other_data_is_not_overwritten() {
    let folder = &Folder::new();
    std::fs::create_dir(folder.join("mine")).unwrap();
    let manifest = folder.join("mine/manifest.yaml");
    std::fs::write(&manifest, "name: mine\nscans: []\n").unwrap();
    let generate = format!("generate {SMALL} --output mine");
    PHANTOM.refused(folder, &generate, 4, "manifest.yaml");
    assert_eq!(std::fs::read_dir(folder.join("mine")).unwrap().count(), 1);
}

#[test]
fn an_edited_manifest_is_replaced_only_if_asked() {
    let folder = &Folder::new();
    let generate = format!("generate {SMALL} --subjects 1 --scans-per-subject 1 --output c");
    PHANTOM.done(folder, &generate);
    PHANTOM.done(folder, &generate);
    let manifest = folder.join("c/manifest.yaml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, format!("{text}# my notes\n")).unwrap();
    PHANTOM.refused(folder, &generate, 4, "add --force");
    let kept = std::fs::read_to_string(&manifest).unwrap();
    assert!(kept.ends_with("# my notes\n"));
    PHANTOM.done(folder, format!("{generate} --force"));
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), text);
}

#[test]
fn settings_that_describe_no_scene_end_with_2_and_leave_nothing() {
    let folder = &Folder::new();
    let files = "--seed 1 --image i.nii.gz --layer l.nii.gz";
    PHANTOM.refused(
        folder,
        format!("scan {files} --shape 9,9,20"),
        2,
        "does not fit",
    );
    PHANTOM.refused(
        folder,
        format!("scan {files} --shape 9,9,9999999999"),
        2,
        "limit",
    );
    PHANTOM.refused(
        folder,
        format!("scan {files} --gap-fraction 2"),
        2,
        "gap_fraction",
    );
    PHANTOM.refused(
        folder,
        format!("scan {files} --spacing-mm 0,1,1"),
        2,
        "spacing",
    );
    PHANTOM.refused(
        folder,
        "scan --image i.nii.gz --layer l.nii.gz",
        2,
        "--seed",
    );
    PHANTOM.refused(
        folder,
        "generate --subjects 0 --output cohort",
        2,
        "--subjects",
    );
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_rendered_tree_lies_on_the_grid_of_its_mask_with_a_label_beside_it() {
    let folder = &Folder::new();
    let shape = [24, 20, 60];
    let voxels = ndarray::Array3::from_shape_fn(shape, |(x, y, _)| {
        (5..16).contains(&x) && (4..15).contains(&y)
    });
    let grid = rsom_volume::Grid::new(shape, rsom_volume::Spacing::RSOM).unwrap();
    let tree = rsom_volume::Mask::new(grid, voxels).unwrap();
    nifti::write_mask(&folder.join("tree.nii.gz"), &tree).unwrap();
    for (name, seed, threads) in [("a", 3, 1), ("b", 3, 3), ("c", 4, 3)] {
        PHANTOM.done(
            folder,
            format!(
                "render --input tree.nii.gz --seed {seed} --threads {threads} --output {name}.nii.gz --labels {name}l.nii.gz"
            ),
        );
    }
    let scan = nifti::read_scan(&folder.join("a.nii.gz")).unwrap();
    let label = nifti::read_mask(&folder.join("al.nii.gz")).unwrap();
    assert!(scan.grid().require_same(tree.grid()).is_ok());
    assert!(label.grid().require_same(tree.grid()).is_ok());
    assert!(label.count() > 0 && scan.channels().len() == 2);
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes("a.nii.gz"), bytes("b.nii.gz"));
    assert_ne!(bytes("a.nii.gz"), bytes("c.nii.gz"));
    assert_eq!(bytes("al.nii.gz"), bytes("cl.nii.gz"));
    let files = "--input tree.nii.gz --seed 1 --output x.nii.gz --labels xl.nii.gz";
    PHANTOM.refused(
        folder,
        format!("render {files} --hf-erosions 99"),
        2,
        "hf_erosions",
    );
    PHANTOM.refused(folder, format!("render {files} --arc-share 2"), 2, "arc");
    assert!(!folder.join("x.nii.gz").exists());
}

#[test]
fn settings_without_effect_are_refused() {
    let folder = &Folder::new();
    let scan = format!("scan {SMALL} --seed 1 --image i.nii.gz --layer l.nii.gz");
    PHANTOM.refused(
        folder,
        format!("{scan} --hollowness 0.5"),
        2,
        "--rendering physical",
    );
    PHANTOM.refused(
        folder,
        format!("{scan} --swc t.swc"),
        2,
        "--tree-terminals-per-mm2",
    );
    let generate = format!("generate {SMALL} --output cohort");
    for (words, says) in [
        ("--compressed", "--format mat"),
        ("--precision double", "--format mat"),
        ("--format mat --spacing-mm 0.01,0.01,0.01", "voxel size"),
        ("--groups a,a", "different from the other names"),
        ("--groups a.b", "dots"),
        ("--groups a --effects b.melanin=2", "no group"),
        ("--groups a --effects melanin=2", "group.setting=factor"),
        ("--groups a --effects a.shape=2", "not a numeric setting"),
        (
            "--groups a --effects a.hollowness=2",
            "not a numeric setting",
        ),
        ("--groups a --effects a.melanin=-1", "a number ≥ 0"),
        ("--groups a --effects a.melanin=9", "melanin"),
        ("--groups a --effects a.tree_plexus_um=2", "trees"),
        ("--subjects 2 --groups a,b,c", "3 groups"),
        ("--subjects 3 --groups a,b --folds 3", "2 folds at most"),
    ] {
        PHANTOM.refused(folder, format!("{generate} {words}"), 2, says);
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

const RAW: &str = "generate --shape 24,12,110 --surface-depth-um 60 --undulation-um 12 --undulation-length-um 150 --rendering physical \
    --vessels-per-mm2 0 --tree-terminals-per-mm2 60 --tree-roots 1 --subjects 4 --scans-per-subject 1 --folds 2 --format mat \
    --groups healthy,diabetic --effects diabetic.loops_per_mm2=0 --effects diabetic.tree_terminals_per_mm2=0.5";

#[test]
fn a_cohort_of_raw_scans_is_found_by_its_names_and_lies_level_by_its_surface() {
    let folder = &Folder::new();
    PHANTOM.done(folder, format!("{RAW} --output single"));
    PHANTOM.done(
        folder,
        format!("{RAW} --precision double --compressed --output double"),
    );
    let cohort = manifest::read(&folder.join("single/manifest.yaml")).unwrap();
    assert_eq!(
        manifest::verify(&cohort, &folder.join("single")).unwrap(),
        []
    );
    let found = rsom_mat::find_sessions(&folder.join("single")).unwrap();
    assert_eq!((found.incomplete.len(), found.doubts.len()), (0, 0));
    for (scan, session) in cohort.scans.iter().zip(&found.sessions) {
        assert_eq!(
            (&scan.id, scan.subject.as_str()),
            (&session.id, session.subject())
        );
        assert_eq!(scan.files["lf"][0].path, session.lf);
        assert_eq!(
            Some(&scan.files["surface"][0].path),
            session.surface.as_ref()
        );
        let read = |cohort: &str, name: &str| {
            rsom_mat::read_channel(&folder.join(cohort).join(name)).unwrap()
        };
        let (RawChannel::Single(single), RawChannel::Double(double)) =
            (read("single", &session.hf), read("double", &session.hf))
        else {
            panic!("another precision than asked for")
        };
        assert_eq!(single.mapv(f64::from), double);
        // By hand what the recipe does: columns move by −round((S − mean)/2).
        let surface = folder.join("single").join(&scan.files["surface"][0].path);
        let heights = rsom_mat::read_surface(&surface).unwrap().heights;
        let mean = heights.mean().unwrap();
        let layer = folder.join("single").join(&scan.files["layer"][0].path);
        let layer = nifti::read_mask(&layer).unwrap();
        let first = |(x, y): (usize, usize)| {
            let column = layer.voxels().slice(ndarray::s![x, y, ..]).to_owned();
            column.iter().position(|v| *v).unwrap() as f64
        };
        let raw: Vec<f64> = heights.indexed_iter().map(|(at, _)| first(at)).collect();
        let level = heights
            .indexed_iter()
            .map(|(at, s)| first(at) - ((s - mean) / 2.0).round_ties_even());
        let level: Vec<f64> = level.collect();
        let spread = |depths: &[f64]| {
            let (low, high) = depths
                .iter()
                .fold((f64::MAX, f64::MIN), |(l, h), d| (l.min(*d), h.max(*d)));
            high - low
        };
        assert!(spread(&raw) >= 3.0 && spread(&level) <= 1.0, "{level:?}");
    }
    assert_eq!(found.sessions.len(), 4);
}

#[test]
fn groups_differ_by_their_effects_and_the_table_of_truth_says_so() {
    let folder = &Folder::new();
    PHANTOM.done(folder, format!("{RAW} --output cohort"));
    let cohort = manifest::read(&folder.join("cohort/manifest.yaml")).unwrap();
    let dealt: Vec<_> = cohort
        .scans
        .iter()
        .map(|s| (s.group.as_deref().unwrap(), s.fold.unwrap()))
        .collect();
    // Every fold has subjects of every group.
    assert_eq!(
        dealt,
        [
            ("healthy", 0),
            ("diabetic", 0),
            ("healthy", 1),
            ("diabetic", 1)
        ]
    );
    let table = rsom_formats::table::parquet::read(&folder.join("cohort/truth.parquet")).unwrap();
    let texts = |name: &str| table.texts(name).unwrap();
    let (metrics, scans, groups) = (texts("metric"), texts("scan"), texts("group"));
    let values = table.numbers("value").unwrap();
    let sum = |metric: &str, group: &str| -> f64 {
        let rows = (0..table.rows()).filter(|i| {
            metrics[*i].as_deref() == Some(metric) && groups[*i].as_deref() == Some(group)
        });
        rows.map(|i| values[i].unwrap()).sum()
    };
    assert!(sum("loop_count", "healthy") > 0.0);
    assert_eq!(sum("loop_count", "diabetic"), 0.0);
    assert!(sum("vessel_length_mm", "diabetic") < sum("vessel_length_mm", "healthy"));
    assert!(scans.contains(&Some(cohort.scans[3].id.clone())));
    for name in [
        "subject",
        "slice",
        "label",
        "surface",
        "unit",
        "status",
        "higher_is_better",
    ] {
        assert!(table.names().any(|found| found == name), "{name}");
    }
    // The graph is that of the scan.
    let segments = folder
        .join("cohort")
        .join(&cohort.scans[0].files["segments"][0].path);
    let segments = rsom_formats::table::parquet::read(&segments).unwrap();
    let swc = folder
        .join("cohort")
        .join(&cohort.scans[0].files["swc"][0].path);
    assert!(
        segments.rows() > 1
            && std::fs::read_to_string(swc).unwrap().lines().count() > segments.rows()
    );
}

#[test]
fn an_effect_of_nothing_takes_the_trees_of_a_group_away() {
    let folder = &Folder::new();
    let words = format!("{RAW} --output cohort");
    let words = words.replace("terminals_per_mm2=0.5", "terminals_per_mm2=0");
    PHANTOM.done(
        folder,
        words.replace(
            "--format mat",
            "--format nifti --spacing-mm 0.012,0.012,0.003",
        ),
    );
    let count = |ending: &str| {
        let names = std::fs::read_dir(folder.join("cohort")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(ending)).count()
    };
    // Two of the four subjects are in the group.
    assert_eq!([count("layer.nii.gz"), count(".swc")], [4, 2]);
}

#[test]
fn truth_and_graph_of_one_scan_come_on_request() {
    let folder = &Folder::new();
    let trees = "--tree-terminals-per-mm2 60 --tree-roots 1 --shape 24,12,110";
    PHANTOM.done(
        folder,
        format!(
            "scan --seed 1 {trees} --image i.nii.gz --layer l.nii.gz --truth t.parquet --swc t.swc"
        ),
    );
    let table = rsom_formats::table::parquet::read(&folder.join("t.parquet")).unwrap();
    assert_eq!(table.texts("scan").unwrap()[0], None);
    assert!(
        std::fs::read_to_string(folder.join("t.swc"))
            .unwrap()
            .contains("rsom-phantom scan")
    );
}

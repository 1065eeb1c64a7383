//! A pipeline names only metrics and columns that its tables will contain: checked before anything runs.

use rsom_testing::Folder;

use crate::RSOM;

/// A study that measures scans and reshapes the tables. `$measures` and `$keys` and `$metric` are filled in.
const STUDY: &str = "\
name: demo
stages:
  scan:
    uses: phantom scan
    with: { seed: 1, shape: [24, 4, 48] }
    out: { image: image.nii.gz, layer: layer.nii.gz }
  measure:
    uses: metrics evaluate
    in: { reference: scan.layer, prediction: scan.layer }
    with: { factor: { net: unet } $measures }
    out: { output: measures.parquet }
  wide:
    uses: io table wide
    in: { input: measure.output }
    with: { keys: $keys, metric: $metric }
    out: { output: wide.csv }
";

fn plan(measures: &str, keys: &str, metric: &str) -> (i32, String) {
    let folder = Folder::new();
    let text = STUDY.replace("$measures", measures);
    folder.write(
        "p.yaml",
        text.replace("$keys", keys).replace("$metric", metric),
    );
    let finished = RSOM.run(&folder, ["plan", "p.yaml"]);
    (finished.code.unwrap_or(-1), finished.stderr)
}

#[test]
fn a_wrong_metric_or_column_is_a_problem_of_the_plan_with_its_place() {
    for (measures, keys, metric, problem) in [
        (
            "",
            "[net]",
            "[thickness_um]",
            "p.yaml:15:26: 'metric': the tables of this step have no metric 'thickness_um' (did you mean 'layer_thickness_um'?)",
        ),
        (
            "",
            "[net]",
            "[dice, ra_xov]",
            "no metric 'ra_xov' (did you mean 'ra_vox'?)",
        ),
        (
            "",
            "[nett]",
            "[dice]",
            "'keys': the tables of this step have no column 'nett' (did you mean 'net'?)",
        ),
        // Not among the measures that are asked for.
        (
            ", measures: [overlap]",
            "[net]",
            "[ra_vox]",
            "no metric 'ra_vox'",
        ),
    ] {
        let (code, said) = plan(measures, keys, metric);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(problem), "'{problem}' is not in: {said}");
    }
}

#[test]
fn right_names_are_no_problem() {
    for (measures, metric) in [
        ("", "[dice, layer_thickness_um]"),
        (", measures: [cldice]", "[cldice]"),
    ] {
        let (code, said) = plan(measures, "[subject, net]", metric);
        assert_eq!(code, 0, "{said}");
    }
}

/// A study that compares two levels of a factor. `$with` is filled in.
const COMPARISON: &str = "\
name: demo
stages:
  scan:
    uses: phantom scan
    with: { seed: 1, shape: [24, 4, 48] }
    out: { image: image.nii.gz, layer: layer.nii.gz }
  measure:
    uses: metrics evaluate
    matrix: { s: [0, 100] }
    in: { reference: scan.layer, prediction: scan.layer }
    with: { factor: { s: \"${s}\" } }
    out: { output: \"m${s}.parquet\" }
  end:
    uses: stats $with
    in: { input: measure.output }
";

#[test]
fn conditions_surfaces_levels_and_defaults_of_statistics_are_checked() {
    let compare = |with: &str| {
        format!("compare\n    with: {{ factor: s, {with} }}\n    out: {{ output: t.parquet }}")
    };
    let good = compare("metric: [dice, ra_vox@both], baseline: 0.0, where: { subject: a }");
    for (step, problem) in [
        (good, None),
        (
            compare("metric: [dice], baseline: 5"),
            Some("'baseline': the column 's' has no value '5' (known: 0, 100)"),
        ),
        (
            compare("metric: [ra_vox@uper], baseline: 0"),
            Some("'metric': 'uper' is no surface; the surfaces are upper, lower, both"),
        ),
        (
            compare("metric: [dice], baseline: 0, where: { lable: x }"),
            Some("'where': the tables of this step have no column 'lable'"),
        ),
        (
            compare("metric: [dice], baseline: 0, average_over: [seed]"),
            Some("'average_over': the tables of this step have no column 'seed'"),
        ),
        (
            "table\n    out: { output: t.md }".to_owned(),
            Some("'rows': the tables of this step have no column 'net'"),
        ),
    ] {
        let folder = Folder::new();
        folder.write("p.yaml", COMPARISON.replace("$with", &step));
        let finished = RSOM.run(&folder, ["plan", "p.yaml"]);
        let said = &finished.stderr;
        match problem {
            None => assert_eq!(finished.code, Some(0), "{said}"),
            Some(problem) => {
                assert_eq!(finished.code, Some(2), "{said}");
                assert!(said.contains(problem), "'{problem}' is not in: {said}");
            }
        }
    }
}

//! Slices of scans on the page of a study.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::Folder;

use crate::RSOM;

/// Two scans with known layers, compared with the layer of a third, for a factor that wants to end the script.
pub const SLICES: &str = r#"
name: sliced
manifest: scans.yaml
stages:
  skin:
    uses: phantom scan
    foreach: scan
    with: { seed: "${scan.seed}", shape: [16, 3, 64] }
    out: { image: "skin/${scan.id}.nii.gz", layer: "skin/${scan.id}_layer.nii.gz" }
  other:
    uses: phantom scan
    foreach: scan
    matrix: { way: ["</script><b>"] }
    with: { seed: 9, shape: [16, 3, 64] }
    out: { image: "other/${scan.id}.nii.gz", layer: "other/${scan.id}_layer.nii.gz" }
  evaluate:
    uses: metrics evaluate
    foreach: scan
    in: { reference: skin.layer, prediction: other.layer }
    with: { subject: "${scan.subject}", scan: "${scan.id}", label: epidermis }
    out: { output: "measures/${scan.id}.parquet" }
"#;

pub fn sliced() -> Folder {
    let folder = Folder::new();
    folder.write("p.yaml", SLICES);
    folder.write(
        "scans.yaml",
        "name: two\nscans:\n  - { id: s1, subject: ann, attributes: { seed: 1 } }\n  - { id: s2, subject: bob, attributes: { seed: 2 } }\n",
    );
    RSOM.done(&folder, ["run", "p.yaml", "--workdir", "w"]);
    folder
}

/// The JSON of a script of the page.
fn json(page: &str, start: &str) -> serde_json::Value {
    let from = page.find(start).unwrap() + start.len();
    let text = page[from..].split("</script>").next().unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn slices_of_each_scan_are_on_the_page_with_masks_and_measures() {
    let folder = sliced();
    let done = RSOM.done(&folder, ["report", "w"]);
    assert!(
        done.stderr
            .contains("pictures of 0 scans, slices of 2 scans, 0 problems"),
        "{done:?}"
    );
    let page = folder.text("w/report.html");
    let view = json(&page, "<script type=\"application/json\" class=\"view\">");
    assert_eq!(view["size"], serde_json::json!([16, 3, 64]));
    assert_eq!(view["step"], serde_json::json!([1, 1, 1]));
    assert_eq!(view["images"][0]["channels"], 3);
    let masks = view["masks"].as_array().unwrap();
    let names: Vec<&str> = masks
        .iter()
        .map(|mask| mask["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["reference (skin layer)", "other layer, way = </script><b>"]
    );
    assert_eq!(
        [&masks[0]["reference"], &masks[1]["reference"]],
        [true, false]
    );
    let measures = json(&page, "<script type=\"application/json\" id=\"measures\">");
    assert_eq!(measures["columns"][0], "Dice");
    let dice = measures["scans"]["s1"][0]["values"][0].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&dice), "{dice}");
    // A view of a scan is on the page once, and the name of the factor ends no script.
    assert_eq!(page.matches("class=\"view\"").count(), 2);
    assert_eq!(
        page.matches("<script").count(),
        page.matches("</script>").count()
    );
}

#[test]
fn volumes_that_are_not_as_they_were_are_named_and_not_shown() {
    let folder = sliced();
    std::fs::copy(
        folder.join("w/skin/s2_layer.nii.gz"),
        folder.join("w/skin/s1_layer.nii.gz"),
    )
    .unwrap();
    let done = RSOM.done(&folder, ["report", "w"]);
    assert!(done.stderr.contains("1 problem"), "{done:?}");
    let page = folder.text("w/report.html");
    assert!(page.contains("slices of s1, reference (skin layer): it was changed after the run"));
    let view = json(&page, "<script type=\"application/json\" class=\"view\">");
    assert_eq!(view["masks"].as_array().unwrap().len(), 1);
}

#[test]
fn a_page_of_many_scans_is_a_folder_that_is_replaced_as_a_whole() {
    let folder = sliced();
    RSOM.done(&folder, ["report", "w", "--folder", "page"]);
    let page = folder.text("page/index.html");
    assert!(
        page.contains("data-view=\"views&#x2f;1.js\"") || page.contains("data-view=\"views/1.js\"")
    );
    assert!(!page.contains("image/jpeg"));
    let view = folder.text("page/views/1.js");
    assert!(
        view.starts_with("receiveView(1, {") && view.contains("image/jpeg"),
        "{}",
        &view[..40]
    );
    // Once more over the old page, and not over anything of the user.
    RSOM.done(&folder, ["report", "w", "--folder", "page"]);
    assert_eq!(folder.text("page/index.html"), page);
    folder.write("page/notes.txt", "mine");
    RSOM.done(&folder, ["report", "w", "--folder", "page"]);
    assert_eq!(folder.text("page/notes.txt"), "mine");
    folder.write("page/pictures/holiday.jpg", "mine");
    let again = ["report", "w", "--folder", "page", "--force"];
    RSOM.refused(&folder, again, 4, "holiday.jpg: rsom did not write it");
    assert_eq!(folder.text("page/pictures/holiday.jpg"), "mine");
    folder.write("other/index.html", "mine");
    let again = ["report", "w", "--folder", "other"];
    RSOM.refused(&folder, again, 4, "it is no page that rsom wrote");
    // Into the folder of the study itself: what is there stays.
    RSOM.done(&folder, ["report", "w", "--folder", "w"]);
    assert!(folder.join("w/run.json").exists() && folder.join("w/index.html").exists());
    let left: Vec<_> = std::fs::read_dir(folder.join("page"))
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with(".page-")),
        "{left:?}"
    );
}

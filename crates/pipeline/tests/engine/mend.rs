//! `rsom pipeline check --fix`: misspelled names are mended in the text of the file, and nothing else changes.

use crate::study::{Ran, Study};

fn check(study: &Study, more: &[&str]) -> Ran {
    study.command("pipeline check", more)
}

/// What the command printed on stdout, line by line.
fn changes(ran: &Ran) -> Vec<&str> {
    ran.printed()
        .lines()
        .filter(|l| l.contains(" -> "))
        .collect()
}

fn text(study: &Study, name: &str) -> String {
    std::fs::read_to_string(study.path(name)).unwrap()
}

const FAULTY: &str = r#"# A study. txet stays here.
name: demo   # stagse
manifest: m.yaml
parms: { t: "é" }   # params
stagse:
  make:
    uses: demo  mkae   # a command
    foreach: scans
    "with": { 'txet': "${t}",  wiat: 0 }   # two keys
    out: { outptu: "in/${scan.id}.txt" }

  join:
    uses: demo join
    in:
      input: { form: mkae.output, missing: leave-out }
      extar: [ only.outputt ]
    out: {output: j.txt}
  only: { uses: demo make, out: { output: o.txt } }
"#;

#[test]
fn names_are_mended_in_place_in_several_rounds() {
    let study = Study::new(FAULTY);
    let before = check(&study, &[]);
    assert_eq!(before.code, Some(2), "{}", before.stderr);
    before
        .finished
        .expect_said(&["did you mean 'params'?", "--fix mends "]);
    assert_eq!(text(&study, "p.yaml"), FAULTY);
    let fixed = check(&study, &["--fix"]);
    let text_now = text(&study, "p.yaml");
    assert_eq!(
        changes(&fixed),
        [
            "p.yaml:4: parms -> params",
            "p.yaml:5: stagse -> stages",
            "p.yaml:7: mkae -> make",
            "p.yaml:8: scans -> scan",
            "p.yaml:9: txet -> text",
            "p.yaml:9: wiat -> wait",
            "p.yaml:10: outptu -> output",
            "p.yaml:15: form -> from",
            "p.yaml:15: leave-out -> leave_out",
            "p.yaml:15: mkae -> make",
            "p.yaml:16: extar -> extra",
            "p.yaml:16: outputt -> output",
        ],
        "{}",
        fixed.stderr
    );
    let mut expected = FAULTY.to_owned();
    for (old, new) in [
        ("parms:", "params:"),
        ("\nstagse:", "\nstages:"),
        ("demo  mkae ", "demo  make "),
        ("foreach: scans", "foreach: scan"),
        ("'txet'", "'text'"),
        ("wiat", "wait"),
        ("outptu:", "output:"),
        ("{ form: mkae", "{ from: make"),
        ("leave-out", "leave_out"),
        ("extar", "extra"),
        ("outputt", "output"),
    ] {
        expected = expected.replacen(old, new, 1);
    }
    assert_eq!(text_now, expected);
    let said = fixed.good().finished.stderr;
    assert!(said.contains("no problems"), "{said}");
    // Nothing is left to do, and the study runs.
    let again = check(&study, &["--fix"]).good();
    assert!(changes(&again).is_empty());
    assert_eq!(text(&study, "p.yaml"), expected);
    study.run(&[]).good();
}

#[test]
fn what_is_not_certain_stays_an_error() {
    // Values, a name that is there already, and one that two are close to.
    let faulty = "name: demo\nmanifest: m.yaml\nstages:\n  make:\n    uses: demo make\n    foreach: scan\n    where: { split: trian }\n    \
                  with: { text: a, txet: b }\n    out: { output: \"${scan.idd}.txt\" }\n  maka: { run: 'cp ${in.a} ${out.b}', \
                  in: { a: { from: mak.output } }, out: { b: b.txt } }\n";
    let study = Study::new(faulty);
    let ran = check(&study, &["--fix"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(changes(&ran).is_empty(), "{}", ran.printed());
    ran.finished.expect_said(&["trian", "idd", "txet", "mak"]);
    assert_eq!(text(&study, "p.yaml"), faulty);
    // What can be mended is, next to what cannot.
    study.edit("foreach: scan\n", "foraech: scan\n");
    let ran = check(&study, &["--fix"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(changes(&ran), ["p.yaml:6: foraech -> foreach"]);
    assert_eq!(text(&study, "p.yaml"), faulty);
}

#[test]
fn included_files_are_mended_and_links_and_line_ends_stay() {
    let study = Study::new(
        "name: demo\r\ninclude: parts/shared.yaml\r\nstages:\r\n  a: { uses: demo make, with: { texxt: x }, out: { output: a.txt } }\r\n",
    );
    study.write(
        "real.yaml",
        "\u{feff}defaults:\n  demo scan: { with: { voxel: 2 } }   # of all\nstages:\n  b: { uses: demo scan, out: { output: b.nii.gz } }\n",
    );
    std::fs::create_dir(study.path("parts")).unwrap();
    std::os::unix::fs::symlink("../real.yaml", study.path("parts/shared.yaml")).unwrap();
    let ran = check(&study, &["--fix"]).good();
    assert_eq!(
        changes(&ran),
        [
            "p.yaml:4: texxt -> text",
            "parts/shared.yaml:2: voxel -> voxels"
        ]
    );
    assert!(text(&study, "p.yaml").contains("with: { text: x }, out: { output: a.txt } }\r\n"));
    let shared = text(&study, "real.yaml");
    assert!(
        shared.starts_with("\u{feff}defaults:\n  demo scan: { with: { voxels: 2 } }   # of all\n")
    );
    let link = study.path("parts/shared.yaml");
    assert!(link.symlink_metadata().unwrap().file_type().is_symlink());
}

#[test]
fn a_part_with_an_anchor_is_mended_only_if_that_helps_all_that_use_it() {
    // Both steps need the same name.
    let both = "name: demo\nstages:\n  a: { uses: demo make, with: &w { txet: x }, out: { output: a.txt } }\n  \
                b: { uses: demo make, with: *w, out: { output: b.txt } }\n";
    let study = Study::new(both);
    let ran = check(&study, &["--fix"]).good();
    assert_eq!(changes(&ran), ["p.yaml:3: txet -> text"]);
    assert_eq!(text(&study, "p.yaml"), both.replace("txet", "text"));
    // 'scan' has 'voxels', 'vox' has 'voxel'.
    let study = Study::new("");
    study.program(
        "vox.sh",
        "#!/bin/sh\necho '{\"contract\": 1, \"stage\": \"vox\", \"version\": \"1\", \"commands\": [{\"name\": \"make\", \
         \"outputs\": [{\"name\": \"output\", \"kind\": \"document\"}], \"parameters\": {\"type\": \"object\", \
         \"properties\": {\"voxel\": {\"type\": \"integer\"}}}}]}'\n",
    );
    let one = "name: demo\nstages:\n  a: { uses: demo scan, with: &w { voxel: 2 }, out: { output: a.nii.gz } }\n  \
               b: { uses: ./vox.sh make, with: *w, out: { output: b.txt } }\n";
    study.write("p.yaml", one);
    let ran = check(&study, &["--fix"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(changes(&ran).is_empty(), "{}", ran.printed());
    assert_eq!(text(&study, "p.yaml"), one);
}

#[test]
fn a_file_that_is_no_yaml_or_missing_is_named() {
    let study = Study::new("name: [\n");
    let ran = check(&study, &["--fix"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(text(&study, "p.yaml"), "name: [\n");
    std::fs::remove_file(study.path("p.yaml")).unwrap();
    assert_eq!(check(&study, &["--fix"]).code, Some(2));
    assert!(!study.path("p.yaml").exists());
}

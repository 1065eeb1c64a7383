//! Which files `rsom bundle` holds, and that it touches no other.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::os::unix::fs::PermissionsExt;

use rsom_testing::{Folder, names};

use crate::RSOM;

/// A study of shell commands: `study/p.yaml`, with a file above its folder, a program next to it and an included file.
fn study(step: &str) -> Folder {
    let folder = Folder::new();
    folder.write("shared/lut.csv", "precious\n");
    folder.write("study/tools/a.sh", "#!/bin/sh\ncat \"$1\" >\"$2\"\n");
    folder.write(
        "study/tools/b.sh",
        "#!/bin/sh\ntr a-z A-Z <\"$1\" >\"$2\"\n",
    );
    folder.write("study/tools/stage.sh", STAGE);
    for name in ["a.sh", "b.sh", "stage.sh"] {
        let path = folder.join(format!("study/tools/{name}"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder.write("study/lib/steps.yaml", "stages:\n  copy: { run: \"./tools/a.sh ${in.i} ${out.o}\", in: { i: first.o }, out: { o: results/copy.txt } }\n");
    folder.write(
        "study/p.yaml",
        format!("name: x\ninclude: lib/steps.yaml\nstages:\n  first: {step}\n"),
    );
    folder
}

/// A stage whose outputs are in capital letters.
const STAGE: &str = r#"#!/bin/sh
if [ "$1" = spec ]; then
  echo '{"contract": 1, "stage": "caps", "version": "1", "commands": [{"name": "make", "about": "a", "inputs": [], "outputs": [{"name": "o", "kind": "document"}], "parameters": {"properties": {}}}]}'
  exit 0
fi
echo made >"$3"
"#;

const OUTSIDE: &str =
    "{ run: \"cp ${in.i} ${out.o}\", in: { i: ../shared/lut.csv }, out: { o: o.txt } }";

fn run(folder: &Folder) {
    RSOM.done(folder, ["run", "study/p.yaml", "--workdir", "w"]);
}

#[test]
fn a_file_above_the_pipeline_is_neither_touched_nor_taken() {
    let folder = study(OUTSIDE);
    folder.write("else/shared/lut.csv", "other\n");
    run(&folder);
    for output in ["box", "else/box", "box.zip"] {
        RSOM.done(
            &folder,
            [
                "bundle",
                "study/p.yaml",
                "--workdir",
                "w",
                "--output",
                output,
                "--all",
            ],
        );
        assert_eq!(folder.text("shared/lut.csv"), "precious\n");
        assert_eq!(folder.text("else/shared/lut.csv"), "other\n");
        RSOM.done(&folder, ["verify", output]);
    }
    assert!(
        folder
            .text("box/README.md")
            .contains("needs them to run:\n\n- `lut.csv`")
    );
    assert_eq!(
        folder.text("box/lib/steps.yaml"),
        folder.text("study/lib/steps.yaml")
    );
    assert_eq!(names(folder.join("box/tools")), ["a.sh"]);
    // A list of checksums leads to no file outside.
    let sums = folder.text("box/SHA256SUMS");
    folder.write(
        "box/SHA256SUMS",
        sums.replace("  lib/steps.yaml", "  ../shared/lut.csv"),
    );
    let (code, said) = RSOM.failed(&folder, ["verify", "box"]);
    assert!(
        code == 3 && said.contains("'../shared/lut.csv' does not lie in the bundle"),
        "{said}"
    );
}

#[test]
fn programs_stay_programs_and_exchanged_ones_are_found() {
    let folder = study("{ uses: ./tools/none.sh make, out: { o: o.txt } }");
    let swap = "first=study/tools/stage.sh";
    RSOM.done(
        &folder,
        ["run", "study/p.yaml", "--workdir", "w", "--swap", swap],
    );
    let bundle = [
        "bundle",
        "study/p.yaml",
        "--workdir",
        "w",
        "--swap",
        swap,
        "--output",
        "box.zip",
        "--all",
    ];
    RSOM.done(&folder, bundle);
    let file = std::fs::File::open(folder.join("box.zip")).unwrap();
    zip::ZipArchive::new(file)
        .unwrap()
        .extract(folder.join("unpacked"))
        .unwrap();
    std::fs::remove_dir_all(folder.join("study")).unwrap();
    let done = RSOM.done(&folder, ["reproduce", "unpacked/box", "--output", "again"]);
    assert_eq!(done.stdout, "all 2 outputs are the same in every byte\n");
    let (code, said) = RSOM.failed(&folder, ["reproduce", "box.zip"]);
    assert!(
        code == 3 && said.contains("it is a ZIP file; unpack it"),
        "{said}"
    );
}

#[test]
fn two_files_of_one_name_are_refused() {
    for name in [
        "SHA256SUMS",
        "pipeline.yaml",
        "README.md",
        "run.json.txt",
        "ro-crate-metadata.json",
    ] {
        let folder = study(&OUTSIDE.replace("o.txt", name));
        run(&folder);
        let words = [
            "bundle",
            "study/p.yaml",
            "--workdir",
            "w",
            "--output",
            "box",
            "--all",
        ];
        if name == "run.json.txt" {
            RSOM.done(&folder, words);
            continue;
        }
        let (code, said) = RSOM.failed(&folder, words);
        let expected = format!("two files of the bundle would be '{name}'");
        assert!(code == 2 && said.contains(&expected), "{said}");
        assert!(!folder.join("box").exists());
    }
}

#[test]
fn a_part_of_a_study_is_reproduced_as_a_part() {
    let folder = study("{ run: \"sh -c 'echo 1 >$0' ${out.o}\", out: { o: o.txt } }");
    folder.write("study/tools/a.sh", "#!/bin/sh\nexit 1\n");
    RSOM.done(
        &folder,
        ["run", "study/p.yaml", "--workdir", "w", "--until", "first"],
    );
    let done = RSOM.done(&folder, ["reproduce", "w"]);
    assert_eq!(done.stdout, "all 1 outputs are the same in every byte\n");
    assert!(!done.stderr.contains("copy"), "{}", done.stderr);
    // What failed then is not run again.
    let (code, _) = RSOM.failed(&folder, ["run", "study/p.yaml", "--workdir", "w"]);
    assert_eq!(code, 1);
    let done = RSOM.done(&folder, ["reproduce", "w", "--output", "again"]);
    assert_eq!(done.stdout, "all 1 outputs are the same in every byte\n");
    // A run of which nothing is left to compare.
    folder.write(
        "study/p.yaml",
        folder
            .text("study/p.yaml")
            .replace("echo 1", "exit 1; echo"),
    );
    let _ = RSOM.failed(&folder, ["run", "study/p.yaml", "--workdir", "bad"]);
    let (code, said) = RSOM.failed(&folder, ["reproduce", "bad"]);
    assert!(
        code == 3 && said.contains("no task of the run ended well"),
        "{said}"
    );
}

#[test]
fn corrections_are_part_of_what_is_reproduced() {
    let folder = study("{ run: \"sh -c 'echo 1 >$0' ${out.o}\", out: { o: o.csv } }");
    folder.write("elsewhere/mine.csv", "corrected\n");
    let words = ["--workdir", "w", "--correct", "first:o=elsewhere/mine.csv"];
    RSOM.done(&folder, [&["run", "study/p.yaml"], &words[..]].concat());
    assert_eq!(folder.text("w/results/copy.txt"), "corrected\n");
    RSOM.done(
        &folder,
        [&["bundle", "study/p.yaml", "--output", "box"], &words[..]].concat(),
    );
    let run = folder.text("box/run.json");
    assert!(
        !run.contains("elsewhere") && run.contains("corrected/0/mine.csv"),
        "{run}"
    );
    let reproduced =
        |run: &str, output: &str| RSOM.run(&folder, ["reproduce", run, "--output", output]);
    let finished = reproduced("box", "of-box");
    assert_eq!(
        finished.stdout, "all 2 outputs are the same in every byte\n",
        "{}",
        finished.stderr
    );
    folder.write("elsewhere/mine.csv", "corrected again\n");
    let finished = reproduced("w", "changed");
    assert_eq!(finished.code, Some(3));
    finished.expect_said(&["mine.csv: it has changed since the run"]);
    // One that was added since.
    RSOM.done(&folder, ["run", "study/p.yaml", "--workdir", "plain"]);
    folder.write("study/corrections/first/o.csv", "new\n");
    let finished = reproduced("plain", "added");
    assert_eq!(finished.code, Some(1));
    let said = "'o' of 'first' is corrected by hand now, and was not in the recorded run";
    assert!(finished.stdout.contains(said), "{}", finished.stdout);
}

/// Scans of which one failed, and a name with a line break and a backslash.
#[test]
fn a_study_that_leaves_out_a_failed_scan_is_bundled_and_says_so() {
    let folder = Folder::new();
    folder.write("odd\nna\\me.txt", "odd\n");
    folder.write(
        "m.yaml",
        "name: m\nscans:\n  - { id: p1, subject: a }\n  - { id: p2, subject: b }\n",
    );
    folder.write(
        "p.yaml",
        r#"name: x
manifest: m.yaml
stages:
  a: { run: "sh -c 'if [ $0 = p2 ]; then exit 3; fi; cat \"$1\" >\"$2\"' ${scan.id} ${in.i} ${out.o}", foreach: scan, in: { i: "odd\nna\\me.txt" }, out: { o: "a/${scan.id}.txt" } }
  b: { run: "sh -c 'cat \"$@\" >\"$0\"' ${out.o} ${in.i}", in: { i: { from: a.o, missing: leave_out } }, out: { o: "results/b\nc\\d.txt" } }
  q: { run: "cp ${in.i} ${out.o}", foreach: scan, in: { i: a.o }, out: { o: "results/q_${scan.id}.txt" } }
"#,
    );
    let words = ["run", "p.yaml", "--workdir", "w", "--keep-going"];
    let (code, said) = RSOM.failed(&folder, words);
    assert_eq!(code, 3, "{said}");
    let words = ["bundle", "p.yaml", "--workdir", "w", "--output", "box"];
    let done = RSOM.done(&folder, words);
    let line = "1 scan is left out, because its tasks failed: p2";
    assert!(done.stdout.contains(line), "{}", done.stdout);
    assert!(folder.text("box/README.md").contains(line));
    let files = names(folder.join("box/results"));
    assert_eq!(files, ["b\nc\\d.txt", "q_p1.txt"]);
    RSOM.done(&folder, ["verify", "box"]);
    let mut command = std::process::Command::new("sha256sum");
    let checked = command
        .args(["-c", "SHA256SUMS"])
        .current_dir(folder.join("box"));
    if let Ok(checked) = checked.output() {
        assert!(checked.status.success(), "{checked:?}");
    }
    let verified = RSOM.done(&folder, ["verify", "p.yaml", "--workdir", "w"]);
    assert!(verified.stdout.contains(line), "{}", verified.stdout);
}

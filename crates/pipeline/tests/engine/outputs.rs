//! Outputs that change their port, path or kind from one run to the next.

use crate::study::Study;

/// Two outputs with different contents.
const TWO: &str = r#"
name: demo
stages:
  a: { run: "sh -c 'echo mask >$0; echo map >$1' ${out.mask} ${out.map}", out: { mask: x.txt, map: y.txt } }
  b: { run: "cp ${in.mask} ${out.copy}", in: { mask: a.mask }, out: { copy: copy.txt } }
"#;

fn is_up_to_date(study: &Study) {
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
}

#[test]
fn outputs_that_exchange_their_paths_are_made_again() {
    let study = Study::new(TWO);
    study.run(&[]).good();
    study.edit("mask: x.txt, map: y.txt", "mask: y.txt, map: x.txt");
    let plan = study.command("plan", &[]).good();
    assert!(
        plan.stdout.contains("a  (outputs have other paths)"),
        "{}",
        plan.stdout
    );
    study.run(&[]).good();
    assert_eq!(study.output("x.txt"), "map\n");
    assert_eq!(study.output("y.txt"), "mask\n");
    assert_eq!(study.output("copy.txt"), "mask\n");
    is_up_to_date(&study);
}

/// A task whose outputs differ each time: outputs of two runs don't belong together.
#[test]
fn outputs_of_two_runs_do_not_count_as_those_of_one() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"sh -c 'date +%N >$0; cp $0 $1' ${out.a} ${out.b}\", out: { a: a.txt, b: b.txt } }\n",
    );
    study.run(&[]).good();
    study.edit("b: b.txt", "b: c.txt");
    study.run(&[]).good();
    assert_eq!(study.output("a.txt"), study.output("c.txt"));
    study.edit("b: c.txt", "b: b.txt");
    study.run(&[]).good();
    assert_eq!(study.output("a.txt"), study.output("b.txt"));
    is_up_to_date(&study);
}

/// Writes its output as a folder with a file, or as a file.
const KIND: &str = r#"
name: demo
stages:
  a: { run: "sh ../make.sh ${out.d}", out: { d: d/ } }
"#;
const MAKE_FOLDER: &str = "mkdir -p $1; echo inside >$1/x.txt\n";
const MAKE_FILE: &str = "echo whole >$1\n";

#[test]
fn a_folder_that_becomes_a_file_and_a_folder_again_is_made_each_time() {
    let study = Study::new(KIND);
    study.write("make.sh", MAKE_FOLDER);
    study.run(&[]).good();
    study.edit("d: d/", "d: d");
    study.write("make.sh", MAKE_FILE);
    let plan = study.command("plan", &[]).good();
    assert!(
        plan.stdout.contains("a  (outputs changed)"),
        "{}",
        plan.stdout
    );
    study.run(&["--prune"]).good();
    assert_eq!(study.output("d"), "whole\n");
    is_up_to_date(&study);
    study.edit("d: d", "d: d/");
    study.write("make.sh", MAKE_FOLDER);
    study.run(&["--prune"]).good();
    assert_eq!(study.output("d/x.txt"), "inside\n");
    is_up_to_date(&study);
    // A file in the place of a folder around the output.
    study.edit("d: d/", "d: d/x.txt/y");
    study.write("make.sh", MAKE_FILE);
    study.run(&[]).good();
    assert_eq!(study.output("d/x.txt/y"), "whole\n");
}

#[test]
fn files_of_the_user_in_the_place_of_another_kind_stay() {
    let study = Study::new(KIND);
    study.write("make.sh", MAKE_FOLDER);
    study.run(&[]).good();
    study.write("work/d/mine.txt", "mine\n");
    study.edit("d: d/", "d: d");
    study.write("make.sh", MAKE_FILE);
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    ran.finished.expect_said(&["d/mine.txt", "move them"]);
    // A whole folder of the user is never removed.
    let ran = study.run(&["--replace"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    ran.finished
        .expect_said(&["d: a folder with files that no run wrote"]);
    assert_eq!(study.output("d/mine.txt"), "mine\n");
    std::fs::remove_dir_all(study.path("work/d")).unwrap();
    study.run(&[]).good();
    study.write("work/d", "by hand\n");
    study.edit("d: d", "d: d/");
    study.write("make.sh", MAKE_FOLDER);
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    ran.finished.expect_said(&[": d;", "--replace"]);
    assert_eq!(study.output("d"), "by hand\n");
    study.run(&["--replace"]).good();
    assert_eq!(study.output("d/x.txt"), "inside\n");
}

#[test]
fn a_program_that_writes_the_wrong_kind_is_refused() {
    let study = Study::new(KIND);
    study.edit("d: d/", "d: d");
    study.write("make.sh", MAKE_FOLDER);
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished
        .expect_said(&["it wrote a folder, and not a file, at d"]);
}

/// A single file that was an output lies in a folder that is an output now.
#[test]
fn a_folder_that_takes_in_an_earlier_output_is_made_without_it() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"sh ../make.sh ${out.x}\", out: { x: d/old.txt } }\n",
    );
    study.write("make.sh", MAKE_FILE);
    study.run(&[]).good();
    study.edit("x: d/old.txt", "x: d/");
    study.write("make.sh", MAKE_FOLDER);
    study.run(&[]).good();
    assert_eq!(study.output("d/x.txt"), "inside\n");
    assert!(!study.path("work/d/old.txt").exists());
    is_up_to_date(&study);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_no_record_can_hold_is_refused_as_an_output_and_taken_as_an_input() {
    use std::os::unix::ffi::OsStrExt;
    let study = Study::new(KIND);
    study.write(
        "make.sh",
        "mkdir -p $1; echo a >$1/$(printf 'b\\377').txt\n",
    );
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished.expect_said(&["must be UTF-8"]);
    let study = Study::new(
        "name: demo\nstages:\n  a: { run: \"sh -c 'ls $0 | wc -l >$1' ${in.x} ${out.y}\", in: { x: data }, out: { y: y.txt } }\n",
    );
    std::fs::create_dir(study.path("data")).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"data/b\xff.txt");
    std::fs::write(study.path("").join(name), "one").unwrap();
    study.run(&[]).good();
    is_up_to_date(&study);
    std::fs::write(study.path("").join(name), "two").unwrap();
    let plan = study.command("plan", &[]).good();
    assert!(plan.stdout.contains("input changed"), "{}", plan.stdout);
}

#[test]
fn the_report_names_the_paths_of_this_run() {
    let study = Study::new(TWO);
    study.run(&[]).good();
    study.edit("copy: copy.txt", "copy: other.txt");
    study.run(&[]).good();
    study.edit("copy: other.txt", "copy: copy.txt");
    is_up_to_date(&study);
    let of_b = &study.report()["tasks"][1];
    assert_eq!(of_b["outputs"]["copy"]["path"], "copy.txt");
    assert_eq!(of_b["state"], "up_to_date");
}

#[test]
fn records_that_cannot_be_read_end_the_run_and_lose_nothing() {
    let study = Study::new(TWO);
    study.run(&[]).good();
    let records = study.path("work/.rsom/records.jsonl");
    let lines = std::fs::read(&records).unwrap();
    std::fs::remove_file(&records).unwrap();
    std::fs::create_dir(&records).unwrap();
    for command in ["run", "plan", "status"] {
        let ran = study.command(command, &[]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        ran.finished
            .expect_said(&["records.jsonl: it is not a file"]);
    }
    std::fs::remove_dir(&records).unwrap();
    std::fs::write(&records, lines).unwrap();
    is_up_to_date(&study);
}

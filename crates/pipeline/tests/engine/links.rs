//! Links at outputs and in output folders: what is behind them is the user's.

use std::os::unix::fs::symlink;

use crate::study::Study;

/// A folder outside of the workdir, with files of the user.
const PRECIOUS: [&str; 3] = ["raw/a.txt", "raw/sub/b.txt", "raw/precious.txt"];

/// A study of one task with the folder `raw/` and a log, which `make.sh` writes from the value `v`.
fn study(script: &str) -> Study {
    let study = Study::new(
        "name: demo\nparams: { v: 1 }\nstages:\n  a: { run: \"sh ../make.sh ${out.raw} ${out.log} ${v}\", out: { raw: raw/, log: log.txt } }\n",
    );
    study.write("make.sh", script);
    for name in PRECIOUS {
        let path = study.path(&format!("outside/{name}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    }
    study
}

fn is_untouched(study: &Study) {
    for name in PRECIOUS {
        let path = study.path(&format!("outside/{name}"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), name);
    }
    let inside = std::fs::read_dir(study.path("outside/raw")).unwrap();
    assert_eq!(inside.count(), 3);
}

/// Everything that looks at old outputs, or removes them.
fn try_all(study: &Study) {
    for (command, arguments) in [
        ("run", &["--set", "v=2"][..]),
        ("run", &["--set", "v=3", "--prune"]),
        ("run", &["--set", "v=4", "--replace"]),
        ("task", &["a", "--set", "v=5"]),
        ("plan", &[]),
        ("verify", &[]),
        ("clean", &["--remove"]),
    ] {
        study.command(command, arguments);
        is_untouched(study);
    }
    std::fs::remove_file(study.path("work/log.txt")).ok();
    study.run(&[]);
    is_untouched(study);
    // The step is no longer part of the study.
    study.edit(
        "  a:",
        "  b: { run: \"sh -c 'echo b >$0' ${out.b}\", out: { b: b.txt } }\n  #",
    );
    study.command("clean", &["--remove"]);
    is_untouched(study);
    study.run(&["--prune"]).good();
    is_untouched(study);
}

#[test]
fn a_link_in_the_place_of_an_output_folder_is_refused_and_goes_alone() {
    let study = study("ln -sfn ../outside/raw \"$1\"; echo $3 >\"$2\"\n");
    for _ in 0..2 {
        let ran = study.run(&[]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let said = "it made a link, and not a folder, at raw";
        ran.finished.expect_said(&[said]);
        is_untouched(&study);
    }
    try_all(&study);
}

#[test]
fn a_link_to_a_folder_in_an_output_folder_is_refused_and_goes_alone() {
    let study = study(
        "mkdir -p \"$1\"; ln -sfn ../../outside/raw \"$1/inner\"; ln -sfn nowhere \"$1/z\"; echo $3 >\"$2\"\n",
    );
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let said = "it made a link to a folder, or to nothing, at raw/inner";
    ran.finished.expect_said(&[said]);
    is_untouched(&study);
    try_all(&study);
}

#[test]
fn a_link_in_the_place_of_a_folder_around_an_output_is_refused() {
    let study = study("rm -rf below; ln -sfn ../outside below; echo $3 >\"$1\"; echo $3 >\"$2\"\n");
    study.edit("raw: raw/", "raw: below/x.txt");
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let said = "it made a link, and not a folder, at below";
    ran.finished.expect_said(&[said]);
    let ran = study.run(&["--replace"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    ran.finished
        .expect_said(&["work/below: it is a link", "--workdir"]);
}

/// The program of the first try failed after it had made the link.
#[test]
fn a_program_does_not_write_through_the_link_of_an_earlier_try() {
    for link in ["\"$1\"", "\"$1/sub\""] {
        let study = study(&format!(
            "if [ $3 = 1 ]; then [ {link} = \"$1\" ] || mkdir -p \"$1\"; ln -sfn \"$PWD/../outside/raw\" {link}; exit 1; fi\nmkdir -p \"$1/sub\"; echo new >\"$1/precious.txt\"; echo new >\"$1/sub/precious.txt\"; echo $3 >\"$2\"\n"
        ));
        assert_eq!(study.run(&[]).code, Some(1));
        assert!(
            study.path("work/raw/precious.txt").exists()
                || study.path("work/raw/sub/a.txt").exists()
        );
        study.run(&["--set", "v=2"]).good();
        is_untouched(&study);
        assert_eq!(study.output("raw/precious.txt"), "new\n");
        assert_eq!(study.output("raw/sub/precious.txt"), "new\n");
        let again = study.run(&["--set", "v=2"]).good();
        assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    }
}

#[test]
fn a_link_to_a_file_counts_as_the_file_and_goes_alone() {
    let study = study(
        "mkdir -p \"$1\"; [ $3 = 1 ] && ln -s ../../outside/raw/a.txt \"$1/a.txt\" || echo new >\"$1/a.txt\"; echo $3 >\"$2\"\n",
    );
    study.run(&[]).good();
    study.run(&["--set", "v=2"]).good();
    assert_eq!(study.output("raw/a.txt"), "new\n");
    is_untouched(&study);
}

/// The user moved a part of the outputs elsewhere, and put a link in its place.
#[test]
fn outputs_behind_a_link_of_the_user_stay() {
    for (from, link) in [("raw/sub", "raw/sub"), ("raw", "raw")] {
        let study = study(
            "mkdir -p \"$1/sub\"; for f in a.txt precious.txt sub/b.txt; do printf raw/$f >\"$1/$f\"; done; echo $3 >\"$2\"\n",
        );
        study.run(&[]).good();
        std::fs::remove_dir_all(study.path(&format!("work/{link}"))).unwrap();
        symlink(
            study.path(&format!("outside/{from}")),
            study.path(&format!("work/{link}")),
        )
        .unwrap();
        try_all(&study);
    }
}

/// A file that no task wrote, in a folder that a task replaces by a link.
#[test]
fn a_file_of_the_user_is_kept_when_its_folder_becomes_a_link() {
    let study = study(
        "if [ $3 = 1 ]; then mkdir -p \"$1\"; else rm -r \"$1\"; ln -s ../outside/raw \"$1\"; fi; echo $3 >\"$2\"\n",
    );
    study.run(&[]).good();
    study.write("work/raw/a.txt", "mine");
    let ran = study.run(&["--set", "v=2"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    ran.finished
        .expect_said(&["raw is a link now", ".rsom/kept/raw/a.txt"]);
    assert_eq!(study.output(".rsom/kept/raw/a.txt"), "mine");
    is_untouched(&study);
}

/// A folder that a task wrote where its file belongs, and the reverse.
#[test]
fn what_a_failed_task_wrote_of_the_wrong_kind_does_not_block_the_next_run() {
    let study = study(
        "if [ $3 = 1 ]; then mkdir -p \"$2/b\"; echo f >\"$2/f\"; echo f >\"$2/b/f\"; echo x >\"$1\"; else mkdir -p \"$1\"; echo $3 >\"$2\"; fi\n",
    );
    for _ in 0..2 {
        let ran = study.run(&[]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        ran.finished.expect_said(&["it wrote a f"]);
    }
    study.write("work/log.txt/mine", "mine");
    let ran = study.run(&["--set", "v=2"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    ran.finished.expect_said(&[": log.txt/mine;"]);
    std::fs::remove_file(study.path("work/log.txt/mine")).unwrap();
    study.run(&["--set", "v=2"]).good();
    assert_eq!(study.output("log.txt"), "2\n");
}

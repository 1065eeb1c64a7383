//! Disturbances other than kills: a full disk, folders that take no files, removed files, two runs at once.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rsom_testing::Finished;

use crate::RSOM;
use crate::study::{Study, finished, undisturbed};

/// A run in a shell that sets a limit first.
fn limited(study: &Study, limit: &str) -> Finished {
    let line = format!(
        "{limit}; exec '{}' run p.yaml --workdir w -j 2",
        RSOM.path()
    );
    let shell = Command::new("sh")
        .args(["-c", &line])
        .current_dir(&study.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    finished(shell.expect("a shell"))
}

/// A small file system needs root. A limit on the size of files does not: writing fails in the middle of a file, as on a full
/// disk, once with an error and once with a signal.
#[test]
fn a_full_disk_stops_the_study_and_room_finishes_it() {
    let expected = undisturbed();
    for limit in [
        "trap '' XFSZ; ulimit -f 2",
        "ulimit -f 2",
        "trap '' XFSZ; ulimit -f 8",
    ] {
        let study = Study::new();
        let stopped = limited(&study, limit);
        assert_ne!(stopped.code, Some(0), "{limit}: {stopped:?}");
        assert!(
            !study
                .outputs()
                .keys()
                .any(|name| name == "results/joined.bin")
        );
        study.finish(&expected, limit);
    }
}

#[test]
fn a_folder_that_takes_no_files_is_named_and_writing_it_finishes_the_study() {
    let expected = undisturbed();
    // The kernel's own folder takes no files, not even from root.
    let study = Study::new();
    RSOM.run(&study.folder, ["run", "p.yaml", "--workdir", "/proc/rsom"])
        .expect_code(4)
        .expect_one_clear_line(&["/proc/rsom"]);
    // A file in the place of a folder.
    study.folder.write("w/measures", "a file");
    let stopped = study.run();
    assert_eq!(stopped.code, Some(4), "{stopped:?}");
    assert!(stopped.stderr.contains("measures"), "{stopped:?}");
    assert_eq!(study.folder.text("w/measures"), "a file");
    std::fs::remove_file(study.folder.join("w/measures")).expect("the file is there");
    study.finish(&expected, "a file in the place of a folder");
    // Permissions, which root ignores.
    let study = Study::new();
    let measures = study.folder.join("w/measures");
    std::fs::create_dir_all(&measures).expect("a folder");
    let allow = |mode| std::fs::set_permissions(&measures, PermissionsExt::from_mode(mode));
    allow(0o555).expect("its permissions");
    if std::fs::write(measures.join("x"), "").is_ok() {
        std::fs::remove_file(measures.join("x")).expect("the file is there");
        println!("skipped: root writes into a read-only folder");
    } else {
        let stopped = study.run();
        assert_eq!(stopped.code, Some(1), "{stopped:?}");
        assert!(stopped.stderr.contains("permission denied"), "{stopped:?}");
    }
    allow(0o755).expect("its permissions");
    study.finish(&expected, "permissions");
}

#[test]
fn removed_outputs_are_made_again() {
    let expected = undisturbed();
    let study = Study::new();
    study.finish(&expected, "first");
    for name in [
        "scans/a_layer.nii.gz",
        "scans/b.json",
        "measures/c.parquet",
        "copies/d.bin",
    ] {
        std::fs::remove_file(study.workdir().join(name)).expect("an output");
        study.finish(&expected, name);
    }
    std::fs::remove_dir_all(study.workdir().join("scans")).expect("a folder");
    study.finish(&expected, "all scans");
    std::fs::remove_file(study.workdir().join(".rsom/records.jsonl")).expect("the records");
    let refused = study.run();
    // Without records the outputs may be anyone's.
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("--replace"), "{refused:?}");
}

#[test]
fn a_removed_input_is_named_and_its_return_finishes_the_study() {
    let expected = undisturbed();
    let study = Study::new();
    let (extra, away) = (study.folder.join("extra.txt"), study.folder.join("away"));
    let rename = |from: &Path, to: &Path| std::fs::rename(from, to).expect("the file is there");
    rename(&extra, &away);
    let stopped = study.run();
    assert_eq!(stopped.code, Some(2), "{stopped:?}");
    assert!(stopped.stderr.contains("extra.txt"), "{stopped:?}");
    rename(&away, &extra);
    // Removed while the study runs.
    for milliseconds in [20, 60, 120] {
        let study = Study::new();
        let (extra, away) = (study.folder.join("extra.txt"), study.folder.join("away"));
        let runner = study.start();
        std::thread::sleep(Duration::from_millis(milliseconds));
        rename(&extra, &away);
        let end = finished(runner);
        assert!(matches!(end.code, Some(0..=3)), "{end:?}");
        rename(&away, &extra);
        study.finish(
            &expected,
            &format!("without an input after {milliseconds} ms"),
        );
    }
}

#[test]
fn two_runs_at_once_do_not_disturb_each_other() {
    let expected = undisturbed();
    for pause in [0, 5, 50] {
        let study = Study::new();
        let first = study.start();
        std::thread::sleep(Duration::from_millis(pause));
        let ends = [study.start(), first].map(finished);
        assert!(ends.iter().any(|end| end.code == Some(0)), "{ends:?}");
        for end in ends.iter().filter(|end| end.code != Some(0)) {
            assert_eq!(end.code, Some(1), "{end:?}");
            assert!(
                end.stderr.contains("another run uses this folder"),
                "{end:?}"
            );
        }
        study.finish(&expected, "two runs");
    }
}

//! Outputs that are taken from a store: entries that lost a file, old outputs, and runs that are killed meanwhile.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use rsom_stage::fingerprint;
use serde_json::{Value, json};

use crate::store::{CALLS, CHAIN, Shared, outputs, overwrite};
use crate::study::Study;

/// Removes a name from the entry that has it. Returns how many had it.
fn lose(shared: &Shared, name: &str, also_its_list: bool) -> usize {
    let lost = shared.entries().into_iter().filter(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut entry: Value = serde_json::from_str(&text).unwrap();
        let lost = entry["outputs"].as_object_mut().unwrap().remove(name);
        if also_its_list {
            entry["about"].as_object_mut().unwrap().remove("names");
        }
        overwrite(path, &entry.to_string());
        lost.is_some()
    });
    lost.count()
}

#[test]
fn an_entry_that_lost_a_sidecar_or_a_file_of_a_folder_is_damaged() {
    // Entries of earlier versions list no names: what a stage of rsom must write is known without them.
    for (name, path, also_its_list) in [
        ("output.sidecar", "v.json", true),
        ("output.sidecar", "v.json", false),
        ("output/x.txt", "filled/x.txt", false),
    ] {
        let shared = Shared::new();
        let first = Study::new(CHAIN);
        shared.run(&first, &[]);
        assert_eq!(lose(&shared, name, also_its_list), 1);
        let study = Study::new(CHAIN);
        let (said, calls) = shared.run(&study, &[]);
        assert_eq!(calls, 1, "{said}");
        assert!(said.contains(&format!("are damaged ({path})")), "{said}");
        assert_eq!(outputs(&first), outputs(&study));
        assert_eq!(shared.run(&Study::new(CHAIN), &[]).1, 0, "it is mended");
    }
}

#[test]
fn an_old_output_stays_until_the_task_that_could_not_be_taken_replaces_it() {
    let shared = Shared::new();
    let script = "#!/bin/sh\nif [ $1 = spec ]; then cat \"$(dirname \"$0\")/spec.json\"; exit; fi\nif [ -e \"$(dirname \"$0\")/fail\" ]; then exit 3; fi\necho $1 >>\"$DEMO_CALLS\"\n\
         while [ $# -gt 0 ]; do case $1 in --output) out=$2 ;; --text) text=$2 ;; esac; shift; done\necho \"$text\" >\"$out\"\n";
    let spec = r#"{"contract": 1, "stage": "odd", "version": "1", "revision": "1", "commands": [{"name": "make",
        "outputs": [{"name": "output", "kind": "document"}],
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}}}]}"#;
    let of_odd = || {
        let study = Study::new(
            "name: odd\nparams: { text: a }\nstages:\n  \
             make: { uses: ./odd.sh make, with: { text: '${text}' }, out: { output: o.txt } }\n",
        );
        study.write("spec.json", spec);
        study.program("odd.sh", script);
        study
    };
    shared.run(&of_odd(), &["--set", "text=b"]);
    for path in shared.contents() {
        overwrite(&path, "damaged");
    }
    let study = of_odd();
    study.run(&[]).good();
    study.write("fail", "");
    let arguments = shared.arguments();
    let words = [&*arguments[0], &*arguments[1], "--set", "text=b"];
    let ran = study.run(&words);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    ran.finished.expect_said(&["are damaged (o.txt)"]);
    assert_eq!(study.output("o.txt"), "a\n");
    std::fs::remove_file(study.path("fail")).unwrap();
    let ran = study.run(&words).good();
    assert_eq!(
        (study.output("o.txt").as_str(), ran.calls.len()),
        ("b\n", 1)
    );
    assert!(!study.path("work/.rsom/taken/make").exists());
}

/// Expects that a run with a store goes on after one that was killed, and says nothing of files that it moved.
fn goes_on(shared: &Shared, study: &Study, killed: &str) {
    let (said, calls) = shared.run(study, &[]);
    assert_eq!(calls, 0, "{killed}: {said}");
    assert!(!said.contains("it is now"), "{killed}: {said}");
    let kept = study.path("work/.rsom/kept");
    assert!(!kept.exists(), "{killed}: {said}");
}

#[test]
fn a_run_that_was_killed_while_it_took_outputs_leaves_nothing_to_move() {
    let shared = Shared::new();
    let chain = CHAIN.replace(
        "  copy: { run: 'cp ${in.a} ${out.b}', in: { a: join.output }, out: { b: copied.txt } }\n",
        "",
    );
    let first = Study::new(&chain);
    assert_eq!(shared.run(&first, &[]).1, CALLS);
    let arguments = shared.arguments();
    let arguments = [&*arguments[0], &*arguments[1]];
    for number in 0..20 {
        let study = Study::new(&chain);
        let mut run = study.process("run", &arguments);
        let mut run = run.stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + 5 * number));
        run.kill().unwrap();
        run.wait().unwrap();
        goes_on(&shared, &study, &format!("killed in step {number}"));
    }
}

#[test]
fn outputs_that_are_at_their_places_and_not_recorded_are_taken_again() {
    let shared = Shared::new();
    let study = Study::new(CHAIN);
    shared.run(&study, &[]);
    // What a kill between the two leaves.
    let records = study.output(".rsom/records.jsonl");
    let (of_scan, others): (Vec<&str>, Vec<&str>) =
        records.lines().partition(|line| line.contains("v.nii.gz"));
    assert_eq!(of_scan.len(), 1);
    study.write("work/.rsom/records.jsonl", &(others.join("\n") + "\n"));
    let hash = |path: &str| fingerprint::of_file(&study.path(&format!("work/{path}"))).unwrap();
    let taken: BTreeMap<&str, String> =
        ["v.nii.gz", "v.json"].map(|path| (path, hash(path))).into();
    let note = json!({ "label": "scan", "started": null, "left": {}, "taken": taken });
    let name = fingerprint::of_bytes(b"demo scan");
    study.write(
        &format!("work/.rsom/started/{name:.16}.json"),
        &note.to_string(),
    );
    study.write("work/.rsom/taken/scan/v.nii.gz", "half");
    goes_on(&shared, &study, "between place and record");
    assert!(!study.path("work/.rsom/taken/scan").exists());
    assert_eq!(study.output("v.nii.gz"), "2\n");
    // A file that somebody wrote since is not overwritten.
    study.write("work/.rsom/records.jsonl", &(others.join("\n") + "\n"));
    study.write(
        &format!("work/.rsom/started/{name:.16}.json"),
        &note.to_string(),
    );
    study.write("work/v.nii.gz", "mine");
    let arguments = shared.arguments();
    let ran = study.run(&[&*arguments[0], &*arguments[1]]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("v.nii.gz"), "mine");
}

//! Names of outputs, scans and folders that would not work everywhere.

use crate::study::Study;

fn problems(stages: &str) -> Vec<String> {
    let study = Study::new(&format!("name: demo\nmanifest: m.yaml\nstages:\n{stages}"));
    study.problems()
}

#[test]
fn outputs_that_differ_in_case_only_are_refused_once() {
    let found = problems(
        "  a: { uses: demo make, matrix: { n: [Ä, ä, b, B] }, out: { output: 'x/${n}.txt' } }\n",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    for part in [
        ".txt' of 'a n=B' and 'x/b.txt' of 'a n=b'",
        "differ in case only",
        "rename",
    ] {
        assert!(found[0].contains(part), "{found:?}");
    }
    let found = problems(
        "  a: { uses: demo make, out: { output: X/t.txt } }\n  b: { uses: demo make, out: { output: x/t.txt } }\n",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("'X/t.txt' of 'a' and 'x/t.txt' of 'b'"),
        "{found:?}"
    );
    let found = problems(
        "  a: { uses: demo fill, with: { names: [x] }, out: { output: F } }\n  b: { uses: demo make, out: { output: f/t.txt } }\n",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    // In folders whose names differ in case, other files.
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, out: { output: X/a.txt } }\n  b: { uses: demo make, out: { output: x/b.txt } }\n",
    );
    study.plan(&[], &[]).unwrap();
}

#[test]
fn scans_that_differ_in_case_only_are_refused_once() {
    let study = Study::new(
        "name: demo\nmanifest: m.yaml\nstages:\n  a: { uses: demo make, foreach: scan, out: { output: 'a/${scan.id}.txt' } }\n  b: { uses: demo make, foreach: scan, out: { output: 'b/${scan.id}.txt' } }\n",
    );
    let manifest = std::fs::read_to_string(study.path("m.yaml")).unwrap();
    study.write("m.yaml", &manifest.replace("{id: p2,", "{id: P1,"));
    let found = study.problems();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("the scans 'p1' and 'P1' differ in case only"),
        "{found:?}"
    );
}

#[test]
fn reserved_names_in_any_case_and_options_are_no_outputs() {
    for name in [".RSOM/x", "RUN.json", "-x.txt"] {
        let found = problems(&format!(
            "  a: {{ uses: demo make, out: {{ output: '{name}' }} }}\n"
        ));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(name), "{found:?}");
    }
}

#[test]
fn snakemake_gets_no_folders_with_braces() {
    let study =
        Study::new("name: demo\nstages:\n  a: { uses: demo make, out: { output: a.txt } }\n");
    let pipeline = std::fs::read_to_string(study.path("p.yaml")).unwrap();
    std::fs::create_dir(study.path("s{x}")).unwrap();
    study.write("s{x}/p.yaml", &pipeline);
    for words in [
        ["p.yaml", "--workdir", "w{x}", "--output", "smk"],
        ["p.yaml", "--workdir", "w", "--output", "smk{x}"],
        ["s{x}/p.yaml", "--workdir", "w", "--output", "smk"],
    ] {
        let words: Vec<&str> = ["export", "snakemake"].into_iter().chain(words).collect();
        let ran = study.command_in("", &words);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        ran.finished.expect_said(&["{x}", "Snakemake reads braces"]);
    }
    let ran = study.command_in(
        "s{x}",
        &["export", "snakemake", "../p.yaml", "--output", "../smk"],
    );
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    let ran = study.command_in("", &["export", "snakemake", "p.yaml", "--output", "smk"]);
    ran.good();
}

#[test]
fn cleaning_a_folder_that_is_missing_is_said() {
    let study =
        Study::new("name: demo\nstages:\n  a: { uses: demo make, out: { output: a.txt } }\n");
    let ran = study.command("clean", &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    ran.finished.expect_said(&["work: there is no such folder"]);
    study.run(&[]).good();
    study.command("clean", &[]).good();
}

#[test]
fn the_hashes_of_inputs_that_are_there_are_explained_before_the_task_can_run() {
    let study = Study::new(
        "name: demo\nstages:\n  a: { uses: demo make, out: { output: a.txt } }\n  b: { uses: demo join, in: { input: a.output, extra: e.txt }, out: { output: b.txt } }\n",
    );
    study.write("e.txt", "extra");
    let explained = study.command("explain", &["b"]).good();
    let sha256 = &rsom_stage::fingerprint::of_bytes(b"extra")[..12];
    for text in ["a.txt  not there yet, from a\n", sha256] {
        assert!(explained.stdout.contains(text), "{}", explained.stdout);
    }
}

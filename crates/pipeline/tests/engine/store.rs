//! A store that several studies share.

use std::path::{Path, PathBuf};

use rsom_store::{Keep, Store};
use rsom_testing::Folder;

use crate::study::Study;

/// Files, a folder, a volume with its sidecar, and a program that is known by its name only.
pub const CHAIN: &str = "
name: demo
manifest: m.yaml
params: { text: a }
stages:
  import: { uses: demo make, foreach: scan, with: { text: '${text} ${scan.id}' }, out: { output: 'in/${scan.id}.txt' } }
  join: { uses: demo join, in: { input: import.output }, out: { output: joined.txt } }
  fill: { uses: demo fill, with: { names: [x, y] }, out: { output: filled } }
  scan: { uses: demo scan, with: { voxels: 2 }, out: { output: v.nii.gz } }
  copy: { run: 'cp ${in.a} ${out.b}', in: { a: join.output }, out: { b: copied.txt } }
";
pub const CALLS: usize = 9;
const OUTPUTS: [&str; 7] = [
    "in/p3.txt",
    "joined.txt",
    "filled/x.txt",
    "filled/y.txt",
    "v.nii.gz",
    "v.json",
    "copied.txt",
];

pub struct Shared {
    folder: Folder,
}

impl Shared {
    pub fn new() -> Self {
        Self {
            folder: Folder::new(),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.join("store")
    }

    pub fn arguments(&self) -> [String; 2] {
        ["--store".to_owned(), self.path().display().to_string()]
    }

    /// Runs a study with the store. Returns what it said and the number of its calls.
    pub fn run(&self, study: &Study, more: &[&str]) -> (String, usize) {
        let arguments = self.arguments();
        let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        words.extend(more);
        let ran = study.run(&words).good();
        (ran.stderr.clone(), ran.calls.len())
    }

    pub fn contents(&self) -> Vec<PathBuf> {
        let inside = rsom_stage::folder::files(&self.path().join("files")).unwrap();
        let names = inside.into_iter().map(|file| file.name);
        names
            .map(|name| self.path().join("files").join(name))
            .collect()
    }

    pub fn entries(&self) -> Vec<PathBuf> {
        let inside = rsom_stage::folder::files(&self.path().join("tasks")).unwrap();
        let names = inside.into_iter().map(|file| file.name);
        names
            .map(|name| self.path().join("tasks").join(name))
            .collect()
    }

    pub fn is_whole(&self) {
        let verified = Store::open(&self.path()).unwrap().verify().unwrap();
        assert!(verified.entries > 0 && verified.is_whole(), "{verified:?}");
    }
}

/// What to do to each file, and whether to contents or to entries.
type Damage<'a> = (&'a dyn Fn(&PathBuf), bool);

/// Writes a file, also one without the right to write.
pub fn overwrite(path: &Path, text: &str) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, text).unwrap();
}

pub fn outputs(study: &Study) -> Vec<String> {
    OUTPUTS.iter().map(|name| study.output(name)).collect()
}

#[test]
fn a_second_study_takes_what_the_first_has_computed() {
    let shared = Shared::new();
    let (first, second) = (Study::new(CHAIN), Study::new(CHAIN));
    assert_eq!(shared.run(&first, &[]).1, CALLS);
    let (said, calls) = shared.run(&second, &["-j", "2"]);
    assert_eq!(calls, 0, "{said}");
    assert!(
        said.contains("1 tasks run") || said.contains("1 task run"),
        "{said}"
    );
    assert!(said.contains("9 from the store, 0 up to date"), "{said}");
    assert_eq!(outputs(&first), outputs(&second));
    let report = second.report();
    assert_eq!(report["state"], "done");
    let states = report["tasks"].as_array().unwrap().iter();
    assert_eq!(states.filter(|t| t["state"] == "from_store").count(), CALLS);
    // Both are complete without the store.
    std::fs::remove_dir_all(shared.path()).unwrap();
    for study in [first, second] {
        let again = study.run(&[]).good();
        assert!(again.calls.is_empty() && again.stderr.contains("nothing to do"));
        let log = study.command("log", &["join"]).good();
        assert!(log.stdout.contains("demo join"), "{}", log.stdout);
    }
}

#[test]
fn the_environment_may_name_the_store_and_workers_use_it() {
    let shared = Shared::new();
    let (first, second) = (Study::new(CHAIN), Study::new(CHAIN));
    shared.run(&first, &[]);
    let output = second
        .process("task", &["import p1"])
        .env("RSOM_STORE", shared.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && said.contains("1 from the store"),
        "{said}"
    );
    let ran = second.run(&["--only", "import"]).good();
    assert_eq!(ran.calls.len(), 5, "{:?}", ran.calls);
}

#[test]
fn other_parameters_inputs_and_names_are_computed() {
    let shared = Shared::new();
    shared.run(&Study::new(CHAIN), &[]);
    let study = Study::new(CHAIN);
    // Six imports and what hangs on them.
    assert_eq!(shared.run(&study, &["--set", "text=b"]).1, 7);
    // A name may stand in provenance and tables.
    let study = Study::new(&CHAIN.replace("joined.txt", "j.txt"));
    assert_eq!(shared.run(&study, &[]).1, 1);
    // A folder stands nowhere.
    let study = Study::new(&CHAIN.replace("in/$", "elsewhere/$"));
    assert_eq!(shared.run(&study, &[]).1, 0);
    shared.is_whole();
}

#[test]
fn a_damaged_store_is_noticed_and_mended() {
    let shared = Shared::new();
    shared.run(&Study::new(CHAIN), &[]);
    let altered = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        overwrite(path, &text.replace(['a', 'x', 'y', '2'], "z"));
    };
    // Names that lead out of the workdir.
    let outside = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        overwrite(
            path,
            &text.replace("\"output", "\"output/../../../out-of-the-store"),
        );
    };
    let damage: [Damage<'_>; 5] = [
        (&altered, true),
        (&|path| overwrite(path, ""), true),
        (&|path| std::fs::remove_file(path).unwrap(), true),
        (&|path| overwrite(path, "{\"pipeline\":"), false),
        (&outside, false),
    ];
    for (number, (make, is_of_contents)) in damage.into_iter().enumerate() {
        let files = match is_of_contents {
            true => shared.contents(),
            false => shared.entries(),
        };
        files.iter().for_each(make);
        let study = Study::new(CHAIN);
        let (said, calls) = shared.run(&study, &[]);
        assert_eq!(calls, CALLS, "{number}: {said}");
        assert!(
            !is_of_contents || said.contains("are damaged ("),
            "{number}: {said}"
        );
        let outside = ["", "../", "../../"].map(|up| study.path(&format!("{up}out-of-the-store")));
        assert!(outside.iter().all(|path| !path.exists()));
        shared.is_whole();
        let after = Study::new(CHAIN);
        assert_eq!(shared.run(&after, &[]).1, 0, "{number}");
        assert_eq!(outputs(&study), outputs(&after));
    }
}

#[test]
fn what_a_study_writes_later_does_not_reach_the_store() {
    let shared = Shared::new();
    let (first, second) = (Study::new(CHAIN), Study::new(CHAIN));
    shared.run(&first, &[]);
    shared.run(&second, &[]);
    shared.run(&second, &["--set", "text=b"]);
    shared.run(&second, &["--set", "text=a"]);
    shared.is_whole();
    assert_eq!(outputs(&first), outputs(&second));
    let nothing = first.run(&[]).good();
    assert!(
        nothing.stderr.contains("nothing to do"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn files_with_several_names_are_parted_before_a_task_writes_them() {
    let shared = Shared::new();
    let mut store = Store::open_or_create(&shared.path()).unwrap();
    store.set_links(true).unwrap();
    let (first, second) = (Study::new(CHAIN), Study::new(CHAIN));
    shared.run(&first, &[]);
    shared.run(&second, &[]);
    let places = [
        shared.contents(),
        vec![first.path("work/v.nii.gz"), second.path("work/v.nii.gz")],
    ];
    for path in places.iter().flatten() {
        assert!(
            std::fs::metadata(path).unwrap().permissions().readonly(),
            "{path:?}"
        );
    }
    // Also files that no record names, and that a task writes in place.
    std::fs::remove_dir_all(second.path("work/.rsom")).unwrap();
    second.edit("[x, y]", "[y, x]");
    second.edit("voxels: 2", "voxels: 3");
    shared.run(&second, &["--replace", "--set", "text=b"]);
    shared.is_whole();
    assert_eq!(first.output("v.nii.gz"), "2\n");
    let nothing = first.run(&[]).good();
    assert!(
        nothing.stderr.contains("nothing to do"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn a_file_of_the_user_next_to_an_output_stays() {
    let shared = Shared::new();
    shared.run(&Study::new(CHAIN), &[]);
    let arguments = shared.arguments();
    let study = Study::new(CHAIN);
    study.write("work/v.json", "mine");
    // With and without a store: the program would write over it.
    let store = [&*arguments[0], &*arguments[1]];
    for words in [&[][..], &store] {
        let ran = study.run(&[words, &["--keep-going"]].concat());
        assert_eq!(ran.code, Some(4), "{}", ran.stderr);
        ran.finished
            .expect_said(&["files that no run of this folder wrote: v.json"]);
        assert_eq!(study.output("v.json"), "mine");
    }
}

#[test]
fn what_blocks_an_output_does_not_make_a_run_look_killed() {
    let shared = Shared::new();
    let inner = CHAIN.replace("[x, y]", "[d]");
    shared.run(&Study::new(&inner), &[]);
    // A folder in the place of a content.
    for path in shared.contents() {
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
    }
    let study = Study::new(&inner);
    let (said, calls) = shared.run(&study, &[]);
    assert_eq!(calls, CALLS, "{said}");
    assert!(said.contains("cannot be taken from the store"), "{said}");
    // What was computed has taken the place of the folders.
    assert_eq!(shared.run(&Study::new(&inner), &[]).1, 0);
    study.write("work/filled/note.txt", "mine");
    let again = study.run(&[]).good();
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    assert_eq!(study.output("filled/note.txt"), "mine");
}

#[test]
fn programs_of_which_one_file_is_known_are_not_shared_unless_they_state_a_revision() {
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/demo.sh");
    let demo = std::fs::read_to_string(demo).unwrap();
    for (revision, calls) in [("", 1), ("\"revision\": \"7\", ", 0)] {
        let shared = Shared::new();
        let spec = include_str!("spec.json").replacen('{', &format!("{{ {revision}"), 1);
        let run = || {
            let study = Study::new(CHAIN);
            study.program("mine.sh", &demo);
            study.write("spec.json", &spec);
            shared.run(&study, &["--swap", "join=./mine.sh"]).1
        };
        assert_eq!((run(), run()), (CALLS, calls));
    }
}

#[test]
fn outputs_with_links_and_empty_folders_are_not_shared() {
    let shared = Shared::new();
    let script = "#!/bin/sh\nif [ $1 = spec ]; then cat spec.json; exit; fi\necho $1 >>\"$DEMO_CALLS\"\nmkdir -p \"$3/empty\"\necho x >\"$3/x.txt\"\n";
    let spec = r#"{"contract": 1, "stage": "odd", "version": "1", "revision": "1", "commands": [
        {"name": "fill", "outputs": [{"name": "output", "kind": "directory"}]}]}"#;
    let run = || {
        let study = Study::new(
            "name: odd\nstages:\n  fill: { uses: ./odd.sh fill, out: { output: filled } }\n",
        );
        study.program(
            "odd.sh",
            &script.replace("spec.json", &study.path("spec.json").display().to_string()),
        );
        study.write("spec.json", spec);
        shared.run(&study, &[]).1
    };
    assert_eq!((run(), run()), (1, 1));
}

#[test]
fn an_output_folder_in_the_store_is_refused() {
    let shared = Shared::new();
    let study = Study::new(CHAIN);
    let ran = study.run(&["--store", &study.path("work").display().to_string()]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished
        .expect_said(&["lies in the store; choose another"]);
    // Nothing was made.
    assert!(!study.path("work").exists());
    let ran = study.run(&["--store", "work/new/store"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // A store as the output folder.
    shared.run(&Study::new(CHAIN), &[]);
    let store = shared.path().display().to_string();
    let before = shared.entries().len();
    let ran = study.command_in("", &["run", "p.yaml", "--workdir", &store]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    ran.finished.expect_said(&["is a store; choose another"]);
    assert_eq!(shared.entries().len(), before);
    assert!(!shared.path().join("run.json").exists());
}

/// Two runs at the same time: the second waits for what the first computes.
#[test]
fn two_runs_at_the_same_time_compute_each_task_once() {
    let shared = Shared::new();
    let pipeline = CHAIN.replace(
        "with: { text: '${text} ${scan.id}' }",
        "with: { text: '${text} ${scan.id}', wait: 1 }",
    );
    let studies = [Study::new(&pipeline), Study::new(&pipeline)];
    let arguments = shared.arguments();
    let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    words.extend(["-j", "3"]);
    let start = |study: &Study| study.process("run", &words).spawn().unwrap();
    let runs = [start(&studies[0]), start(&studies[1])];
    let ended = runs.into_iter().zip(&studies);
    let ran: Vec<_> = ended
        .map(|(run, study)| study.ran(&run.wait_with_output().unwrap()).good())
        .collect();
    let calls: usize = ran.iter().map(|ran| ran.calls.len()).sum();
    assert_eq!(calls, CALLS, "{} {}", ran[0].stderr, ran[1].stderr);
    let waits: usize = ran
        .iter()
        .map(|ran| ran.stderr.matches("waits: another run computes").count())
        .sum();
    assert!((1..=CALLS).contains(&waits), "{waits}");
    assert_eq!(outputs(&studies[0]), outputs(&studies[1]));
    shared.is_whole();
    assert_eq!(
        std::fs::read_dir(shared.path().join("running"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_killed_run_keeps_no_other_from_computing() {
    let shared = Shared::new();
    let text = "with: { text: '${text} ${scan.id}'";
    let slow = CHAIN.replace(text, &format!("{text}, wait: 1"));
    let studies = [Study::new(&slow), Study::new(&slow)];
    let arguments = shared.arguments();
    let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    words.extend(["--only", "import", "-j", "6"]);
    let mut first = studies[0].process("run", &words).spawn().unwrap();
    crate::study::wait_for(|| studies[0].path("calls").exists());
    first.kill().unwrap();
    first.wait().unwrap();
    let (said, calls) = shared.run(&studies[1], &["--only", "import", "-j", "6"]);
    assert_eq!(calls, 6, "{said}");
}

#[test]
fn a_broken_entry_is_said_and_made_again() {
    let shared = Shared::new();
    let (first, second) = (Study::new(CHAIN), Study::new(CHAIN));
    shared.run(&first, &[]);
    overwrite(&shared.entries()[0], "{\"no\": 1}");
    let (said, calls) = shared.run(&second, &[]);
    assert_eq!(calls, 1, "{said}");
    assert_eq!(said.matches("its record in the store").count(), 1, "{said}");
    shared.is_whole();
}

#[test]
#[cfg(unix)]
fn what_is_made_in_a_store_has_the_rights_of_its_folder() {
    use std::os::unix::fs::PermissionsExt;
    let shared = Shared::new();
    std::fs::create_dir(shared.path()).unwrap();
    std::fs::set_permissions(shared.path(), std::fs::Permissions::from_mode(0o2770)).unwrap();
    shared.run(&Study::new(CHAIN), &[]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    for name in ["files", "tasks"] {
        assert_eq!(mode(&shared.path().join(name)), 0o2770, "{name}");
    }
    for name in ["lock", "rsom-store.json"] {
        assert_eq!(mode(&shared.path().join(name)), 0o660, "{name}");
    }
    assert_eq!(mode(&shared.contents()[0]), 0o440);
    assert_eq!(mode(&shared.entries()[0]), 0o660);
    assert_eq!(mode(shared.entries()[0].parent().unwrap()), 0o2770);
}

#[test]
fn a_store_that_cannot_be_written_is_no_fault_of_the_study() {
    let shared = Shared::new();
    Store::open_or_create(&shared.path()).unwrap();
    std::fs::write(shared.path().join("files"), "").unwrap();
    let (said, calls) = shared.run(&Study::new(CHAIN), &[]);
    assert_eq!(calls, CALLS);
    assert_eq!(
        said.matches("the study goes on without adding").count(),
        1,
        "{said}"
    );
}

#[test]
fn other_folders_are_refused() {
    let shared = Shared::new();
    let study = Study::new(CHAIN);
    shared.folder.write("store/mine.txt", "");
    let arguments = shared.arguments();
    let ran = study.run(&[&arguments[0], &arguments[1]]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    ran.finished
        .expect_said(&["it is no store of rsom and holds other files"]);
    shared
        .folder
        .write("store/rsom-store.json", "{\"version\": 2}");
    let ran = study.run(&[&arguments[0], &arguments[1]]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    ran.finished.expect_said(&["the store has version 2"]);
}

#[test]
fn a_file_of_the_user_in_an_output_folder_is_not_replaced() {
    let shared = Shared::new();
    shared.run(&Study::new(CHAIN), &[]);
    let study = Study::new(CHAIN);
    study.write("work/filled/x.txt", "mine");
    study.write("work/filled/note.txt", "mine");
    let arguments = shared.arguments();
    let ran = study.run(&[&arguments[0], &arguments[1], "--keep-going"]);
    assert_eq!(ran.code, Some(4), "{}", ran.stderr);
    assert_eq!(study.output("filled/x.txt"), "mine");
    assert_eq!(study.output("filled/note.txt"), "mine");
    std::fs::remove_file(study.path("work/filled/x.txt")).unwrap();
    assert_eq!(shared.run(&study, &[]).1, 0);
    assert_eq!(study.output("filled/note.txt"), "mine");
    shared.is_whole();
}

#[test]
fn many_runs_at_the_same_time_and_one_that_removes() {
    let shared = Shared::new();
    let studies: Vec<Study> = (0..4).map(|_| Study::new(CHAIN)).collect();
    let arguments = shared.arguments();
    let words = [&*arguments[0], &*arguments[1], "-j", "2"];
    let mut running: Vec<_> = (studies.iter())
        .map(|study| study.process("run", &words))
        .collect();
    let running: Vec<_> = (running.iter_mut())
        .map(|run| run.stderr(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    for _ in 0..50 {
        if let Ok(store) = Store::open(&shared.path()) {
            let keep = Keep {
                bytes: Some(10),
                unused: None,
            };
            store.sweep(keep).unwrap();
        }
    }
    for child in running {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
    for study in &studies {
        assert_eq!(outputs(study), outputs(&studies[0]));
        assert!(study.run(&[]).good().calls.is_empty());
    }
    Store::open(&shared.path()).unwrap().verify().unwrap();
}

#[test]
fn a_run_keeps_the_limit_of_the_store() {
    let shared = Shared::new();
    let mut store = Store::open_or_create(&shared.path()).unwrap();
    store.set_limit(Some(50)).unwrap();
    let (said, _) = shared.run(&Study::new(CHAIN), &[]);
    assert!(
        said.contains("went from the store to keep its limit"),
        "{said}"
    );
    let usage = store.usage().unwrap();
    assert!(
        usage.bytes() <= 50 && !usage.entries.is_empty(),
        "{usage:?}"
    );
    assert!(usage.unnamed().is_empty() && usage.broken.is_empty());
    shared.is_whole();
}

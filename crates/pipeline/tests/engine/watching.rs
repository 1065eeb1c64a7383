//! A run one can watch: events as JSON, a view on a terminal.

use serde_json::{Value, json};

use crate::study::{Ran, Study};

const TWO: &str = r#"
name: demo
params: { fail: 0, wait: 0 }
stages:
  a: { uses: demo make, with: { text: a, wait: "${wait}" }, out: { output: a.txt } }
  b: { uses: demo join, in: { input: a.output }, with: { word: "-" }, out: { output: b.txt } }
  c: { uses: demo make, with: { text: c, fail: "${fail}" }, out: { output: c.txt } }
"#;

/// The events of a run. (The other lines on stdout are those of the test's own program.)
fn events_of(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines().filter(|line| line.starts_with('{'));
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|e| e["event"] == kind).collect()
}

#[test]
fn events_say_what_began_and_how_it_ended() {
    let study = Study::new(TWO);
    let ran = study.run(&["--json", "--keep-going", "--set", "fail=3"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let events = events_of(&ran);
    let first = &events[0];
    assert_eq!(first["event"], "run");
    assert_eq!(
        (&first["tasks"], &first["up_to_date"]),
        (&json!(3), &json!(0))
    );
    let starts: Vec<&Value> = of_kind(&events, "start")
        .iter()
        .map(|e| &e["task"])
        .collect();
    assert_eq!(starts, ["a", "b", "c"]);
    for start in of_kind(&events, "start") {
        let log = study.path("work").join(start["log"].as_str().unwrap());
        assert!(log.is_file(), "{start}");
    }
    let ends: Vec<(&Value, &Value)> = (of_kind(&events, "end").iter())
        .map(|e| (&e["task"], &e["state"]))
        .collect();
    let (done, failed) = (json!("done"), json!("failed"));
    let expected = [("a", &done), ("b", &done), ("c", &failed)];
    let expected = expected.map(|(task, state)| (json!(task), state.clone()));
    let found: Vec<(Value, Value)> = ends
        .iter()
        .map(|(t, s)| ((*t).clone(), (*s).clone()))
        .collect();
    assert_eq!(found, expected);
    let fault = &of_kind(&events, "end")[2]["fault"];
    assert!(fault.as_str().unwrap().contains("exit code 3"), "{fault}");
    let last = events.last().unwrap();
    assert_eq!(last["event"], "run_end");
    assert_eq!(
        (&last["exit_code"], &last["done"], &last["failed"]),
        (&json!(3), &json!(2), &json!(1))
    );
}

#[test]
fn a_run_with_nothing_to_do_says_so_in_events_too() {
    let study = Study::new(TWO);
    study.run(&[]).good();
    let ran = study.run(&["--json"]).good();
    let events = events_of(&ran);
    let kinds: Vec<&Value> = events.iter().map(|e| &e["event"]).collect();
    assert_eq!(kinds, ["run", "run_end"]);
    assert_eq!(events[1]["up_to_date"], 3);
    // Without the option, stdout holds nothing of the run.
    assert!(events_of(&study.run(&[]).good()).is_empty());
}

#[test]
fn a_task_reports_how_far_it_is_and_its_file_goes_with_it() {
    let study = Study::new(TWO);
    let ran = study.run(&["--json", "--set", "wait=7"]).good();
    let events = events_of(&ran);
    let progress = of_kind(&events, "progress");
    let running = &progress[0]["running"][0];
    assert_eq!(
        (&running["task"], &running["done"], &running["total"]),
        (&json!("a"), &json!(1), &json!(2)),
        "{progress:?}"
    );
    let left = std::fs::read_dir(study.path("work/.rsom/progress")).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_shows_the_whole_and_the_running_task() {
    let study = Study::new(TWO);
    let engine = study.process("run", &["--set", "wait=2"]);
    let program = engine.get_program().to_str().unwrap().to_owned();
    let words: Vec<&str> = engine.get_args().map(|a| a.to_str().unwrap()).collect();
    // A terminal of 24 lines and 80 columns.
    let line = format!("stty rows 24 cols 80; '{program}' {}", words.join(" "));
    let mut command = std::process::Command::new("script");
    command
        .args(["-qec", &line, "/dev/null"])
        .envs(
            engine
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(study.path(""));
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("0 of 3 tasks"), "{shown}");
    assert!(shown.contains("a  ████████░░░░░░░░ 1/2"), "{shown}");
    assert!(shown.contains("[1/3] a … "), "{shown}");
    assert!(shown.contains("done in"), "{shown}");
}

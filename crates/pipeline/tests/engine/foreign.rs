//! Foreign stages: programs that replace a built-in stage.

use crate::study::Study;

const PIPELINE: &str = r#"
name: demo
stages:
  make: { uses: demo make, with: { text: one }, out: { output: make.txt } }
  join:
    uses: demo join
    in: { input: make.output, extra: make.output }
    with: { word: "-" }
    out: { output: join.txt }
"#;

const SPEC: &str = r#"{"contract": 1, "stage": "upper", "version": "0.1", "commands": [
  {"name": "join", "inputs": [{"name": "input", "kind": "document", "many": true}],
   "outputs": [{"name": "output", "kind": "document"}],
   "parameters": {"properties": {"word": {"type": "string"}}}}]}"#;

fn with_program(body: &str) -> Study {
    let study = Study::new(PIPELINE);
    study.program("upper", &program(SPEC, body));
    study
}

fn program(spec: &str, body: &str) -> String {
    format!(
        "#!/bin/sh\nif [ \"$1\" = spec ]; then cat <<'END'\n{spec}\nEND\nexit 0; fi\n\
         echo \"$1 $5\" >>\"$DEMO_CALLS\"\n{body}\n"
    )
}

#[test]
fn a_swapped_program_reruns_its_steps_and_back_again() {
    let study = with_program("tr a-z A-Z <\"$3\" >\"$5\"");
    study.run(&[]).good();
    assert_eq!(study.output("join.txt"), "one-one-");
    let ran = study.run(&["--swap", "demo=./upper"]).good();
    assert_eq!(ran.calls, ["join join.txt"]);
    assert_eq!(study.output("join.txt"), "ONE\n");
    assert!(
        ran.stderr
            .contains("upper join has no input 'extra' (known: input); it is left out"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("has no command 'make'; the original demo runs it")
    );
    assert_eq!(study.run(&["--swap", "demo=./upper"]).good().calls.len(), 0);
    // The same version, another program.
    study.program("upper", &program(SPEC, "tr a-z . <\"$3\" >\"$5\""));
    let plan = study.command("plan", &["--swap", "join=./upper"]).good();
    assert!(
        plan.stdout.contains("(program changed: upper 0.1)"),
        "{}",
        plan.stdout
    );
    let plan = study.command("plan", &[]).good();
    assert!(
        plan.stdout
            .contains("(program changed: upper 0.1 → demo 1.0.0)"),
        "{}",
        plan.stdout
    );
    assert_eq!(study.run(&[]).good().made(), ["join.txt"]);
}

#[test]
fn a_program_next_to_the_pipeline_is_a_stage() {
    let study = with_program("tr a-z A-Z <\"$3\" >\"$5\"");
    study.edit("uses: demo join", "uses: ./upper join");
    study.edit(", extra: make.output", "");
    study.run(&[]).good();
    assert_eq!(study.output("join.txt"), "ONE\n");
}

#[test]
fn a_program_that_breaks_the_contract_is_refused_before_anything_runs() {
    for (program, message) in [
        (
            "#!/bin/sh\necho '{\"contract\": 2}'\n",
            "contract version 2 is not supported; the supported version is 1",
        ),
        ("#!/bin/sh\necho hello\n", "does not print a specification"),
        (
            "#!/bin/sh\necho no >&2; exit 7\n",
            "failed (exit status: 7): no",
        ),
    ] {
        let study = Study::new(PIPELINE);
        study.program("upper", program);
        study.edit("uses: demo join", "uses: ./upper join");
        let problems = study.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(
            problems[0].starts_with("p.yaml:6:5: ") && problems[0].contains(message),
            "{problems:#?}"
        );
    }
    let study = with_program("true");
    for (swap, message) in [
        ("demo=./absent", "absent: no such file or folder"),
        (
            "dmeo=./upper",
            "--swap dmeo=./upper: no step of the pipeline is named 'dmeo' or uses a stage 'dmeo' (did you mean 'demo'?)",
        ),
        ("demo", "write STAGE=PROGRAM"),
        ("make=./upper", "upper has no command 'make' (known: join)"),
    ] {
        let ran = study.run(&["--swap", swap]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(!study.path("work").exists());
    }
}

#[test]
fn any_command_line_is_a_step() {
    let study = Study::new(
        r#"
name: demo
params: { from: a-z, to: A-Z }
stages:
  make: { uses: demo make, matrix: { t: [x, y] }, with: { text: "${t}" }, out: { output: "${t}.txt" } }
  both:
    run: sh -c 'cat "$@" | tr ${from} ${to} > ${out.all}' sh ${in.parts} ${in.tail}
    in: { parts: make.output, tail: tail.txt }
    out: { all: all.txt }
"#,
    );
    study.write("tail.txt", "z\n");
    study.run(&[]).good();
    assert_eq!(study.output("all.txt"), "X\nY\nZ\n");
    assert_eq!(study.run(&[]).good().calls.len(), 0);
    study.run(&["--set", "to=a-z"]).good();
    assert_eq!(study.output("all.txt"), "x\ny\nz\n");
    study.edit("${in.parts}", "--parts=${in.parts}");
    assert_eq!(
        study.problems(),
        ["p.yaml:7:5: '${in.parts}' stands for 2 paths, so it must be a word by itself"]
    );
}

#[test]
fn tasks_get_the_folder_of_the_data() {
    let told = |arguments: &[&str], variable: Option<&str>| {
        let study = Study::new(
            r#"
name: demo
stages:
  tell:
    run: sh -c 'printf %s "$${RSOM_DATA-unset}" >${out.told}'
    out: { told: told.txt }
"#,
        );
        let mut process = study.process("run", arguments);
        if let Some(variable) = variable {
            process.env("RSOM_DATA", variable);
        }
        study.ran(&process.output().unwrap()).good();
        let folder = study.path("").canonicalize().unwrap();
        let told = study.output("told.txt");
        match told.strip_prefix(folder.to_str().unwrap()) {
            Some(inside) => format!("here{inside}"),
            None => told,
        }
    };
    // Absolute: a task runs in another folder.
    assert_eq!(told(&["--data", "scans"], None), "here/scans");
    assert_eq!(told(&["--data", "scans"], Some("other")), "here/scans");
    assert_eq!(told(&[], Some("other")), "here/other");
    assert_eq!(told(&[], Some("/data")), "/data");
    assert_eq!(told(&[], Some("")), "unset");
    assert_eq!(told(&[], None), "unset");
}

/// Writes a scan of 2 × 2 × 2 voxels and two channels, byte by byte as the NIfTI-1 standard has it.
const MAKE_SCAN: &str = r#"
import gzip, struct, sys
path, code, letter = sys.argv[1], int(sys.argv[2]), sys.argv[3]
header = bytearray(352)
struct.pack_into("<i", header, 0, 348)
struct.pack_into("<8h", header, 40, 4, 2, 2, 2, 2, 1, 1, 1)
struct.pack_into("<hh", header, 70, code, 8 * struct.calcsize(letter))
struct.pack_into("<8f", header, 76, 1, 0.012, 0.012, 0.003, 1, 1, 1, 1)
struct.pack_into("<3f", header, 108, 352, 1, 0)
struct.pack_into("<B", header, 123, 2)
struct.pack_into("<h", header, 254, 1)
for row, spacing in enumerate([0.012, 0.012, -0.003]):
    struct.pack_into("<f", header, 280 + 16 * row + 4 * row, spacing)
struct.pack_into("4s", header, 344, b"n+1\0")
# The second channel is brighter and must not matter.
voxels = [*range(8), *range(100, 108)]
gzip.open(path, "wb").write(bytes(header) + struct.pack(f"<16{letter}", *voxels))
"#;

#[test]
fn the_example_replaces_a_network() {
    if std::process::Command::new("python3")
        .arg("-V")
        .output()
        .is_err()
    {
        println!("skipped: there is no python3");
        return;
    }
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/threshold_stage.py"
    );
    let study = Study::new(&format!(
        r#"
name: demo
params: {{ code: 2, letter: B }}
stages:
  phantom:
    run: python3 ${{in.script}} ${{out.scan}} ${{code}} ${{letter}}
    in: {{ script: make_scan.py }}
    out: {{ scan: scan.nii.gz }}
  predict: {{ uses: {example} predict, in: {{ input: phantom.scan }}, out: {{ output: mask.nii.gz }} }}
"#
    ));
    study.write("make_scan.py", MAKE_SCAN);
    for (code, letter) in [(2, "B"), (16, "f")] {
        let (code, letter) = (format!("code={code}"), format!("letter={letter}"));
        study.run(&["--set", &code, "--set", &letter]).good();
        let mask = rsom_formats::nifti::read_mask(&study.path("work/mask.nii.gz")).unwrap();
        assert_eq!(mask.grid().shape(), [2, 2, 2]);
        let spacing = mask.grid().spacing().millimetres().unwrap();
        assert!((spacing[2] - 0.003).abs() < 1e-9, "{spacing:?}");
        for ((x, y, z), inside) in mask.voxels().indexed_iter() {
            // The largest intensity is 7: at or above 3.5.
            assert_eq!(*inside, x + 2 * y + 4 * z >= 4, "{x} {y} {z}");
        }
    }
    study.write(
        "make_scan.py",
        "import sys; open(sys.argv[1], 'w').write('no scan')",
    );
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("scan.nii.gz: no little-endian"),
        "{}",
        ran.stderr
    );
}

/// A wrong output of a foreign program is noticed when its task ends, before the tasks that would use it.
#[test]
fn an_output_that_is_not_of_its_kind_fails_the_task_that_wrote_it() {
    let study = Study::new(
        r#"
name: demo
stages:
  a:
    run: sh -c 'echo ${n} > "$1"' sh ${out.output}
    matrix: { n: [fine, broken, fine2] }
    out: { output: "a${n}.nii.gz" }
  all: { uses: demo join, in: { input: a.output }, out: { output: all.txt } }
"#,
    );
    let ran = study.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let said = "a n=broken: it wrote abroken.nii.gz, which is no good volume: it is no volume";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert_eq!(ran.made(), [""; 0]);
    assert!(!study.path("work/afine2.nii.gz").exists());
}

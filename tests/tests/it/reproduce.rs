//! `rsom reproduce`: a study runs again, and every output is compared.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::Folder;
use serde_json::Value;

use crate::RSOM;

/// A network whose last digits depend on the vector instructions, and tables of what it finds.
const PIPELINE: &str = "
name: small
params: { seeds: [1, 2] }
stages:
  generate:
    uses: phantom scan
    matrix: { seed: \"${seeds}\" }
    with: { seed: \"${seed}\", shape: [16, 2, 64] }
    out: { image: \"scans/${seed}.nii.gz\", layer: \"scans/${seed}_layer.nii.gz\" }
  train:
    uses: layerseg train
    in: { image: generate.image, mask: generate.layer }
    with: { network: unet, depth: 2, width: 4, epochs: 2, batch_size: 2 }
    out: { weights: net.safetensors, history: history.parquet }
  predict:
    uses: layerseg predict
    matrix: { seed: \"${seeds}\" }
    in: { input: generate.image, weights: train.weights }
    with: { postprocess: none }
    out: { output: \"found/${seed}.nii.gz\", probabilities: \"found/${seed}_p.nii.gz\" }
  check:
    run: \"sh ${in.script} ${in.weights} ${out.size}\"
    in: { script: size.sh, weights: train.weights }
    out: { size: size.txt }
";

fn study() -> Folder {
    let folder = Folder::new();
    folder.write("study/small.yaml", PIPELINE);
    folder.write("study/size.sh", "wc -c <\"$1\" >\"$2\"\n");
    RSOM.done(
        &folder,
        ["run", "study/small.yaml", "--workdir", "runs/small"],
    );
    folder
}

fn found(folder: &Folder, name: &str) -> Value {
    serde_json::from_str(&folder.text(name)).unwrap()
}

#[test]
fn the_same_study_gives_the_same_bytes_with_another_number_of_threads() {
    let folder = study();
    let words = ["reproduce", "runs/small", "--threads", "1"];
    let done = RSOM.done(&folder, words);
    assert_eq!(done.stdout, "all 11 outputs are the same in every byte\n");
    let report = found(&folder, "runs/small-reproduced/reproduction.json");
    assert_eq!(report["outputs"][0]["result"], "same_bytes");
    assert_eq!(report["outputs"].as_array().unwrap().len(), 11);
    // Again: nothing is left to do, and the answer is the same.
    assert_eq!(RSOM.done(&folder, words).stdout, done.stdout);
}

#[test]
fn with_other_vector_instructions_the_digits_are_counted() {
    let folder = study();
    let portable = |words: &[&str]| {
        let mut command = RSOM.command(&folder, words);
        command
            .env("RSOM_INSTRUCTIONS", "portable")
            .output()
            .unwrap()
    };
    let words = ["reproduce", "runs/small", "--output", "other"];
    let output = portable(&words);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("layerseg: instruction set "), "{said}");
    assert!(
        said.contains("train.weights: 1 of 1 ") && said.contains("; most in 'train', where "),
        "{said}"
    );
    // Scans and the size of a file do not depend on it.
    assert!(
        !said.contains("generate") && !said.contains("check"),
        "{said}"
    );
    let output = portable(&[&words[..], &["--digits", "2"]].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    let report = found(&folder, "other/reproduction.json");
    let outputs = report["outputs"].as_array().unwrap();
    let far = outputs
        .iter()
        .any(|o| o["digits"].as_u64() < Some(2) && !o["digits"].is_null());
    assert_eq!(output.status.code(), Some(i32::from(far)), "{said}");
}

#[test]
fn a_bundle_is_reproduced_from_its_own_files() {
    let folder = study();
    let words = [
        "bundle",
        "study/small.yaml",
        "--workdir",
        "runs/small",
        "--output",
        "box",
        "--all",
    ];
    RSOM.done(&folder, words);
    std::fs::remove_dir_all(folder.join("study")).unwrap();
    std::fs::remove_dir_all(folder.join("runs")).unwrap();
    std::fs::rename(folder.join("box"), folder.join("moved")).unwrap();
    RSOM.done(&folder, ["verify", "moved"]);
    let done = RSOM.done(&folder, ["reproduce", "moved", "--output", "again"]);
    assert_eq!(done.stdout, "all 11 outputs are the same in every byte\n");
    // An output that was changed since, and differs from the new one, cannot be compared.
    let run = folder.text("moved/run.json");
    let hash = found(&folder, "moved/run.json")["tasks"][0]["outputs"]["image"]["sha256"].clone();
    folder.write(
        "moved/run.json",
        run.replace(hash.as_str().unwrap(), &"0".repeat(64)),
    );
    let (code, said) = RSOM.failed(&folder, ["reproduce", "moved", "--output", "again"]);
    assert!(
        code == 4 && said.contains("it reproduces another run"),
        "{said}"
    );
    let (code, _) = RSOM.failed(&folder, ["reproduce", "moved", "--output", "third"]);
    let report = found(&folder, "third/reproduction.json");
    assert_eq!(
        (code, &report["outputs"][0]["result"]),
        (1, &Value::from("other_bytes"))
    );
}

#[test]
fn a_study_that_has_changed_or_a_folder_that_is_not_empty_is_refused() {
    let folder = study();
    folder.write("mine/notes.txt", "mine");
    for (words, expected) in [
        (
            &["reproduce", "runs/small", "--output", "mine"][..],
            (4, "it is not empty"),
        ),
        (
            &["reproduce", "runs/small", "--output", "runs/small"][..],
            (4, "it is not empty"),
        ),
        (&["reproduce", "study"][..], (3, "run.json: no such file")),
    ] {
        let (code, said) = RSOM.failed(&folder, words);
        assert!(
            code == expected.0 && said.contains(expected.1),
            "{words:?}: {said}"
        );
    }
    folder.write("study/small.yaml", format!("{PIPELINE}# a note\n"));
    let (code, said) = RSOM.failed(&folder, ["reproduce", "runs/small"]);
    assert!(
        code == 3 && said.contains("it has changed since the run"),
        "{said}"
    );
    std::fs::remove_file(folder.join("study/small.yaml")).unwrap();
    let (code, said) = RSOM.failed(&folder, ["reproduce", "runs/small"]);
    assert!(
        code == 3 && said.contains("small.yaml: there is no such file"),
        "{said}"
    );
    assert!(!folder.join("runs/small-reproduced").exists());
}

#[test]
fn the_provenance_of_a_run_leads_from_each_output_to_the_scans() {
    let folder = study();
    let done = RSOM.done(&folder, ["prov", "runs/small", "--format", "json"]);
    let prov: Value = serde_json::from_str(&done.stdout).unwrap();
    let run = found(&folder, "runs/small/run.json");
    let tasks = run["tasks"].as_array().unwrap();
    assert_eq!(prov["activity"].as_object().unwrap().len(), tasks.len());
    let relations = |kind: &str| prov[kind].as_object().unwrap().values().collect::<Vec<_>>();
    // From a mask to its network, and from there to the scans.
    let sha256 = |task: usize, port: &str| {
        format!(
            "sha256:{}",
            tasks[task]["outputs"][port]["sha256"].as_str().unwrap()
        )
    };
    let made_by = |entity: &str| {
        let made = relations("wasGeneratedBy");
        let made = made
            .iter()
            .find(|made| made["prov:entity"] == entity)
            .unwrap();
        made["prov:activity"].as_str().unwrap().to_owned()
    };
    let used_by = |activity: &str, role: &str| -> Vec<String> {
        let used = relations("used").into_iter();
        let used =
            used.filter(|used| used["prov:activity"] == activity && used["prov:role"] == role);
        used.map(|used| used["prov:entity"].as_str().unwrap().to_owned())
            .collect()
    };
    let predict = tasks
        .iter()
        .position(|task| task["stage"] == "predict")
        .unwrap();
    let weights = used_by(&made_by(&sha256(predict, "output")), "weights");
    assert_eq!(weights.len(), 1);
    let training = made_by(&weights[0]);
    let images = used_by(&training, "image");
    let mut scans = vec![sha256(0, "image"), sha256(1, "image")];
    scans.sort();
    assert_eq!(images, scans);
    let agent = relations("wasAssociatedWith")
        .into_iter()
        .find(|a| a["prov:activity"] == training.as_str());
    assert!(
        agent.unwrap()["prov:agent"]
            .as_str()
            .unwrap()
            .starts_with("rsom:layerseg-")
    );
    // The notation says the same.
    let text = RSOM.done(&folder, ["prov", "runs/small"]).stdout;
    let line = format!("used({training}, {}, -, [prov:role=\"image\"])", images[0]);
    assert!(text.contains(&line), "{text}");
    assert_eq!(text.matches("\n  used(").count(), relations("used").len());
    let (code, said) = RSOM.failed(&folder, ["prov", "study"]);
    assert!(
        code == 3 && said.contains("run.json: no such file"),
        "{said}"
    );
}

//! The vector instructions that a variable requests.

use rsom_testing::Finished;

use super::study::{NETWORK, SCANS, Study};

const VARIABLE: &str = "RSOM_INSTRUCTIONS";

fn train(study: &Study, output: &str, instructions: &str) -> Finished {
    let words = format!("train {SCANS} {NETWORK} --epochs 1 --weights {output}");
    let mut command = study.command(&words);
    Finished::of(&command.env(VARIABLE, instructions).output().unwrap())
}

#[test]
fn requested_instructions_are_used_and_recorded() {
    let study = Study::new();
    train(&study, "w.safetensors", "portable").expect_code(0);
    let header = String::from_utf8_lossy(&study.bytes("w.safetensors")).into_owned();
    let recorded = header.contains(r#"\"instruction_set\":\"portable\""#);
    assert!(recorded, "{}", &header[..header.len().min(2000)]);
}

#[test]
fn instructions_that_the_processor_lacks_are_refused_in_one_line() {
    let study = Study::new();
    let error = train(&study, "w.safetensors", "avx1024")
        .expect_code(2)
        .error();
    let expected = "RSOM_INSTRUCTIONS=avx1024: this processor has portable";
    assert!(error.contains(expected), "{error}");
    assert!(!study.path("w.safetensors").exists());
}

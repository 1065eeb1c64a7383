//! Import of weights, and the specification of the stage.

use rsom_formats::nifti;

use super::study::{NETWORK, SCANS, Study};

#[test]
fn the_specification_names_every_output_with_its_kind() {
    let study = Study::new();
    let output = study.run("spec");
    let spec = output.json();
    let commands = spec["commands"].as_array().unwrap();
    let names: Vec<&str> = commands
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["train", "predict", "import-weights"]);
    let kinds = |command: usize| -> Vec<(&str, &str)> {
        let outputs = commands[command]["outputs"].as_array().unwrap();
        outputs
            .iter()
            .map(|o| (o["name"].as_str().unwrap(), o["kind"].as_str().unwrap()))
            .collect()
    };
    let train = [
        ("output", "directory"),
        ("weights", "weights"),
        ("last", "weights"),
        ("history", "table"),
    ];
    assert_eq!(kinds(0), train);
    assert_eq!(
        kinds(1),
        [
            ("output", "mask"),
            ("probabilities", "probabilities"),
            ("surfaces", "table")
        ]
    );
    assert_eq!(kinds(2), [("output", "weights")]);
}

#[test]
fn masks_of_our_own_weights_are_cleaned_by_our_own_variant_unless_told_otherwise() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 3 --weights w.safetensors"
    ));
    let masks = ["", "--postprocess rsom", "--postprocess none"].map(|words| {
        study.result(&format!(
            "predict --weights w.safetensors --input scan2.nii.gz --output p.nii.gz {words}"
        ));
        nifti::read_mask(&study.path("p.nii.gz")).unwrap()
    });
    assert_eq!(masks[0], masks[1]);
    assert_ne!(masks[0], masks[2]);
}

#[test]
fn imported_weights_segment_as_the_originals_and_say_where_they_come_from() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 2 --weights w.safetensors"
    ));
    // As saved by PyTorch: the tensors without our metadata.
    let bytes = std::fs::read(study.path("w.safetensors")).unwrap();
    let tensors = rsom_weights::from_bytes(&bytes).unwrap().tensors;
    let plain = rsom_weights::to_bytes(&tensors, &Default::default()).unwrap();
    std::fs::write(study.path("plain.safetensors"), plain).unwrap();
    let imported = study.result("import-weights --input plain.safetensors --output i.safetensors");
    assert_eq!(imported["classes"], 1);
    let masks = ["plain", "i"].map(|name| {
        study.result(&format!(
            "predict --weights {name}.safetensors --input scan2.nii.gz --output p.nii.gz"
        ));
        nifti::read_mask(&study.path("p.nii.gz")).unwrap()
    });
    assert_eq!(masks[0], masks[1]);
    let metadata = rsom_weights::from_bytes(&std::fs::read(study.path("i.safetensors")).unwrap());
    let provenance = metadata.unwrap().metadata.provenance().unwrap().to_owned();
    assert!(provenance.contains("import-weights") && provenance.contains("plain.safetensors"));
}

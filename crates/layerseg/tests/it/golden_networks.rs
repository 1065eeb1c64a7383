//! Networks and losses against PyTorch: reference values of the authors' network and loss code under
//! PyTorch 2.15, single precision.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Tensor, Var};
use rsom_layerseg::loss::{LossConfig, combined, smoothness};
use rsom_layerseg::{Network, NetworkConfig, UnetConfig};
use rsom_nn::{Mode, NeuralNetwork, loss};
use rsom_testing::{golden, shared};
use rsom_weights as weights;
use serde_json::Value;

pub(super) fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap()
}

pub(super) fn tensor(folder: &Path, name: &str) -> Tensor {
    Tensor::read_npy(folder.join(format!("{name}.npy"))).unwrap()
}

pub(super) fn state_dict(folder: &Path, name: &str) -> BTreeMap<String, Tensor> {
    let bytes = std::fs::read(folder.join(format!("{name}.pt"))).unwrap();
    weights::from_bytes(&bytes).unwrap().tensors
}

pub(super) fn values(tensor: &Tensor) -> Vec<f64> {
    tensor
        .to_dtype(DType::F64)
        .unwrap()
        .flatten_all()
        .unwrap()
        .to_vec1()
        .unwrap()
}

/// Largest difference, relative to the largest reference value.
fn deviation(ours: &Tensor, reference: &Tensor) -> f64 {
    assert_eq!(ours.dims(), reference.dims());
    let (ours, reference) = (values(ours), values(reference));
    let largest = reference.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
    let differences = ours.iter().zip(&reference).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f64::max) / largest
}

/// Compares the number of parameters and the output of a network with PyTorch.
fn check_forward_pass(folder: &Path, name: &str) {
    let network = Network::from_weights(&state_dict(folder, name)).unwrap();
    let expected = manifest(folder)[name]["parameters"].as_u64().unwrap();
    assert_eq!(network.parameters().count() as u64, expected, "{name}");
    assert_eq!(network.config().parameters() as u64, expected, "{name}");
    let input = tensor(folder, &format!("{name}_input"));
    let output = network.forward(&input, &Mode::Evaluation).unwrap();
    let off = deviation(&output, &tensor(folder, &format!("{name}_output")));
    assert!(off < 1e-4, "{name}: {off}");
}

fn check_configuration(folder: &Path, name: &str) {
    let stated = &manifest(folder)[name];
    let network = Network::from_weights(&state_dict(folder, name)).unwrap();
    let number = |key: &str| stated[key].as_u64().unwrap() as usize;
    let expected = NetworkConfig::Unet(UnetConfig {
        in_channels: number("in_channels"),
        classes: number("n_classes"),
        depth: number("depth"),
        width: 1 << number("wf"),
        dropout: 0.5,
    });
    assert_eq!(network.config(), &expected);
}

#[test]
fn the_forward_pass_of_the_released_network_matches_pytorch() {
    check_forward_pass(&golden("nets"), "unet_release");
}

#[test]
fn forward_passes_of_the_training_codes_networks_match_pytorch() {
    let Some(folder) = shared("golden/nets") else {
        return;
    };
    for name in ["unet_one_logit", "fcn7"] {
        check_forward_pass(&folder, name);
    }
}

#[test]
fn the_configuration_is_told_from_the_released_weights() {
    check_configuration(&golden("nets"), "unet_release");
}

#[test]
fn the_configuration_is_told_from_weights_of_the_training_code() {
    if let Some(folder) = shared("golden/nets") {
        check_configuration(&folder, "unet_one_logit");
    }
}

#[test]
fn losses_and_gradients_match_pytorch() {
    let folder = golden("nets");
    let close = |ours: f64, reference: &Value| {
        let reference = reference.as_f64().unwrap();
        assert!(
            (ours - reference).abs() < 1e-5 * reference.abs(),
            "{ours} {reference}"
        );
    };
    for case in manifest(&folder)["loss"].as_array().unwrap() {
        let name = format!("loss{}", case["case"]);
        let logits = Var::from_tensor(&tensor(&folder, &format!("{name}_logits"))).unwrap();
        let target = tensor(&folder, &format!("{name}_target"));
        let config = LossConfig {
            s: 100.0,
            ..LossConfig::default()
        };
        let total = combined(&logits, &target, &config, config.s).unwrap();
        close(total.terms.get("bce").unwrap(), &case["bce_sum"]);
        close(
            total.terms.get("smoothness").unwrap(),
            &case["smoothness_sum"],
        );
        close(
            f64::from(total.total.to_scalar::<f32>().unwrap()),
            &case["total_s100"],
        );

        let penalty = smoothness(&logits, 5).unwrap();
        let bce = loss::bce_with_logits(&logits, &target, rsom_nn::Reduction::Sum).unwrap();
        for (term, reference) in [(&penalty, "smoothness_grad"), (&bce, "bce_grad")] {
            let gradients = term.backward().unwrap();
            let reference = tensor(&folder, &format!("{name}_{reference}"));
            let off = deviation(gradients.get(&logits).unwrap(), &reference);
            assert!(off < 1e-5, "{name}: {off}");
        }
    }
}

//! Resumed runs end in the same bytes on any number of threads; broken checkpoints are refused.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};
use rsom_nn::layers::{BatchNorm2d, Conv2d, ConvTranspose2d, Dropout};
use rsom_nn::ops::{Conv2dConfig, concat_channels, max_pool2d, without_kernels};
use rsom_nn::{Adam, AdamConfig, Mode, NnError, Optimizer, Parameters, Reduction, loss};
use rsom_training::{Checkpoint, PlateauConfig, ReduceOnPlateau, TrainingError};
use rsom_weights as weights;

use crate::common::{distance, flat, on_pools, random};

/// A U-Net of one level, with all kinds of layers of the real one.
struct Tiny {
    down: (Conv2d, BatchNorm2d),
    deep: (Conv2d, BatchNorm2d),
    up: ConvTranspose2d,
    dropout: Dropout,
    last: Conv2d,
}

impl Tiny {
    fn new(parameters: &mut Parameters) -> Self {
        let mut builder = parameters.builder(11);
        let same = Conv2dConfig::same(3).with_relu();
        let down = builder.at("down");
        Self {
            dropout: Dropout::new(&down, 0.5).unwrap(),
            down: (
                Conv2d::new(&mut builder.at("down.0"), [2, 6], 3, same).unwrap(),
                BatchNorm2d::new(&mut builder.at("down.1"), 6).unwrap(),
            ),
            deep: (
                Conv2d::new(&mut builder.at("deep.0"), [6, 9], 3, same).unwrap(),
                BatchNorm2d::new(&mut builder.at("deep.1"), 9).unwrap(),
            ),
            up: ConvTranspose2d::new(&mut builder.at("up"), [9, 5], 2).unwrap(),
            last: Conv2d::new(&mut builder.at("last"), [11, 1], 1, Conv2dConfig::valid()).unwrap(),
        }
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> Tensor {
        let skip = self.down.0.forward(x, mode).unwrap();
        let skip = self.down.1.forward(&skip, mode).unwrap();
        let deep = self
            .deep
            .0
            .forward(&max_pool2d(&skip).unwrap(), mode)
            .unwrap();
        let deep = self.deep.1.forward(&deep, mode).unwrap();
        let joined = concat_channels(&self.up.forward(&deep, mode).unwrap(), &skip).unwrap();
        let joined = self.dropout.forward(&joined, mode).unwrap();
        self.last.forward(&joined, mode).unwrap()
    }
}

/// A run that can be stopped and resumed.
struct Run {
    parameters: Parameters,
    net: Tiny,
    adam: Adam,
    schedule: ReduceOnPlateau,
}

impl Run {
    fn new() -> Self {
        let mut parameters = Parameters::new();
        let net = Tiny::new(&mut parameters);
        let config = AdamConfig {
            learning_rate: 0.01,
            ..AdamConfig::default()
        };
        let adam = Adam::for_parameters(&parameters, config).unwrap();
        let schedule = ReduceOnPlateau::new(
            PlateauConfig {
                patience: 0,
                ..PlateauConfig::default()
            },
            0.01,
        );
        Self {
            parameters,
            net,
            adam,
            schedule,
        }
    }

    fn steps(&mut self, steps: std::ops::Range<u64>, size: [usize; 2]) -> Vec<f32> {
        steps
            .map(|step| {
                let x = random(&[3, 2, size[0], size[1]], &format!("x{step}"));
                let t = random(&[3, 1, size[0], size[1]], "t").abs().unwrap();
                let (x, t) = (
                    x.to_dtype(DType::F32).unwrap(),
                    t.to_dtype(DType::F32).unwrap(),
                );
                let logits = self.net.forward(&x, &Mode::Training { seed: 5, step });
                let loss = loss::bce_with_logits(&logits, &t, Reduction::Mean).unwrap();
                self.adam.backward_step(&loss).unwrap();
                let loss = loss.to_scalar::<f32>().unwrap();
                self.adam
                    .set_learning_rate(self.schedule.step(f64::from(loss)));
                loss
            })
            .collect()
    }

    fn checkpoint(&self) -> Vec<u8> {
        let checkpoint = Checkpoint::of(
            &self.parameters,
            &self.adam,
            &self.schedule,
            "{\"epoch\":3}".into(),
        );
        checkpoint.unwrap().to_bytes().unwrap()
    }
}

#[test]
fn a_run_without_kernels_follows_one_with_them() {
    let (mut ours, mut composed) = (Run::new(), Run::new());
    let with = ours.steps(0..4, [12, 10]);
    let without = without_kernels(|| composed.steps(0..4, [12, 10]));
    for (with, without) in with.iter().zip(without) {
        assert!((with - without).abs() < 1e-5, "{with} {without}");
    }
    let statistics = ours.parameters.buffers().zip(composed.parameters.buffers());
    for ((name, ours), (_, composed)) in statistics {
        let apart = distance(&flat(ours), &flat(composed));
        assert!(apart < 1e-4, "{name}: {apart}");
    }
}

#[test]
fn a_resumed_run_ends_in_the_bytes_of_an_uninterrupted_one() {
    let mut whole = Run::new();
    whole.steps(0..8, [12, 10]);
    let mut first = Run::new();
    first.steps(0..3, [12, 10]);
    let bytes = first.checkpoint();
    drop(first);
    let mut second = Run::new();
    second.steps(0..1, [12, 10]);
    let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
    assert_eq!(checkpoint.trainer, "{\"epoch\":3}");
    checkpoint
        .restore(&second.parameters, &mut second.adam)
        .unwrap();
    second.schedule = checkpoint.schedule;
    second.steps(3..8, [12, 10]);
    assert_eq!(second.adam.steps(), 8);
    assert!(second.checkpoint() == whole.checkpoint());
}

#[test]
fn training_falls_and_gives_the_same_bytes_on_any_number_of_threads() {
    let runs = on_pools(|| {
        let mut run = Run::new();
        let losses = run.steps(0..4, [130, 70]);
        (run.checkpoint(), losses)
    });
    let (bytes, losses) = &runs[0];
    assert!(losses[3] < losses[0], "{losses:?}");
    for (other, _) in &runs[1..] {
        assert!(other == bytes);
    }
}

#[test]
fn a_checkpoint_of_another_network_is_refused_and_changes_nothing() {
    let checkpoint = Checkpoint::from_bytes(&Run::new().checkpoint()).unwrap();
    let mut other = Parameters::new();
    other
        .builder(0)
        .trainable("w", 3, rsom_nn::Init::Constant(1.0))
        .unwrap();
    let mut adam = Adam::for_parameters(&other, AdamConfig::default()).unwrap();
    let error = checkpoint.restore(&other, &mut adam).unwrap_err();
    assert!(matches!(error, TrainingError::Nn(NnError::Mismatch(_))));
    assert!(
        matches!(adam.restore(&checkpoint.adam), Err(NnError::Mismatch(m)) if m.missing == ["w"])
    );
    assert_eq!(flat(other.get("w").unwrap()), [1.0; 3]);
}

#[test]
fn broken_checkpoints_are_errors() {
    let bytes = Run::new().checkpoint();
    for len in (0..bytes.len()).step_by(101) {
        assert!(Checkpoint::from_bytes(&bytes[..len]).is_err());
    }
    let message = |tensors: &BTreeMap<String, Tensor>, metadata: &[(&str, &str)]| {
        let metadata = metadata
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        let bytes = weights::to_bytes(tensors, &metadata).unwrap();
        Checkpoint::from_bytes(&bytes).unwrap_err().to_string()
    };
    let none = BTreeMap::new();
    assert_eq!(
        message(&none, &[]),
        "this is a weights file, not a checkpoint of a training run"
    );
    let format = ("format", "rsom-checkpoint 1");
    assert!(message(&none, &[format]).starts_with("the metadata 'adam' is wrong: "));
    let good = weights::from_bytes(&bytes).unwrap();
    let [adam, schedule] = ["adam", "schedule"].map(|key| good.metadata.text(key).unwrap());
    let metadata = [format, ("adam", adam), ("schedule", schedule)];
    let single = |name: &str| {
        BTreeMap::from([(name.to_string(), good.tensors["parameters.up.bias"].clone())])
    };
    assert_eq!(
        message(&single("adam.first.w"), &metadata),
        "the checkpoint lacks an Adam moment of 'w'"
    );
    assert_eq!(
        message(&single("adam.second.w"), &metadata),
        "the checkpoint lacks an Adam moment of 'w'"
    );
    assert_eq!(
        message(&single("x"), &metadata),
        "the checkpoint has an unknown tensor 'x'"
    );
}

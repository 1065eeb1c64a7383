//! A trainer with a minimal task: epochs, history, validation, stopping.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use rsom_nn::layers::Conv2d;
use rsom_nn::loss::bce_with_logits;
use rsom_nn::ops::{Conv2dConfig, ConvolutionMethod};
use rsom_nn::{Computing, Mode, NeuralNetwork, Parameters, Reduction};
use rsom_training::{
    Collapse, DecayConfig, Loss, NamedValues, PlateauConfig, RunSettings, Sample, ShouldContinue,
    Task, Term, Trainer, TrainingError, ValidationOutput,
};

/// A network of one convolution.
struct Tiny {
    parameters: Parameters,
    conv: Conv2d,
}

/// Any error, as text.
#[derive(Debug)]
struct Fault(String);

impl<E: std::error::Error> From<E> for Fault {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl NeuralNetwork for Tiny {
    type Config = ();
    type Error = Fault;

    fn check((): &()) -> Result<(), Fault> {
        Ok(())
    }

    fn build((): &(), seed: u64, mut parameters: Parameters) -> Result<Self, Fault> {
        let mut builder = parameters.builder(seed);
        let conv = Conv2d::new(&mut builder.at("conv"), [1, 1], 3, Conv2dConfig::same(3))?;
        Ok(Self { parameters, conv })
    }

    fn infer(_shapes: &BTreeMap<String, Vec<usize>>) -> Result<(), Fault> {
        Ok(())
    }

    fn config(&self) -> &() {
        &()
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, Fault> {
        Ok(self.conv.forward(x, mode)?)
    }

    fn set_convolutions(&mut self, method: ConvolutionMethod) {
        self.conv.set_method(method);
    }

    fn set_recomputing(&mut self, _recomputing: bool) {}
}

/// Learns which pixels are above 0 from one image, and is validated on another.
struct Positive {
    run: RunSettings,
    validated: bool,
}

fn image(index: usize) -> Sample {
    let value = |i: usize| ((i * 37 + index * 11) % 23) as f32 / 11.0 - 1.0;
    let pixels: Vec<f32> = (0..64).map(value).collect();
    let reference = pixels.iter().map(|v| f32::from(*v > 0.0)).collect();
    let tensor = |v: Vec<f32>| Tensor::from_vec(v, (1, 1, 8, 8), &Device::Cpu).unwrap();
    Sample {
        input: tensor(pixels),
        reference: tensor(reference),
    }
}

impl Task for Positive {
    type Network = Tiny;
    type Batch = usize;
    type Part = usize;
    type Error = Fault;

    fn network(&self) -> &() {
        &()
    }

    fn run(&self) -> &RunSettings {
        &self.run
    }

    fn terms(&self) -> Vec<Term> {
        vec![Term::new("bce", 2.0)]
    }

    fn images(&self) -> usize {
        1 + self.parts().len()
    }

    fn batches(&self, _epoch: usize) -> Vec<usize> {
        vec![0]
    }

    fn sample(&self, batch: &usize) -> Result<Sample, Fault> {
        Ok(image(*batch))
    }

    fn loss(&self, logits: &Tensor, reference: &Tensor, weights: &[f64]) -> Result<Loss, Fault> {
        let bce = bce_with_logits(logits, reference, Reduction::Mean)?;
        let terms = NamedValues::from([("bce", f64::from(bce.to_scalar::<f32>()?))]);
        Ok(Loss {
            total: (bce * weights[0])?,
            terms,
        })
    }

    fn parts(&self) -> Vec<usize> {
        if self.validated { vec![1] } else { vec![] }
    }

    fn predict(
        &self,
        network: &Tiny,
        part: &usize,
        should_continue: ShouldContinue,
    ) -> Result<ValidationOutput, Fault> {
        if !should_continue() {
            return Err(TrainingError::Stopped.into());
        }
        let Sample { input, reference } = image(*part);
        let logits = network.run(&input, &Mode::Evaluation)?;
        Ok(ValidationOutput { logits, reference })
    }
}

fn trainer(validated: bool, change: impl Fn(&mut RunSettings)) -> Result<Trainer<Positive>, Fault> {
    let mut run = RunSettings {
        learning_rate: 0.1,
        plateau: PlateauConfig::default(),
        epochs: 40,
        decay: DecayConfig::default(),
        early_stopping_epochs: None,
        batch_size: 1,
        computing: Computing::default(),
        recompute: false,
        seed: 3,
    };
    change(&mut run);
    Trainer::new(Positive { run, validated })
}

#[test]
fn a_task_is_learned_and_its_history_tells_how() {
    let mut trainer = trainer(true, |_| {}).unwrap();
    let mut finished = 0;
    while !trainer.is_finished() {
        trainer
            .run_epoch(&mut |step| {
                finished += step.finished;
                true
            })
            .unwrap();
    }
    assert_eq!(finished, 40 * trainer.task().images());
    let history = trainer.history();
    let best = history.best().unwrap();
    let validation = best.validation.as_ref().unwrap();
    assert!(validation.scores.get("dice").unwrap() > 0.95, "{best:?}");
    assert_eq!(validation.collapse, Collapse::Ok);
    let bce = validation.terms.get("bce").unwrap();
    assert_eq!(history.watched(best), 2.0 * bce);
    assert!(trainer.best_weights().contains_key("conv.weight"));
}

#[test]
fn without_validation_the_training_loss_is_watched() {
    let mut trainer = trainer(false, |run| run.epochs = 2).unwrap();
    for _ in 0..2 {
        trainer.run_epoch(&mut |_| true).unwrap();
    }
    let history = trainer.history();
    let last = &history.epochs[1];
    assert!(last.validation.is_none());
    assert_eq!(history.watched(last), history.total(&last.train));
}

#[test]
fn a_run_stops_in_validation_too_and_refuses_settings_that_cannot_be() {
    let mut stopping = trainer(true, |_| {}).unwrap();
    let mut steps = 0;
    let error = stopping.run_epoch(&mut |_| {
        steps += 1;
        steps < 2
    });
    assert_eq!((error.unwrap_err().0.as_str(), steps), ("stopped", 2));
    assert!(stopping.history().epochs.is_empty());
    let error = trainer(true, |run| run.learning_rate = 0.0).err().unwrap();
    assert!(error.0.contains("learning_rate"), "{error:?}");
}

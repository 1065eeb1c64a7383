//! Steps of Adam against candle's and by hand.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Tensor, Var};
use rsom_nn::{Adam, AdamConfig, Optimizer};

use crate::common::{distance, flat, random};

#[test]
fn adam_steps_as_that_of_candle_without_decay() {
    let start = random(&[40_000], "w").to_dtype(DType::F32).unwrap();
    let (a, b) = (
        Var::from_tensor(&start).unwrap(),
        Var::from_tensor(&start.copy().unwrap()).unwrap(),
    );
    let config = AdamConfig {
        learning_rate: 0.02,
        ..AdamConfig::default()
    };
    let mut ours = Adam::new(vec![a.clone()], config).unwrap();
    let params = candle_nn::ParamsAdamW {
        lr: 0.02,
        weight_decay: 0.0,
        ..Default::default()
    };
    let mut theirs = candle_nn::AdamW::new(vec![b.clone()], params).unwrap();
    let target = random(&[40_000], "target").to_dtype(DType::F32).unwrap();
    let loss = |w: &Var| {
        (w.as_tensor() - &target)
            .unwrap()
            .powf(4.0)
            .unwrap()
            .sum_all()
            .unwrap()
    };
    for _ in 0..20 {
        ours.backward_step(&loss(&a)).unwrap();
        theirs.backward_step(&loss(&b)).unwrap();
    }
    assert!(distance(&flat(&a), &flat(&b)) < 2e-6);
    assert!(distance(&flat(&a), &flat(&start)) > 0.1);
}

#[test]
fn the_first_adam_step_moves_by_the_learning_rate() {
    // m/(1 − β1) = g and √(v/(1 − β2)) = |g|: the step is lr·g/(|g| + eps).
    let w = Var::from_tensor(&Tensor::new(&[1_f32, -2.0, 3.0], &candle_core::Device::Cpu).unwrap())
        .unwrap();
    let mut adam = Adam::new(
        vec![w.clone()],
        AdamConfig {
            learning_rate: 0.5,
            ..AdamConfig::default()
        },
    )
    .unwrap();
    let factors = Tensor::new(&[7_f32, -0.1, 0.0], &candle_core::Device::Cpu).unwrap();
    adam.backward_step(&(w.as_tensor() * factors).unwrap().sum_all().unwrap())
        .unwrap();
    assert!(distance(&flat(&w), &[0.5, -1.5, 3.0]) < 1e-6);
}

#[test]
fn a_parameter_without_a_gradient_stays() {
    let (a, b) = (
        crate::common::variable(&[3], "a"),
        crate::common::variable(&[3], "b"),
    );
    let single = |v: &Var| Var::from_tensor(&v.to_dtype(DType::F32).unwrap()).unwrap();
    let (a, b) = (single(&a), single(&b));
    let before = flat(&b);
    let mut adam = Adam::new(vec![a.clone(), b.clone()], AdamConfig::default()).unwrap();
    adam.backward_step(&a.sum_all().unwrap()).unwrap();
    assert_eq!(flat(&b), before);
    assert!(
        Adam::new(
            vec![crate::common::variable(&[3], "f64")],
            AdamConfig::default()
        )
        .is_err()
    );
}

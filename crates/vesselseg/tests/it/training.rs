//! Complete training runs: what they learn, resuming, and identical bytes for any number of threads.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use candle_core::{DType, Device, Tensor};
use ndarray::{Array3, Array4};
use rsom_nn::{Computing, InputScaling, NeuralNetwork};
use rsom_training::{
    Checkpoint, Collapse, DecayConfig, PlateauConfig, RunSettings, Step, Task, Trainer,
    TrainingError,
};
use rsom_vesselseg::augment::Augmentation;
use rsom_vesselseg::calibrate::{Curve, dice_curve, thresholds};
use rsom_vesselseg::loss::LossConfig;
use rsom_vesselseg::{
    Blocks, Example, Filter, Model, NetworkConfig, PredictSettings, Tiling, TrainSettings,
    Unet3dConfig, VesselNetConfig, VesselTask, VesselsegError, predict,
};
use rsom_volume::{Grid, Mask, Scan, Spacing};
use rsom_weights as weights;

/// A noisy scan with a bright tube along x that winds with the seed, and the tube.
fn tube(seed: usize) -> (Scan, Mask) {
    let shape = [18, 14, 16];
    let grid = Grid::new(shape, Spacing::RSOM).unwrap();
    let inside = |x: usize, y: usize, z: usize| {
        let (cy, cz) = (4 + (x / 4 + seed) % 6, 5 + (x / 5 + 2 * seed) % 6);
        y.abs_diff(cy) <= 1 && z.abs_diff(cz) <= 1
    };
    let voxels = Array3::from_shape_fn(shape, |(x, y, z)| inside(x, y, z));
    let intensities = Array4::from_shape_fn((18, 14, 16, 1), |(x, y, z, _)| {
        let noise = (x * 7 + y * 13 + z * 29 + seed * 5) % 60;
        (noise + if inside(x, y, z) { 150 } else { 0 }) as f32
    });
    let scan = Scan::new(grid.clone(), vec!["LF".into()], intensities).unwrap();
    (scan, Mask::new(grid, voxels).unwrap())
}

fn examples(seeds: std::ops::Range<usize>) -> Vec<Example> {
    let pair = |seed| {
        let (scan, mask) = tube(seed);
        Example::new(&scan, &mask).unwrap()
    };
    seeds.map(pair).collect()
}

fn small() -> VesselNetConfig {
    VesselNetConfig {
        in_channels: 1,
        channels: vec![4, 6],
        kernels: vec![3, 3],
        groups: None,
        filter: Filter::Cubic,
    }
}

fn unet3d() -> NetworkConfig {
    let config = Unet3dConfig {
        in_channels: 1,
        depth: 2,
        width: 4,
    };
    config.into()
}

fn settings(epochs: usize) -> TrainSettings {
    TrainSettings {
        network: small().into(),
        scaling: InputScaling {
            offset: 60.0,
            scale: 0.01,
        },
        loss: LossConfig {
            bce_weight: 1.0,
            positive_weight: 5.0,
            dice_weight: 0.5,
            cldice_weight: 0.25,
            skeleton_iterations: 2,
        },
        tiling: Tiling::Partition([2, 2, 2]),
        augmentation: Augmentation {
            flip_x: true,
            flip_y: true,
            flip_z: true,
            transpose: true,
            gain: [0.9, 1.1],
            knee: 0.2,
        },
        blocks: Blocks::WHOLE,
        run: RunSettings {
            learning_rate: 1e-2,
            plateau: PlateauConfig::default(),
            epochs,
            decay: DecayConfig::default(),
            early_stopping_epochs: None,
            batch_size: 3,
            computing: Computing::default(),
            recompute: false,
            seed: 11,
        },
    }
}

/// The same with other settings of the run.
fn settings_with(epochs: usize, change: impl Fn(&mut RunSettings)) -> TrainSettings {
    let mut settings = settings(epochs);
    change(&mut settings.run);
    settings
}

fn start<'a>(
    settings: &'a TrainSettings,
    training: &'a [Example],
    validation: &'a [Example],
) -> Result<Trainer<VesselTask<'a>>, VesselsegError> {
    Trainer::new(VesselTask::new(settings, training, validation)?)
}

const DRAWN: Tiling = Tiling::Drawn {
    extents: [9, 7, 8],
    count: 4,
    foreground_share: 0.5,
};

/// Runs to the end and returns the bytes of the best weights, the last weights and the history.
fn finish(mut trainer: Trainer<VesselTask>) -> (Vec<u8>, Vec<u8>, String) {
    while !trainer.is_finished() {
        trainer.run_epoch(&mut |_| true).unwrap();
    }
    let nothing = weights::Metadata::default();
    let last = trainer.network().parameters().snapshot().unwrap();
    (
        weights::to_bytes(trainer.best_weights(), &nothing).unwrap(),
        weights::to_bytes(&last, &nothing).unwrap(),
        serde_json::to_string(trainer.history()).unwrap(),
    )
}

#[test]
fn a_run_resumed_after_any_epoch_ends_in_the_bytes_of_an_uninterrupted_one() {
    let (training, validation) = (examples(0..3), examples(3..5));
    let parts = Tiling::Partition([2, 1, 2]);
    let small = NetworkConfig::from(small());
    for (network, tiling) in [(small.clone(), DRAWN), (small, parts), (unet3d(), parts)] {
        let settings = TrainSettings {
            network,
            tiling,
            ..settings(3)
        };
        let whole = finish(start(&settings, &training, &validation).unwrap());
        for stop in 0..3 {
            let mut first = start(&settings, &training, &validation).unwrap();
            for _ in 0..stop {
                first.run_epoch(&mut |_| true).unwrap();
            }
            let checkpoint = first.checkpoint("run").unwrap();
            let mut second = start(&settings, &training, &validation).unwrap();
            second.resume(&checkpoint, "run").unwrap();
            assert!(finish(second) == whole, "resumed after epoch {stop}");
        }
    }
}

#[test]
fn one_two_and_seven_threads_end_in_the_same_bytes() {
    let (training, validation) = (examples(0..3), examples(3..4));
    for (filter, groups) in [(Filter::Cubic, Some(2)), (Filter::CrossHair, None)] {
        let mut settings = settings(2);
        let network = VesselNetConfig {
            channels: vec![5, 8, 8],
            kernels: vec![3, 5, 3],
            filter,
            groups,
            ..small()
        };
        settings.network = network.into();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| finish(start(&settings, &training, &validation).unwrap()))
        };
        let one = run(1);
        assert!([2, 7].into_iter().all(|threads| run(threads) == one));
    }
}

#[test]
fn another_seed_ends_in_other_weights() {
    let training = examples(0..2);
    let run = |seed| {
        let settings = settings_with(1, |run| run.seed = seed);
        finish(start(&settings, &training, &[]).unwrap())
    };
    assert!(run(1).1 != run(2).1);
}

/// Changes a checkpoint so that it is a valid file but does not fit the run.
type Damage = fn(&mut Checkpoint);

const DAMAGES: [(&str, Damage); 5] = [
    ("a lost moment", |c| {
        c.adam.moments.pop_first();
    }),
    ("a lost weight", |c| {
        c.parameters.pop_last();
    }),
    ("best weights of another shape", |c| {
        let zeros = Tensor::zeros(3, DType::F32, &Device::Cpu).unwrap();
        c.extra.values_mut().for_each(|w| *w = zeros.clone());
    }),
    ("no best weights", |c| c.extra.clear()),
    ("no epochs", |c| {
        let mut state: serde_json::Value = serde_json::from_str(&c.trainer).unwrap();
        state["epochs"] = serde_json::json!([]);
        c.trainer = state.to_string();
    }),
];

#[test]
fn a_damaged_checkpoint_or_one_of_another_run_is_refused_and_changes_nothing() {
    let (training, validation) = (examples(0..1), examples(3..4));
    let settings = settings(2);
    let begin = || start(&settings, &training, &validation).unwrap();
    let whole = finish(begin());
    let mut stopped = begin();
    stopped.run_epoch(&mut |_| true).unwrap();
    let bytes = stopped.checkpoint("run").unwrap();
    let error = begin().resume(&bytes, "other").unwrap_err().to_string();
    assert!(error.contains("other parameters"), "{error}");
    for (name, damage) in DAMAGES {
        let mut checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
        damage(&mut checkpoint);
        let mut trainer = begin();
        let resumed = trainer.resume(&checkpoint.to_bytes().unwrap(), "run");
        assert!(resumed.is_err(), "{name}");
        assert!(finish(trainer) == whole, "{name}");
    }
}

/// Trains on tubes and returns the Dice score of a new tube at the calibrated threshold.
fn learned(network: NetworkConfig, tiling: Tiling) -> f64 {
    let (training, validation) = (examples(0..4), examples(4..6));
    let settings = TrainSettings {
        network,
        tiling,
        ..settings(20)
    };
    let mut trainer = start(&settings, &training, &validation).unwrap();
    let mut finished = 0;
    while !trainer.is_finished() {
        let mut watch = |step: Step| {
            finished += step.finished;
            true
        };
        trainer.run_epoch(&mut watch).unwrap();
    }
    assert_eq!(finished, 20 * trainer.task().images());
    let best = trainer
        .history()
        .best()
        .unwrap()
        .validation
        .clone()
        .unwrap();
    assert_eq!(best.collapse, Collapse::Ok);
    assert!(best.scores.get("dice").unwrap() > 0.8, "{best:?}");
    let model = Model {
        network: trainer.network().clone(),
        threshold: 0.5,
        blocks: settings.blocks,
        scaling: settings.scaling,
        channels: None,
        calibration: None,
    };
    let wanted = PredictSettings {
        threshold: 0.5,
        probabilities: true,
        blocks: model.blocks,
        tile: PredictSettings::TILE,
    };
    let curve = |seed| {
        let (scan, reference) = tube(seed);
        let found = predict(&model, &scan, &wanted, &mut |_, _| true).unwrap();
        let pairs = found.mask.voxels().iter().zip(reference.voxels());
        let both = pairs.filter(|(a, b)| **a && **b).count();
        let at_half = 2.0 * both as f64 / (found.mask.count() + reference.count()) as f64;
        let curve = dice_curve(&found.probabilities.unwrap(), &reference, &thresholds()).unwrap();
        assert_eq!(curve[184], at_half);
        curve
    };
    let calibrated = Curve::mean_of(&thresholds(), &[curve(4), curve(5)]).unwrap();
    curve(7)[calibrated.best]
}

#[test]
fn every_kind_of_network_learns_a_tube_and_finds_a_new_one() {
    let paper = small();
    let normed = VesselNetConfig {
        groups: Some(2),
        ..paper.clone()
    };
    let crossed = VesselNetConfig {
        filter: Filter::CrossHair,
        ..paper.clone()
    };
    let parts = Tiling::Partition([2, 2, 2]);
    for (network, tiling) in [
        (paper.clone().into(), parts),
        (normed.into(), parts),
        (crossed.into(), parts),
        (paper.into(), DRAWN),
        (unet3d(), parts),
        (unet3d(), DRAWN),
    ] {
        let dice = learned(network.clone(), tiling);
        assert!(dice > 0.9, "{network:?} {tiling:?}: {dice}");
    }
}

/// If one tile covers the whole scan, a training step without changes has the same input as validation.
#[test]
fn the_loss_of_a_tile_that_is_the_whole_scan_is_that_of_validation() {
    let data = examples(0..1);
    let settings = TrainSettings {
        tiling: Tiling::Partition([1; 3]),
        augmentation: Augmentation::NONE,
        ..settings_with(1, |run| run.learning_rate = 1e-30)
    };
    let mut trainer = start(&settings, &data, &data).unwrap();
    trainer.run_epoch(&mut |_| true).unwrap();
    let record = &trainer.history().epochs[0];
    let validation = record.validation.as_ref().unwrap();
    for name in ["bce", "dice", "cldice"] {
        let term = record.train.get(name).unwrap();
        let of_validation = validation.terms.get(name).unwrap();
        assert!((term - of_validation).abs() < 1e-6, "{name}: {record:?}");
    }
}

#[test]
fn a_diverging_run_stops_with_what_to_change() {
    let training = examples(0..1);
    let settings = settings_with(4, |run| run.learning_rate = 1e38);
    let mut trainer = start(&settings, &training, &[]).unwrap();
    let error = (0..4)
        .find_map(|_| trainer.run_epoch(&mut |_| true).err())
        .unwrap();
    assert!(
        matches!(
            error,
            VesselsegError::Training(TrainingError::NotFinite { .. })
        ),
        "{error}"
    );
    assert!(error.to_string().contains("lower learning_rate"), "{error}");
}

#[test]
fn a_run_stops_early_when_nothing_improves_and_when_it_is_told_to() {
    let (training, validation) = (examples(0..1), examples(1..2));
    let settings = settings_with(50, |run| {
        run.learning_rate = 1e-30;
        run.early_stopping_epochs = Some(2);
    });
    let mut trainer = start(&settings, &training, &validation).unwrap();
    while !trainer.is_finished() {
        trainer.run_epoch(&mut |_| true).unwrap();
    }
    assert_eq!(trainer.history().epochs.len(), 3);
    let mut trainer = start(&settings, &training, &[]).unwrap();
    let stopped = trainer.run_epoch(&mut |_| false);
    assert!(matches!(
        stopped,
        Err(VesselsegError::Training(TrainingError::Stopped))
    ));
}

#[test]
fn scans_and_settings_that_do_not_fit_are_refused_before_training() {
    let (scan, mask) = tube(0);
    let other = Grid::new([18, 14, 16], Spacing::Unknown).unwrap();
    let elsewhere = Mask::new(other, mask.voxels().clone()).unwrap();
    assert!(Example::new(&scan, &elsewhere).is_err());
    let training = examples(0..1);
    let mut two = settings(1);
    two.network = VesselNetConfig::gerl2020(false).into();
    let error = start(&two, &training, &[]).unwrap_err();
    assert!(matches!(error, VesselsegError::Channels { .. }), "{error}");
    let mut nothing = settings(1);
    nothing.loss = LossConfig {
        bce_weight: 0.0,
        dice_weight: 0.0,
        cldice_weight: 0.0,
        ..nothing.loss
    };
    let error = start(&nothing, &training, &[]).unwrap_err().to_string();
    assert!(error.contains("bce_weight"), "{error}");
    assert!(start(&settings(1), &[], &[]).is_err());
}

#[test]
fn recomputed_layers_end_in_the_same_bytes() {
    let (training, validation) = (examples(0..2), examples(2..3));
    let normed = VesselNetConfig {
        groups: Some(2),
        ..small()
    };
    for network in [small().into(), normed.into(), unet3d()] {
        let run = |recompute| {
            let settings = TrainSettings {
                network: NetworkConfig::clone(&network),
                ..settings_with(2, |run| run.recompute = recompute)
            };
            finish(start(&settings, &training, &validation).unwrap())
        };
        assert!(run(false) == run(true), "{network:?}");
    }
}

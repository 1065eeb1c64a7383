//! Training runs on synthetic layers: what they learn, resuming, and identical bytes for any number of threads.

#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use ndarray::{Array3, Array4, Axis};
use rsom_layerseg::augment::Augmentation;
use rsom_layerseg::loss::LossConfig;
use rsom_layerseg::slices::InputScaling;
use rsom_layerseg::{
    Example, Fcn7Config, LayerTask, LayersegError, Model, NetworkConfig, OddSlices, OutputBias,
    PredictSettings, Prediction, ShiftedOut, TrainSettings, UnetConfig, predict,
};
use rsom_nn::ops::ConvolutionMethod;
use rsom_nn::{Computing, NeuralNetwork};
use rsom_training::{
    Checkpoint, Collapse, DecayConfig, PlateauConfig, RunSettings, Step, Task, Trainer,
    TrainingError,
};
use rsom_volume::{Grid, Mask, Scan, Spacing};
use rsom_weights as weights;

/// A bright band of four voxels whose depth differs between volumes, in noise.
fn layer(seed: usize) -> (Scan, Mask) {
    let shape = [18, 5, 20];
    let grid = Grid::new(shape, Spacing::RSOM).unwrap();
    let top = |x: usize, y: usize| 5 + (seed * 3 + x / 6 + y) % 5;
    let inside = |x, y, z| (top(x, y)..top(x, y) + 4).contains(&z);
    let intensities = Array4::from_shape_fn((18, 5, 20, 1), |(x, y, z, _)| {
        let noise = ((x * 7 + y * 13 + z * 29 + seed * 5) % 17) as f32 / 20.0;
        noise + if inside(x, y, z) { 2.0 } else { 0.0 }
    });
    let voxels = Array3::from_shape_fn((18, 5, 20), |(x, y, z)| inside(x, y, z));
    let scan = Scan::new(grid.clone(), vec!["LF".into()], intensities).unwrap();
    (scan, Mask::new(grid, voxels).unwrap())
}

fn examples(seeds: std::ops::Range<usize>) -> Vec<Example> {
    let pair = |seed| {
        let (scan, mask) = layer(seed);
        Example::new(&scan, &mask).unwrap()
    };
    seeds.map(pair).collect()
}

fn settings(epochs: usize) -> TrainSettings {
    TrainSettings {
        network: NetworkConfig::Unet(UnetConfig {
            in_channels: 1,
            classes: 1,
            depth: 2,
            width: 4,
            dropout: 0.5,
        }),
        scaling: InputScaling::IDENTITY,
        output_bias: OutputBias::Random,
        loss: LossConfig {
            s: 1.0,
            ..LossConfig::default()
        },
        augmentation: Augmentation {
            z_shift: [-0.1, 0.2],
            mirror: true,
        },
        run: RunSettings {
            learning_rate: 1e-2,
            plateau: PlateauConfig {
                patience: 1,
                ..PlateauConfig::default()
            },
            epochs,
            decay: DecayConfig::default(),
            early_stopping_epochs: None,
            batch_size: 2,
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
) -> Result<Trainer<LayerTask<'a>>, LayersegError> {
    Trainer::new(LayerTask::new(settings, training, validation)?)
}

/// Runs to the end and returns the bytes of the best weights, the last weights and the history.
fn finish(mut trainer: Trainer<LayerTask>) -> (Vec<u8>, Vec<u8>, String) {
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
    let settings = settings(5);
    let whole = finish(start(&settings, &training, &validation).unwrap());
    for stop in 0..5 {
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

#[test]
fn one_two_and_sixteen_threads_end_in_the_same_bytes() {
    let (training, validation) = (examples(0..3), examples(3..4));
    // Wide enough for all kinds of kernels: plain sums in the first layer, tiles in the others.
    let unet = UnetConfig {
        in_channels: 1,
        classes: 1,
        depth: 2,
        width: 8,
        dropout: 0.5,
    };
    let fcn = Fcn7Config {
        in_channels: 1,
        classes: 1,
        channels: vec![8, 9],
    };
    for network in [NetworkConfig::Unet(unet), NetworkConfig::Fcn7(fcn)] {
        let settings = TrainSettings {
            network,
            ..settings(2)
        };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| finish(start(&settings, &training, &validation).unwrap()))
        };
        let one = run(1);
        assert!([2, 16].into_iter().all(|threads| run(threads) == one));
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

#[test]
fn a_checkpoint_of_another_run_is_refused_and_changes_nothing() {
    let training = examples(0..1);
    let settings = settings(2);
    let mut trainer = start(&settings, &training, &[]).unwrap();
    trainer.run_epoch(&mut |_| true).unwrap();
    let checkpoint = trainer.checkpoint("one").unwrap();
    let mut other = start(&settings, &training, &[]).unwrap();
    let error = other.resume(&checkpoint, "two").unwrap_err();
    assert!(error.to_string().contains("other parameters"), "{error}");
    assert!(other.history().epochs.is_empty());
    assert!(other.resume(&checkpoint[..200], "one").is_err());
}

/// Changes a checkpoint so that it is a valid file but does not fit the run.
type Damage = fn(&mut Checkpoint);

const DAMAGES: [(&str, Damage); 8] = [
    ("a lost moment", |c| {
        c.adam.moments.pop_first();
    }),
    ("a moment of another shape", |c| {
        c.adam.moments.values_mut().for_each(|m| m.first = zeros(3));
    }),
    ("a lost weight", |c| {
        c.parameters.pop_last();
    }),
    ("a weight of another shape", |c| {
        c.parameters.values_mut().for_each(|w| *w = zeros(3));
    }),
    ("a lost weight of the best", |c| {
        c.extra.pop_first();
    }),
    ("best weights of another shape", |c| {
        c.extra.values_mut().for_each(|w| *w = zeros(3));
    }),
    ("no best weights", |c| c.extra.clear()),
    ("no epochs", |c| {
        let mut state: serde_json::Value = serde_json::from_str(&c.trainer).unwrap();
        state["epochs"] = serde_json::json!([]);
        c.trainer = state.to_string();
    }),
];

fn zeros(count: usize) -> Tensor {
    Tensor::zeros(count, DType::F32, &Device::Cpu).unwrap()
}

#[test]
fn a_damaged_checkpoint_is_refused_and_changes_nothing() {
    let (training, validation) = (examples(0..1), examples(3..4));
    let settings = settings(2);
    let begin = || start(&settings, &training, &validation).unwrap();
    let whole = finish(begin());
    let mut stopped = begin();
    stopped.run_epoch(&mut |_| true).unwrap();
    let bytes = stopped.checkpoint("run").unwrap();
    for (name, damage) in DAMAGES {
        let mut checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
        damage(&mut checkpoint);
        let mut trainer = begin();
        let resumed = trainer.resume(&checkpoint.to_bytes().unwrap(), "run");
        assert!(resumed.is_err(), "{name}");
        assert!(finish(trainer) == whole, "{name}");
    }
}

/// A network that has learned the band; checks that it has.
fn trained(network: NetworkConfig) -> Model {
    let (training, validation) = (examples(0..4), examples(4..6));
    let settings = TrainSettings {
        network,
        ..settings(12)
    };
    let mut trainer = start(&settings, &training, &validation).unwrap();
    let mut steps = 0;
    let mut count = |step: Step| {
        steps += step.finished;
        true
    };
    while !trainer.is_finished() {
        trainer.run_epoch(&mut count).unwrap();
    }
    assert_eq!(steps, 12 * trainer.task().images());
    let best = trainer
        .history()
        .best()
        .unwrap()
        .validation
        .clone()
        .unwrap();
    assert!(best.scores.get("dice").unwrap() > 0.9, "{best:?}");
    assert_eq!(best.collapse, Collapse::Ok);
    Model {
        network: trainer.network().clone(),
        scaling: settings.scaling,
        channels: None,
        odd_slices: OddSlices::Predict,
        postprocess: rsom_layerseg::postprocess::Postprocess::None,
    }
}

fn segment(model: &Model, scan: &Scan, odd_slices: OddSlices) -> Prediction {
    let settings = PredictSettings {
        threshold: 0.5,
        probabilities: true,
        odd_slices,
    };
    predict(model, scan.clone(), &settings, &mut || true).unwrap()
}

#[test]
fn both_networks_learn_a_bright_band_and_find_it_in_a_new_scan() {
    let fcn = NetworkConfig::Fcn7(Fcn7Config {
        in_channels: 1,
        classes: 1,
        channels: vec![4, 6],
    });
    for network in [settings(1).network, fcn] {
        let (scan, reference) = layer(7);
        let found = segment(&trained(network), &scan, OddSlices::Predict);
        assert_eq!(found.mask.grid(), scan.grid());
        let pairs = found.mask.voxels().iter().zip(reference.voxels());
        let both = pairs.filter(|(a, b)| **a && **b).count();
        let dice = 2.0 * both as f64 / (found.mask.count() + reference.count()) as f64;
        assert!(dice > 0.85, "{dice}");
        let probabilities = found.probabilities.unwrap();
        let mut pairs = probabilities.iter().zip(found.mask.voxels());
        assert!(pairs.all(|(p, inside)| (*p >= 0.5) == *inside));
    }
}

#[test]
fn repeating_changes_the_first_of_an_odd_number_of_slices_alone() {
    let model = trained(settings(1).network);
    let (scan, _) = layer(7);
    let all = segment(&model, &scan, OddSlices::Predict);
    let repeated = segment(&model, &scan, OddSlices::Repeat);
    let slice = |found: &Prediction, y: usize| {
        let mask = found.mask.voxels().index_axis(Axis(1), y).to_owned();
        let probabilities = found.probabilities.as_ref().unwrap();
        (mask, probabilities.index_axis(Axis(1), y).to_owned())
    };
    assert_eq!(slice(&repeated, 0), slice(&all, 1));
    assert_ne!(slice(&all, 0), slice(&all, 1));
    assert!((1..5).all(|y| slice(&repeated, y) == slice(&all, y)));
}

#[test]
fn a_penalty_beyond_the_breaking_point_is_reported_as_a_collapse() {
    let (training, validation) = (examples(0..2), examples(2..3));
    let mut settings = settings(12);
    settings.loss.s = 1e4;
    let mut trainer = start(&settings, &training, &validation).unwrap();
    while !trainer.is_finished() {
        trainer.run_epoch(&mut |_| true).unwrap();
    }
    let last = trainer
        .history()
        .epochs
        .last()
        .unwrap()
        .validation
        .clone()
        .unwrap();
    assert_ne!(last.collapse, Collapse::Ok, "{last:?}");
}

#[test]
fn layers_that_the_shift_moves_out_of_the_volume_are_counted() {
    // By hand: in B-scan y of volume 0 the band of 4 rows begins at rows 5 + (y, y + 1, y + 2) mod 5 of 20.
    let training = examples(0..1);
    for (share, lost) in [
        (0.0, 0),
        (0.5, 0),
        // 13 rows down: gone where it begins at row 7 or deeper, in B-scan 2 (7, 8, 9) alone.
        (0.65, 1),
        (0.75, 5),
        // 11 rows up: gone where it ends at row 10 or above, in B-scan 0 (8, 9, 10) alone.
        (-0.55, 1),
        (-0.65, 5),
    ] {
        let mut settings = settings(1);
        settings.augmentation.z_shift = [share, share];
        let trainer = start(&settings, &training, &[]).unwrap();
        let expected = ShiftedOut {
            with_layer: 5,
            lost,
        };
        assert_eq!(trainer.task().shifted_out().unwrap(), expected, "{share}");
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
            LayersegError::Training(TrainingError::NotFinite { .. })
        ),
        "{error}"
    );
    assert!(error.to_string().contains("lower learning_rate"), "{error}");
}

#[test]
fn a_run_stops_early_when_nothing_improves() {
    let training = examples(0..1);
    let stopping = settings_with(50, |run| {
        run.learning_rate = 1e-30;
        run.early_stopping_epochs = Some(2);
    });
    let settings = TrainSettings {
        augmentation: Augmentation {
            z_shift: [0.0, 0.0],
            mirror: false,
        },
        ..stopping
    };
    let validation = examples(1..2);
    let mut trainer = start(&settings, &training, &validation).unwrap();
    while !trainer.is_finished() {
        trainer.run_epoch(&mut |_| true).unwrap();
    }
    assert!(trainer.history().epochs.len() < 50);
}

#[test]
fn a_watcher_stops_the_run() {
    let training = examples(0..1);
    let settings = settings(1);
    let mut trainer = start(&settings, &training, &[]).unwrap();
    assert!(matches!(
        trainer.run_epoch(&mut |_| false),
        Err(LayersegError::Training(TrainingError::Stopped))
    ));
}

#[test]
fn volumes_that_do_not_fit_are_refused_before_training() {
    let (scan, mask) = layer(0);
    let other = Grid::new([18, 5, 20], Spacing::Unknown).unwrap();
    let elsewhere = Mask::new(other, mask.voxels().clone()).unwrap();
    assert!(matches!(
        Example::new(&scan, &elsewhere),
        Err(LayersegError::Volume(_))
    ));

    let training = [Example::new(&scan, &mask).unwrap()];
    let unet = |in_channels, depth| TrainSettings {
        network: NetworkConfig::Unet(UnetConfig {
            in_channels,
            classes: 1,
            depth,
            width: 2,
            dropout: 0.0,
        }),
        ..settings(1)
    };
    let error = |settings: &TrainSettings| start(settings, &training, &[]).unwrap_err();
    assert!(matches!(
        error(&unet(2, 2)),
        LayersegError::Channels {
            scan: 1,
            network: 2
        }
    ));
    assert!(matches!(
        error(&unet(1, 6)),
        LayersegError::SliceTooSmall { .. }
    ));
}

#[test]
fn plain_convolutions_are_other_sums_of_the_same_numbers() {
    let fcn = Fcn7Config {
        in_channels: 1,
        classes: 1,
        // As many as Winograd's tiles need with any instructions.
        channels: vec![32, 33],
    };
    let training = examples(0..2);
    let run = |convolutions| {
        let settings = TrainSettings {
            network: NetworkConfig::Fcn7(fcn.clone()),
            ..settings_with(1, |run| {
                run.computing.convolutions = convolutions;
                // Large steps would amplify the last digits.
                run.learning_rate = 1e-4;
            })
        };
        let mut trainer = start(&settings, &training, &[]).unwrap();
        trainer.run_epoch(&mut |_| true).unwrap();
        let loss = trainer.history().epochs[0].train.get("bce").unwrap();
        (loss, finish(trainer).1)
    };
    let [fastest, plain] = [ConvolutionMethod::Fastest, ConvolutionMethod::Plain].map(run);
    assert!(
        (fastest.0 - plain.0).abs() < 1e-4 * plain.0,
        "{} {}",
        fastest.0,
        plain.0
    );
    assert!(fastest.1 != plain.1);
}

#[test]
fn recomputed_blocks_end_in_the_same_bytes() {
    let (training, validation) = (examples(0..2), examples(2..3));
    let fcn = NetworkConfig::Fcn7(Fcn7Config {
        in_channels: 1,
        classes: 1,
        channels: vec![3, 4],
    });
    for network in [settings(1).network, fcn] {
        let run = |recompute| {
            let settings = TrainSettings {
                network: network.clone(),
                ..settings_with(2, |run| run.recompute = recompute)
            };
            finish(start(&settings, &training, &validation).unwrap())
        };
        assert!(run(false) == run(true));
    }
}

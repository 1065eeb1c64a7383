//! Training with other penalties than that of the paper, and from another output bias.

#![allow(clippy::unwrap_used)]

use candle_core::Tensor;
use ndarray::{Array3, Array4};
use rsom_layerseg::loss::{LossConfig, Penalty, PenaltyAxes};
use rsom_layerseg::{
    Example, Fcn7Config, LayerTask, NetworkConfig, OutputBias, TrainSettings, UnetConfig,
};
use rsom_nn::{Mode, NeuralNetwork};
use rsom_parameters::Parameters;
use rsom_training::{Task, Trainer};
use rsom_volume::{Grid, Mask, Scan, Spacing};

/// A bright band of four of twenty voxels, in noise.
fn example(seed: usize) -> Example {
    let grid = Grid::new([18, 7, 20], Spacing::RSOM).unwrap();
    let inside = |x: usize, y: usize, z: usize| z.wrapping_sub(6 + (x + y + seed) % 3) < 4;
    let scan = Array4::from_shape_fn((18, 7, 20, 1), |(x, y, z, _)| {
        let noise = ((x * 7 + y * 13 + z * 29 + seed * 5) % 17) as f32 / 20.0;
        noise + if inside(x, y, z) { 2.0 } else { 0.0 }
    });
    let mask = Array3::from_shape_fn((18, 7, 20), |(x, y, z)| inside(x, y, z));
    let scan = Scan::new(grid.clone(), vec!["LF".into()], scan).unwrap();
    Example::new(&scan, &Mask::new(grid, mask).unwrap()).unwrap()
}

fn settings(batch_size: usize, change: impl Fn(&mut TrainSettings)) -> TrainSettings {
    let mut settings = TrainSettings::from_map(&serde_json::Map::new()).unwrap();
    settings.network = NetworkConfig::Unet(UnetConfig {
        in_channels: 1,
        classes: 1,
        depth: 2,
        width: 4,
        dropout: 0.0,
    });
    settings.run.learning_rate = 0.01;
    settings.run.epochs = 6;
    settings.run.batch_size = batch_size;
    settings.augmentation.z_shift = [0.0, 0.0];
    change(&mut settings);
    settings
}

/// The penalty of the validation B-scans after training, and their Dice score.
fn trained(settings: &TrainSettings) -> (f64, f64) {
    let (training, validation) = ([example(0), example(1)], [example(2)]);
    let task = LayerTask::new(settings, &training, &validation).unwrap();
    let mut trainer = Trainer::new(task).unwrap();
    while !trainer.is_finished() {
        trainer.run_epoch(&mut |_| true).unwrap();
    }
    let last = trainer.history().epochs.last().unwrap();
    let validation = last.validation.as_ref().unwrap();
    let of = |values: &rsom_training::NamedValues, name| values.get(name).unwrap();
    (
        of(&validation.terms, "smoothness"),
        of(&validation.scores, "dice"),
    )
}

#[test]
fn each_penalty_lowers_itself_and_keeps_the_layer() {
    for penalty in [Penalty::MovingMean, Penalty::TotalVariation] {
        for penalty_axes in [PenaltyAxes::X, PenaltyAxes::Xy] {
            let with = |s| {
                let loss = LossConfig {
                    s,
                    penalty,
                    penalty_axes,
                    ..LossConfig::default()
                };
                trained(&settings(7, |settings| settings.loss = loss))
            };
            let ((free, _), (bound, dice)) = (with(0.0), with(1.0));
            assert!(
                bound < 0.97 * free,
                "{penalty:?} {penalty_axes:?}: {bound} {free}"
            );
            assert!(dice > 0.7, "{penalty:?} {penalty_axes:?}: {dice}");
        }
    }
}

#[test]
fn a_penalty_along_y_needs_a_batch_of_neighbors() {
    for (penalty, least) in [(Penalty::MovingMean, 5), (Penalty::TotalVariation, 2)] {
        let check = |batch_size| {
            let change = |settings: &mut TrainSettings| {
                settings.loss.penalty = penalty;
                settings.loss.penalty_axes = PenaltyAxes::Xy;
            };
            settings(batch_size, change).check()
        };
        assert!(check(least).is_ok());
        let error = check(least - 1).unwrap_err().to_string();
        assert!(error.contains(&format!("at least {least}")), "{error}");
    }
    let wide = settings(9, |settings| {
        settings.loss.window = 9;
        settings.loss.penalty_axes = PenaltyAxes::Xy;
    });
    let error = LayerTask::new(&wide, &[example(0)], &[]).unwrap_err();
    let words = "scans of at least 9 B-scans";
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn the_first_probabilities_are_near_the_share_of_the_layer() {
    let training = [example(0), example(1)];
    let fcn = NetworkConfig::Fcn7(Fcn7Config {
        in_channels: 1,
        classes: 1,
        channels: vec![4, 6],
    });
    for network in [settings(1, |_| ()).network, fcn] {
        let mean = |output_bias| {
            let change = |settings: &mut TrainSettings| {
                settings.output_bias = output_bias;
                settings.network = network.clone();
            };
            let settings = settings(1, change);
            let task = LayerTask::new(&settings, &training, &[]).unwrap();
            let batches = task.batches(1);
            let input = task.sample(&batches[0]).unwrap().input;
            let trainer = Trainer::new(task).unwrap();
            let logits = trainer.network().run(&input, &Mode::Evaluation).unwrap();
            let p: Vec<f32> = values(&logits)
                .iter()
                .map(|l| 1.0 / (1.0 + (-l).exp()))
                .collect();
            p.iter().sum::<f32>() / p.len() as f32
        };
        let (random, share) = (mean(OutputBias::Random), mean(OutputBias::Share));
        // The layer fills a fifth of each B-scan.
        assert!((share - 0.2).abs() < 0.12, "{share}");
        assert!(
            (share - 0.2).abs() < (random - 0.2).abs(),
            "{share} {random}"
        );
    }
}

fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

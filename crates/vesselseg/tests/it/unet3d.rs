//! The 3-D U-Net: shapes, gradients, tiles.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use candle_core::{DType, Device, Tensor};
use ndarray::Array4;
use rsom_nn::{InputScaling, Mode, NeuralNetwork, Parameters, differentiate};
use rsom_vesselseg::{
    Blocks, Model, Network, NetworkConfig, PredictSettings, Unet3dConfig, predict,
};
use rsom_volume::{Grid, Scan, Spacing};

const MODE: Mode = Mode::Training { seed: 1, step: 0 };

fn config(in_channels: usize, depth: usize, width: usize) -> Unet3dConfig {
    Unet3dConfig {
        in_channels,
        depth,
        width,
    }
}

/// Pseudorandom numbers from -1 to 1.
fn noise(count: usize) -> Vec<f64> {
    let value = |i: u64| (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let all = 0..count as u64;
    all.map(|i| value(i) as f64 / f64::from(1 << 23) - 1.0)
        .collect()
}

#[test]
fn logits_have_the_size_of_the_input_whatever_the_depth() {
    for (depth, extents) in [(1, [3, 5, 4]), (2, [4, 6, 2]), (3, [8, 4, 12])] {
        let config = config(2, depth, 2);
        let network = Network::new(&config.clone().into(), 3).unwrap();
        assert_eq!(network.parameters().count(), config.parameters());
        let [z, y, x] = extents;
        let input = Tensor::ones((2, 2, z, y, x), DType::F32, &Device::Cpu).unwrap();
        let logits = network.forward(&input, &MODE).unwrap();
        assert_eq!(logits.dims(), [2, 1, z, y, x]);
    }
    // By hand: two voxels for each of two blocks at the first level, four at the second, eight below.
    let halos = [1, 2, 3].map(|depth| config(1, depth, 1).halo());
    assert_eq!(halos, [2, 2 + 4 + 2, 2 + 4 + 8 + 4 + 2]);
    let odd = Tensor::ones((1, 1, 4, 4, 5), DType::F32, &Device::Cpu).unwrap();
    let network = Network::new(&config(1, 2, 1).into(), 0).unwrap();
    assert!(network.forward(&odd, &MODE).is_err());
    for bad in [
        config(0, 2, 1),
        config(1, 0, 1),
        config(1, 6, 1),
        config(1, 2, 0),
    ] {
        assert!(Network::new(&bad.into(), 0).is_err());
    }
}

#[test]
fn gradients_of_all_parameters_equal_central_differences() {
    let network = Network::build(&config(1, 2, 2).into(), 5, Parameters::doubles()).unwrap();
    let tensor = |values, shape: (usize, usize, usize, usize, usize)| {
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let shape = (2, 1, 4, 4, 4);
    let x = tensor(noise(128), shape);
    let weights = tensor(noise(256)[128..].to_vec(), shape);
    let total = |logits: &Tensor| (logits * &weights)?.sum_all();
    let forward = || network.forward(&x, &MODE);
    let (gradients, ()) = differentiate(forward, |y| Ok((total(y)?, ()))).unwrap();
    for (name, variable) in network.parameters().trainable() {
        let flat = |t: &Tensor| t.flatten_all().unwrap().to_vec1::<f64>().unwrap();
        let gradient = flat(gradients.get(variable).unwrap());
        let start = flat(variable);
        for index in [0, start.len() / 2, start.len() - 1] {
            let at = |step: f64| -> f64 {
                let mut moved = start.clone();
                moved[index] += step;
                let moved = Tensor::from_vec(moved, variable.shape(), &Device::Cpu).unwrap();
                variable.set(&moved).unwrap();
                total(&forward().unwrap()).unwrap().to_scalar().unwrap()
            };
            let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
            at(0.0);
            let off = (gradient[index] - numeric).abs();
            assert!(off < 1e-5 * numeric.abs().max(1.0), "{name} {index}: {off}");
        }
    }
}

#[test]
fn a_prediction_does_not_depend_on_tiles_or_blocks() {
    let network = Network::new(&NetworkConfig::from(config(1, 2, 8)), 7).unwrap();
    // Running statistics that differ from the initial ones.
    let input = noise(512).iter().map(|v| *v as f32).collect();
    let input = Tensor::from_vec(input, (1, 1, 8, 8, 8), &Device::Cpu).unwrap();
    network.forward(&input, &MODE).unwrap();
    let shape = [13, 9, 10];
    let values = noise(13 * 9 * 10).into_iter().map(|v| v as f32).collect();
    let values = Array4::from_shape_vec((13, 9, 10, 1), values).unwrap();
    let grid = Grid::new(shape, Spacing::RSOM).unwrap();
    let scan = Scan::new(grid, vec!["LF".into()], values).unwrap();
    let model = Model {
        network,
        threshold: 0.5,
        blocks: Blocks::WHOLE,
        scaling: InputScaling::IDENTITY,
        channels: None,
        calibration: None,
    };
    let found = |tile| {
        let settings = PredictSettings {
            threshold: 0.5,
            probabilities: true,
            blocks: Blocks::WHOLE,
            tile,
        };
        let found = predict(&model, &scan, &settings, &mut |_, _| true).unwrap();
        found.probabilities.unwrap()
    };
    let whole = found([64; 3]);
    for tile in [[2, 2, 2], [5, 64, 4], [1, 1, 64]] {
        let apart = (&found(tile) - &whole).mapv(f32::abs);
        assert!(apart.iter().all(|d| *d < 1e-5), "{tile:?}");
    }
}

//! The rsom side: the networks as the stages run them.

use std::time::Instant;

use candle_core::{DType, Device, Error, Tensor};
use rsom_layerseg::loss::{LossConfig, combined};
use rsom_layerseg::{Fcn7Config, Network, NetworkConfig, UnetConfig};
use rsom_nn::{Adam, AdamConfig, Mode, NeuralNetwork, OpTime, Optimizer, Parameters, loss};
use rsom_vesselseg::VesselNetConfig;

use crate::work::{FCN_CHANNELS, Net, Pass, Work};

/// Number of untimed warm-up passes.
const WARM_UP: usize = 2;

/// An error of either stage's network.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A network with its parameters.
enum Model {
    Layer(Network),
    Vessel(rsom_vesselseg::Network),
}

impl Model {
    fn new(work: &Work, recompute: bool) -> Result<Self, Fault> {
        let config = match work.net {
            Net::Unet => NetworkConfig::Unet(UnetConfig {
                in_channels: 2,
                classes: 1,
                depth: work.depth,
                width: 1 << work.wf,
                dropout: 0.5,
            }),
            Net::Fcn7 => NetworkConfig::Fcn7(Fcn7Config {
                in_channels: 2,
                classes: 1,
                channels: FCN_CHANNELS.to_vec(),
            }),
            Net::Dvn => {
                let config = VesselNetConfig::gerl2020(true).into();
                let network = rsom_vesselseg::Network::new(&config, 0)?;
                return Ok(Self::Vessel(network.with_recomputing(recompute)));
            }
        };
        let network = Network::new(&config, 0)?;
        Ok(Self::Layer(network.with_recomputing(recompute)))
    }

    fn parameters(&self) -> &Parameters {
        match self {
            Self::Layer(network) => network.parameters(),
            Self::Vessel(network) => network.parameters(),
        }
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, Fault> {
        match self {
            Self::Layer(network) => Ok(network.forward(x, mode)?),
            Self::Vessel(network) => Ok(network.forward(x, mode)?),
        }
    }

    /// Cross-entropy, and for B-scans the smoothness penalty with weight 100.
    fn loss(&self, logits: &Tensor, target: &Tensor) -> Result<Tensor, Fault> {
        match self {
            Self::Layer(_) => Ok(combined(logits, target, &LossConfig::default(), 100.0)?.total),
            Self::Vessel(..) => Ok(loss::bce_with_logits(
                logits,
                target,
                rsom_nn::Reduction::Sum,
            )?),
        }
    }
}

/// Times of the passes of a network.
pub struct Times {
    /// Seconds of each pass.
    pub seconds: Vec<f64>,
    /// Times of each op over all passes.
    pub ops: Vec<OpTime>,
}

/// Times `runs` passes. With `recompute`, training keeps only the ends of the networks' blocks.
///
/// # Errors
/// A shape that the network does not accept.
pub fn time(work: &Work, runs: usize, recompute: bool) -> Result<Times, Fault> {
    let model = Model::new(work, recompute)?;
    let x = noise(work)?;
    let target = model
        .forward(&x, &Mode::Evaluation)?
        .gt(0.0)?
        .to_dtype(DType::F32)?;
    let mut adam = match work.pass {
        Pass::Forward => None,
        Pass::Train => Some(Adam::for_parameters(
            model.parameters(),
            AdamConfig::default(),
        )?),
    };
    let mut pass = |run: usize| -> Result<f64, Fault> {
        let start = Instant::now();
        match &mut adam {
            None => drop(model.forward(&x, &Mode::Evaluation)?),
            Some(adam) => {
                let mode = Mode::Training {
                    seed: 0,
                    step: run as u64,
                };
                let (gradients, ()) = rsom_nn::differentiate(
                    || model.forward(&x, &mode),
                    |logits| Ok::<_, Fault>((model.loss(logits, &target)?, ())),
                )?;
                adam.step(&gradients)?;
            }
        }
        Ok(start.elapsed().as_secs_f64())
    };
    for run in 0..WARM_UP {
        pass(run)?;
    }
    let (seconds, ops) = rsom_nn::profiled(|| {
        let passes = (WARM_UP..WARM_UP + runs).map(&mut pass);
        passes.collect::<Result<_, _>>()
    });
    Ok(Times {
        seconds: seconds?,
        ops,
    })
}

/// A deterministic input in [0, 1).
fn noise(work: &Work) -> Result<Tensor, Error> {
    let shape = [&[work.batch, 2], work.shape.as_slice()].concat();
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|i| ((i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as f32 / 16_777_216.0)
        .collect();
    Tensor::from_vec(values, shape, &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_runs_one_short_pass_of_each_kind() {
        for net in [Net::Unet, Net::Fcn7, Net::Dvn] {
            for pass in [Pass::Forward, Pass::Train] {
                let shape = if net == Net::Dvn {
                    vec![14; 3]
                } else {
                    vec![16; 2]
                };
                let work = Work {
                    net,
                    pass,
                    shape,
                    batch: 1,
                    depth: 3,
                    wf: 2,
                };
                let times = time(&work, 1, net == Net::Unet).unwrap();
                assert_eq!(times.seconds.len(), 1, "{work:?}");
                assert!(times.ops.iter().any(|op| op.op == "convolution"));
            }
        }
    }
}

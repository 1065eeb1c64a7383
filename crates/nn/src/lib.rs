//! Building blocks of neural networks on candle: ops with correct gradients, layers, losses, Adam, seeded random streams.
//!
//! candle provides tensors, a tape for automatic differentiation, and GPUs ([`Accelerator`]). Where candle's ops are slow
//! on a CPU or have wrong gradients, this crate has its own:
//!
//! - [`ops`]: custom ops, computed by kernels on slices;
//! - [`layers`]: ops with parameters, named as in a PyTorch state dict;
//! - [`Parameters`]: the parameters of a network, sorted by name;
//! - [`Adam`]: the optimizer;
//! - [`NeuralNetwork`]: the trait of a network.
//!
//! Results are deterministic. Random numbers come from [`rng::stream`]. The order of each sum depends on shapes only, not
//! on the number of threads. CPUs with different vector instructions round differently, so results are byte-identical only
//! on machines with the same instruction set.
//!
//! ```
//! use candle_core::{DType, Device, Tensor};
//! use rsom_nn::layers::{BatchNorm2d, Conv2d};
//! use rsom_nn::ops::Conv2dConfig;
//! use rsom_nn::{Adam, AdamConfig, Mode, Optimizer, Parameters, Reduction, loss};
//!
//! # fn main() -> Result<(), rsom_nn::NnError> {
//! let mut parameters = Parameters::new();
//! let mut builder = parameters.builder(7);
//! let conv = Conv2d::new(&mut builder.at("block.0"), [2, 1], 3, Conv2dConfig::same(3).with_relu())?;
//! let norm = BatchNorm2d::new(&mut builder.at("block.2"), 1)?;
//! let mut adam = Adam::for_parameters(&parameters, AdamConfig::default())?;
//!
//! let input = Tensor::ones((1, 2, 8, 8), DType::F32, &Device::Cpu)?;
//! let target = Tensor::ones((1, 1, 8, 8), DType::F32, &Device::Cpu)?;
//! let mode = Mode::Training { seed: 7, step: 0 };
//! let logits = norm.forward(&conv.forward(&input, &mode)?, &mode)?;
//! adam.backward_step(&loss::bce_with_logits(&logits, &target, Reduction::Sum)?)?;
//! # Ok(())
//! # }
//! ```

mod accelerator;
mod adam;
mod computing;
mod element;
mod error;
mod host;
mod init;
mod input_scaling;
pub mod layers;
pub mod loss;
mod mode;
mod network;
pub mod ops;
mod parameters;
mod profile;
pub mod rng;
mod tape;

pub use accelerator::Accelerator;
pub use adam::{Adam, AdamConfig, AdamState, Moments};
pub use candle_nn::Optimizer;
pub use computing::Computing;
pub use element::Element;
pub use error::{Mismatch, NnError};
pub use init::Init;
pub use input_scaling::InputScaling;
pub use loss::Reduction;
pub use mode::Mode;
pub use network::NeuralNetwork;
pub use parameters::{Builder, Parameters};
pub use profile::{OpTime, Way, profiled};
pub use rsom_kernels::{instruction_set, multiply_add_rate};
pub use tape::{differentiate, recomputed, recomputed_if};

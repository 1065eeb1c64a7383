//! The Adam optimizer, with a state that can be saved and restored.

use std::collections::BTreeMap;
use std::sync::Mutex;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, Device, InplaceOp2, Layout, Shape, Tensor, Var, bail};
use candle_nn::Optimizer;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::host::elements;
use crate::{Mismatch, NnError, Parameters};

/// Elements per parallel task.
const CHUNK: usize = 1 << 14;

/// Constants of Adam.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdamConfig {
    /// Learning rate lr.
    pub learning_rate: f64,
    /// Decay β1 of the running mean of the gradient.
    pub beta1: f64,
    /// Decay β2 of the running mean of the squared gradient.
    pub beta2: f64,
    /// Added to the square root of the second moment, so that no division by 0 occurs.
    pub eps: f64,
}

impl Default for AdamConfig {
    /// The networks' training settings: learning rate 1e-4, and PyTorch's betas 0.9 and 0.999, eps 1e-8.
    fn default() -> Self {
        Self {
            learning_rate: 1e-4,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
        }
    }
}

/// Adam (Kingma and Ba 2015, algorithm 1) without weight decay, computed as in PyTorch:
///
/// `m ← m + (1 − β1)(g − m)`, `v ← β2·v + (1 − β2)·g²`,
/// `w ← w − lr/(1 − β1^t) · m / (√v / √(1 − β2^t) + eps)`.
///
/// A parameter without a gradient is not changed, and neither are its moments. [`Optimizer::step`] takes a step.
#[derive(Debug)]
pub struct Adam {
    config: AdamConfig,
    step: u64,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    name: String,
    var: Var,
    moments: Mutex<Pair>,
}

/// Both moments of a parameter, on the device of the parameter.
#[derive(Debug)]
enum Pair {
    Host { first: Vec<f32>, second: Vec<f32> },
    Device { first: Tensor, second: Tensor },
}

impl Pair {
    fn zeros(var: &Var) -> candle_core::Result<Self> {
        Ok(if var.device().is_cpu() {
            // `vec!` asks for zeroed pages: they use no memory before the first step.
            Self::Host {
                first: vec![0.0; var.elem_count()],
                second: vec![0.0; var.elem_count()],
            }
        } else {
            Self::Device {
                first: var.zeros_like()?,
                second: var.zeros_like()?,
            }
        })
    }

    fn at(device: &Device, first: &Tensor, second: &Tensor) -> candle_core::Result<Self> {
        let values = |tensor: &Tensor| tensor.flatten_all()?.to_vec1::<f32>();
        Ok(if device.is_cpu() {
            Self::Host {
                first: values(first)?,
                second: values(second)?,
            }
        } else {
            Self::Device {
                first: first.to_device(device)?,
                second: second.to_device(device)?,
            }
        })
    }

    /// Copies on the CPU.
    fn moments(&self, shape: &Shape) -> candle_core::Result<Moments> {
        let host = |values: &[f32]| Tensor::from_slice(values, shape, &Device::Cpu);
        let [first, second] = match self {
            Self::Host { first, second } => [host(first)?, host(second)?],
            Self::Device { first, second } => {
                let host = |tensor: &Tensor| tensor.to_device(&Device::Cpu)?.copy();
                [host(first)?, host(second)?]
            }
        };
        Ok(Moments { first, second })
    }
}

/// Running means of the gradient of one parameter and of its square, in the shape of the parameter, on the CPU.
#[derive(Debug, Clone)]
pub struct Moments {
    /// Running mean of the gradient.
    pub first: Tensor,
    /// Running mean of the squared gradient.
    pub second: Tensor,
}

/// The state of Adam between two steps.
#[derive(Debug, Clone)]
pub struct AdamState {
    /// Constants, with the current learning rate.
    pub config: AdamConfig,
    /// Number of steps taken.
    pub step: u64,
    /// Moments by parameter name.
    pub moments: BTreeMap<String, Moments>,
}

impl Adam {
    /// Creates Adam for the trainable parameters of a network.
    ///
    /// # Errors
    /// Returns an error if a parameter is not `f32`.
    pub fn for_parameters(parameters: &Parameters, config: AdamConfig) -> Result<Self, NnError> {
        let named = parameters
            .trainable()
            .map(|(name, var)| (name.to_string(), var.clone()));
        Ok(Self::with_names(named, config)?)
    }

    fn with_names(
        named: impl Iterator<Item = (String, Var)>,
        config: AdamConfig,
    ) -> candle_core::Result<Self> {
        let mut slots = Vec::new();
        for (name, var) in named {
            if var.dtype() != candle_core::DType::F32 {
                bail!(
                    "Adam needs f32 parameters, but '{name}' is {:?}",
                    var.dtype()
                );
            }
            let moments = Mutex::new(Pair::zeros(&var)?);
            slots.push(Slot { name, var, moments });
        }
        Ok(Self {
            config,
            step: 0,
            slots,
        })
    }

    /// Copies the state to the CPU.
    ///
    /// # Errors
    /// Returns an error if a copy fails, for example because a GPU was lost.
    pub fn state(&self) -> Result<AdamState, NnError> {
        let mut moments = BTreeMap::new();
        for slot in &self.slots {
            let both = slot.lock()?.moments(slot.var.shape())?;
            moments.insert(slot.name.clone(), both);
        }
        Ok(AdamState {
            config: self.config,
            step: self.step,
            moments,
        })
    }

    /// Restores a saved state. The next steps are the same as without the interruption.
    ///
    /// # Errors
    /// Returns [`NnError::Mismatch`] if names or shapes differ from those of the parameters; then nothing is changed.
    pub fn restore(&mut self, state: &AdamState) -> Result<(), NnError> {
        let mut mismatch = Mismatch::default();
        for slot in &self.slots {
            let Some(moments) = state.moments.get(&slot.name) else {
                mismatch.missing.push(slot.name.clone());
                continue;
            };
            for tensor in [&moments.first, &moments.second] {
                if tensor.shape() != slot.var.shape() {
                    let shapes = (slot.var.dims().to_vec(), tensor.dims().to_vec());
                    mismatch
                        .misshaped
                        .push((slot.name.clone(), shapes.0, shapes.1));
                }
            }
        }
        let known = |name: &String| self.slots.iter().any(|slot| slot.name == *name);
        mismatch.extra = state
            .moments
            .keys()
            .filter(|name| !known(name))
            .cloned()
            .collect();
        if !mismatch.is_empty() {
            return Err(NnError::Mismatch(mismatch));
        }
        for slot in &self.slots {
            let Some(moments) = state.moments.get(&slot.name) else {
                continue;
            };
            *slot.lock()? = Pair::at(slot.var.device(), &moments.first, &moments.second)?;
        }
        self.config = state.config;
        self.step = state.step;
        Ok(())
    }

    /// Number of steps taken so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.step
    }
}

impl Optimizer for Adam {
    type Config = AdamConfig;

    /// Creates Adam for variables without names; the state names them by their index. For a network, use
    /// [`Adam::for_parameters`].
    fn new(vars: Vec<Var>, config: AdamConfig) -> candle_core::Result<Self> {
        let named = vars
            .into_iter()
            .enumerate()
            .map(|(index, var)| (format!("{index:06}"), var));
        Self::with_names(named, config)
    }

    fn step(&mut self, grads: &GradStore) -> candle_core::Result<()> {
        self.step += 1;
        let config = self.config;
        let corrections =
            [config.beta1, config.beta2].map(|beta| 1.0 - libm::pow(beta, self.step as f64));
        let rates = Rates {
            first: (1.0 - config.beta1) as f32,
            keep: config.beta2 as f32,
            second: (1.0 - config.beta2) as f32,
            root: corrections[1].sqrt() as f32,
            eps: config.eps as f32,
            size: (config.learning_rate / corrections[0]) as f32,
        };
        for slot in &self.slots {
            let Some(gradient) = grads.get(&slot.var) else {
                continue;
            };
            rates.step(slot, &gradient.contiguous()?)?;
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.config.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.config.learning_rate = learning_rate;
    }
}

impl Slot {
    fn lock(&self) -> candle_core::Result<std::sync::MutexGuard<'_, Pair>> {
        lock(&self.moments)
    }
}

fn lock(moments: &Mutex<Pair>) -> candle_core::Result<std::sync::MutexGuard<'_, Pair>> {
    match moments.lock() {
        Ok(guard) => Ok(guard),
        Err(_) => bail!("another thread panicked while it updated the moments of Adam"),
    }
}

/// The constants of one step.
#[derive(Clone, Copy)]
struct Rates {
    /// 1 − β1.
    first: f32,
    /// β2.
    keep: f32,
    /// 1 − β2.
    second: f32,
    /// √(1 − β2^t).
    root: f32,
    eps: f32,
    /// lr/(1 − β1^t).
    size: f32,
}

struct Update<'a> {
    rates: Rates,
    moments: &'a Mutex<Pair>,
}

impl InplaceOp2 for Update<'_> {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn cpu_fwd(
        &self,
        weights: &mut CpuStorage,
        layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> candle_core::Result<()> {
        let CpuStorage::F32(weights) = weights else {
            bail!("Adam needs f32 parameters");
        };
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("Adam needs contiguous parameters");
        };
        let gradient = elements::<f32>(gradient, gradient_layout)?;
        let mut pair = lock(self.moments)?;
        let Pair::Host { first, second } = &mut *pair else {
            bail!("a parameter is on the CPU, but its moments are on another device");
        };
        weights[start..end]
            .par_chunks_mut(CHUNK)
            .zip(
                first
                    .par_chunks_mut(CHUNK)
                    .zip(second.par_chunks_mut(CHUNK)),
            )
            .zip(gradient.par_chunks(CHUNK))
            .for_each(|((w, (m, v)), g)| self.rates.apply(w, m, v, g));
        Ok(())
    }
}

impl Rates {
    fn step(self, slot: &Slot, gradient: &Tensor) -> candle_core::Result<()> {
        if slot.var.device().is_cpu() {
            let update = Update {
                rates: self,
                moments: &slot.moments,
            };
            return slot.var.inplace_op2(gradient, &update);
        }
        let mut pair = slot.lock()?;
        if let Pair::Device { first, second } = &mut *pair {
            let weights = self.composed([slot.var.as_tensor(), first, second], gradient)?;
            let [weights, m, v] = weights.map(|tensor| tensor.detach());
            slot.var.set(&weights)?;
            (*first, *second) = (m, v);
        }
        Ok(())
    }

    /// Weights and both moments after the step, from candle's ops: for devices on which [`Update`] does not run.
    fn composed(
        &self,
        [weights, first, second]: [&Tensor; 3],
        gradient: &Tensor,
    ) -> candle_core::Result<[Tensor; 3]> {
        let [rate, keep, rest] = [self.first, self.keep, self.second].map(f64::from);
        let first = (first + ((gradient - first)? * rate)?)?;
        let second = ((second * keep)? + (gradient.sqr()? * rest)?)?;
        let root = ((second.sqrt()? / f64::from(self.root))? + f64::from(self.eps))?;
        let weights = (weights - ((&first / root)? * f64::from(self.size))?)?;
        Ok([weights, first, second])
    }

    fn apply(&self, weights: &mut [f32], first: &mut [f32], second: &mut [f32], gradient: &[f32]) {
        let moments = first.iter_mut().zip(second);
        for ((w, (m, v)), g) in weights.iter_mut().zip(moments).zip(gradient) {
            *m += self.first * (*g - *m);
            *v = *v * self.keep + self.second * *g * *g;
            *w -= self.size * (*m / (v.sqrt() / self.root + self.eps));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_out_of_candles_ops_is_the_same_step() {
        let rates = Rates {
            first: 0.1,
            keep: 0.99,
            second: 0.01,
            root: 0.3,
            eps: 1e-8,
            size: 0.02,
        };
        let mut held = [
            vec![1.0, -2.0, 0.5],
            vec![0.1, 0.0, -0.3],
            vec![0.2, 0.01, 0.0],
        ];
        let gradient = [0.7, -1e-3, 2.0];
        let tensor = |values: &[f32]| Tensor::from_slice(values, 3, &Device::Cpu).unwrap();
        let tensors = [0, 1, 2].map(|i: usize| tensor(&held[i]));
        let [w, m, v] = &tensors;
        let composed = rates.composed([w, m, v], &tensor(&gradient)).unwrap();
        let [w, m, v] = &mut held;
        rates.apply(w, m, v, &gradient);
        for (ours, composed) in held.iter().zip(composed) {
            for (a, b) in ours.iter().zip(composed.to_vec1::<f32>().unwrap()) {
                assert!((a - b).abs() <= 1e-6 * a.abs(), "{a} {b}");
            }
        }
    }
}

//! The device that computes a network: the CPU or a GPU.

use candle_core::Device;
use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

use crate::NnError;

/// Device that computes a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Accelerator {
    /// The CPU, with our kernels.
    #[default]
    Cpu,
    /// The first NVIDIA GPU, with candle's kernels; needs the feature `cuda`.
    Cuda,
    /// The first Apple GPU, with candle's kernels; needs the feature `metal`.
    Metal,
}

impl Accelerator {
    /// Opens the device.
    ///
    /// # Errors
    /// Returns [`NnError::Setting`] if this program was built without support for the device, or if there is no such
    /// device.
    pub fn device(self) -> Result<Device, NnError> {
        let (value, built, expected) = match self {
            Self::Cpu => return Ok(Device::Cpu),
            Self::Cuda => (
                "cuda",
                cfg!(feature = "cuda"),
                "cpu: this program was built without --features cuda",
            ),
            Self::Metal => (
                "metal",
                cfg!(feature = "metal"),
                "cpu: this program was built without --features metal",
            ),
        };
        let fault = |value: String, expected| NnError::Setting {
            name: "device",
            value,
            expected,
        };
        if !built {
            return Err(fault(value.into(), expected));
        }
        // The loader panics if the driver's library is missing.
        let opened = std::panic::catch_unwind(|| match self {
            Self::Metal => Device::new_metal(0),
            _ => Device::new_cuda(0),
        });
        match opened {
            Ok(Ok(device)) => Ok(device),
            Ok(Err(error)) => Err(fault(
                format!("{value} ({error})"),
                "cpu: no such GPU was found",
            )),
            Err(_) => Err(fault(
                format!("{value} (the driver could not be loaded)"),
                "cpu: no such GPU was found",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_always_there() {
        assert!(Accelerator::Cpu.device().unwrap().is_cpu());
    }

    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    #[test]
    fn a_gpu_that_was_not_built_in_is_refused_with_what_to_do() {
        for (accelerator, feature) in [(Accelerator::Cuda, "cuda"), (Accelerator::Metal, "metal")] {
            let error = accelerator.device().unwrap_err().to_string();
            assert!(error.contains(&format!("--features {feature}")), "{error}");
        }
    }
}

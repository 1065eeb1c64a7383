//! Where a network is computed.

use candle_core::Device;
use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

use crate::NnError;

/// Device that computes a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Accelerator {
    /// The processor, with our kernels.
    #[default]
    Cpu,
    /// The first GPU of NVIDIA's, with candle's kernels; needs the feature `cuda`.
    Cuda,
    /// The first GPU of Apple's, with candle's kernels; needs the feature `metal`.
    Metal,
}

impl Accelerator {
    /// The device.
    ///
    /// # Errors
    /// [`NnError::Setting`] when this program was built without it or finds none.
    pub fn device(self) -> Result<Device, NnError> {
        let (value, built, expected) = match self {
            Self::Cpu => return Ok(Device::Cpu),
            Self::Cuda => (
                "cuda",
                cfg!(feature = "cuda"),
                "cpu in this program, which was built without --features cuda",
            ),
            Self::Metal => (
                "metal",
                cfg!(feature = "metal"),
                "cpu in this program, which was built without --features metal",
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
        // Where the driver's library is missing, the loader panics.
        let opened = std::panic::catch_unwind(|| match self {
            Self::Metal => Device::new_metal(0),
            _ => Device::new_cuda(0),
        });
        match opened {
            Ok(Ok(device)) => Ok(device),
            Ok(Err(error)) => Err(fault(
                format!("{value} ({error})"),
                "cpu where there is no such GPU",
            )),
            Err(_) => Err(fault(
                format!("{value} (its driver could not be loaded)"),
                "cpu where there is no such GPU",
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

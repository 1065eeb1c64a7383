//! Access to the elements of tensors on the CPU.

use candle_core::{CpuStorage, Device, Layout, Result, Shape, Storage, StorageRef, Tensor, bail};

use crate::Element;

/// The elements of a storage in the order of a contiguous layout.
///
/// # Errors
/// Returns an error if the layout is not contiguous (call `contiguous()` before the op), or if the element type is not `T`.
pub fn elements<'a, T: Element>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("the op needs a contiguous tensor, got {layout:?}; call contiguous() first");
    };
    let all = T::cpu_storage_as_slice(storage)?;
    match all.get(start..end) {
        Some(elements) => Ok(elements),
        None => bail!(
            "the layout {layout:?} reaches beyond its storage of {} elements",
            all.len()
        ),
    }
}

/// Storage and shape from elements: the result type of `cpu_fwd`.
pub fn storage<T: Element>(elements: Vec<T>, shape: impl Into<Shape>) -> (CpuStorage, Shape) {
    (T::to_cpu_storage_owned(elements), shape.into())
}

/// A tensor on the CPU from elements; it is not recorded on a tape.
///
/// # Errors
/// Returns an error if the number of elements does not match the shape.
pub fn tensor<T: Element>(elements: Vec<T>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(elements, shape.into(), &Device::Cpu)
}

/// A tensor with its storage locked for reading.
pub struct Host<'a> {
    guard: StorageRef<'a>,
    layout: &'a Layout,
}

impl<'a> Host<'a> {
    /// Locks the storage of a tensor for reading.
    #[must_use]
    pub fn of(tensor: &'a Tensor) -> Self {
        let (guard, layout) = tensor.storage_and_layout();
        Self { guard, layout }
    }

    /// The elements of the tensor.
    ///
    /// # Errors
    /// Returns an error if the tensor is not contiguous, not on the CPU, or not of type `T`.
    pub fn elements<T: Element>(&self) -> Result<&[T]> {
        match &*self.guard {
            Storage::Cpu(storage) => elements(storage, self.layout),
            _ => bail!("this op needs a tensor on the CPU"),
        }
    }
}

/// Runs `$body` with the type `$t` set to the element type of `$dtype`: `f32` or `f64`.
macro_rules! with_element {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            candle_core::DType::F32 => {
                type $t = f32;
                $body
            }
            candle_core::DType::F64 => {
                type $t = f64;
                $body
            }
            other => candle_core::bail!("this op needs f32 or f64 tensors, not {other:?}"),
        }
    };
}
pub(crate) use with_element;

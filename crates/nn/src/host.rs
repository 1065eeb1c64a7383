//! Reading the elements of a tensor on the CPU: what an operation stands on.

use candle_core::{CpuStorage, Device, Layout, Result, Shape, Storage, StorageRef, Tensor, bail};

use crate::Element;

/// The elements of a storage in the order of a contiguous layout.
///
/// # Errors
/// The layout is not contiguous (call `contiguous()` before applying the op), or the type is another one.
pub fn elements<'a, T: Element>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [T]> {
    let Some((start, end)) = layout.contiguous_offsets() else {
        bail!("an op was given a tensor that is not contiguous: {layout:?}");
    };
    let all = T::cpu_storage_as_slice(storage)?;
    match all.get(start..end) {
        Some(elements) => Ok(elements),
        None => bail!("a layout reaches beyond its storage: {layout:?}"),
    }
}

/// A result of `cpu_fwd`.
pub fn storage<T: Element>(elements: Vec<T>, shape: impl Into<Shape>) -> (CpuStorage, Shape) {
    (T::to_cpu_storage_owned(elements), shape.into())
}

/// A gradient, as a tensor off the tape.
///
/// # Errors
/// The number of elements is not that of the shape.
pub fn tensor<T: Element>(elements: Vec<T>, shape: impl Into<Shape>) -> Result<Tensor> {
    Tensor::from_vec(elements, shape.into(), &Device::Cpu)
}

/// A contiguous tensor whose storage is held for reading.
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

    /// Its elements.
    ///
    /// # Errors
    /// The tensor is not contiguous, not on the CPU, or of another type.
    pub fn elements<T: Element>(&self) -> Result<&[T]> {
        match &*self.guard {
            Storage::Cpu(storage) => elements(storage, self.layout),
            _ => bail!("this op runs on the CPU only"),
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
            other => candle_core::bail!("this op computes in f32 and f64, not in {other:?}"),
        }
    };
}
pub(crate) use with_element;

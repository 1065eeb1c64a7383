//! Whether an operation runs as our kernels, or out of candle's own ops.

use std::cell::Cell;

use candle_core::Tensor;

thread_local! {
    static COMPOSED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with candle's own ops in place of our kernels: what a GPU computes, on any device.
pub fn without_kernels<R>(f: impl FnOnce() -> R) -> R {
    /// Puts the outer state back, also when `f` panics.
    struct Outer(bool);
    impl Drop for Outer {
        fn drop(&mut self) {
            COMPOSED.set(self.0);
        }
    }
    let _outer = Outer(COMPOSED.replace(true));
    f()
}

/// Whether our kernels run on these tensors.
pub(crate) fn has_kernels<'a>(mut tensors: impl Iterator<Item = &'a Tensor>) -> bool {
    !COMPOSED.get() && tensors.all(|tensor| tensor.device().is_cpu())
}

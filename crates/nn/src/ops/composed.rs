//! The choice between our kernels and candle's own ops.

use std::cell::Cell;

use candle_core::Tensor;

thread_local! {
    static COMPOSED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with candle's own ops instead of our kernels, as on a GPU. For tests that compare both on a CPU.
pub fn without_kernels<R>(f: impl FnOnce() -> R) -> R {
    /// Restores the outer state, also if `f` panics.
    struct Outer(bool);
    impl Drop for Outer {
        fn drop(&mut self) {
            COMPOSED.set(self.0);
        }
    }
    let _outer = Outer(COMPOSED.replace(true));
    f()
}

/// Whether our kernels can run on these tensors: all are on a CPU, and [`without_kernels`] is not active.
pub(crate) fn has_kernels<'a>(mut tensors: impl Iterator<Item = &'a Tensor>) -> bool {
    !COMPOSED.get() && tensors.all(|tensor| tensor.device().is_cpu())
}

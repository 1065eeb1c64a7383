//! The memory allocator of the binary.

use libmimalloc_sys::mi_option_set;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Number of the option `mi_option_purge_delay` in `mimalloc.h`.
const PURGE_DELAY: std::ffi::c_int = 15;
/// Delay in ms. Longer than a training step of the largest network on a busy machine with AVX2 (13 s).
const KEPT_MS: std::ffi::c_long = 60_000;

/// Returns freed memory to the kernel after a minute, instead of the default ten milliseconds.
///
/// Each training step frees and allocates the same tensors. If their memory is returned in between, page faults take up to
/// half of the step.
pub fn keep_freed_memory() {
    // SAFETY: sets a number; the option exists in all versions 2 and 3 of the library.
    #[allow(unsafe_code)]
    unsafe {
        mi_option_set(PURGE_DELAY, KEPT_MS);
    }
}

//! The allocator of the binary.

use libmimalloc_sys::mi_option_set;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of `mimalloc.h`.
const PURGE_DELAY: std::ffi::c_int = 15;
/// Longer than a step of any network takes to need the memory again.
const KEPT_MS: std::ffi::c_long = 5_000;

/// Lets freed memory go back to the kernel after seconds, not after the usual ten milliseconds.
///
/// Every training step frees and takes the same tensors again. Returned in between, their pages are faulted in anew, which
/// takes up to half of the step.
pub fn keep_freed_memory() {
    // SAFETY: sets a number; the option exists in all versions 2 and 3 of the library.
    #[allow(unsafe_code)]
    unsafe {
        mi_option_set(PURGE_DELAY, KEPT_MS);
    }
}

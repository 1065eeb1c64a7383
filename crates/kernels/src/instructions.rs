//! Selects the vector instructions of the processor, and runs kernels with them.

use std::sync::OnceLock;

use super::lanes::{Kernel, Portable};
use crate::Element;

/// Name of the vector instructions that the kernels use on this machine in single precision: `avx512`, `avx2`, `neon`
/// or `portable`. They round differently, so results are identical only between machines with the same name.
///
/// # Errors
/// [`VARIABLE`] requests a set that this processor does not have.
pub fn instruction_set() -> Result<&'static str, UnknownInstructions> {
    requested()?;
    Ok(Instructions::best::<f32>().name())
}

/// Environment variable that requests a set of instructions by name, to compare sets on one processor, or to get the digits of a
/// processor with fewer.
pub const VARIABLE: &str = "RSOM_INSTRUCTIONS";

/// A request that this processor cannot satisfy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{VARIABLE}={request}: this processor has {available}")]
pub struct UnknownInstructions {
    /// The value of the variable.
    pub request: String,
    /// The names to choose from.
    pub available: String,
}

/// The set that [`VARIABLE`] names.
fn requested() -> Result<Option<Instructions>, UnknownInstructions> {
    match std::env::var_os(VARIABLE) {
        None => Ok(None),
        Some(request) => named(&request.to_string_lossy()).map(Some),
    }
}

fn named(request: &str) -> Result<Instructions, UnknownInstructions> {
    let all = Instructions::of_processor();
    let found = all.iter().find(|one| one.name() == request);
    found.copied().ok_or_else(|| UnknownInstructions {
        request: request.to_owned(),
        available: all
            .iter()
            .map(|one| one.name())
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// A set of vector instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// Plain loops, as the compiler translates them.
    Portable,
    /// AVX2 and FMA, single precision.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512F, single precision.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// NEON, single precision.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Instructions {
    /// Name in provenance: `avx512`, `avx2`, `neon` or `portable`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
        }
    }

    /// The set to use for elements of this type: the best of this processor, or the one that [`VARIABLE`] requests.
    #[inline]
    pub(super) fn best<T: Element>() -> Self {
        static SINGLE: OnceLock<Instructions> = OnceLock::new();
        if !T::IS_SINGLE {
            return Self::Portable;
        }
        *SINGLE.get_or_init(|| {
            let best = Self::of_processor().last().copied();
            let best = best.unwrap_or(Self::Portable);
            requested().ok().flatten().unwrap_or(best)
        })
    }

    /// All sets of this processor for single precision, the best one last.
    pub(super) fn of_processor() -> Vec<Self> {
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            all.push(Self::Avx2);
            if is_x86_feature_detected!("avx512f") {
                all.push(Self::Avx512);
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self::Neon);
        all
    }

    /// All sets of this processor for elements of this type.
    #[cfg(test)]
    pub(super) fn available<T: Element>() -> Vec<Self> {
        if T::IS_SINGLE {
            Self::of_processor()
        } else {
            vec![Self::Portable]
        }
    }

    /// Number of rows of a register tile.
    pub(super) fn rows(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 8,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => 8,
            _ => 4,
        }
    }

    /// Number of rows of the register tiles for sums of products with as many rows of weights.
    ///
    /// With AVX2, tiles of 6 × 2 vectors are a tenth faster than 4 × 2, unless more of their rows are padding.
    pub(super) fn tile_rows(self, rows: usize) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if 10 * rows.next_multiple_of(6) < 11 * rows.next_multiple_of(4) => 6,
            _ => self.rows(),
        }
    }

    /// Number of elements of a vector.
    pub(super) fn lanes(self) -> usize {
        match self {
            Self::Portable => 8,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 8,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 16,
            #[cfg(target_arch = "aarch64")]
            Self::Neon => 4,
        }
    }

    /// Runs a kernel with these instructions.
    pub(super) fn run<T: Element, K: Kernel<T>>(self, kernel: K) -> K::Output {
        T::dispatch(self, kernel)
    }
}

/// Maps element types to vector types.
pub trait Dispatch: Sized {
    /// Runs a kernel with the given instructions, or with plain loops if this type has none.
    fn dispatch<K: Kernel<Self>>(instructions: Instructions, kernel: K) -> K::Output
    where
        Self: Element;
}

impl Dispatch for f64 {
    fn dispatch<K: Kernel<Self>>(_: Instructions, kernel: K) -> K::Output {
        // SAFETY: plain loops need no features.
        #[allow(unsafe_code)]
        unsafe {
            kernel.run::<Portable<Self>, 4, 1>()
        }
    }
}

impl Dispatch for f32 {
    #[inline]
    fn dispatch<K: Kernel<Self>>(instructions: Instructions, kernel: K) -> K::Output {
        // SAFETY: values of `Instructions` come from `best` alone, which asked the processor (AVX2 is part of AVX-512).
        #[allow(unsafe_code)]
        unsafe {
            match instructions {
                Instructions::Portable => kernel.run::<Portable<Self>, 4, 1>(),
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx2 => with_avx2(kernel),
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx512 => with_avx512(kernel),
                #[cfg(target_arch = "aarch64")]
                Instructions::Neon => kernel.run::<super::lanes::Neon, 8, 3>(),
            }
        }
    }
}

/// # Safety
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[allow(unsafe_code)]
unsafe fn with_avx2<K: Kernel<f32>>(kernel: K) -> K::Output {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<super::lanes::Avx2, 4, 3>() }
}

/// # Safety
/// The processor has AVX-512F.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
#[allow(unsafe_code)]
unsafe fn with_avx512<K: Kernel<f32>>(kernel: K) -> K::Output {
    // SAFETY: the features are enabled here.
    unsafe { kernel.run::<super::lanes::Avx512, 8, 3>() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_chosen_by_name() {
        for one in Instructions::of_processor() {
            assert_eq!(named(one.name()), Ok(one));
        }
        let fault = named("avx3").unwrap_err().to_string();
        assert!(
            fault.starts_with("RSOM_INSTRUCTIONS=avx3: this processor has portable"),
            "{fault}"
        );
    }
}

//! Vector types of different width, and kernels that are written once for all of them.

use crate::Element;

/// Number of elements of the widest vector.
pub(super) const WIDEST: usize = 16;

/// A vector register, or an array for plain loops.
///
/// Every method is inlined into a function that enables the processor features. Outside of such a function it is slow,
/// and on a processor without the features undefined.
#[allow(unsafe_code)]
pub trait Lanes: Copy {
    /// Element type.
    type Item: Element;
    /// Number of elements.
    const COUNT: usize;
    /// Number of vector registers.
    const REGISTERS: usize;

    /// # Safety
    /// The processor has the features of this vector.
    unsafe fn splat(value: Self::Item) -> Self;

    /// # Safety
    /// As [`Lanes::splat`], and `COUNT` elements can be read at `source`.
    unsafe fn load(source: *const Self::Item) -> Self;

    /// # Safety
    /// As [`Lanes::splat`], and `COUNT` elements can be written at `target`.
    unsafe fn store(self, target: *mut Self::Item);

    /// `self + a · b`.
    ///
    /// # Safety
    /// As [`Lanes::splat`].
    unsafe fn add_product(self, a: Self, b: Self) -> Self;

    /// # Safety
    /// As [`Lanes::splat`].
    unsafe fn plus(self, other: Self) -> Self;

    /// # Safety
    /// As [`Lanes::splat`].
    unsafe fn minus(self, other: Self) -> Self;

    /// # Safety
    /// As [`Lanes::splat`].
    unsafe fn times(self, other: Self) -> Self;

    /// Sum of the elements, halves first: always in the same order.
    ///
    /// # Safety
    /// As [`Lanes::splat`].
    #[inline(always)]
    unsafe fn total(self) -> Self::Item {
        let mut values = [zero::<Self::Item>(); WIDEST];
        // SAFETY: no vector has more than `WIDEST` elements.
        unsafe { self.store(values.as_mut_ptr()) };
        let mut width = Self::COUNT;
        while width > 1 {
            width /= 2;
            for lane in 0..width {
                let other = values[lane + width];
                values[lane] += other;
            }
        }
        values[0]
    }
}

fn zero<T: Element>() -> T {
    T::zero()
}

/// A kernel that is written once for all vector types; [`super::instructions::Instructions::run`] selects the type.
#[allow(unsafe_code)]
pub trait Kernel<T: Element>: Sized {
    /// Result type.
    type Output;

    /// Runs the kernel with vectors `S` and register tiles of `R` rows of `V` vectors. Every implementation is
    /// `#[inline(always)]`, so that it is compiled with the features of its caller.
    ///
    /// # Safety
    /// The processor has the features of `S`.
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) -> Self::Output;
}

/// Eight elements without special processor features.
#[derive(Clone, Copy)]
pub struct Portable<T>([T; 8]);

impl<T: Element> Portable<T> {
    #[inline(always)]
    fn each(mut self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        for lane in 0..8 {
            self.0[lane] = f(self.0[lane], other.0[lane]);
        }
        self
    }
}

#[allow(unsafe_code)]
impl<T: Element> Lanes for Portable<T> {
    type Item = T;
    const COUNT: usize = 8;
    const REGISTERS: usize = 16;

    #[inline(always)]
    unsafe fn splat(value: T) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    unsafe fn load(source: *const T) -> Self {
        // SAFETY: the caller vouches for eight elements; an array is as aligned as its elements.
        Self(unsafe { *source.cast::<[T; 8]>() })
    }

    #[inline(always)]
    unsafe fn store(self, target: *mut T) {
        // SAFETY: as for `load`.
        unsafe { *target.cast::<[T; 8]>() = self.0 };
    }

    #[inline(always)]
    unsafe fn add_product(mut self, a: Self, b: Self) -> Self {
        for lane in 0..8 {
            self.0[lane] += a.0[lane] * b.0[lane];
        }
        self
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    unsafe fn minus(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }
}

/// A register type of `core::arch` as [`Lanes`]; `$fma` takes (a, b, sum).
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! lanes {
    ($(#[$doc:meta])* $name:ident = $register:ty, $count:literal, $registers:literal, $splat:ident, $load:ident, $store:ident, $fma:expr,
     $add:ident, $subtract:ident, $multiply:ident $(, total: $total:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name($register);

        #[allow(
            unsafe_code,
            unsafe_op_in_unsafe_fn,
            reason = "each function is one instruction and as safe as its caller says"
        )]
        impl Lanes for $name {
            type Item = f32;
            const COUNT: usize = $count;
            const REGISTERS: usize = $registers;

            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                Self($splat(value))
            }

            #[inline(always)]
            unsafe fn load(source: *const f32) -> Self {
                Self($load(source))
            }

            #[inline(always)]
            unsafe fn store(self, target: *mut f32) {
                $store(target, self.0);
            }

            #[inline(always)]
            unsafe fn add_product(self, a: Self, b: Self) -> Self {
                Self($fma(a.0, b.0, self.0))
            }

            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                Self($add(self.0, other.0))
            }

            #[inline(always)]
            unsafe fn minus(self, other: Self) -> Self {
                Self($subtract(self.0, other.0))
            }

            #[inline(always)]
            unsafe fn times(self, other: Self) -> Self {
                Self($multiply(self.0, other.0))
            }

            $(
                #[inline(always)]
                unsafe fn total(self) -> f32 {
                    $total(self.0)
                }
            )?
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::Lanes;

    lanes!(
        /// Eight floats with fused multiply-add: AVX2 and FMA.
        Avx2 = __m256, 8, 16, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_fmadd_ps,
        _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps
    );
    lanes!(
        /// Sixteen floats with fused multiply-add: AVX-512F.
        Avx512 = __m512, 16, 32, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_fmadd_ps,
        _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, total: _mm512_reduce_add_ps
    );
}
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;

    use super::Lanes;

    lanes!(
        /// Four floats with fused multiply-add: NEON, which every 64-bit ARM processor has.
        Neon = float32x4_t, 4, 32, vdupq_n_f32, vld1q_f32, vst1q_f32, |a, b, sum| vfmaq_f32(sum, a, b),
        vaddq_f32, vsubq_f32, vmulq_f32
    );
}
#[cfg(target_arch = "aarch64")]
pub use arm::Neon;

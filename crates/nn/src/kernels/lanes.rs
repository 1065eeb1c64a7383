//! Vectors of elements, as wide as the processor has them.

use crate::Element;

/// A vector register (or what the compiler makes of an array).
///
/// Every method is inlined into a function that enables the processor features; outside of one it would be slow, and on a
/// processor without them undefined.
#[allow(unsafe_code)]
pub(super) trait Lanes: Copy {
    type Item: Element;
    /// Elements in a vector.
    const COUNT: usize;

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
}

/// Eight elements without any special feature.
#[derive(Clone, Copy)]
pub(super) struct Portable<T>([T; 8]);

#[allow(unsafe_code)]
impl<T: Element> Lanes for Portable<T> {
    type Item = T;
    const COUNT: usize = 8;

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
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_storeu_ps,
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_storeu_ps,
    };

    use super::Lanes;

    macro_rules! lanes {
        ($name:ident, $doc:literal, $register:ty, $count:literal, [$splat:ident, $load:ident, $store:ident, $fma:ident]) => {
            #[doc = $doc]
            #[derive(Clone, Copy)]
            pub(in crate::kernels) struct $name($register);

            #[allow(unsafe_code)]
            impl Lanes for $name {
                type Item = f32;
                const COUNT: usize = $count;

                #[inline(always)]
                unsafe fn splat(value: f32) -> Self {
                    // SAFETY: the caller vouches for the feature.
                    Self(unsafe { $splat(value) })
                }

                #[inline(always)]
                unsafe fn load(source: *const f32) -> Self {
                    // SAFETY: the caller vouches for the feature and the memory.
                    Self(unsafe { $load(source) })
                }

                #[inline(always)]
                unsafe fn store(self, target: *mut f32) {
                    // SAFETY: the caller vouches for the feature and the memory.
                    unsafe { $store(target, self.0) };
                }

                #[inline(always)]
                unsafe fn add_product(self, a: Self, b: Self) -> Self {
                    // SAFETY: the caller vouches for the feature.
                    Self(unsafe { $fma(a.0, b.0, self.0) })
                }
            }
        };
    }

    lanes!(
        Avx2,
        "Eight floats with fused multiply-add.",
        __m256,
        8,
        [
            _mm256_set1_ps,
            _mm256_loadu_ps,
            _mm256_storeu_ps,
            _mm256_fmadd_ps
        ]
    );
    lanes!(
        Avx512,
        "Sixteen floats with fused multiply-add.",
        __m512,
        16,
        [
            _mm512_set1_ps,
            _mm512_loadu_ps,
            _mm512_storeu_ps,
            _mm512_fmadd_ps
        ]
    );
}

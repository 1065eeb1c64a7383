//! The one-dimensional transforms behind Winograd's convolutions: polynomials and their values at six points.
//!
//! A correlation of six inputs with r weights gives m = 7 − r results, `y = Aᵀ[(G g) ∘ (Bᵀ d)]` (Lavin and Gray 2016). With
//! V_n the 6 × n matrix of the powers 0 … n − 1 of the points 0, ±a, ±b and ∞ (whose row is that of the highest power
//! alone) and N_i the product of the differences of point i from the other finite ones, `A = V_m`, `G = diag(1/N)·V_r`,
//! and row i of `Bᵀ` holds the coefficients of `Π_{j≠i} (x − x_j)`, that of ∞ the coefficients of the product over all.
//!
//! The points are a = √½ and b = √2: with the customary ±1 and ±2 the rounding error is several times larger.

use crate::Element;
use crate::lanes::Lanes;

/// Inputs of a tile along one axis.
pub(super) const SIDE: usize = 6;

/// a² and b² of the points ±a and ±b. The transforms below rely on a²·b² = 1.
const SQUARES: [f64; 2] = [0.5, 2.0];

/// The constants of the transforms, in all lanes.
#[derive(Clone, Copy)]
pub(super) struct Points<S> {
    /// a, a², a³, a⁴.
    a: [S; 4],
    /// b, b², b³, b⁴.
    b: [S; 4],
    /// −a², −b², −(a² + b²).
    negative: [S; 3],
    /// 1/N of 0, ±a and ±b; that of ∞ is 1, as is that of 0.
    shares: [S; 2],
}

fn number<T: Element>(value: f64) -> T {
    T::from_double(value)
}

/// # Safety
/// The processor has the features of `S`.
#[inline(always)]
#[allow(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "only the features of `S`, which the caller vouches for, are unsafe"
)]
unsafe fn splat<S: Lanes, const N: usize>(values: [f64; N]) -> [S; N] {
    let mut all = [S::splat(number(0.0)); N];
    for i in 0..N {
        all[i] = S::splat(number(values[i]));
    }
    all
}

#[allow(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "only the features of `S`, which the caller vouches for, are unsafe"
)]
impl<S: Lanes> Points<S> {
    /// # Safety
    /// The processor has the features of `S`.
    #[inline(always)]
    pub(super) unsafe fn new() -> Self {
        let [a2, b2] = SQUARES;
        let (a, b) = (a2.sqrt(), b2.sqrt());
        Self {
            a: splat([a, a2, a2 * a, a2 * a2]),
            b: splat([b, b2, b2 * b, b2 * b2]),
            negative: splat([-a2, -b2, -(a2 + b2)]),
            shares: splat([0.5 / (a2 * (a2 - b2)), 0.5 / (b2 * (b2 - a2))]),
        }
    }

    /// `Bᵀ d`.
    ///
    /// # Safety
    /// The processor has the features of `S`.
    #[inline(always)]
    pub(super) unsafe fn analyze(&self, d: [S; SIDE]) -> [S; SIDE] {
        let [minus_a2, minus_b2, minus_both] = self.negative;
        // Row 0: 1·d0 − (a² + b²)·d2 + d4; row ∞ the same one further on.
        let zero = d[0].plus(d[4]).add_product(minus_both, d[2]);
        let infinity = d[1].plus(d[5]).add_product(minus_both, d[3]);
        let even_a = d[4].add_product(minus_b2, d[2]);
        let odd_a = d[3].add_product(minus_b2, d[1]).times(self.a[0]);
        let even_b = d[4].add_product(minus_a2, d[2]);
        let odd_b = d[3].add_product(minus_a2, d[1]).times(self.b[0]);
        [
            zero,
            even_a.plus(odd_a),
            even_a.minus(odd_a),
            even_b.plus(odd_b),
            even_b.minus(odd_b),
            infinity,
        ]
    }

    /// `V_n y`: the values at the points of the polynomial with these coefficients.
    ///
    /// # Safety
    /// The processor has the features of `S`.
    #[inline(always)]
    pub(super) unsafe fn values<const N: usize>(&self, y: [S; N]) -> [S; SIDE] {
        let [a, minus_a] = Self::sides(&self.a, y);
        let [b, minus_b] = Self::sides(&self.b, y);
        [y[0], a, minus_a, b, minus_b, y[N - 1]]
    }

    /// The values at a point and at its negative.
    #[inline(always)]
    unsafe fn sides<const N: usize>(powers: &[S; 4], y: [S; N]) -> [S; 2] {
        let mut even = y[0];
        let mut odd = y[1].times(powers[0]);
        if N > 2 {
            even = even.add_product(powers[1], y[2]);
        }
        if N > 3 {
            odd = odd.add_product(powers[2], y[3]);
        }
        if N > 4 {
            even = even.add_product(powers[3], y[4]);
        }
        [even.plus(odd), even.minus(odd)]
    }

    /// `V_nᵀ m`: the transpose of [`Points::values`].
    ///
    /// # Safety
    /// The processor has the features of `S`.
    #[inline(always)]
    pub(super) unsafe fn powers<const N: usize>(&self, m: [S; SIDE]) -> [S; N] {
        let ([sum_a, difference_a], [sum_b, difference_b]) = (
            [m[1].plus(m[2]), m[1].minus(m[2])],
            [m[3].plus(m[4]), m[3].minus(m[4])],
        );
        let mut y = [m[0].plus(sum_a.plus(sum_b)); N];
        for power in 1..N {
            let [a, b] = if power % 2 == 0 {
                [sum_a, sum_b]
            } else {
                [difference_a, difference_b]
            };
            let both = a.times(self.a[power - 1]);
            y[power] = both.add_product(b, self.b[power - 1]);
        }
        y[N - 1] = y[N - 1].plus(m[5]);
        y
    }

    /// `diag(1/N) v`.
    ///
    /// # Safety
    /// The processor has the features of `S`.
    #[inline(always)]
    pub(super) unsafe fn share(&self, v: [S; SIDE]) -> [S; SIDE] {
        let [a, b] = self.shares;
        [
            v[0],
            v[1].times(a),
            v[2].times(a),
            v[3].times(b),
            v[4].times(b),
            v[5],
        ]
    }
}

/// A linear map of `I` vectors to `O`. A trait, because a closure would not be compiled with the caller's features.
#[allow(unsafe_code)]
pub(super) trait Axis<S, const I: usize, const O: usize> {
    /// # Safety
    /// The processor has the features of `S`.
    unsafe fn map(&self, line: [S; I]) -> [S; O];
}

/// `Bᵀ`.
pub(super) struct Analyze<'a, S>(pub(super) &'a Points<S>);
/// `V_Oᵀ`, after the shares if `SHARED`.
pub(super) struct Powers<'a, S, const SHARED: bool>(pub(super) &'a Points<S>);
/// `V_I`, with the shares if `SHARED`.
pub(super) struct Values<'a, S, const SHARED: bool>(pub(super) &'a Points<S>);

#[allow(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "only the features of `S`, which the caller vouches for, are unsafe"
)]
impl<S: Lanes> Axis<S, SIDE, SIDE> for Analyze<'_, S> {
    #[inline(always)]
    unsafe fn map(&self, line: [S; SIDE]) -> [S; SIDE] {
        self.0.analyze(line)
    }
}

#[allow(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "only the features of `S`, which the caller vouches for, are unsafe"
)]
impl<S: Lanes, const O: usize, const SHARED: bool> Axis<S, SIDE, O> for Powers<'_, S, SHARED> {
    #[inline(always)]
    unsafe fn map(&self, line: [S; SIDE]) -> [S; O] {
        let line = if SHARED { self.0.share(line) } else { line };
        self.0.powers(line)
    }
}

#[allow(
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    reason = "only the features of `S`, which the caller vouches for, are unsafe"
)]
impl<S: Lanes, const I: usize, const SHARED: bool> Axis<S, I, SIDE> for Values<'_, S, SHARED> {
    #[inline(always)]
    unsafe fn map(&self, line: [S; I]) -> [S; SIDE] {
        let values = self.0.values(line);
        if SHARED { self.0.share(values) } else { values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Portable;

    /// One number in all lanes.
    fn lanes(value: f64) -> Portable<f64> {
        // SAFETY: plain loops need no features.
        #[allow(unsafe_code)]
        unsafe {
            Portable::splat(value)
        }
    }

    fn mean(lanes: Portable<f64>) -> f64 {
        // SAFETY: plain loops need no features.
        #[allow(unsafe_code)]
        unsafe {
            lanes.total() / 8.0
        }
    }

    /// m results of a correlation of six inputs with r weights, by the points.
    #[allow(unsafe_code)]
    fn correlation<const M: usize, const R: usize>(d: [f64; SIDE], g: [f64; R]) -> [f64; M] {
        // SAFETY: plain loops need no features.
        unsafe {
            let points: Points<Portable<f64>> = Points::new();
            let d = points.analyze(d.map(lanes));
            let g = points.share(points.values(g.map(lanes)));
            let mut product = d;
            for i in 0..SIDE {
                product[i] = d[i].times(g[i]);
            }
            points.powers::<M>(product).map(mean)
        }
    }

    #[test]
    fn products_at_the_points_are_a_correlation() {
        let d = [0.3, -1.2, 0.7, 2.1, -0.4, 0.9];
        let g = [0.5, -0.25, 1.5, 0.8, -0.6];
        let plain = |i: usize, r: usize| (0..r).map(|k| d[i + k] * g[k]).sum::<f64>();
        let four: [f64; 4] = correlation(d, [g[0], g[1], g[2]]);
        let two: [f64; 2] = correlation(d, g);
        for (i, y) in four.iter().enumerate() {
            assert!((y - plain(i, 3)).abs() < 1e-14, "{y} {}", plain(i, 3));
        }
        for (i, y) in two.iter().enumerate() {
            assert!((y - plain(i, 5)).abs() < 1e-14, "{y} {}", plain(i, 5));
        }
    }
}

//! Interpolating cubic splines with the end conditions of FITPACK.

/// A twice continuously differentiable piecewise cubic through equidistant points, whose first two and last two pieces
/// are each one cubic ("not a knot", de Boor, A Practical Guide to Splines, chapter IV). This is FITPACK's
/// interpolating spline of degree 3.
#[derive(Debug, Clone)]
pub(super) struct Spline {
    values: Vec<f64>,
    /// Slope at each point.
    slopes: Vec<f64>,
}

impl Spline {
    /// The spline through `values` at 0, 1, 2, …; `None` for fewer than four.
    pub(super) fn through(values: Vec<f64>) -> Option<Self> {
        let n = values.len();
        if n < 4 {
            return None;
        }
        let step = |i: usize| values[i + 1] - values[i];
        // Inside: s[i−1] + 4·s[i] + s[i+1] = 3·(step[i−1] + step[i]); the end conditions with one step of elimination:
        // s[0] + 2·s[1] = (5·step[0] + step[1]) / 2, and the same from the other end.
        let mut diagonal = vec![4.0; n];
        let mut right: Vec<f64> = (0..n)
            .map(|i| match i {
                0 => (5.0 * step(0) + step(1)) / 2.0,
                i if i + 1 == n => (5.0 * step(n - 2) + step(n - 3)) / 2.0,
                i => 3.0 * (step(i - 1) + step(i)),
            })
            .collect();
        (diagonal[0], diagonal[n - 1]) = (1.0, 1.0);
        let upper = |i: usize| if i == 0 { 2.0 } else { 1.0 };
        let lower = |i: usize| if i + 1 == n { 2.0 } else { 1.0 };
        for i in 1..n {
            let factor = lower(i) / diagonal[i - 1];
            diagonal[i] -= factor * upper(i - 1);
            right[i] -= factor * right[i - 1];
        }
        let mut slopes = right;
        slopes[n - 1] /= diagonal[n - 1];
        for i in (0..n - 1).rev() {
            slopes[i] = (slopes[i] - upper(i) * slopes[i + 1]) / diagonal[i];
        }
        Some(Self { values, slopes })
    }

    /// The value at `place`, clamped to the range of the points.
    pub(super) fn at(&self, place: f64) -> f64 {
        let last = self.values.len() - 1;
        let place = place.clamp(0.0, last as f64);
        let i = (place as usize).min(last - 1);
        let t = place - i as f64;
        let (a, b) = (self.values[i], self.values[i + 1]);
        let (p, q) = (self.slopes[i], self.slopes[i + 1]);
        let rise = b - a;
        a + t * (p + t * ((3.0 * rise - 2.0 * p - q) + t * (p + q - 2.0 * rise)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cubic_is_itself(
            coefficients in proptest::array::uniform4(-3.0_f64..3.0), count in 4..12_usize, place in 0.0_f64..1.0,
        ) {
            let cubic = |x: f64| coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c);
            let spline = Spline::through((0..count).map(|i| cubic(i as f64)).collect()).unwrap();
            let x = place * (count - 1) as f64;
            let size = 1.0 + 3.0 * (count as f64).powi(3);
            prop_assert!((spline.at(x) - cubic(x)).abs() < 1e-12 * size);
        }

        #[test]
        fn it_runs_through_its_points(values in proptest::collection::vec(-9.0_f64..9.0, 4..20)) {
            let spline = Spline::through(values.clone()).unwrap();
            for (i, value) in values.iter().enumerate() {
                prop_assert!((spline.at(i as f64) - value).abs() < 1e-12);
            }
            prop_assert_eq!(spline.at(-3.0), values[0]);
        }
    }

    /// scipy 1.17, `make_interp_spline([0, 1, 2, 3, 4], [0, 1, 0, 2, 1], k=3)` at 0.5, 1.5 and 3.75.
    #[test]
    fn it_agrees_with_scipy() {
        let spline = Spline::through(vec![0.0, 1.0, 0.0, 2.0, 1.0]).unwrap();
        for (place, value) in SCIPY {
            assert!((spline.at(place) - value).abs() < 1e-14, "{place}");
        }
    }

    const SCIPY: [(f64, f64); 3] = [
        (0.5, 1.234375),
        (1.5, 0.2656250000000003),
        (3.75, 2.009765625),
    ];
}

//! Murray's law of radii, and the position of a bifurcation with the least work.

use crate::geometry::point::{Point, cross, dot, minus, norm};

/// Murray's law: a parent's radius to the power γ is the sum of its daughters' radii to the power γ.
///
/// All terminals have the same radius, so a vessel that supplies n terminals has the radius r_least n^(1/γ). Source:
/// Murray (1926), The physiological principle of minimum work, PNAS 12, 207–214, with γ = 3.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Law {
    /// Radius of a vessel that supplies one terminal, in µm.
    pub least_um: f64,
    /// The exponent γ.
    pub exponent: f64,
}

impl Law {
    /// Radius in µm of a vessel that supplies `terminals` terminals.
    pub fn radius_um(&self, terminals: f64) -> f64 {
        self.least_um * libm::pow(terminals, 1.0 / self.exponent)
    }

    /// Work per µm of such a vessel, relative to a vessel with one terminal: the square of its radius, relative.
    ///
    /// The work to maintain blood is proportional to its volume, πr²; at γ = 3, where flow is proportional to r³, the
    /// work against friction is a fixed share of it.
    pub fn work(&self, terminals: f64) -> f64 {
        libm::pow(terminals, 2.0 / self.exponent)
    }

    /// Largest number of terminals that a vessel of this radius can supply.
    pub fn most_terminals(&self, radius_um: f64) -> f64 {
        // A radius computed from a number of terminals allows this number despite rounding.
        (libm::pow(radius_um / self.least_um, self.exponent) * (1.0 + 1e-9)).floor()
    }
}

/// The point where three vessels from `ends` meet with the least Σ `weights[i]` · length; `None` when it is one of the
/// ends.
///
/// There the pulls of the three vessels balance, Σ weight · direction = 0, which for weights r² is cos θ₁ = (r₀⁴ + r₁⁴
/// − r₂⁴) / (2 r₀² r₁²) for the angle between a daughter and the line of its parent. In barycentric coordinates the
/// point is 1 / (cot A − cot φ) for each end, where A is the angle of the triangle at that end and φ the angle between
/// the other two ends as seen from the point.
pub(super) fn meeting_place(ends: [Point; 3], weights: [f64; 3]) -> Option<Point> {
    let [a, b, c] = weights;
    // Sixteen times the squared area of a triangle whose sides are the weights (Heron).
    let heron = (a + b + c) * (b + c - a) * (a + c - b) * (a + b - c);
    let double_area = norm(cross(minus(ends[1], ends[0]), minus(ends[2], ends[0])));
    if !(heron > 0.0 && double_area > 0.0) {
        return None;
    }
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    let mut shares = [0.0; 3];
    for (i, share) in shares.iter_mut().enumerate() {
        let (next, last) = (ends[(i + 1) % 3], ends[(i + 2) % 3]);
        let cot_end = dot(minus(next, ends[i]), minus(last, ends[i])) / double_area;
        let cot_view = (2.0 * weights[i] * weights[i] - squares) / heron.sqrt();
        // The triangle's angle at this end is at least φ: the point is the end itself.
        if cot_end <= cot_view {
            return None;
        }
        *share = 1.0 / (cot_end - cot_view);
    }
    let sum: f64 = shares.iter().sum();
    let place = std::array::from_fn(|x| {
        let parts = (0..3).map(|i| shares[i] * ends[i][x]);
        parts.sum::<f64>() / sum
    });
    place.iter().all(|v: &f64| v.is_finite()).then_some(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::point::{cosine, distance};

    fn cost(place: Point, ends: [Point; 3], weights: [f64; 3]) -> f64 {
        (0..3).map(|i| weights[i] * distance(place, ends[i])).sum()
    }

    /// The least cost by a search that halves its step whenever no neighbor is better.
    fn searched(ends: [Point; 3], weights: [f64; 3]) -> f64 {
        let mut place: Point =
            std::array::from_fn(|x| (ends[0][x] + ends[1][x] + ends[2][x]) / 3.0);
        let (mut least, mut step) = (cost(place, ends, weights), 50.0);
        while step > 1e-7 {
            let mut better = false;
            for k in 0..27 {
                let shift = [k % 3 - 1, k / 3 % 3 - 1, k / 9 - 1].map(f64::from);
                let trial = std::array::from_fn(|x| place[x] + step * shift[x]);
                if cost(trial, ends, weights) < least {
                    (place, least, better) = (trial, cost(trial, ends, weights), true);
                }
            }
            if !better {
                step /= 2.0;
            }
        }
        least
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_place_near_or_far_is_cheaper(
            ends in prop::array::uniform3(prop::array::uniform3(0.0_f64..100.0)),
            first in 1.0_f64..40.0,
            second in 1.0_f64..40.0,
            exponent in 2.3_f64..4.0,
        ) {
            let law = Law { least_um: 5.0, exponent };
            let weights = [law.work(first + second), law.work(first), law.work(second)];
            let found = meeting_place(ends, weights).map_or_else(
                || ends.iter().map(|e| cost(*e, ends, weights)).fold(f64::INFINITY, f64::min),
                |place| cost(place, ends, weights),
            );
            let least = searched(ends, weights);
            prop_assert!((found - least).abs() <= 1e-6 * least, "{found} against {least}");
        }

        #[test]
        fn angles_are_those_of_murray(r1 in 1.0_f64..5.0, r2 in 1.0_f64..5.0) {
            let law = Law { least_um: 1.0, exponent: 3.0 };
            let r0 = law.radius_um(r1.powi(3) + r2.powi(3));
            let ends = [[0.0, 0.0, 0.0], [90.0, 40.0, 5.0], [85.0, -45.0, 10.0]];
            let Some(place) = meeting_place(ends, [r0 * r0, r1 * r1, r2 * r2]) else {
                return Ok(());
            };
            let along = minus(place, ends[0]);
            for (end, own, other) in [(1, r1, r2), (2, r2, r1)] {
                let formula = (r0.powi(4) + own.powi(4) - other.powi(4)) / (2.0 * r0 * r0 * own * own);
                prop_assert!((cosine(along, minus(ends[end], place)) - formula).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn equal_daughters_part_at_75_degrees() {
        // cos(θ/2) = 2^(-1/3), the textbook value of a symmetric bifurcation.
        let ends = [[0.0, 0.0, 0.0], [100.0, 50.0, 0.0], [100.0, -50.0, 0.0]];
        let parent = 2.0_f64.powf(2.0 / 3.0);
        let place = meeting_place(ends, [parent, 1.0, 1.0]).unwrap();
        let half = cosine([1.0, 0.0, 0.0], minus(ends[1], place));
        assert!((half - 2.0_f64.powf(-1.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn ends_on_one_line_have_no_place_between_them() {
        let ends = [[0.0; 3], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]];
        assert_eq!(meeting_place(ends, [1.5, 1.0, 1.0]), None);
    }
}

//! The variance ratios with the largest likelihood.

use super::blocks::{Blocks, Ratios};
use super::criterion::Criterion;
use super::moments::Moments;

/// Ratios at which the search begins, as multiples of 1 / (mean rows of a group).
const GRID: [f64; 13] = [
    0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1e3, 1e4, 1e6,
];
/// Number of local minima on the grid that are followed.
const STARTS: usize = 4;
/// Largest step of the search, in the logarithm of a ratio.
const LONGEST_STEP: f64 = 2.0;
/// The logarithm of the largest ratio: above it, floating-point noise decides.
const LARGEST: f64 = 25.0;

/// What is maximized.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Problem<'a> {
    pub blocks: &'a Blocks,
    pub reml: bool,
    /// Number of levels of random intercepts: 0, 1 or 2.
    pub levels: usize,
}

/// Minimizes the deviance over non-negative ratios. `None` when no minimum is found.
///
/// The search is for u = ln(1 + γ·m) ≥ 0 of each ratio γ, with m the mean size of a group: a grid, then Newton's method
/// with analytical derivatives from the best points of the grid, a ratio of 0 staying there while the deviance grows. So a
/// second local minimum of an unbalanced design is not taken for the global one, and the result is exact to the noise of
/// the derivatives, about 1e-12.
pub(crate) fn optimum(problem: Problem<'_>) -> Option<Ratios> {
    if problem.levels == 0 {
        return Some(Ratios {
            outer: 0.0,
            inner: 0.0,
        });
    }
    let minima = problem
        .starts()
        .into_iter()
        .filter_map(|u| problem.newton(u));
    let best = minima.min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(problem.ratios(best.0))
}

/// Logarithms of the ratio of the smallest groups, and of subjects.
type Point = [f64; 2];

/// The deviance with its derivatives by a point.
struct Slopes {
    deviance: f64,
    gradient: Point,
    curvature: [[f64; 2]; 2],
}

impl Problem<'_> {
    fn sizes(&self) -> Point {
        let sizes = self.blocks.mean_sizes();
        [sizes.inner, sizes.outer]
    }

    fn ratios(&self, u: Point) -> Ratios {
        let sizes = self.sizes();
        Ratios {
            inner: libm::expm1(u[0]) / sizes[0],
            outer: libm::expm1(u[1]) / sizes[1],
        }
    }

    fn deviance(&self, u: Point) -> Option<f64> {
        Criterion::at(self.blocks, self.ratios(u)).deviance(self.blocks.rows, self.reml)
    }

    /// The best local minima on the grid.
    fn starts(&self) -> Vec<Point> {
        let u: Vec<f64> = GRID.iter().map(|g| libm::log1p(*g)).collect();
        let outer = if self.levels == 2 { u.len() } else { 1 };
        let at = |i: usize, j: usize| self.deviance([u[i], u[j]]).unwrap_or(f64::INFINITY);
        let values: Vec<Vec<f64>> = (0..u.len())
            .map(|i| (0..outer).map(|j| at(i, j)).collect())
            .collect();
        let around = |i: usize| i.saturating_sub(1)..=i + 1;
        let mut minima = Vec::new();
        for i in 0..u.len() {
            for j in 0..outer {
                let neighbors = around(i).flat_map(|k| around(j).map(move |l| (k, l)));
                let lowest = neighbors
                    .filter_map(|(k, l)| values.get(k)?.get(l))
                    .all(|other| values[i][j] <= *other);
                if lowest && values[i][j].is_finite() {
                    minima.push((values[i][j], [u[i], u[j]]));
                }
            }
        }
        minima.sort_by(|a, b| a.0.total_cmp(&b.0));
        minima.truncate(STARTS);
        minima.into_iter().map(|(_, point)| point).collect()
    }

    fn slopes(&self, u: Point) -> Option<Slopes> {
        let ratios = self.ratios(u);
        let moments = Moments::at(self.blocks, ratios)?;
        let free = self.blocks.rows - usize::from(self.reml) * (self.blocks.columns - 1);
        let (trace, traces) = if self.reml {
            (moments.trace_reml, moments.traces_reml)
        } else {
            (moments.trace, moments.traces)
        };
        let (free, rest, sizes) = (free as f64, moments.rest, self.sizes());
        let by_ratio = |k: usize| trace[k + 1] - free * moments.square[k + 1] / rest;
        let twice = |k: usize, l: usize| {
            let products = moments.square[k + 1] * moments.square[l + 1] / (rest * rest);
            free * (2.0 * moments.squares[k + 1][l + 1] / rest - products) - traces[k + 1][l + 1]
        };
        // γ = (eᵘ − 1) / m has the first and second derivative eᵘ / m.
        let chain = |k: usize| libm::exp(u[k]) / sizes[k];
        let mut slopes = Slopes {
            deviance: self.deviance(u)?,
            gradient: [0.0; 2],
            curvature: [[0.0; 2]; 2],
        };
        for k in 0..self.levels {
            slopes.gradient[k] = by_ratio(k) * chain(k);
            for l in 0..self.levels {
                slopes.curvature[k][l] = twice(k, l) * chain(k) * chain(l);
            }
            slopes.curvature[k][k] += slopes.gradient[k];
        }
        Some(slopes)
    }

    /// Follows the deviance downward to a minimum.
    fn newton(&self, start: Point) -> Option<(Point, f64)> {
        let mut u = start;
        for _ in 0..200 {
            let slopes = self.slopes(u)?;
            let free = |k: usize| k < self.levels && (u[k] > 0.0 || slopes.gradient[k] < 0.0);
            let step = slopes.step([free(0), free(1)]);
            let mut next = u;
            let mut share = 1.0;
            let moved = loop {
                for k in 0..2 {
                    next[k] = (u[k] + share * step[k]).max(0.0);
                }
                let allowed = slopes.deviance + 1e-13 * (1.0 + slopes.deviance.abs());
                if self.deviance(next).is_some_and(|d| d <= allowed) {
                    break true;
                }
                share *= 0.5;
                if share < 1e-12 {
                    break false;
                }
            };
            let length = (0..2).map(|k| (next[k] - u[k]).abs()).fold(0.0, f64::max);
            if moved {
                u = next;
            }
            if u[0].max(u[1]) > LARGEST {
                return None;
            }
            if !moved || length < 1e-13 {
                return Some((u, self.deviance(u)?));
            }
        }
        None
    }
}

impl Slopes {
    /// Newton's step in the free coordinates; where the deviance is not convex, each coordinate goes downhill by itself.
    fn step(&self, free: [bool; 2]) -> Point {
        let [[a, b], [_, c]] = self.curvature;
        let [g, h] = self.gradient;
        let determinant = a * c - b * b;
        let single = |gradient: f64, curvature: f64| {
            if curvature > 0.0 {
                -gradient / curvature
            } else {
                -gradient.signum() * LONGEST_STEP / 2.0
            }
        };
        let step = match free {
            [true, true] if a > 0.0 && determinant > 1e-12 * a * c => {
                [(b * h - c * g) / determinant, (b * g - a * h) / determinant]
            }
            [one, two] => [
                if one { single(g, a) } else { 0.0 },
                if two { single(h, c) } else { 0.0 },
            ],
        };
        let longest = step[0].abs().max(step[1].abs());
        let share = (LONGEST_STEP / longest).min(1.0);
        if longest > 0.0 {
            [share * step[0], share * step[1]]
        } else {
            [0.0; 2]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grouping::Grouping;
    use super::super::orthonormal::Orthonormal;
    use super::*;
    use crate::Level;

    fn blocks() -> Blocks {
        let level = |f: fn(usize) -> usize| (0..60).map(|i| Level::number(f(i) as f64)).collect();
        let columns = [level(|i| i / 11), level(|i| i / 4)];
        let names = ["subject".to_owned(), "visit".to_owned()];
        let grouping = Grouping::of(&names, &columns, 60).unwrap();
        let x: Vec<f64> = (0..60).map(|i| f64::from(i * i % 23)).collect();
        let y: Vec<f64> = (0..60)
            .map(|i| f64::from(i * 7 % 13) + f64::from(i / 11 * 5 % 7) + f64::from(i / 4 * 3 % 5))
            .collect();
        let q = Orthonormal::of(&[vec![1.0; 60], x]).unwrap();
        let (_, rest) = q.split(&y);
        Blocks::of(&[&q.q[0], &q.q[1], &rest], &grouping)
    }

    #[test]
    fn derivatives_are_those_of_differences() {
        let blocks = blocks();
        for reml in [true, false] {
            let problem = Problem {
                blocks: &blocks,
                reml,
                levels: 2,
            };
            let u = [0.7, 1.1];
            let slopes = problem.slopes(u).unwrap();
            let h = 1e-4;
            for k in 0..2 {
                let moved = |by: f64| {
                    let mut moved = u;
                    moved[k] += by;
                    problem.slopes(moved).unwrap()
                };
                let (up, down) = (moved(h), moved(-h));
                let gradient = (up.deviance - down.deviance) / (2.0 * h);
                assert!((slopes.gradient[k] - gradient).abs() < 1e-6);
                for l in 0..2 {
                    let curvature = (up.gradient[l] - down.gradient[l]) / (2.0 * h);
                    assert!((slopes.curvature[k][l] - curvature).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn no_point_around_the_optimum_is_better() {
        let blocks = blocks();
        for (reml, levels) in [(true, 1), (false, 1), (true, 2), (false, 2)] {
            let problem = Problem {
                blocks: &blocks,
                reml,
                levels,
            };
            let best = optimum(problem).unwrap();
            let deviance = |outer: f64, inner: f64| {
                let ratios = Ratios { outer, inner };
                let criterion = Criterion::at(&blocks, ratios);
                criterion.deviance(blocks.rows, reml).unwrap()
            };
            let lowest = deviance(best.outer, best.inner);
            for i in 0..200 {
                for j in 0..if levels == 2 { 200 } else { 1 } {
                    let ratio = |i: i32| {
                        if i == 0 {
                            0.0
                        } else {
                            libm::exp(f64::from(i) / 10.0 - 12.0)
                        }
                    };
                    assert!(lowest <= deviance(ratio(j), ratio(i)) + 1e-10);
                }
            }
        }
    }
}

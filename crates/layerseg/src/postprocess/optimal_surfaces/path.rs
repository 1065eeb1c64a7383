//! The best path of one surface through a B-scan.

use ndarray::{Array2, ArrayView2};

use super::rules::SurfaceRules;

/// Boundaries b(x) that maximize Σ value(x, b(x)) − step cost · |b(x) − b(x − 1)| under |b(x) − b(x − 1)| ≤ slope, for values
/// of shape (x, boundaries). Among equally good paths, the one with the smallest steps, then with the smallest depth, backward
/// from the last column.
///
/// Viterbi's algorithm: time and memory are proportional to the values, times 2 · slope + 1 for the time.
pub(super) fn best(values: &ArrayView2<'_, f64>, rules: &SurfaceRules) -> Vec<usize> {
    let (nx, count) = values.dim();
    let mut best: Vec<f64> = match values.outer_iter().next() {
        Some(first) => first.to_vec(),
        None => return Vec::new(),
    };
    let mut from = Array2::<u32>::zeros((nx, count));
    let mut next = vec![0.0; count];
    for x in 1..nx {
        for (b, next) in next.iter_mut().enumerate() {
            let (value, previous) = predecessor(&best, b, rules);
            *next = value + values[[x, b]];
            from[[x, b]] = previous as u32;
        }
        std::mem::swap(&mut best, &mut next);
    }
    let mut last = first_maximum(&best);
    let mut path = vec![last; nx];
    for x in (1..nx).rev() {
        last = from[[x, last]] as usize;
        path[x - 1] = last;
    }
    path
}

/// The greatest best(b') − step cost · |b − b'| among the boundaries within reach, and its b'; the nearest of equals.
pub(super) fn predecessor(best: &[f64], b: usize, rules: &SurfaceRules) -> (f64, usize) {
    let mut found = (best[b], b);
    for step in 1..=rules.slope_vox {
        let cost = rules.step_cost * step as f64;
        let above = b.checked_sub(step);
        let below = Some(b + step).filter(|b| *b < best.len());
        for previous in above.into_iter().chain(below) {
            let value = best[previous] - cost;
            if value > found.0 {
                found = (value, previous);
            }
        }
    }
    found
}

pub(super) fn first_maximum(values: &[f64]) -> usize {
    let mut found = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[found] {
            found = i;
        }
    }
    found
}

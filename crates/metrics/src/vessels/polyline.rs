//! Polygonal lines: length, equal steps, smoothing, tangents.

use super::geometry::{Point, between, distance, minus, plus, times, unit};

/// A place on a line: the piece, and the share of its length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub piece: usize,
    pub share: f64,
}

impl Place {
    pub fn point(self, line: &[Point]) -> Point {
        let from = line[self.piece];
        line.get(self.piece + 1)
            .map_or(from, |to| between(from, *to, self.share))
    }
}

pub(crate) fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| distance(w[0], w[1])).sum()
}

/// Places at equal steps of arc length, about `step` long, from the first to the last point. A line without length has one.
pub(crate) fn equal_steps(line: &[Point], step: f64) -> Vec<Place> {
    let total = length(line);
    let mut places = Vec::new();
    if line.is_empty() {
        return places;
    }
    places.push(Place {
        piece: 0,
        share: 0.0,
    });
    if total <= 0.0 {
        return places;
    }
    let count = (total / step).round().max(1.0);
    let (mut piece, mut before) = (0, 0.0);
    let mut size = distance(line[0], line[1]);
    for i in 1..=count as usize {
        let goal = total * i as f64 / count;
        while before + size < goal && piece + 2 < line.len() {
            before += size;
            piece += 1;
            size = distance(line[piece], line[piece + 1]);
        }
        let share = if size > 0.0 {
            ((goal - before) / size).min(1.0)
        } else {
            1.0
        };
        places.push(Place { piece, share });
    }
    places
}

/// The point at a place of its neighbors in a list: past the ends of an open list there is none; a closed list goes round.
fn at(points: &[Point], index: isize, closed: bool) -> Point {
    let count = points.len() as isize;
    points[(if closed {
        index.rem_euclid(count)
    } else {
        index.clamp(0, count - 1)
    }) as usize]
}

/// Two moving averages over 2 · `reach` + 1 points each. Near the ends of an open line the reach shrinks, so that they stay where
/// they are. A closed list does not repeat its first point.
pub(crate) fn smoothed(points: &[Point], reach: usize, closed: bool) -> Vec<Point> {
    averaged(&averaged(points, reach, closed), reach, closed)
}

fn averaged(points: &[Point], reach: usize, closed: bool) -> Vec<Point> {
    let count = points.len();
    (0..count)
        .map(|i| {
            let reach = if closed {
                reach.min((count - 1) / 2)
            } else {
                reach.min(i).min(count - 1 - i)
            } as isize;
            let near = (-reach..=reach).map(|k| at(points, i as isize + k, closed));
            let sum = near.fold([0.0; 3], plus);
            times(sum, 1.0 / (2 * reach + 1) as f64)
        })
        .collect()
}

/// Directions of length 1 by central differences over `reach` points; `None` where points coincide.
pub(crate) fn tangents(points: &[Point], reach: usize, closed: bool) -> Vec<Option<Point>> {
    let reach = reach as isize;
    (0..points.len() as isize)
        .map(|i| {
            let (before, after) = (i - reach, i + reach);
            unit(minus(at(points, after, closed), at(points, before, closed)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_steps_end_at_the_ends() {
        let line = [[0.0; 3], [3.0, 0.0, 0.0], [3.0, 4.0, 0.0]];
        let places = equal_steps(&line, 0.9);
        assert_eq!(places.len(), 9);
        assert_eq!(places[8].point(&line), [3.0, 4.0, 0.0]);
        assert!((places[4].point(&line)[1] - 0.5).abs() < 1e-12);
        assert_eq!(equal_steps(&line[..1], 1.0).len(), 1);
        assert!(equal_steps(&[], 1.0).is_empty());
    }

    #[test]
    fn smoothing_keeps_ends_and_straight_lines() {
        let line: Vec<Point> = (0..9).map(|i| [f64::from(i), 0.0, 2.0]).collect();
        let found = smoothed(&line, 3, false);
        for (a, b) in found.iter().zip(&line) {
            assert!(distance(*a, *b) < 1e-12);
        }
    }
}

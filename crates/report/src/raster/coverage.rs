//! The share of each pixel that a shape covers.

use crate::scene::Point;

/// Number of sample rows per pixel.
const SAMPLES: usize = 4;

/// Shares from 0 to 1 of the pixels in a box.
pub struct Coverage {
    left: usize,
    top: usize,
    width: usize,
    shares: Vec<f64>,
}

impl Coverage {
    /// The interior of closed lines, by the even-odd rule, on a canvas of `size` pixels.
    pub fn of_area(lines: &[Vec<Point>], size: [usize; 2]) -> Self {
        let mut coverage = Self::around(lines, 0.0, size);
        let rows = coverage.rows();
        for row in 0..rows * SAMPLES {
            let y = coverage.top as f64 + (row as f64 + 0.5) / SAMPLES as f64;
            let mut crossings: Vec<f64> = lines.iter().flat_map(|l| crossings(l, y)).collect();
            crossings.sort_by(f64::total_cmp);
            for span in crossings.chunks_exact(2) {
                coverage.add_span(row / SAMPLES, [span[0], span[1]]);
            }
        }
        coverage
    }

    /// Lines of a given width, with round ends and joints.
    pub fn of_lines(lines: &[Vec<Point>], width: f64, size: [usize; 2]) -> Self {
        let radius = width / 2.0;
        let mut coverage = Self::around(lines, radius + 1.0, size);
        for line in lines {
            match line.as_slice() {
                [only] => coverage.add_segment([*only, *only], radius),
                points => points
                    .windows(2)
                    .for_each(|ends| coverage.add_segment([ends[0], ends[1]], radius)),
            }
        }
        coverage
    }

    /// The covered pixels: column, row, share.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.shares
            .iter()
            .enumerate()
            .filter(|(_, share)| **share > 0.0)
            .map(|(i, share)| {
                let (x, y) = (i % self.width, i / self.width);
                (self.left + x, self.top + y, share.min(1.0))
            })
    }

    fn around(lines: &[Vec<Point>], margin: f64, size: [usize; 2]) -> Self {
        let bounds = |axis: usize| {
            let values = || lines.iter().flatten().map(move |p| p[axis]);
            let low = values().fold(f64::INFINITY, f64::min) - margin;
            let high = values().fold(f64::NEG_INFINITY, f64::max) + margin;
            let limit = size[axis];
            let start = (low.floor().max(0.0) as usize).min(limit);
            start..(high.ceil().max(0.0) as usize).clamp(start, limit)
        };
        let (columns, rows) = (bounds(0), bounds(1));
        Self {
            left: columns.start,
            top: rows.start,
            width: columns.len(),
            shares: vec![0.0; columns.len() * rows.len()],
        }
    }

    fn rows(&self) -> usize {
        self.shares.len().checked_div(self.width).unwrap_or(0)
    }

    /// Adds one sample row between two x.
    fn add_span(&mut self, row: usize, [from, to]: [f64; 2]) {
        let (from, to) = (from - self.left as f64, to - self.left as f64);
        let first = from.floor().max(0.0) as usize;
        let last = (to.ceil().max(0.0) as usize).min(self.width);
        for x in first..last {
            let inside = to.min(x as f64 + 1.0) - from.max(x as f64);
            self.shares[row * self.width + x] += inside.max(0.0) / SAMPLES as f64;
        }
    }

    fn add_segment(&mut self, ends: [Point; 2], radius: f64) {
        let reach = radius + 1.0;
        let bounds = |axis: usize, start: usize, count: usize| {
            let (a, b) = (ends[0][axis] - start as f64, ends[1][axis] - start as f64);
            let low = (a.min(b) - reach).floor().max(0.0) as usize;
            let high = (a.max(b) + reach).ceil().max(0.0) as usize;
            low..high.min(count)
        };
        let rows = self.rows();
        for y in bounds(1, self.top, rows) {
            for x in bounds(0, self.left, self.width) {
                let middle = [(self.left + x) as f64 + 0.5, (self.top + y) as f64 + 0.5];
                // A line thinner than a pixel gets paler, not wider.
                let share = (radius + 0.5 - distance(middle, ends)).clamp(0.0, 1.0);
                let share = share * (2.0 * radius).min(1.0);
                let pixel = &mut self.shares[y * self.width + x];
                *pixel = pixel.max(share);
            }
        }
    }
}

/// The x positions where a closed line crosses the height `y`.
fn crossings(line: &[Point], y: f64) -> Vec<f64> {
    let next = line.iter().cycle().skip(1);
    line.iter()
        .zip(next)
        .filter(|(a, b)| (a[1] <= y) != (b[1] <= y))
        .map(|(a, b)| a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
        .collect()
}

fn distance(p: Point, [a, b]: [Point; 2]) -> f64 {
    let (along, towards) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let square = along[0] * along[0] + along[1] * along[1];
    let share = if square > 0.0 {
        ((towards[0] * along[0] + towards[1] * along[1]) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    libm::hypot(towards[0] - share * along[0], towards[1] - share * along[1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn total(coverage: &Coverage) -> f64 {
        coverage.iter().map(|(_, _, share)| share).sum()
    }

    #[test]
    fn a_hole_is_not_covered() {
        let square = |a: f64, b: f64| vec![[a, a], [b, a], [b, b], [a, b]];
        let coverage = Coverage::of_area(&[square(0.0, 8.0), square(2.0, 5.0)], [10, 10]);
        assert!((total(&coverage) - (64.0 - 9.0)).abs() < 1e-9);
    }

    #[test]
    fn a_line_covers_its_length_times_its_width() {
        let coverage = Coverage::of_lines(&[vec![[5.0, 10.0], [45.0, 10.0]]], 4.0, [50, 20]);
        // A band of 40 × 4 and two half discs of radius 2.
        let expected = 160.0 + std::f64::consts::PI * 4.0;
        assert!(
            (total(&coverage) - expected).abs() < 1.5,
            "{}",
            total(&coverage)
        );
    }

    #[test]
    fn shapes_outside_the_canvas_cover_nothing() {
        let far = vec![vec![[-50.0, -40.0], [-20.0, -40.0], [-20.0, -9.0]]];
        assert_eq!(total(&Coverage::of_area(&far, [10, 10])), 0.0);
        assert_eq!(total(&Coverage::of_lines(&far, 2.0, [10, 10])), 0.0);
        assert_eq!(total(&Coverage::of_area(&[], [10, 10])), 0.0);
    }

    proptest! {
        #[test]
        fn a_rectangle_covers_its_area(x in 0.0f64..10.0, y in 0usize..40, w in 0.0f64..20.0, h in 0usize..40) {
            let (y, h) = (y as f64 / 4.0, h as f64 / 4.0);
            let corners = vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
            let coverage = Coverage::of_area(&[corners], [40, 40]);
            prop_assert!((total(&coverage) - w * h).abs() < 1e-6);
        }
    }
}

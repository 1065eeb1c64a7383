//! Sideways oscillation of vessels.

use std::f64::consts::PI;

use super::cells::Cells;
use super::growth::Growth;
use crate::geometry::point::{
    Point, between, cross, depth_in, distance, minus, norm, plus, separation, times, unit,
};
use crate::random::streams::{Draw, Purpose, Streams};

/// Number of straight pieces per half wave.
const PIECES: usize = 6;
/// Largest number of half waves of a vessel.
const MOST_WAVES: f64 = 64.0;
/// Number of times an amplitude is halved before the vessel stays straight.
const HALVINGS: usize = 5;

/// The line of each vessel, from its start to its end.
///
/// A line deviates from the straight line by a sum of sine waves that are zero at both ends, with about the given
/// wavelength and random phase and direction. Where it would get too close to others, or leave the box, the amplitude
/// is reduced.
pub(super) fn lines(growth: &Growth<'_>, streams: Streams) -> Vec<Vec<Point>> {
    let mut lines = Lines::straight(growth);
    if growth.config.tortuosity > 0.0 {
        for vessel in 0..growth.vessels.len() {
            let mut draw = streams.open(Purpose::TreeWobble, vessel);
            lines.swing(vessel, &mut draw);
        }
    }
    lines.lines
}

struct Lines<'a> {
    growth: &'a Growth<'a>,
    lines: Vec<Vec<Point>>,
    cells: Cells,
}

impl<'a> Lines<'a> {
    fn straight(growth: &'a Growth<'a>) -> Self {
        let count = growth.vessels.len();
        let mut lines = Self {
            growth,
            lines: (0..count).map(|v| growth.ends(v).to_vec()).collect(),
            cells: growth.cells.clone(),
        };
        for vessel in 0..count {
            lines.list(vessel);
        }
        lines
    }

    fn list(&mut self, vessel: usize) {
        let reach = self.radius(vessel) + self.growth.config.clearance_um / 2.0;
        self.cells.remove(vessel);
        for pair in self.lines[vessel].windows(2) {
            self.cells.add(vessel, [pair[0], pair[1]], reach);
        }
    }

    fn radius(&self, vessel: usize) -> f64 {
        let terminals = self.growth.vessels[vessel].terminals;
        self.growth.law.radius_um(terminals as f64)
    }

    fn swing(&mut self, vessel: usize, draw: &mut Draw) {
        let ends = self.growth.ends(vessel);
        let config = self.growth.config;
        let length = distance(ends[0], ends[1]);
        let swings = Swings::drawn(draw, ends, config.wavelength_um);
        let mut amplitude = config.tortuosity * length.min(config.wavelength_um);
        for _ in 0..HALVINGS {
            self.lines[vessel] = swings.line(ends, amplitude);
            self.list(vessel);
            if self.stays_inside(vessel) && self.is_clear(vessel) {
                return;
            }
            amplitude /= 2.0;
        }
        self.lines[vessel] = ends.to_vec();
        self.list(vessel);
    }

    /// Whether the wall stays in the box, wherever that of the straight vessel does.
    fn stays_inside(&self, vessel: usize) -> bool {
        let (ends, line) = (self.growth.ends(vessel), &self.lines[vessel]);
        let extent = self.growth.config.extent_um;
        let steps = (line.len() - 1) as f64;
        line.iter().enumerate().all(|(i, place)| {
            let straight = depth_in(between(ends[0], ends[1], i as f64 / steps), extent);
            depth_in(*place, extent) >= self.radius(vessel).min(straight) - 1e-9
        })
    }

    fn is_clear(&mut self, vessel: usize) -> bool {
        let near = self.cells.neighbors(vessel);
        near.into_iter().all(|other| {
            let far = self.radius(vessel) + self.radius(other) + self.growth.config.clearance_um;
            let (own, other_line) = (&self.lines[vessel], &self.lines[other]);
            match self.meeting(vessel, other) {
                None => are_apart(own, other_line, far),
                // Close to the bifurcation the walls must touch.
                Some(place) => {
                    are_apart(&beyond(own, place, 2.0 * far), other_line, far)
                        && are_apart(&beyond(other_line, place, 2.0 * far), own, far)
                }
            }
        })
    }

    /// The common point of two vessels, if there is one.
    fn meeting(&self, one: usize, other: usize) -> Option<Point> {
        let growth = self.growth;
        if !growth.meet(one, other) {
            return None;
        }
        let below =
            growth.vessels[one].parent != Some(other) && growth.vessels[other].parent == Some(one);
        Some(growth.start(if below { other } else { one }))
    }
}

/// Whether all pieces of two lines are at least `far` apart.
fn are_apart(one: &[Point], other: &[Point], far: f64) -> bool {
    one.windows(2).all(|a| {
        other
            .windows(2)
            .all(|b| separation([a[0], a[1]], [b[0], b[1]]) >= far)
    })
}

/// The part of a line that is farther than `reach` from a point at one of its ends.
fn beyond(line: &[Point], place: Point, reach: f64) -> Vec<Point> {
    let far = line.iter().filter(|p| distance(**p, place) >= reach);
    far.copied().collect()
}

/// The waves of a line to both sides.
struct Swings {
    sides: [Point; 2],
    /// Number of half waves over the line, and the amplitude to either side.
    waves: Vec<(f64, [f64; 2])>,
}

impl Swings {
    fn drawn(draw: &mut Draw, ends: [Point; 2], wavelength_um: f64) -> Self {
        let way = unit(minus(ends[1], ends[0]));
        // The axis that is least parallel to the vessel gives a well-defined side.
        let least = (0..3).min_by(|a, b| way[*a].abs().total_cmp(&way[*b].abs()));
        let mut axis = [0.0; 3];
        axis[least.unwrap_or(0)] = 1.0;
        let first = unit(cross(way, axis));
        let center = (2.0 * distance(ends[0], ends[1]) / wavelength_um)
            .round()
            .clamp(1.0, MOST_WAVES);
        let waves = [center - 1.0, center, center + 1.0].into_iter();
        Self {
            sides: [first, cross(way, first)],
            waves: waves
                .filter(|half_waves| *half_waves >= 1.0)
                .map(|half_waves| (half_waves, [draw.normal(), draw.normal()]))
                .collect(),
        }
    }

    /// The line whose largest deviation from the straight line is `amplitude`.
    fn line(&self, ends: [Point; 2], amplitude: f64) -> Vec<Point> {
        let most = self.waves.iter().fold(1.0_f64, |most, w| most.max(w.0));
        let count = PIECES * most as usize;
        let offsets: Vec<Point> = (0..=count)
            .map(|i| self.offset(i as f64 / count as f64))
            .collect();
        let farthest = offsets.iter().fold(0.0_f64, |far, o| far.max(norm(*o)));
        let scale = if farthest > 0.0 {
            amplitude / farthest
        } else {
            0.0
        };
        let place = |(i, offset): (usize, &Point)| {
            let straight = between(ends[0], ends[1], i as f64 / count as f64);
            plus(straight, times(*offset, scale))
        };
        let mut line: Vec<Point> = offsets.iter().enumerate().map(place).collect();
        // Exact, so that lines that meet share this point.
        line[0] = ends[0];
        line[count] = ends[1];
        line
    }

    fn offset(&self, share: f64) -> Point {
        self.waves.iter().fold([0.0; 3], |sum, (half_waves, far)| {
            let sine = libm::sin(PI * half_waves * share);
            let sides = (0..2).map(|s| times(self.sides[s], far[s] * sine));
            sides.fold(sum, plus)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swing_is_as_wide_as_asked_for_and_zero_at_both_ends() {
        let ends = [[10.0, 20.0, 30.0], [400.0, 50.0, -20.0]];
        for seed in 0..20 {
            let mut draw = Streams::new(seed).open(Purpose::TreeWobble, 0);
            let line = Swings::drawn(&mut draw, ends, 150.0).line(ends, 12.0);
            assert_eq!([line[0], line[line.len() - 1]], ends);
            let steps = (line.len() - 1) as f64;
            let far = line
                .iter()
                .enumerate()
                .map(|(i, place)| distance(*place, between(ends[0], ends[1], i as f64 / steps)));
            assert!((far.fold(0.0_f64, f64::max) - 12.0).abs() < 1e-9);
        }
    }
}

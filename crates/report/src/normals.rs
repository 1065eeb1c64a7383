//! Histograms of the angles between surface normals and depth, on a logarithmic axis (figure 4 of the paper).

use crate::Scene;
use crate::chart::Dash;
use crate::color::{GRAY, INK, PALE, SERIES};
use crate::font;
use crate::scene::{Anchor, Path, Point, Stroke, Text};

/// A histogram of angles.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Name in the legend.
    pub name: String,
    /// Counts of equal bins from 0 to 90 degrees.
    pub counts: Vec<f64>,
}

/// Histograms that are drawn over each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Title.
    pub title: String,
    /// The reference, drawn as a gray area; `None` if there is none.
    pub reference: Option<Histogram>,
    /// The predictions, drawn as lines.
    pub series: Vec<Histogram>,
}

const WIDTH: f64 = 330.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 74.0;
const GAP: f64 = 28.0;
const TOP: f64 = 34.0;
const EM: f64 = 13.0;
/// Width of lines.
const LINE: f64 = 1.8;

/// Draws the panels side by side, with one scale. A bin shows its share of all angles of its histogram, so that histograms of
/// different numbers of scans compare; empty bins are left out.
#[must_use]
pub fn scene(panels: &[Panel]) -> Scene {
    let rows = panels.iter().map(|p| p.series.len() + 1).max().unwrap_or(1);
    let width = LEFT + panels.len() as f64 * (WIDTH + GAP);
    let scene = Scene::new(width, TOP + HEIGHT + (3.6 + 1.4 * rows as f64) * EM);
    let mut scene = scene.with_letters_of(EM);
    let decades = decades(panels);
    for (index, panel) in panels.iter().enumerate() {
        let left = LEFT + index as f64 * (WIDTH + GAP);
        let plot = Plot { left, decades };
        plot.draw_axes(&mut scene, &panel.title, index == 0);
        if let Some(reference) = &panel.reference {
            plot.draw_area(&mut scene, reference);
        }
        for (place, series) in panel.series.iter().enumerate() {
            let stroke = line_of(place);
            scene.draw(Path::open(plot.steps(series), stroke));
        }
        plot.draw_legend(&mut scene, panel);
    }
    scene
}

/// The line of a series: color and dash differ.
fn line_of(series: usize) -> Stroke {
    const DASHES: [Dash; 6] = [
        Dash::Solid,
        Dash::Dashed,
        Dash::Dotted,
        Dash::DashDot,
        Dash::Long,
        Dash::Short,
    ];
    Stroke {
        dash: DASHES[series % DASHES.len()].lengths(LINE),
        ..Stroke::solid(SERIES[series % SERIES.len()], LINE)
    }
}

/// Number of decades below 1 that hold the smallest share of a bin, at least 2.
fn decades(panels: &[Panel]) -> f64 {
    let histograms = panels
        .iter()
        .flat_map(|panel| panel.series.iter().chain(&panel.reference));
    let shares = histograms.flat_map(shares).flatten();
    let least = shares.fold(0.01, f64::min);
    (-libm::log10(least)).ceil()
}

/// The share of each bin in the sum of all; `None` for empty bins.
fn shares(histogram: &Histogram) -> Vec<Option<f64>> {
    let all: f64 = histogram.counts.iter().sum();
    let share = |count: &f64| (*count > 0.0).then(|| count / all);
    histogram.counts.iter().map(share).collect()
}

struct Plot {
    left: f64,
    decades: f64,
}

impl Plot {
    fn bottom() -> f64 {
        TOP + HEIGHT
    }

    fn x(&self, degrees: f64) -> f64 {
        self.left + degrees / 90.0 * WIDTH
    }

    fn y(&self, share: f64) -> f64 {
        TOP + (-libm::log10(share) / self.decades).clamp(0.0, 1.0) * HEIGHT
    }

    fn draw_axes(&self, scene: &mut Scene, title: &str, labels: bool) {
        let (right, bottom) = (self.left + WIDTH, Self::bottom());
        for decade in 0..=self.decades as i32 {
            let y = self.y(10.0_f64.powi(-decade));
            scene.line([self.left, y], [right, y], Stroke::solid(PALE, 0.8));
            if labels {
                let words = match decade {
                    0 => "1".to_owned(),
                    _ => format!("{:.*}", decade as usize, 10.0_f64.powi(-decade)),
                };
                let text = Text::new(words, [self.left - 8.0, y + 0.35 * EM], EM, INK);
                scene.draw(text.anchored(Anchor::End));
            }
        }
        for degrees in [0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0] {
            let x = self.x(degrees);
            scene.line([x, bottom], [x, bottom + 4.0], Stroke::solid(INK, 1.2));
            let text = Text::new(format!("{degrees}°"), [x, bottom + 1.5 * EM], EM, INK);
            scene.draw(text.anchored(Anchor::Middle));
        }
        scene.line(
            [self.left, TOP],
            [self.left, bottom],
            Stroke::solid(INK, 1.2),
        );
        scene.line(
            [self.left, bottom],
            [right, bottom],
            Stroke::solid(INK, 1.2),
        );
        let middle = f64::midpoint(self.left, right);
        let heading = Text::new(title, [middle, TOP - 0.8 * EM], EM, INK);
        scene.draw(heading.anchored(Anchor::Middle));
        let below = Text::new("Angle to depth", [middle, bottom + 2.9 * EM], EM, INK);
        scene.draw(below.anchored(Anchor::Middle));
        if labels {
            let at = [self.left - 58.0, f64::midpoint(TOP, bottom)];
            let beside = Text::new("Share of columns", at, EM, INK);
            scene.draw(beside.upwards().anchored(Anchor::Middle));
        }
    }

    /// The outline of the bins: one line for each run of bins with counts.
    fn steps(&self, histogram: &Histogram) -> Vec<Vec<Point>> {
        let width = 90.0 / histogram.counts.len().max(1) as f64;
        let mut lines: Vec<Vec<Point>> = Vec::new();
        let mut before = false;
        for (bin, share) in shares(histogram).into_iter().enumerate() {
            if let Some(share) = share {
                let [low, high] = [bin, bin + 1].map(|edge| self.x(edge as f64 * width));
                let y = self.y(share);
                match lines.last_mut().filter(|_| before) {
                    Some(line) => line.extend([[low, y], [high, y]]),
                    None => lines.push(vec![[low, y], [high, y]]),
                }
            }
            before = share.is_some();
        }
        lines
    }

    fn draw_area(&self, scene: &mut Scene, histogram: &Histogram) {
        for line in self.steps(histogram) {
            let [Some(first), Some(last)] = [line.first(), line.last()] else {
                continue;
            };
            let ends = [[last[0], Self::bottom()], [first[0], Self::bottom()]];
            let outline = line.iter().copied().chain(ends).collect();
            scene.draw(Path::area(vec![outline], GRAY, 0.35));
        }
    }

    fn draw_legend(&self, scene: &mut Scene, panel: &Panel) {
        let mut y = Self::bottom() + 4.6 * EM;
        let mut words = |scene: &mut Scene, name: &str| {
            let shown = crate::panel::shortened(name, (WIDTH - 40.0) / EM);
            debug_assert!(font::width_em(&shown) * EM <= WIDTH);
            scene.draw(Text::new(shown, [self.left + 38.0, y], EM, INK));
            y += 1.4 * EM;
            y - 1.75 * EM
        };
        if let Some(reference) = &panel.reference {
            let middle = words(scene, &reference.name);
            let corner = [self.left, middle - 0.35 * EM];
            scene.draw(Path::rectangle(corner, [30.0, 0.7 * EM], GRAY, 0.35));
        }
        for (place, series) in panel.series.iter().enumerate() {
            let middle = words(scene, &series.name);
            let ends = [[self.left, middle], [self.left + 30.0, middle]];
            scene.line(ends[0], ends[1], line_of(place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Item;

    fn histogram(counts: &[f64]) -> Histogram {
        Histogram {
            name: "s = 0".into(),
            counts: counts.to_vec(),
        }
    }

    #[test]
    fn shares_add_up_and_empty_bins_have_none() {
        let shares = shares(&histogram(&[6.0, 0.0, 2.0]));
        assert_eq!(shares, [Some(0.75), None, Some(0.25)]);
    }

    #[test]
    fn the_axis_reaches_down_to_the_smallest_bin() {
        let panel = |counts: &[f64]| Panel {
            title: "U-Net".into(),
            reference: None,
            series: vec![histogram(counts)],
        };
        assert_eq!(decades(&[panel(&[1.0, 1.0])]), 2.0);
        assert_eq!(decades(&[panel(&[9999.0, 1.0])]), 4.0);
    }

    #[test]
    fn a_gap_splits_the_outline_and_each_decade_has_the_same_height() {
        let plot = Plot {
            left: 0.0,
            decades: 2.0,
        };
        let lines = plot.steps(&histogram(&[90.0, 0.0, 10.0]));
        assert_eq!(lines.len(), 2);
        // A tenth lies in the middle of two decades; the third bin begins at 60 degrees.
        assert!((lines[1][0][0] - WIDTH * 60.0 / 90.0).abs() < 1e-9);
        assert!((lines[1][0][1] - (TOP + HEIGHT / 2.0)).abs() < 1e-9);
    }

    #[test]
    fn every_histogram_is_in_the_legend() {
        let panel = Panel {
            title: "U-Net".into(),
            reference: Some(Histogram {
                name: "reference".into(),
                ..histogram(&[3.0])
            }),
            series: vec![histogram(&[1.0])],
        };
        let scene = scene(&[panel]);
        for name in ["reference", "s = 0", "U-Net"] {
            let is = |item: &Item| matches!(item, Item::Text(text) if text.words == name);
            assert!(scene.items.iter().any(is), "{name}");
        }
    }
}

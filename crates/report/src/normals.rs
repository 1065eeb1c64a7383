//! Histograms of the angles between surface normals and depth, on a logarithmic axis (figure 4 of the paper).

use crate::Scene;
use crate::chart::axis::{Spacing, plain};
use crate::chart::frame::Margins;
use crate::chart::{Axis, Entry, Frame, Grid, Look, Sample, Sides, grid, legend};
use crate::color::GRAY;
use crate::scene::{Path, Point};

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

/// Most panels side by side.
const ACROSS: usize = 2;
/// Opacity of the area of the reference.
const AREA: f64 = 0.35;
/// Most decades that all have a label.
const LABELS: i32 = 6;

/// Draws the panels, two side by side or one in a narrow figure, with one scale, below a legend. A bin shows its share of all angles of its
/// histogram, so that histograms of different numbers of scans compare; empty bins are left out.
#[must_use]
pub fn scene(panels: &[Panel], look: &Look) -> Scene {
    let em = look.em();
    let axes = [angles(), shares_axis(decades(panels))];
    let count = panels.len();
    let sides: Vec<Sides> = (panels.iter().enumerate())
        .map(|(i, panel)| Sides {
            letter: (count > 1).then_some(i),
            title: panel.title.clone(),
            across: "Angle to depth (°)".to_owned(),
            up: "Share of columns".to_owned(),
            across_ticks: axes[0].ticks(),
            up_ticks: axes[1].ticks(),
            raise: 0.0,
        })
        .collect();
    let expected = grid::expected_height(look, count, ACROSS);
    let margins = sides.iter().map(|s| s.margins(look, expected));
    let margins = margins.fold(Margins::default(), Margins::max);
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    let at = [0.5 * em + margins.left, 0.4 * em];
    let top = at[1] + legend::draw(&mut scene, &entries(panels, look), at, look);
    let grid = Grid::new(look, count, ACROSS, margins, [top, 0.0]);
    for (i, panel) in panels.iter().enumerate() {
        let plot = Plot {
            frame: grid.frame(i, look),
            axes: &axes,
        };
        sides[i].draw(&mut scene, &plot.frame, look);
        if let Some(reference) = &panel.reference {
            plot.draw_area(&mut scene, reference);
        }
        for (place, series) in panel.series.iter().enumerate() {
            let line = Path::open(plot.steps(series), look.stroke(place));
            scene.draw(line.named("curve"));
        }
    }
    scene.height = grid.bottom() + 0.3 * em;
    scene
}

/// The legend of the panels, which have the same series.
fn entries(panels: &[Panel], look: &Look) -> Vec<Entry> {
    let Some(panel) = panels.first() else {
        return Vec::new();
    };
    let reference = panel.reference.iter().map(|reference| Entry {
        words: reference.name.clone(),
        sample: Sample::Area(GRAY, AREA),
    });
    let series = panel.series.iter().enumerate();
    let series = series.map(|(place, series)| Entry {
        words: series.name.clone(),
        sample: Sample::Line(look.stroke(place), None),
    });
    reference.chain(series).collect()
}

fn angles() -> Axis {
    let ticks = (0..=6).map(|i| f64::from(15 * i));
    let ticks = ticks.map(|degrees| (degrees, plain(degrees))).collect();
    Axis::with_ticks(Spacing::Linear, [0.0, 90.0], ticks)
}

fn shares_axis(decades: f64) -> Axis {
    let last = decades as i32;
    let step = if last > LABELS { 2 } else { 1 };
    let share = |decade: i32| libm::pow(10.0, f64::from(-decade));
    let ticks = (0..=last).rev().filter(|decade| decade % step == 0);
    let ticks = ticks.map(|decade| (share(decade), plain(share(decade))));
    Axis::with_ticks(Spacing::Log, [share(last), 1.0], ticks.collect())
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
#[must_use]
pub fn shares(histogram: &Histogram) -> Vec<Option<f64>> {
    let all: f64 = histogram.counts.iter().sum();
    let share = |count: &f64| (*count > 0.0).then(|| count / all);
    histogram.counts.iter().map(share).collect()
}

struct Plot<'a> {
    frame: Frame,
    axes: &'a [Axis; 2],
}

impl Plot<'_> {
    /// The outline of the bins: one line for each run of bins with counts.
    fn steps(&self, histogram: &Histogram) -> Vec<Vec<Point>> {
        let width = 90.0 / histogram.counts.len().max(1) as f64;
        let [across, up] = self.axes;
        let mut lines: Vec<Vec<Point>> = Vec::new();
        let mut before = false;
        for (bin, share) in shares(histogram).into_iter().enumerate() {
            if let Some(share) = share {
                let edges = [bin, bin + 1].map(|edge| edge as f64 * width);
                let ends = edges.map(|angle| self.frame.place([across, up], [angle, share]));
                match lines.last_mut().filter(|_| before) {
                    Some(line) => line.extend(ends),
                    None => lines.push(ends.to_vec()),
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
            let bottom = self.frame.bottom;
            let ends = [[last[0], bottom], [first[0], bottom]];
            let outline = line.iter().copied().chain(ends).collect();
            scene.draw(Path::area(vec![outline], GRAY, AREA).named("reference"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;
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
        let axes = [angles(), shares_axis(2.0)];
        let frame = Frame {
            left: 0.0,
            top: 0.0,
            right: 90.0,
            bottom: 80.0,
        };
        let plot = Plot { frame, axes: &axes };
        let lines = plot.steps(&histogram(&[90.0, 0.0, 10.0]));
        assert_eq!(lines.len(), 2);
        // A tenth lies in the middle of two decades; the third bin begins at 60 degrees.
        let [x, y] = lines[1][0];
        assert!((x - 60.0).abs() < 1e-9 && (y - 40.0).abs() < 1e-9);
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
        let scene = scene(&[panel], &look(85.0));
        for name in ["reference", "s = 0", "U-Net"] {
            let is = |item: &Item| matches!(item, Item::Text(text) if text.words == name);
            assert!(scene.items.iter().any(is), "{name}");
        }
    }
}

//! The Dice score against the probability threshold, for the scans of a calibration.

use crate::Scene;
use crate::chart::frame::Margins;
use crate::chart::{Axis, Entry, Frame, Grid, Look, Sample, Sides, grid, legend};
use crate::color::{GRAY, INK};
use crate::font;
use crate::scene::{Anchor, Path, Point, Stroke, Text};

/// Content of a threshold figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The thresholds in ascending order, each between 0 and 1.
    pub thresholds: Vec<f64>,
    /// The scans, with their Dice scores, one per threshold.
    pub scans: Vec<(String, Vec<f64>)>,
    /// Their mean, one per threshold.
    pub mean: Vec<f64>,
    /// Index of the chosen threshold.
    pub best: usize,
}

/// Probabilities of possible ticks, with their labels.
const TICKS: [(f64, &str); 9] = [
    (1e-4, "0.0001"),
    (1e-3, "0.001"),
    (0.01, "0.01"),
    (0.1, "0.1"),
    (0.5, "0.5"),
    (0.9, "0.9"),
    (0.99, "0.99"),
    (0.999, "0.999"),
    (0.9999, "0.9999"),
];

/// Draws a thin line for each scan, a thick line for their mean, and a vertical line at the chosen threshold.
///
/// The axis is linear in logits, `ln(p / (1 − p))`, like the thresholds of a calibration: a network trained on few
/// vessels has its best threshold near one end, where a linear axis shows nothing.
#[must_use]
pub fn scene(figure: &Figure, look: &Look) -> Scene {
    let em = look.em();
    let scores = figure.scans.iter().flat_map(|(_, scores)| scores);
    let scores = scores.chain(&figure.mean).copied();
    let across = Logits::over(&figure.thresholds);
    let up = Axis::linear(scores.chain([0.0]), 5);
    let sides = Sides {
        letter: None,
        title: String::new(),
        across: "Threshold (scale of logits)".to_owned(),
        up: "Dice".to_owned(),
        across_ticks: across.ticks(),
        up_ticks: up.ticks(),
        // The values of the choice stand above the panel.
        raise: 1.4 * em,
    };
    let mut margins = sides.margins(look, grid::expected_height(look, 1, 1));
    margins.top = margins.top.max(sides.raise + 0.4 * em);
    margins = margins.max(Margins::default());
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    let at = [0.5 * em + margins.left, 0.4 * em];
    let entries = entries(figure.scans.len(), look);
    let top = at[1] + legend::draw(&mut scene, &entries, at, look);
    let grid = Grid::new(look, 1, 1, margins, [top, 0.0]);
    let plot = Plot {
        across,
        up,
        frame: grid.frame(0, look),
    };
    sides.draw(&mut scene, &plot.frame, look);
    for (_, scores) in &figure.scans {
        let line = plot.line(&figure.thresholds, scores);
        scene.draw(Path::open(vec![line], of_scan(look)).named("faint"));
    }
    let line = plot.line(&figure.thresholds, &figure.mean);
    scene.draw(Path::open(vec![line], of_mean(look)).named("curve"));
    plot.draw_best(&mut scene, figure, look);
    scene.height = grid.bottom() + 0.3 * em;
    scene
}

fn of_scan(look: &Look) -> Stroke {
    let pale = look.color(0).over(look.background(), 0.5);
    Stroke::solid(pale, 0.6 * look.line())
}

fn of_mean(look: &Look) -> Stroke {
    Stroke::solid(look.color(0), 1.6 * look.line())
}

fn of_best(look: &Look) -> Stroke {
    Stroke::solid(GRAY, look.line()).dashed(4.0 * look.line(), 2.5 * look.line())
}

fn entries(scans: usize, look: &Look) -> Vec<Entry> {
    let plural = if scans == 1 { "scan" } else { "scans" };
    let all = [
        ("mean".to_owned(), of_mean(look)),
        (format!("each of {scans} {plural}"), of_scan(look)),
        ("threshold chosen".to_owned(), of_best(look)),
    ];
    let entry = |(words, stroke): (String, Stroke)| Entry {
        words,
        sample: Sample::Line(stroke, None),
    };
    all.map(entry).into()
}

/// A logit scale: maps probabilities to positions.
struct Logits {
    low: f64,
    high: f64,
}

impl Logits {
    /// The scale from the lowest to the highest of the probabilities other than 0 and 1; 0.0001 to 0.9999 if there are
    /// fewer than two.
    fn over(probabilities: &[f64]) -> Self {
        let logits = || {
            let finite = |l: &f64| l.is_finite();
            probabilities.iter().map(|p| logit(*p)).filter(finite)
        };
        let low = logits().fold(f64::INFINITY, f64::min);
        let high = logits().fold(f64::NEG_INFINITY, f64::max);
        if low < high {
            return Self { low, high };
        }
        let (low, high) = (logit(TICKS[0].0), logit(TICKS[TICKS.len() - 1].0));
        Self { low, high }
    }

    /// Position of a probability: 0 at the low end, 1 at the high end, clamped.
    fn share(&self, probability: f64) -> f64 {
        ((logit(probability) - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Positions of the ticks, with their labels.
    fn ticks(&self) -> Vec<(f64, String)> {
        let slack = 1e-3 * (self.high - self.low);
        let (low, high) = (self.low - slack, self.high + slack);
        let within = |(value, _): &&(f64, &str)| (low..=high).contains(&logit(*value));
        let tick = |(value, label): &(f64, &str)| (self.share(*value), (*label).to_owned());
        TICKS.iter().filter(within).map(tick).collect()
    }
}

fn logit(probability: f64) -> f64 {
    libm::log(probability / (1.0 - probability))
}

struct Plot {
    across: Logits,
    up: Axis,
    frame: Frame,
}

impl Plot {
    fn line(&self, thresholds: &[f64], scores: &[f64]) -> Vec<Point> {
        let point = |(threshold, score): (&f64, &f64)| {
            let x = self.frame.x(self.across.share(*threshold));
            [x, self.frame.y(self.up.share(*score))]
        };
        thresholds.iter().zip(scores).map(point).collect()
    }

    /// Draws the chosen threshold as a dashed line, with its values above it.
    fn draw_best(&self, scene: &mut Scene, figure: &Figure, look: &Look) {
        let [threshold, score] = [&figure.thresholds, &figure.mean].map(|v| v.get(figure.best));
        let (Some(&threshold), Some(&score)) = (threshold, score) else {
            return;
        };
        let (em, frame) = (look.em(), &self.frame);
        let x = frame.x(self.across.share(threshold));
        let ends = vec![[x, frame.top], [x, frame.bottom]];
        scene.draw(Path::open(vec![ends], of_best(look)).named("choice"));
        let words = format!("{threshold:.4}: mean Dice {score:.3}");
        let half = font::width_em(&words) * em / 2.0;
        // Keeps the text within the figure when the best threshold is at an end.
        let x = x.max(half + 0.3 * em).min(scene.width - half - 0.3 * em);
        let text = Text::new(words, [x, frame.top - 0.5 * em], em, INK);
        scene.draw(text.anchored(Anchor::Middle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;
    use crate::scene::Item;

    fn figure() -> Figure {
        Figure {
            thresholds: vec![0.1, 0.5, 0.9],
            scans: vec![
                ("a".into(), vec![0.2, 0.6, 0.4]),
                ("b".into(), vec![0.4, 0.8, 0.2]),
            ],
            mean: vec![0.3, 0.7, 0.3],
            best: 1,
        }
    }

    fn texts(scene: &Scene) -> Vec<String> {
        let words = |item: &Item| match item {
            Item::Text(text) => Some(text.words.clone()),
            _ => None,
        };
        scene.items.iter().filter_map(words).collect()
    }

    /// The points of the lines of a class.
    fn lines(scene: &Scene, class: &str) -> Vec<Vec<Point>> {
        let of_class = |item: &Item| match item {
            Item::Path(path) if path.class == class => Some(path.lines[0].clone()),
            _ => None,
        };
        scene.items.iter().filter_map(of_class).collect()
    }

    #[test]
    fn logits_are_even_about_a_half() {
        let across = Logits::over(&[0.0, 0.01, 0.3, 0.99, 1.0]);
        assert!((across.share(0.5) - 0.5).abs() < 1e-12);
        assert!((across.share(0.1) + across.share(0.9) - 1.0).abs() < 1e-12);
        assert_eq!((across.share(0.0), across.share(1.0)), (0.0, 1.0));
        let labels: Vec<_> = across.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0.01", "0.1", "0.5", "0.9", "0.99"]);
    }

    #[test]
    fn the_mean_passes_its_scores_and_the_choice_stands_at_its_threshold() {
        let drawn = scene(&figure(), &look(85.0));
        let (mean, axes) = (&lines(&drawn, "curve")[0], &lines(&drawn, "axes")[0]);
        let [[left, top], [_, bottom], [right, _]] = axes[..] else {
            panic!("{axes:?}");
        };
        let middle = f64::midpoint(left, right);
        // The axis goes from 0 to 0.8.
        let height = bottom - (bottom - top) * 0.7 / 0.8;
        assert!((mean[1][0] - middle).abs() < 1e-9 && (mean[1][1] - height).abs() < 1e-9);
        assert!(texts(&drawn).contains(&"0.5000: mean Dice 0.700".to_owned()));
        let choice = &lines(&drawn, "choice")[0];
        assert!(choice.iter().all(|[x, _]| (x - middle).abs() < 1e-9));
    }

    #[test]
    fn every_scan_has_a_line() {
        let drawn = scene(&figure(), &look(175.0));
        assert_eq!(lines(&drawn, "faint").len(), 2);
        assert!(texts(&drawn).contains(&"each of 2 scans".to_owned()));
    }
}

//! The Dice score against the probability threshold, for the scans of a calibration.

use crate::Scene;
use crate::color::{GRAY, INK, PALE, SERIES, SKY};
use crate::font;
use crate::scale::Axis;
use crate::scene::{Anchor, Path, Point, Stroke, Text};

/// Content of a threshold figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The thresholds in ascending order, each between 0 and 1.
    pub thresholds: Vec<f64>,
    /// The Dice scores of each scan, one per threshold.
    pub scans: Vec<Vec<f64>>,
    /// Their mean, one per threshold.
    pub mean: Vec<f64>,
    /// Index of the chosen threshold.
    pub best: usize,
}

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 34.0;
const EM: f64 = 13.0;

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
pub fn scene(figure: &Figure) -> Scene {
    let bottom = TOP + HEIGHT;
    let mut scene = Scene::new(WIDTH, bottom + 6.0 * EM).with_letters_of(EM);
    let scores = figure.scans.iter().flatten().chain(&figure.mean);
    let plot = Plot {
        across: Logits::over(&figure.thresholds),
        up: Axis::around(scores.copied().chain([0.0]), 5),
        bottom,
    };
    plot.draw_axes(&mut scene);
    for scores in &figure.scans {
        let line = plot.line(&figure.thresholds, scores);
        scene.draw(Path::open(vec![line], Stroke::solid(SKY, 1.0)));
    }
    let line = plot.line(&figure.thresholds, &figure.mean);
    scene.draw(Path::open(vec![line], Stroke::solid(SERIES[0], 2.4)));
    plot.draw_best(&mut scene, figure);
    draw_legend(&mut scene, figure.scans.len(), bottom + 4.9 * EM);
    scene
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

    fn ticks(&self) -> impl Iterator<Item = (f64, &'static str)> {
        let slack = 1e-3 * (self.high - self.low);
        let (low, high) = (self.low - slack, self.high + slack);
        let within = move |(value, _): &(f64, &str)| (low..=high).contains(&logit(*value));
        TICKS.into_iter().filter(within)
    }
}

fn logit(probability: f64) -> f64 {
    libm::log(probability / (1.0 - probability))
}

struct Plot {
    across: Logits,
    up: Axis,
    bottom: f64,
}

impl Plot {
    fn x(&self, threshold: f64) -> f64 {
        LEFT + self.across.share(threshold) * (WIDTH - RIGHT - LEFT)
    }

    fn y(&self, score: f64) -> f64 {
        self.bottom - self.up.share(score) * (self.bottom - TOP)
    }

    fn line(&self, thresholds: &[f64], scores: &[f64]) -> Vec<Point> {
        let point = |(threshold, score): (&f64, &f64)| [self.x(*threshold), self.y(*score)];
        thresholds.iter().zip(scores).map(point).collect()
    }

    fn draw_axes(&self, scene: &mut Scene) {
        let (right, bottom) = (WIDTH - RIGHT, self.bottom);
        for (value, label) in self.up.ticks() {
            let y = self.y(value);
            scene.line([LEFT, y], [right, y], Stroke::solid(PALE, 0.8));
            let text = Text::new(label, [LEFT - 8.0, y + 0.35 * EM], EM, INK);
            scene.draw(text.anchored(Anchor::End));
        }
        for (value, label) in self.across.ticks() {
            let x = self.x(value);
            scene.line([x, bottom], [x, bottom + 4.0], Stroke::solid(INK, 1.2));
            let text = Text::new(label, [x, bottom + 1.5 * EM], EM, INK);
            scene.draw(text.anchored(Anchor::Middle));
        }
        scene.line([LEFT, TOP], [LEFT, bottom], Stroke::solid(INK, 1.2));
        scene.line([LEFT, bottom], [right, bottom], Stroke::solid(INK, 1.2));
        let middle = f64::midpoint(TOP, bottom);
        let title = Text::new("Dice", [LEFT - 46.0, middle], EM, INK);
        scene.draw(title.upwards().anchored(Anchor::Middle));
        let middle = f64::midpoint(LEFT, right);
        let title = Text::new("Threshold", [middle, bottom + 3.0 * EM], EM, INK);
        scene.draw(title.anchored(Anchor::Middle));
    }

    /// Draws the chosen threshold as a dashed line, with its values above it.
    fn draw_best(&self, scene: &mut Scene, figure: &Figure) {
        let [threshold, score] = [&figure.thresholds, &figure.mean].map(|v| v.get(figure.best));
        let (Some(&threshold), Some(&score)) = (threshold, score) else {
            return;
        };
        let x = self.x(threshold);
        let stroke = Stroke::solid(GRAY, 1.2).dashed(5.0, 4.0);
        scene.line([x, TOP], [x, self.bottom], stroke);
        let words = format!("{threshold:.4}: mean Dice {score:.3}");
        let half = font::width_em(&words) * EM / 2.0;
        // Keeps the text within the figure when the best threshold is at an end.
        let x = x.max(half + 4.0).min(WIDTH - half - 4.0);
        let text = Text::new(words, [x, TOP - 0.6 * EM], EM, INK);
        scene.draw(text.anchored(Anchor::Middle));
    }
}

fn draw_legend(scene: &mut Scene, scans: usize, y: f64) {
    let plural = if scans == 1 { "scan" } else { "scans" };
    let entries = [
        ("mean".to_owned(), Stroke::solid(SERIES[0], 2.4)),
        (format!("each of {scans} {plural}"), Stroke::solid(SKY, 1.0)),
        (
            "threshold chosen".to_owned(),
            Stroke::solid(GRAY, 1.2).dashed(5.0, 4.0),
        ),
    ];
    let mut x = LEFT;
    for (words, stroke) in entries {
        let middle = y - 0.35 * EM;
        scene.line([x, middle], [x + 30.0, middle], stroke);
        let width = font::width_em(&words) * EM;
        scene.draw(Text::new(words, [x + 38.0, y], EM, INK));
        x += 64.0 + width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Item;

    fn figure() -> Figure {
        Figure {
            thresholds: vec![0.1, 0.5, 0.9],
            scans: vec![vec![0.2, 0.6, 0.4], vec![0.4, 0.8, 0.2]],
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

    /// The lines that are drawn so wide.
    fn lines(scene: &Scene, width: f64) -> Vec<Path> {
        let drawn = |item: &Item| match item {
            Item::Path(path) => Some(path.clone()),
            _ => None,
        };
        let of_width = |path: &Path| path.stroke.is_some_and(|s| s.width == width);
        let paths = scene.items.iter().filter_map(drawn);
        paths.filter(of_width).collect()
    }

    #[test]
    fn logits_are_even_about_a_half() {
        let across = Logits::over(&[0.0, 0.01, 0.3, 0.99, 1.0]);
        assert!((across.share(0.5) - 0.5).abs() < 1e-12);
        assert!((across.share(0.1) + across.share(0.9) - 1.0).abs() < 1e-12);
        assert_eq!((across.share(0.0), across.share(1.0)), (0.0, 1.0));
        let labels: Vec<_> = across.ticks().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0.01", "0.1", "0.5", "0.9", "0.99"]);
    }

    #[test]
    fn the_mean_passes_its_scores_and_the_choice_stands_at_its_threshold() {
        let drawn = scene(&figure());
        let mean = lines(&drawn, 2.4)[0].lines[0].clone();
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        // The axis goes from 0 to 0.8.
        let height = TOP + HEIGHT * (1.0 - 0.7 / 0.8);
        assert!((mean[1][0] - middle).abs() < 1e-9 && (mean[1][1] - height).abs() < 1e-9);
        assert!(texts(&drawn).contains(&"0.5000: mean Dice 0.700".to_owned()));
        let dashed = |path: &Path| path.stroke.is_some_and(|s| s.dash.is_some());
        let choice = lines(&drawn, 1.2).into_iter().find(dashed).unwrap();
        assert!(
            choice.lines[0]
                .iter()
                .all(|[x, _]| (x - middle).abs() < 1e-9)
        );
    }

    #[test]
    fn every_scan_has_a_line() {
        // One more stands in the legend.
        assert_eq!(lines(&scene(&figure()), 1.0).len(), 3);
        assert!(texts(&scene(&figure())).contains(&"each of 2 scans".to_owned()));
    }
}

//! The labels of a horizontal axis: side by side, in lines, or turned.

use super::frame::{Frame, LINE, TO_LABELS, wrapped};
use super::style::SMALLEST_PT;
use crate::Scene;
use crate::color::INK;
use crate::font;
use crate::scene::{Anchor, Text};

/// Smallest gap between labels, in ems.
const APART: f64 = 0.5;
/// Most lines of a name that is not turned.
const LINES: usize = 3;

/// How the labels of a horizontal axis stand. A number that would touch its neighbor is left out, since its value follows from the
/// others; a name never is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Labels {
    /// Numbers in one line.
    Numbers { em: f64 },
    /// Names in lines that are not wider than the room of a tick.
    Lines { em: f64, names: Vec<Vec<String>> },
    /// Names that read upwards, the longest of this length; with little room in smaller letters.
    Turned { size: f64, longest: f64 },
}

impl Labels {
    /// The labels of ticks, which are shares of an axis, on an axis of this width.
    pub fn of(ticks: &[(f64, String)], width: f64, em: f64) -> Self {
        if ticks.iter().all(|(_, label)| is_number(label)) {
            return Self::Numbers { em };
        }
        let gaps = ticks.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let nearest = gaps.fold(f64::INFINITY, f64::min);
        // Half of the room of a label at an end lies within the axis.
        let ends = ticks.iter().map(|(share, _)| 2.0 * share.min(1.0 - share));
        let room = width * ends.fold(nearest, f64::min);
        let room_em = room / em - APART;
        let names: Vec<Vec<String>> = (ticks.iter())
            .map(|(_, label)| wrapped(label, room_em))
            .collect();
        let fits = |line: &String| font::width_em(line) <= room_em;
        if names
            .iter()
            .all(|name| name.len() <= LINES && name.iter().all(fits))
        {
            return Self::Lines { em, names };
        }
        let size = (0.9 * room).max(SMALLEST_PT).min(em);
        let longest = ticks.iter().map(|(_, label)| font::width_em(label));
        let longest = longest.fold(0.0, f64::max) * size;
        Self::Turned { size, longest }
    }

    /// Whether the last label may reach beyond the axis.
    pub fn may_reach_out(&self) -> bool {
        matches!(self, Self::Numbers { .. })
    }

    /// Height of the labels.
    pub fn height(&self) -> f64 {
        match self {
            Self::Numbers { em } => *em,
            Self::Lines { em, names } => {
                let lines = names.iter().map(Vec::len).max().unwrap_or(1).max(1);
                em * (1.0 + LINE * (lines - 1) as f64)
            }
            Self::Turned { longest, .. } => *longest,
        }
    }

    /// Draws the labels below an axis.
    pub fn draw(&self, scene: &mut Scene, ticks: &[(f64, String)], frame: &Frame, em: f64) {
        let top = frame.bottom + TO_LABELS * em;
        let mut free = f64::NEG_INFINITY;
        for (place, (share, label)) in ticks.iter().enumerate() {
            let x = frame.x(*share);
            match self {
                Self::Numbers { .. } => {
                    let half = font::width_em(label) * em / 2.0;
                    if x - half > free {
                        let text = Text::new(label, [x, top + 0.75 * em], em, INK);
                        scene.draw(text.anchored(Anchor::Middle));
                        free = x + half + APART * em;
                    }
                }
                Self::Lines { names, .. } => {
                    for (line, words) in names[place].iter().enumerate() {
                        let y = top + (0.75 + LINE * line as f64) * em;
                        let text = Text::new(words, [x, y], em, INK);
                        scene.draw(text.anchored(Anchor::Middle));
                    }
                }
                Self::Turned { size, .. } => {
                    let text = Text::new(label, [x + 0.35 * size, top], *size, INK);
                    scene.draw(text.upwards().anchored(Anchor::End));
                }
            }
        }
    }
}

fn is_number(label: &str) -> bool {
    label.replace('−', "-").parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(labels: &[&str]) -> Vec<(f64, String)> {
        let count = labels.len() as f64;
        let tick = |(i, label): (usize, &&str)| ((i as f64 + 0.5) / count, (*label).to_owned());
        labels.iter().enumerate().map(tick).collect()
    }

    #[test]
    fn names_break_where_they_fit_and_are_turned_where_they_do_not() {
        let names = ticks(&["follow-up visit", "week 4 of treatment"]);
        let wide = Labels::of(&names, 300.0, 8.0);
        let Labels::Lines { names: lines, .. } = &wide else {
            panic!("{wide:?}");
        };
        assert_eq!(lines.concat(), ["follow-up visit", "week 4 of treatment"]);
        let narrow = Labels::of(&names, 90.0, 8.0);
        let Labels::Lines { names: lines, .. } = &narrow else {
            panic!("{narrow:?}");
        };
        assert_eq!(lines[0], ["follow-up", "visit"]);
        let turned = Labels::of(&names, 40.0, 8.0);
        assert!(matches!(turned, Labels::Turned { .. }) && turned.height() > narrow.height());
        assert!(matches!(
            Labels::of(&ticks(&["1", "−2.5"]), 9.0, 8.0),
            Labels::Numbers { .. }
        ));
    }
}

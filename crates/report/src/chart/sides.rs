//! What stands around the area of a chart: axes with ticks, labels and titles.

use super::across::Labels;
use super::frame::{Frame, GAP, LINE, Margins, TICK, wrapped};
use super::style::Look;
use crate::Scene;
use crate::color::{INK, PALE};
use crate::font;
use crate::scene::{Anchor, Path, Stroke, Text};

/// What stands around the area of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    /// Letter of the panel, such as 0 for a; `None` in figures of one panel.
    pub letter: Option<usize>,
    /// Title above the panel; empty for none.
    pub title: String,
    /// Title of the horizontal axis.
    pub across: String,
    /// Title of the vertical axis.
    pub up: String,
    /// Ticks of the horizontal axis: shares of its length, and labels.
    pub across_ticks: Vec<(f64, String)>,
    /// Ticks of the vertical axis.
    pub up_ticks: Vec<(f64, String)>,
    /// Height between the area and its title, such as of brackets.
    pub raise: f64,
}

impl Sides {
    /// The margins that the texts need next to an area of this height.
    #[must_use]
    pub fn margins(&self, look: &Look, height: f64) -> Margins {
        let em = look.em();
        let widest = self.up_ticks.iter().map(|(_, label)| font::width_em(label));
        let labels = widest.fold(0.0, f64::max) * em + (TICK + GAP) * em;
        let lines = self.up_lines(look, height).len() as f64;
        let across = Labels::of(&self.across_ticks, height / look.aspect(), em);
        let last = self.across_ticks.last().map_or(0.0, |(share, label)| {
            (font::width_em(label) * em / 2.0 - (1.0 - share) * height).max(0.0)
        });
        let last = if across.may_reach_out() { last } else { 0.0 };
        let has_head = self.letter.is_some() || !self.title.is_empty();
        let below = if self.across_ticks.is_empty() {
            0.0
        } else {
            TICK + GAP + across.height() / em
        };
        let title = if self.across.is_empty() {
            0.0
        } else {
            LINE + 0.15
        };
        Margins {
            left: labels + (lines * LINE + 0.3) * em,
            top: if has_head { 1.9 * em } else { 0.6 * em },
            right: (0.3 * em).max(last),
            bottom: (below + title + 0.2) * em,
        }
    }

    /// The title of the vertical axis in lines that are not longer than the axis.
    fn up_lines(&self, look: &Look, height: f64) -> Vec<String> {
        wrapped(&self.up, height / look.em())
    }

    /// Draws axes, ticks and texts around an area.
    pub fn draw(&self, scene: &mut Scene, frame: &Frame, look: &Look) {
        let em = look.em();
        let axis = Stroke::solid(INK, look.hairline());
        for (share, label) in &self.up_ticks {
            let y = frame.y(*share);
            if look.has_grid() {
                let pale = Stroke::solid(PALE, 0.75 * look.hairline());
                scene.line([frame.left, y], [frame.right, y], pale);
            }
            scene.line([frame.left - TICK * em, y], [frame.left, y], axis);
            let at = [frame.left - (TICK + GAP) * em, y + 0.35 * em];
            scene.draw(Text::new(label, at, em, INK).anchored(Anchor::End));
        }
        self.draw_across(scene, frame, look);
        let corners = vec![
            [frame.left, frame.top],
            [frame.left, frame.bottom],
            [frame.right, frame.bottom],
        ];
        scene.draw(Path::open(vec![corners], axis).named("axes"));
        let lines = self.up_lines(look, frame.bottom - frame.top);
        let widest = self.up_ticks.iter().map(|(_, label)| font::width_em(label));
        let labels = widest.fold(0.0, f64::max) * em + (TICK + GAP) * em;
        // The title stands next to the ticks, which may leave out a part of the axis.
        let ends = [self.up_ticks.first(), self.up_ticks.last()];
        let [low, high] = ends.map(|tick| tick.map_or(0.5, |(share, _)| *share));
        let middle = frame.y(f64::midpoint(low, high));
        for (place, line) in lines.iter().rev().enumerate() {
            let x = frame.left - labels - (0.55 + LINE * place as f64) * em;
            let text = Text::new(line, [x, middle], em, INK);
            scene.draw(text.upwards().anchored(Anchor::Middle));
        }
        self.draw_head(scene, frame, look);
    }

    fn draw_across(&self, scene: &mut Scene, frame: &Frame, look: &Look) {
        let em = look.em();
        let axis = Stroke::solid(INK, look.hairline());
        for (share, _) in &self.across_ticks {
            let x = frame.x(*share);
            scene.line([x, frame.bottom], [x, frame.bottom + TICK * em], axis);
        }
        let labels = Labels::of(&self.across_ticks, frame.width(), em);
        labels.draw(scene, &self.across_ticks, frame, em);
        if !self.across.is_empty() {
            let below = if self.across_ticks.is_empty() {
                frame.bottom + 1.2 * em
            } else {
                frame.bottom + (TICK + GAP + LINE - 0.25) * em + labels.height()
            };
            let middle = f64::midpoint(frame.left, frame.right);
            let text = Text::new(&self.across, [middle, below + 0.15 * em], em, INK);
            scene.draw(text.anchored(Anchor::Middle));
        }
    }

    fn draw_head(&self, scene: &mut Scene, frame: &Frame, look: &Look) {
        let em = look.em();
        let baseline = frame.top - self.raise - 0.7 * em;
        let mut left = frame.left;
        if let Some(letter) = self.letter {
            let tag = char::from_u32('a' as u32 + (letter % 26) as u32).unwrap_or('a');
            let text = Text::new(tag.to_string(), [left, baseline], 1.15 * em, INK);
            scene.draw(text.bold());
            left += 1.2 * em;
        }
        if !self.title.is_empty() {
            let room = (frame.right - left) / em;
            let words = crate::panel::shortened(&self.title, room);
            scene.draw(Text::new(words, [left, baseline], em, INK));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;
    use crate::scene::Item;

    fn sides(labels: &[&str]) -> Sides {
        let count = labels.len().max(2) - 1;
        let tick = |(i, label): (usize, &&str)| (i as f64 / count as f64, (*label).to_owned());
        Sides {
            letter: None,
            title: String::new(),
            across: "s".into(),
            up: "Roughness Ra (µm)".into(),
            across_ticks: labels.iter().enumerate().map(tick).collect(),
            up_ticks: vec![(0.0, "0.0".into()), (1.0, "1.0".into())],
            raise: 0.0,
        }
    }

    #[test]
    fn labels_never_touch() {
        let look = look(85.0);
        let frame = Frame {
            left: 40.0,
            top: 10.0,
            right: 100.0,
            bottom: 90.0,
        };
        let drawn = |labels: &[&str]| {
            let mut scene = Scene::in_points(85.0, 200.0, crate::color::WHITE);
            sides(labels).draw(&mut scene, &frame, &look);
            let is_tick =
                |item: &&Item| matches!(item, Item::Text(t) if labels.contains(&t.words.as_str()));
            scene.items.iter().filter(is_tick).count()
        };
        assert_eq!(drawn(&["0", "10", "100"]), 3);
        assert!(drawn(&["1000000", "2000000", "3000000", "4000000"]) < 4);
        // Names are turned, and none is left out.
        assert_eq!(
            drawn(&["reference", "follow-up", "treatment", "control"]),
            4
        );
    }

    #[test]
    fn margins_hold_the_texts() {
        let look = look(85.0);
        let margins = sides(&["0", "1"]).margins(&look, 100.0);
        let label = font::width_em("0.0") * look.em();
        assert!(margins.left > label + look.em() && margins.bottom > 2.0 * look.em());
        // A low panel breaks the title of its axis.
        assert!(sides(&["0"]).margins(&look, 40.0).left > margins.left + 0.9 * look.em());
    }
}

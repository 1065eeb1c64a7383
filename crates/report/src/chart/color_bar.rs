//! A color bar: what the colors of a picture mean.

use crate::color::INK;
use crate::scene::{Anchor, Item, Path, Point, Stroke, Text};
use crate::{Picture, Scene};

/// A bar of colors with ticks and a title below it.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorBar {
    /// Its colors, from left to right.
    pub colors: Picture,
    /// Shares of its length, and labels.
    pub ticks: Vec<(f64, String)>,
    /// What it shows, with the unit.
    pub title: String,
}

/// Sizes of a color bar, in pixels of the scene.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// Width and height of the colors.
    pub bar: [f64; 2],
    /// Size of letters of the title.
    pub em: f64,
    /// Size of letters of the ticks.
    pub small: f64,
    /// Width of lines.
    pub line: f64,
}

impl ColorBar {
    /// Height of a bar below its colors, in ems: ticks, labels, title.
    pub const BELOW: f64 = 3.2;

    /// Draws the bar with its top left corner at a point.
    pub fn draw(&self, scene: &mut Scene, [left, top]: Point, sizes: Sizes) {
        let Sizes {
            bar: size,
            em,
            small,
            line,
        } = sizes;
        scene.items.push(Item::Picture {
            picture: self.colors.clone(),
            at: [left, top],
            size,
        });
        let stroke = Stroke::solid(INK, line);
        let border = Path::rectangle([left, top], size, INK, 0.0);
        scene.draw(border.outlined(stroke).named("bar"));
        let bottom = top + size[1];
        for (share, label) in &self.ticks {
            let x = left + share * size[0];
            scene.line([x, bottom], [x, bottom + 0.25 * em], stroke);
            // Labels at the ends stay within the bar.
            let anchor = match *share {
                share if share < 0.05 => Anchor::Start,
                share if share > 0.95 => Anchor::End,
                _ => Anchor::Middle,
            };
            let text = Text::new(label, [x, bottom + 1.25 * em], small, INK);
            scene.draw(text.anchored(anchor));
        }
        let middle = [left + size[0] / 2.0, bottom + 2.4 * em];
        let title = Text::new(&self.title, middle, em, INK);
        scene.draw(title.anchored(Anchor::Middle));
    }
}

//! Decorations of a panel with a picture: title, notes, scale bar, legend.

use crate::color::{BLACK, GRAY, INK, WHITE};
use crate::font;
use crate::scale::round_length;
use crate::scene::{Path, Point, Stroke, Text};
use crate::{Color, Scene};

/// Title above a panel.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// Index of the panel, shown as its letter.
    pub index: usize,
    /// The text after the letter.
    pub words: &'a str,
}

/// Draws a panel's letter and title above its top left corner `at`; a title wider than the panel is shortened.
pub fn draw_title(scene: &mut Scene, title: Title<'_>, at: Point, width: f64, em: f64) {
    let letter = char::from_u32('a' as u32 + (title.index % 26) as u32).unwrap_or('a');
    let [x, baseline] = [at[0], at[1] - 0.5 * em];
    let tag = format!("{letter}");
    let indent = 1.2 * em;
    let words = shortened(title.words, (width - indent) / em);
    scene.draw(Text::new(tag, [x, baseline], em, INK).bold());
    scene.draw(Text::new(words, [x + indent, baseline], em, INK));
}

/// The text, shortened to at most `width_em` ems.
pub fn shortened(words: &str, width_em: f64) -> String {
    if font::width_em(words) <= width_em {
        return words.to_owned();
    }
    let mut kept: String = words.to_owned();
    while !kept.is_empty() && font::width_em(&format!("{kept}...")) > width_em {
        kept.pop();
    }
    format!("{kept}...")
}

/// Draws white text on a dark background, starting at a point on its baseline.
pub fn draw_label(scene: &mut Scene, words: &str, [x, y]: Point, em: f64) {
    let size = [(font::width_em(words) + 0.6) * em, 1.5 * em];
    scene.draw(Path::rectangle(
        [x - 0.3 * em, y - 1.1 * em],
        size,
        BLACK,
        0.6,
    ));
    scene.draw(Text::new(words, [x, y], em, WHITE));
}

/// Draws a bar of a round length, at most a quarter of the panel's width, at the panel's lower left corner.
pub fn draw_scale_bar(
    scene: &mut Scene,
    [left, bottom]: Point,
    width: f64,
    um_per_pixel: f64,
    em: f64,
) {
    let (length_um, words) = scale(width * um_per_pixel);
    let bar = length_um / um_per_pixel;
    let (x, y) = (left + 0.8 * em, bottom - 0.7 * em);
    let width = bar.max(font::width_em(&words) * em);
    let ground = [width + 0.8 * em, 2.0 * em];
    scene.draw(Path::rectangle(
        [x - 0.4 * em, y - 1.6 * em],
        ground,
        BLACK,
        0.6,
    ));
    scene.draw(Path::rectangle(
        [x, y - 0.08 * em],
        [bar, 0.16 * em],
        WHITE,
        1.0,
    ));
    scene.draw(Text::new(words, [x, y - 0.45 * em], em, WHITE));
}

/// Draws bars of round lengths across and down, each at most a quarter of the panel, at its lower left corner; in a panel lower than five ems
/// only the bar across.
pub fn draw_scale_bars(
    scene: &mut Scene,
    [left, bottom]: Point,
    [width, height]: [f64; 2],
    um_per_pixel: [f64; 2],
    em: f64,
) {
    if height < 5.0 * em {
        return draw_scale_bar(scene, [left, bottom], width, um_per_pixel[0], em);
    }
    let [(across_um, across), (down_um, down)] = [
        scale(width * um_per_pixel[0]),
        scale(height * um_per_pixel[1]),
    ];
    let bars = [across_um / um_per_pixel[0], down_um / um_per_pixel[1]];
    let (x, y) = (left + 0.8 * em, bottom - 0.8 * em);
    let right = (bars[0] + (0.4 + font::width_em(&across)) * em).max(font::width_em(&down) * em);
    let ground = [right + 0.8 * em, bars[1] + 2.1 * em];
    scene.draw(Path::rectangle(
        [x - 0.4 * em, y - bars[1] - 1.5 * em],
        ground,
        BLACK,
        0.6,
    ));
    let thick = 0.16 * em;
    scene.draw(Path::rectangle(
        [x, y - thick / 2.0],
        [bars[0], thick],
        WHITE,
        1.0,
    ));
    scene.draw(Path::rectangle(
        [x, y - bars[1]],
        [thick, bars[1]],
        WHITE,
        1.0,
    ));
    scene.draw(Text::new(
        across,
        [x + bars[0] + 0.4 * em, y + 0.3 * em],
        em,
        WHITE,
    ));
    scene.draw(Text::new(down, [x, y - bars[1] - 0.4 * em], em, WHITE));
}

/// A round length of at most a quarter of an extent, in µm, and its words.
fn scale(extent_um: f64) -> (f64, String) {
    let length_um = round_length(extent_um / 4.0);
    let words = match length_um {
        1000.0.. => format!("{} mm", length_um / 1000.0),
        _ => format!("{length_um} µm"),
    };
    (length_um, words)
}

/// Draws the dark background of a legend sample, 2.2 ems wide, left of a text on the baseline of `at`.
pub fn draw_swatch(scene: &mut Scene, [x, y]: Point, em: f64) {
    let ground = Path::rectangle(
        [x, y - 0.95 * em],
        [2.2 * em, 1.2 * em],
        Color([70; 3]),
        1.0,
    );
    scene.draw(ground.outlined(Stroke::solid(GRAY, 0.04 * em)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_are_cut_to_their_panel() {
        assert_eq!(shortened("unet", 10.0), "unet");
        let cut = shortened("a very long title of a panel", 5.0);
        assert!(cut.ends_with("...") && font::width_em(&cut) <= 5.0);
    }
}

//! Sizes, colors and markers of charts.

use rsom_parameters::{Choice, Parameters};

use super::marker::Marker;
use crate::Color;
use crate::scene::{PT_PER_MM, SINGLE_COLUMN_MM, Stroke};

/// Smallest size of letters in print.
pub const SMALLEST_PT: f64 = 6.0;

/// How charts look: the keys of a style file.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct Style {
    /// Size of letters; small notes are 15 % smaller, and never below 6 pt.
    #[parameter(default = 8.0, min = 6.0, max = 16.0, unit = "pt")]
    pub font_size: f64,
    /// Width of lines of series; those of axes are two thirds as wide.
    #[parameter(default = 1.0, min = 0.25, max = 4.0, unit = "pt")]
    pub line_width: f64,
    /// Radius of markers of means; those of single units are half as large.
    #[parameter(default = 2.4, min = 0.5, max = 8.0, unit = "pt")]
    pub marker_size: f64,
    /// Colors of series, such as "#0072b2"; with more series than colors, they begin again.
    #[parameter(default = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"], check = are_colors)]
    pub colors: Vec<String>,
    /// Markers of series.
    #[parameter(default = [Marker::Disc, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Wedge, Marker::Plus], check = some)]
    pub markers: Vec<Marker>,
    /// Dashes of lines of series.
    #[parameter(default = [Dash::Solid, Dash::Dashed, Dash::Dotted, Dash::DashDot, Dash::Long, Dash::Short], check = some)]
    pub dashes: Vec<Dash>,
    /// Color behind the figure.
    #[parameter(default = "#ffffff", check = is_color)]
    pub background: String,
    /// Draw pale lines at the ticks of vertical axes.
    #[parameter(default = true)]
    pub grid: bool,
    /// Height of a panel divided by its width.
    #[parameter(default = 0.75, min = 0.2, max = 2.0)]
    pub aspect: f64,
}

/// Dashes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Dash {
    /// No gaps.
    Solid,
    /// Dashes of four widths.
    Dashed,
    /// Dots.
    Dotted,
    /// Long dashes, narrow gaps.
    DashDot,
    /// Dashes of eight widths.
    Long,
    /// Dashes of two widths.
    Short,
}

impl Dash {
    /// Length of dashes and gaps for a line of this width; `None` for a solid line.
    #[must_use]
    pub fn lengths(self, width: f64) -> Option<[f64; 2]> {
        let times = match self {
            Dash::Solid => return None,
            Dash::Dashed => [4.0, 2.0],
            Dash::Dotted => [1.0, 1.6],
            Dash::DashDot => [6.0, 1.5],
            Dash::Long => [8.0, 3.0],
            Dash::Short => [2.0, 1.5],
        };
        Some(times.map(|length| length * width))
    }
}

/// A style at a width of the figure. All sizes are points.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Width of the figure in mm.
    pub width_mm: f64,
    style: Style,
    colors: Vec<Color>,
    background: Color,
}

impl Look {
    /// A style at a width; colors that cannot be read are black.
    #[must_use]
    pub fn new(style: Style, width_mm: f64) -> Self {
        let read = |text: &String| Color::from_hex(text).unwrap_or(Color([0; 3]));
        Self {
            width_mm,
            colors: style.colors.iter().map(read).collect(),
            background: read(&style.background),
            style,
        }
    }

    /// Size of letters.
    #[must_use]
    pub fn em(&self) -> f64 {
        self.style.font_size
    }

    /// Size of letters of notes.
    #[must_use]
    pub fn small(&self) -> f64 {
        (0.85 * self.style.font_size).max(SMALLEST_PT)
    }

    /// Width of the figure in ems; a little less, since figures of voxels are rounded up to whole pixels, and their letters must not shrink.
    #[must_use]
    pub fn ems(&self) -> f64 {
        0.997 * self.width_mm * PT_PER_MM / self.em()
    }

    /// Width of lines of series.
    #[must_use]
    pub fn line(&self) -> f64 {
        self.style.line_width
    }

    /// Width of axes.
    #[must_use]
    pub fn hairline(&self) -> f64 {
        self.style.line_width / 1.5
    }

    /// Radius of markers.
    #[must_use]
    pub fn radius(&self) -> f64 {
        self.style.marker_size
    }

    /// Whether there are lines at the ticks of vertical axes.
    #[must_use]
    pub fn has_grid(&self) -> bool {
        self.style.grid
    }

    /// Height of a panel divided by its width.
    #[must_use]
    pub fn aspect(&self) -> f64 {
        self.style.aspect
    }

    /// Color behind the figure.
    #[must_use]
    pub fn background(&self) -> Color {
        self.background
    }

    /// Color of a series.
    #[must_use]
    pub fn color(&self, series: usize) -> Color {
        let count = self.colors.len().max(1);
        self.colors
            .get(series % count)
            .copied()
            .unwrap_or(Color([0; 3]))
    }

    /// Marker of a series.
    #[must_use]
    pub fn marker(&self, series: usize) -> Marker {
        let all = &self.style.markers;
        all.get(self.shifted(series, all.len()))
            .copied()
            .unwrap_or(Marker::Disc)
    }

    /// Line of a series.
    #[must_use]
    pub fn stroke(&self, series: usize) -> Stroke {
        let all = &self.style.dashes;
        let dash = all.get(self.shifted(series, all.len())).copied();
        Stroke {
            dash: dash.and_then(|dash| dash.lengths(self.line())),
            ..Stroke::solid(self.color(series), self.line())
        }
    }

    /// Place of a series in a list that repeats: where colors and list would begin again together, the list goes on by one, so that
    /// the seventh of six colors has another marker than the first.
    fn shifted(&self, series: usize, count: usize) -> usize {
        let (colors, count) = (self.colors.len().max(1), count.max(1));
        let both = (1..=count).map(|times| times * colors);
        let period = both.into_iter().find(|length| length % count == 0);
        (series + series / period.unwrap_or(colors * count)) % count
    }

    /// Whether the figure is about as wide as one column of a journal.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.width_mm < 1.4 * SINGLE_COLUMN_MM
    }
}

fn are_colors(colors: &[String]) -> Result<(), String> {
    some(colors)?;
    colors.iter().try_for_each(is_color)
}

fn is_color(text: &String) -> Result<(), String> {
    match Color::from_hex(text) {
        Some(_) => Ok(()),
        None => Err(format!("'{text}' is no color; write one as \"#0072b2\"")),
    }
}

fn some<T>(list: &[T]) -> Result<(), String> {
    match list.is_empty() {
        true => Err("give at least one".to_owned()),
        false => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn look(width_mm: f64) -> Look {
        let style = Style::from_map(&serde_json::Map::new()).unwrap();
        Look::new(style, width_mm)
    }

    #[test]
    fn neighboring_series_differ_in_color_marker_and_dash() {
        let look = look(85.0);
        for (a, b) in [(0, 1), (1, 2), (0, 2), (0, 5), (4, 5)] {
            assert_ne!(look.color(a), look.color(b));
            assert_ne!(look.marker(a), look.marker(b));
            assert_ne!(look.stroke(a).dash, look.stroke(b).dash);
        }
        assert_eq!(look.color(0), look.color(6));
        let all: Vec<_> = (0..36)
            .map(|i| (look.color(i), look.marker(i), look.stroke(i).dash))
            .collect();
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{i}");
        }
    }

    #[test]
    fn small_letters_stay_readable() {
        assert_eq!(look(85.0).small(), 6.8);
        let style = Style::from_map(&serde_json::Map::new()).unwrap();
        let small = Style {
            font_size: 6.0,
            ..style
        };
        assert_eq!(Look::new(small, 85.0).small(), 6.0);
    }
}

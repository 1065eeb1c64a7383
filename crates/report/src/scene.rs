//! A figure as a list of items to draw, in pixels from the top left corner.

use crate::color::{GRAY, INK, PALE, WHITE};
use crate::{Color, Picture};

/// Width of one column of a journal.
pub const SINGLE_COLUMN_MM: f64 = 85.0;
/// Width of two columns of a journal.
pub const DOUBLE_COLUMN_MM: f64 = 175.0;
/// Points in a millimetre.
pub const PT_PER_MM: f64 = 72.0 / 25.4;

/// Backgrounds below this lightness take light letters: black and white contrast equally with a gray of about 0.46.
const DARK: f64 = 0.46;

/// A point (x to the right, y down).
pub type Point = [f64; 2];

/// A figure: its size and its items; later items are drawn on top.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// Width in print in mm; the height follows.
    pub width_mm: f64,
    /// Color behind all items.
    pub background: Color,
    /// Whether its pixels are those of scans: a PNG then has a whole number of pixels for each, so that all voxels are equally large.
    pub has_voxels: bool,
    /// The items, in drawing order.
    pub items: Vec<Item>,
    /// What the figure shows, in sentences: the description in the file, for captions and for readers who do not see it.
    pub caption: String,
}

/// An item to draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Lines through points, or areas bounded by them.
    Path(Path),
    /// A line of text.
    Text(Text),
    /// A picture, stretched to a rectangle without smoothing.
    Picture {
        /// The pixels.
        picture: Picture,
        /// Top left corner of the rectangle.
        at: Point,
        /// Width and height of the rectangle.
        size: [f64; 2],
    },
}

/// Lines through points, or areas bounded by them (even-odd rule).
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Sequences of points, each joined by straight lines.
    pub lines: Vec<Vec<Point>>,
    /// Whether the last point of each sequence is joined to its first.
    pub closed: bool,
    /// Color and opacity of the area; `None` for no fill.
    pub fill: Option<(Color, f64)>,
    /// Line along the points; `None` for no line.
    pub stroke: Option<Stroke>,
    /// What it shows, such as `point`: its class in the SVG; empty for none.
    pub class: &'static str,
}

/// Style of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Color.
    pub color: Color,
    /// Width in pixels.
    pub width: f64,
    /// Length of dashes and of the gaps between them; `None` for a solid line.
    pub dash: Option<[f64; 2]>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The text.
    pub words: String,
    /// Position of the anchor, on the baseline.
    pub at: Point,
    /// Font size in pixels.
    pub size: f64,
    /// Color.
    pub color: Color,
    /// The part of the text that is at `at`.
    pub anchor: Anchor,
    /// Whether the text is bold.
    pub bold: bool,
    /// Whether the text is rotated to read upwards.
    pub upwards: bool,
}

/// The part of a text that is at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The start.
    Start,
    /// The middle.
    Middle,
    /// The end.
    End,
}

impl Scene {
    /// An empty white scene of voxels, its size rounded up to whole pixels, as wide as two columns of a journal.
    #[must_use]
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width: width.ceil(),
            height: height.ceil(),
            width_mm: DOUBLE_COLUMN_MM,
            background: WHITE,
            has_voxels: true,
            items: Vec::new(),
            caption: String::new(),
        }
    }

    /// The same scene with letters, axes and grid that can be read on its background: light ones on a dark one.
    #[must_use]
    pub fn readable(mut self) -> Self {
        if self.background.lightness() >= DARK {
            return self;
        }
        let light = |color: Color| match color {
            INK => Color([236; 3]),
            GRAY => Color([170; 3]),
            PALE => Color([75; 3]),
            color => color,
        };
        for item in &mut self.items {
            match item {
                Item::Text(text) => text.color = light(text.color),
                Item::Path(path) => {
                    path.fill = path.fill.map(|(color, opacity)| (light(color), opacity));
                    path.stroke = path.stroke.map(|stroke| Stroke {
                        color: light(stroke.color),
                        ..stroke
                    });
                }
                Item::Picture { .. } => {}
            }
        }
        self
    }

    /// The same scene, so wide in print.
    #[must_use]
    pub fn with_width_mm(self, width_mm: f64) -> Self {
        Self { width_mm, ..self }
    }

    /// An empty scene whose pixels are points (1/72 inch) in print.
    #[must_use]
    pub fn in_points(width_mm: f64, height: f64, background: Color) -> Self {
        Self {
            width: width_mm * PT_PER_MM,
            height,
            width_mm,
            background,
            has_voxels: false,
            items: Vec::new(),
            caption: String::new(),
        }
    }

    /// Adds an item on top.
    pub fn draw(&mut self, item: impl Into<Item>) {
        self.items.push(item.into());
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.draw(Path::open(vec![vec![from, to]], stroke));
    }
}

impl Path {
    /// Open lines.
    #[must_use]
    pub fn open(lines: Vec<Vec<Point>>, stroke: Stroke) -> Self {
        Self {
            lines,
            closed: false,
            fill: None,
            stroke: Some(stroke),
            class: "",
        }
    }

    /// The same path, with a class in the SVG.
    #[must_use]
    pub fn named(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// A filled area.
    #[must_use]
    pub fn area(lines: Vec<Vec<Point>>, color: Color, opacity: f64) -> Self {
        Self {
            lines,
            closed: true,
            fill: Some((color, opacity)),
            stroke: None,
            class: "",
        }
    }

    /// A filled rectangle.
    #[must_use]
    pub fn rectangle([x, y]: Point, [width, height]: [f64; 2], color: Color, opacity: f64) -> Self {
        let (right, bottom) = (x + width, y + height);
        let corners = vec![[x, y], [right, y], [right, bottom], [x, bottom]];
        Self::area(vec![corners], color, opacity)
    }

    /// The same path with a line along its border.
    #[must_use]
    pub fn outlined(self, stroke: Stroke) -> Self {
        Self {
            stroke: Some(stroke),
            ..self
        }
    }
}

impl Stroke {
    /// A solid line.
    #[must_use]
    pub fn solid(color: Color, width: f64) -> Self {
        Self {
            color,
            width,
            dash: None,
        }
    }

    /// The same stroke, dashed with this dash and gap length.
    #[must_use]
    pub fn dashed(self, dash: f64, gap: f64) -> Self {
        Self {
            dash: Some([dash, gap]),
            ..self
        }
    }
}

impl Text {
    /// Text that starts at a point.
    #[must_use]
    pub fn new(words: impl Into<String>, at: Point, size: f64, color: Color) -> Self {
        Self {
            words: words.into(),
            at,
            size,
            color,
            anchor: Anchor::Start,
            bold: false,
            upwards: false,
        }
    }

    /// The same text with another anchor.
    #[must_use]
    pub fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same text in bold.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same text, reading upwards.
    #[must_use]
    pub fn upwards(self) -> Self {
        Self {
            upwards: true,
            ..self
        }
    }
}

impl From<Path> for Item {
    fn from(path: Path) -> Self {
        Item::Path(path)
    }
}

impl From<Text> for Item {
    fn from(text: Text) -> Self {
        Item::Text(text)
    }
}

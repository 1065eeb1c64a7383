//! A prediction and its reference over a B-scan.

use ndarray::{ArrayView2, Zip};

use super::layout::Layout;
use super::overlay::Overlay;
use crate::color::SKY;
use crate::scene::Point;
use crate::{Color, Scene};

/// Opacity of areas, so that the tissue below stays visible.
pub const AREA: f64 = 0.45;

/// How a prediction is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(rsom_parameters::Choice))]
pub enum Marks {
    /// As a line, with areas only where it and the reference differ: the tissue stays visible.
    Differences,
    /// As an area.
    Area,
}

impl Marks {
    /// How predictions are drawn, for a caption.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Differences => {
                "Lines are the outlines of prediction and reference; areas are false positives and false negatives."
            }
            Self::Area => "Areas are the prediction; lines are the outline of the reference.",
        }
    }
}

/// Draws a prediction and the outline of its reference over a B-scan; `pair` is the reference and the prediction.
pub fn draw_pair(
    scene: &mut Scene,
    [reference, prediction]: [ArrayView2<'_, bool>; 2],
    at: Point,
    layout: &Layout,
    (reference_color, marks): (Color, Marks),
) -> Overlay {
    let line = layout.em * 0.055;
    let overlay = Overlay::new(prediction);
    match marks {
        Marks::Area => overlay.draw_area(scene, at, layout, (SKY, AREA)),
        Marks::Differences => {
            let alone = |mask: ArrayView2<'_, bool>, other: ArrayView2<'_, bool>| {
                let of_one = Zip::from(mask).and(other).map_collect(|a, b| *a && !*b);
                Overlay::new(of_one.view())
            };
            let of_prediction = alone(prediction, reference);
            let of_reference = alone(reference, prediction);
            of_prediction.draw_area(scene, at, layout, (SKY, AREA));
            of_reference.draw_area(scene, at, layout, (reference_color, AREA));
            overlay.draw_line(scene, at, layout, (SKY, 1.5 * line));
        }
    }
    Overlay::new(reference).draw_line(scene, at, layout, (reference_color, line));
    overlay
}

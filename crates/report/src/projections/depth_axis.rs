//! The axis of depths at the left of a projection from the side.

use crate::Scene;
use crate::chart::Axis;
use crate::color::INK;
use crate::scene::{Anchor, Point, Stroke, Text};

/// Room for the axis, in ems.
pub const WIDTH: f64 = 4.2;
/// Least distance of ticks, in ems.
const APART: f64 = 2.0;
/// Height in ems from which the axis has a title.
const TITLED: f64 = 5.5;

/// Draws the depths of `count` voxels at the left of a panel of this height; without a size of voxels, their numbers.
pub fn draw(
    scene: &mut Scene,
    [left, top]: Point,
    height: f64,
    (count, step_um): (usize, Option<f64>),
    em: f64,
) {
    let (unit, step) = step_um.map_or(("voxels", 1.0), |step| ("µm", step));
    let ticks = (height / em / APART).clamp(1.0, 5.0) as usize;
    let axis = Axis::tight([0.0, count as f64 * step], ticks);
    let stroke = Stroke::solid(INK, 0.08 * em);
    for (share, label) in axis.ticks() {
        let y = top + share * height;
        scene.line([left - 0.3 * em, y], [left, y], stroke);
        // A label at the upper end stays below the title of the panel.
        let down = if share < 0.05 { 0.7 } else { 0.35 };
        let text = Text::new(label, [left - 0.5 * em, y + down * em], em, INK);
        scene.draw(text.anchored(Anchor::End));
    }
    if height >= TITLED * em {
        let words = format!("Depth ({unit})");
        let at = [left - 3.2 * em, top + height / 2.0];
        scene.draw(
            Text::new(words, at, em, INK)
                .upwards()
                .anchored(Anchor::Middle),
        );
    }
}

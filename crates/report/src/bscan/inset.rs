//! An enlarged part of a B-scan in a corner of its panel.

use ndarray::{ArrayView2, s};

use super::layout::Layout;
use super::overlay::Overlay;
use super::pair::{Marks, draw_pair};
use crate::color::{BLACK, WHITE};
use crate::scene::{Item, Path, Point, Stroke};
use crate::{Color, Picture, Scene};

/// Largest width and height of an inset, as a share of its panel.
const LARGEST: [f64; 2] = [0.45, 0.6];
/// Distance of an inset from the edges of its panel, in ems.
const MARGIN: f64 = 0.4;

/// The part that is enlarged, in voxels of the B-scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// First voxel across and in depth.
    pub first: [usize; 2],
    /// Number of voxels across and in depth, at least one each.
    pub size: [usize; 2],
}

impl Region {
    /// Draws the region as a frame, and enlarged in a corner that leaves it free: the upper right one, else the lower right or the upper left
    /// one. `pair` is the reference and the prediction, as far as the panel has them.
    pub fn draw(
        self,
        scene: &mut Scene,
        (picture, pair): (&Picture, [Option<ArrayView2<'_, bool>>; 2]),
        (at, layout): (Point, &Layout),
        look: (Color, Marks),
    ) {
        let [[x, z], [width, depth]] = [self.first, self.size];
        let voxel = layout.voxel;
        let own = [width as f64 * voxel[0], depth as f64 * voxel[1]];
        let fits = [0, 1].map(|axis| LARGEST[axis] * layout.size[axis] / own[axis]);
        let times = fits[0].min(fits[1]);
        let zoomed = layout.clone().scaled(times, layout.em);
        let size = own.map(|edge| edge * times);
        let framed = |corner: Point, size: [f64; 2]| Path::rectangle(corner, size, BLACK, 0.0);
        let line = 0.08 * layout.em;
        let from = [at[0] + x as f64 * voxel[0], at[1] + z as f64 * voxel[1]];
        let corner = corner([at, layout.size], size, [from, own], MARGIN * layout.em);
        scene.draw(
            framed(from, own)
                .outlined(Stroke::solid(WHITE, line))
                .named("region"),
        );
        scene.items.push(Item::Picture {
            picture: Picture::from_fn(width, depth, |i, k| picture.pixel(x + i, z + k)),
            at: corner,
            size,
        });
        let cut =
            |mask: ArrayView2<'_, bool>| mask.slice(s![x..x + width, z..z + depth]).to_owned();
        match pair.map(|mask| mask.map(cut)) {
            [Some(reference), Some(prediction)] => {
                let pair = [reference.view(), prediction.view()];
                draw_pair(scene, pair, corner, &zoomed, look);
            }
            [Some(reference), None] => {
                let overlay = Overlay::new(reference.view());
                overlay.draw_line(scene, corner, &zoomed, (look.0, line));
            }
            _ => {}
        }
        let border = framed(corner, size).outlined(Stroke::solid(WHITE, 1.5 * line));
        scene.draw(border.named("inset"));
    }
}

/// The corner of an inset of this size in a panel that covers least of a region; panel and region are corner and size.
fn corner([at, panel]: [Point; 2], size: [f64; 2], region: [Point; 2], margin: f64) -> Point {
    let ends = |axis: usize| {
        let far = at[axis] + panel[axis] - size[axis] - margin;
        [at[axis] + margin, far]
    };
    let ([left, right], [top, bottom]) = (ends(0), ends(1));
    let covered = |corner: &Point| -> f64 {
        let shared = |axis: usize| {
            let first = corner[axis].max(region[0][axis]);
            let last = (corner[axis] + size[axis]).min(region[0][axis] + region[1][axis]);
            (last - first).max(0.0)
        };
        shared(0) * shared(1)
    };
    let corners = [[right, top], [right, bottom], [left, top]];
    let least = corners
        .into_iter()
        .min_by(|a, b| covered(a).total_cmp(&covered(b)));
    least.unwrap_or([right, top])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inset_shows_its_region_enlarged_in_the_upper_right_corner() {
        let layout = Layout::new([100, 50], None, 1, Some(1), 62.0);
        let picture = Picture::from_fn(100, 50, |x, z| Color([x as u8, z as u8, 0]));
        let region = Region {
            first: [20, 10],
            size: [10, 5],
        };
        let mut scene = Scene::new(900.0, 900.0);
        let at = [5.0, 30.0];
        region.draw(
            &mut scene,
            (&picture, [None, None]),
            (at, &layout),
            (WHITE, Marks::Area),
        );
        let [
            Item::Path(frame),
            Item::Picture {
                picture,
                at: corner,
                size,
            },
            Item::Path(_),
        ] = &scene.items[..]
        else {
            panic!("{:?}", scene.items);
        };
        let [across, down] = layout.voxel;
        assert_eq!(frame.lines[0][0], [5.0 + 20.0 * across, 30.0 + 10.0 * down]);
        assert_eq!(frame.lines[0][2], [5.0 + 30.0 * across, 30.0 + 15.0 * down]);
        assert_eq!((picture.width(), picture.height()), (10, 5));
        assert_eq!(picture.pixel(9, 4), Color([29, 14, 0]));
        // As wide as 0.45 of the panel, since 0.6 of its height would be wider.
        assert!((size[0] - 0.45 * layout.size[0]).abs() < 1e-9);
        let right = at[0] + layout.size[0] - MARGIN * layout.em;
        assert!((corner[0] + size[0] - right).abs() < 1e-9);
    }
}

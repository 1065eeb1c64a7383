//! An enlarged part of a B-scan in a corner of its panel.

use ndarray::{ArrayView2, s};

use super::layout::Layout;
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
    /// Draws the region as a frame, and enlarged in the upper right corner; `pair` is the reference and, if there is one, the prediction.
    pub fn draw(
        self,
        scene: &mut Scene,
        picture: &Picture,
        pair: [Option<ArrayView2<'_, bool>>; 2],
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
        let margin = MARGIN * layout.em;
        let corner = [at[0] + layout.size[0] - size[0] - margin, at[1] + margin];
        let framed = |corner: Point, size: [f64; 2]| Path::rectangle(corner, size, BLACK, 0.0);
        let line = 0.08 * layout.em;
        let from = [at[0] + x as f64 * voxel[0], at[1] + z as f64 * voxel[1]];
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
        if let [Some(reference), Some(prediction)] = pair {
            let (reference, prediction) = (cut(reference), cut(prediction));
            let pair = [reference.view(), prediction.view()];
            draw_pair(scene, pair, corner, &zoomed, look);
        }
        let border = framed(corner, size).outlined(Stroke::solid(WHITE, 1.5 * line));
        scene.draw(border.named("inset"));
    }
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
            &picture,
            [None, None],
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

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
    /// The corner of the inset in a panel, from the panel's own: the upper right one, else the lower right or the upper left one, whichever
    /// covers least of the region, and then fewest voxels in which masks differ (`differing`, of shape (x, z)). With it, how many of these
    /// it covers.
    pub fn place(self, layout: &Layout, differing: ArrayView2<'_, bool>) -> (Point, usize) {
        let (own, size, _) = self.sizes(layout);
        let first = self.first.map(|voxel| voxel as f64);
        let from = [first[0] * layout.voxel[0], first[1] * layout.voxel[1]];
        let hidden = |corner: Point| {
            let inside = |axis: usize, voxel: usize| {
                let middle = (voxel as f64 + 0.5) * layout.voxel[axis];
                (corner[axis]..corner[axis] + size[axis]).contains(&middle)
            };
            let voxels = differing.indexed_iter();
            voxels
                .filter(|((x, z), differs)| **differs && inside(0, *x) && inside(1, *z))
                .count()
        };
        let corners = corners(layout.size, size, MARGIN * layout.em).map(|corner| {
            let covered = covered([corner, size], [from, own]);
            (corner, covered, hidden(corner))
        });
        let best = corners
            .into_iter()
            .min_by(|a, b| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2)));
        best.map_or(([0.0; 2], 0), |(corner, _, hidden)| (corner, hidden))
    }

    /// Width and height of the region and of the inset, and how many times it is enlarged.
    fn sizes(self, layout: &Layout) -> ([f64; 2], [f64; 2], f64) {
        let own = [0, 1].map(|axis| self.size[axis] as f64 * layout.voxel[axis]);
        let fits = [0, 1].map(|axis| LARGEST[axis] * layout.size[axis] / own[axis]);
        let times = fits[0].min(fits[1]);
        (own, own.map(|edge| edge * times), times)
    }

    /// Draws the region as a frame, and enlarged at a corner (from the panel's own). `pair` is the reference and the prediction, as far as the
    /// panel has them.
    pub fn draw(
        self,
        scene: &mut Scene,
        (picture, pair): (&Picture, [Option<ArrayView2<'_, bool>>; 2]),
        (at, layout, corner): (Point, &Layout, Point),
        look: (Color, Marks),
    ) {
        let [[x, z], [width, depth]] = [self.first, self.size];
        let voxel = layout.voxel;
        let (own, size, times) = self.sizes(layout);
        let zoomed = layout.clone().scaled(times, layout.em);
        let framed = |corner: Point, size: [f64; 2]| Path::rectangle(corner, size, BLACK, 0.0);
        let line = 0.08 * layout.em;
        let from = [at[0] + x as f64 * voxel[0], at[1] + z as f64 * voxel[1]];
        let corner = [at[0] + corner[0], at[1] + corner[1]];
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

/// The corners that an inset of this size may take in a panel. The lower left one holds the scale bar.
fn corners(panel: [f64; 2], size: [f64; 2], margin: f64) -> [Point; 3] {
    let [right, bottom] = [0, 1].map(|axis| panel[axis] - size[axis] - margin);
    [[right, margin], [right, bottom], [margin, margin]]
}

/// The area that two rectangles, each a corner and a size, share.
fn covered(a: [Point; 2], b: [Point; 2]) -> f64 {
    let shared = |axis: usize| {
        let first = a[0][axis].max(b[0][axis]);
        let last = (a[0][axis] + a[1][axis]).min(b[0][axis] + b[1][axis]);
        (last - first).max(0.0)
    };
    shared(0) * shared(1)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

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
        let none = Array2::default((100, 50));
        let (place, hidden) = region.place(&layout, none.view());
        assert_eq!(hidden, 0);
        region.draw(
            &mut scene,
            (&picture, [None, None]),
            (at, &layout, place),
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

    #[test]
    fn an_inset_leaves_free_what_differs() {
        let layout = Layout::new([100, 50], None, 1, Some(1), 62.0);
        let region = Region {
            first: [20, 35],
            size: [10, 5],
        };
        // Errors in the upper right and lower right quarters: the upper left corner is free.
        let right = Array2::from_shape_fn((100, 50), |(x, _)| x >= 90);
        let (corner, hidden) = region.place(&layout, right.view());
        assert_eq!(hidden, 0);
        assert!(corner[0] < layout.size[0] / 4.0 && corner[1] < layout.size[1] / 4.0);
        // Where errors are everywhere, some are covered, and counted.
        let all = Array2::from_elem((100, 50), true);
        assert!(region.place(&layout, all.view()).1 > 100);
    }
}

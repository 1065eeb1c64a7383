//! Outlines of masks along voxel edges.

use std::collections::BTreeMap;

use ndarray::ArrayView2;

/// A corner of voxels: (column, row); voxel (x, z) lies between corners (x, z) and (x + 1, z + 1).
pub type Corner = [usize; 2];

/// Closed outlines of a mask of shape (x, z), as the corners where the outline turns; the last joins the first.
///
/// Each outline has the mask on its right (clockwise around a body, with rows growing downwards; counterclockwise
/// around a hole). Voxels that share only a corner have separate outlines. Outlines are sorted by their topmost, then
/// leftmost corner.
#[must_use]
pub fn outlines(mask: ArrayView2<'_, bool>) -> Vec<Vec<Corner>> {
    let mut edges = edges(mask);
    let mut outlines = Vec::new();
    while let Some((&start, _)) = edges.first_key_value() {
        let start = [start.1, start.0];
        let mut outline = vec![start];
        let mut heading = None;
        let mut at = start;
        while let Some(next) = take(&mut edges, at, heading) {
            let direction = [
                next[0] as isize - at[0] as isize,
                next[1] as isize - at[1] as isize,
            ];
            if heading == Some(direction) {
                outline.pop();
            }
            outline.push(next);
            heading = Some(direction);
            at = next;
            if at == start {
                break;
            }
        }
        outline.pop();
        outlines.push(outline);
    }
    outlines
}

/// The next corners from each corner, keyed by (row, column) so that the first key is topmost.
type Edges = BTreeMap<(usize, usize), Vec<Corner>>;

fn edges(mask: ArrayView2<'_, bool>) -> Edges {
    let (width, height) = mask.dim();
    let set = |x: usize, z: usize| x < width && z < height && mask[[x, z]];
    let mut edges = Edges::new();
    let mut add = |from: Corner, to: Corner| {
        edges.entry((from[1], from[0])).or_default().push(to);
    };
    for x in 0..width {
        for z in 0..height {
            if !mask[[x, z]] {
                continue;
            }
            if z == 0 || !set(x, z - 1) {
                add([x, z], [x + 1, z]);
            }
            if !set(x + 1, z) {
                add([x + 1, z], [x + 1, z + 1]);
            }
            if !set(x, z + 1) {
                add([x + 1, z + 1], [x, z + 1]);
            }
            if x == 0 || !set(x - 1, z) {
                add([x, z + 1], [x, z]);
            }
        }
    }
    edges
}

fn take(edges: &mut Edges, at: Corner, heading: Option<[isize; 2]>) -> Option<Corner> {
    let key = (at[1], at[0]);
    let ways = edges.get_mut(&key)?;
    // At a corner that two voxels share, a right turn stays with the current voxel.
    let right = heading.map(|[dx, dz]| [-dz, dx]);
    let turns_right = |to: &Corner| {
        let direction = [
            to[0] as isize - at[0] as isize,
            to[1] as isize - at[1] as isize,
        ];
        right == Some(direction)
    };
    let chosen = ways.iter().position(turns_right).unwrap_or(0);
    let next = ways.remove(chosen);
    if ways.is_empty() {
        edges.remove(&key);
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    fn mask(rows: &[&str]) -> Array2<bool> {
        Array2::from_shape_fn((rows[0].len(), rows.len()), |(x, z)| {
            rows[z].as_bytes()[x] == b'#'
        })
    }

    /// Twice the signed area (shoelace formula); positive when the inside is on the right.
    fn doubled_area(outline: &[Corner]) -> isize {
        let next = outline.iter().cycle().skip(1);
        let cross = |(a, b): (&Corner, &Corner)| {
            a[0] as isize * b[1] as isize - b[0] as isize * a[1] as isize
        };
        outline.iter().zip(next).map(cross).sum()
    }

    #[test]
    fn a_rectangle_has_four_corners() {
        let found = outlines(mask(&["....", ".##.", ".##."]).view());
        assert_eq!(found, [vec![[1, 1], [3, 1], [3, 3], [1, 3]]]);
    }

    #[test]
    fn a_hole_runs_the_other_way() {
        let found = outlines(mask(&["###", "#.#", "###"]).view());
        let areas: Vec<isize> = found.iter().map(|o| doubled_area(o)).collect();
        assert_eq!(areas, [18, -2]);
    }

    #[test]
    fn voxels_that_touch_at_a_corner_are_apart() {
        assert_eq!(outlines(mask(&["#.", ".#"]).view()).len(), 2);
        assert_eq!(outlines(mask(&[".#", "#."]).view()).len(), 2);
    }

    proptest! {
        #[test]
        fn outlines_enclose_as_many_voxels_as_the_mask_holds(voxels in prop::collection::vec(any::<bool>(), 63)) {
            let mask = Array2::from_shape_vec((9, 7), voxels).unwrap();
            let doubled: isize = outlines(mask.view()).iter().map(|o| doubled_area(o)).sum();
            prop_assert_eq!(doubled, 2 * mask.iter().filter(|v| **v).count() as isize);
        }

        #[test]
        fn an_outline_turns_at_every_corner(voxels in prop::collection::vec(any::<bool>(), 63)) {
            let mask = Array2::from_shape_vec((9, 7), voxels).unwrap();
            for outline in outlines(mask.view()) {
                for i in 0..outline.len() {
                    let [a, b, c] = [0, 1, 2].map(|d| outline[(i + d) % outline.len()]);
                    prop_assert!((a[0] == b[0]) != (b[0] == c[0]), "{:?}", outline);
                }
            }
        }
    }
}

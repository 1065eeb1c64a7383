//! A uniform grid of cells, to find straight pieces near each other.

use crate::geometry::point::{Point, distance_to, norm};

/// Numbered items; each cell lists the items that may touch it.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    shape: [usize; 3],
    size: Point,
    /// The items of each cell.
    lists: Vec<Vec<usize>>,
    /// The cells of each item.
    places: Vec<Vec<usize>>,
    /// The search that last found each item, so that each is returned once.
    found: Vec<u32>,
    searches: u32,
}

/// Largest number of cells along an axis.
const MOST: f64 = 80.0;

impl Cells {
    /// Cells of about `size_um` over a box that starts at zero.
    pub fn new(extent: Point, size_um: f64) -> Self {
        let shape = extent.map(|e| (e / size_um).ceil().clamp(1.0, MOST) as usize);
        Self {
            shape,
            size: std::array::from_fn(|a| extent[a] / shape[a] as f64),
            lists: vec![Vec::new(); shape.iter().product()],
            places: Vec::new(),
            found: Vec::new(),
            searches: 0,
        }
    }

    /// Adds an item to the cells within `reach` of the segment from `a` to `b`, in addition to cells that already list
    /// it.
    pub fn add(&mut self, id: usize, [a, b]: [Point; 2], reach: f64) {
        if self.places.len() <= id {
            self.places.resize(id + 1, Vec::new());
            self.found.resize(id + 1, 0);
        }
        let low = std::array::from_fn(|i| a[i].min(b[i]) - reach);
        let high = std::array::from_fn(|i| a[i].max(b[i]) + reach);
        let touch = reach + norm(self.size) / 2.0;
        for cell in self.within(low, high) {
            if distance_to(self.center(cell), a, b) <= touch && !self.lists[cell].contains(&id) {
                self.lists[cell].push(id);
                self.places[id].push(cell);
            }
        }
    }

    /// Removes an item from all cells.
    pub fn remove(&mut self, id: usize) {
        let Some(places) = self.places.get_mut(id) else {
            return;
        };
        for cell in std::mem::take(places) {
            self.lists[cell].retain(|other| *other != id);
        }
    }

    /// All other items that share a cell with an item, each once.
    pub fn neighbors(&mut self, id: usize) -> Vec<usize> {
        let places = self.places.get(id).cloned().unwrap_or_default();
        let mut found = self.listed(places.into_iter());
        found.retain(|other| *other != id);
        found
    }

    /// All items in the cells that touch a cube, each once.
    pub fn around(&mut self, center: Point, half_width: f64) -> Vec<usize> {
        let cells = self.within(
            center.map(|v| v - half_width),
            center.map(|v| v + half_width),
        );
        let cells: Vec<usize> = cells.collect();
        self.listed(cells.into_iter())
    }

    /// Whether a cube around a point contains the whole box.
    pub fn is_all(&self, center: Point, half_width: f64) -> bool {
        (0..3).all(|a| {
            let end = self.size[a] * self.shape[a] as f64;
            center[a] - half_width <= 0.0 && center[a] + half_width >= end
        })
    }

    /// The size of a cell.
    pub fn size(&self) -> f64 {
        norm(self.size)
    }

    fn listed(&mut self, cells: impl Iterator<Item = usize>) -> Vec<usize> {
        self.searches += 1;
        let mut found = Vec::new();
        for cell in cells {
            for id in &self.lists[cell] {
                if self.found[*id] != self.searches {
                    self.found[*id] = self.searches;
                    found.push(*id);
                }
            }
        }
        found
    }

    /// The cells that touch a box; positions outside the grid belong to its outermost cells.
    fn within(&self, low: Point, high: Point) -> impl Iterator<Item = usize> + use<> {
        let index = |place: f64, a: usize| -> usize {
            // Casts saturate: positions before the grid become 0.
            ((place / self.size[a]) as usize).min(self.shape[a] - 1)
        };
        let range = |a: usize| index(low[a], a)..=index(high[a], a);
        let (xs, ys, zs) = (range(0), range(1), range(2));
        let [_, ny, nz] = self.shape;
        xs.flat_map(move |x| {
            let zs = zs.clone();
            ys.clone()
                .flat_map(move |y| zs.clone().map(move |z| (x * ny + y) * nz + z))
        })
    }

    fn center(&self, cell: usize) -> Point {
        let [_, ny, nz] = self.shape;
        let index = [cell / (ny * nz), cell / nz % ny, cell % nz];
        std::array::from_fn(|a| (index[a] as f64 + 0.5) * self.size[a])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::geometry::point::separation;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pieces_that_come_near_share_a_cell(
            pieces in prop::collection::vec(prop::array::uniform2(prop::array::uniform3(0.0_f64..100.0)), 2..20),
            reach in 0.0_f64..20.0,
        ) {
            let mut cells = Cells::new([100.0; 3], 11.0);
            for (id, piece) in pieces.iter().enumerate() {
                cells.add(id, *piece, reach);
            }
            for (i, one) in pieces.iter().enumerate() {
                let near = cells.neighbors(i);
                for (j, other) in pieces.iter().enumerate() {
                    let close = i != j && separation(*one, *other) <= 2.0 * reach;
                    prop_assert!(!close || near.contains(&j));
                }
            }
        }
    }

    #[test]
    fn what_was_removed_is_not_found() {
        let mut cells = Cells::new([100.0; 3], 10.0);
        let piece = [[5.0; 3], [90.0; 3]];
        cells.add(0, piece, 3.0);
        cells.add(1, piece, 3.0);
        cells.remove(0);
        assert_eq!(cells.around([50.0; 3], 1.0), [1]);
        assert!(cells.neighbors(1).is_empty());
    }
}

//! Runs of set voxels along z, and their connected components.

use ndarray::ArrayView3;

use crate::Connectivity;
use crate::bits::{Bits, set_bits};

/// A maximal sequence of set voxels along z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Index x.
    pub x: usize,
    /// Index y.
    pub y: usize,
    /// First z.
    pub start: usize,
    /// One past the last z.
    pub end: usize,
}

impl Run {
    /// Whether the run touches one of the ends of an array of this shape, along the axes that are `open`.
    pub(crate) fn touches_an_end(&self, shape: [usize; 3], open: [bool; 3]) -> bool {
        let at_an_end = [
            self.x == 0 || self.x + 1 == shape[0],
            self.y == 0 || self.y + 1 == shape[1],
            self.start == 0 || self.end == shape[2],
        ];
        at_an_end.iter().zip(open).any(|(end, open)| *end && open)
    }
}

/// All runs of a mask along z, ordered by x and y.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    rows: [usize; 2],
    list: Vec<Run>,
    /// Index of the first run of each row, followed by the number of runs.
    firsts: Vec<usize>,
}

impl Runs {
    /// The runs of a mask of shape (x, y, z).
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>) -> Self {
        let bits = Bits::pack(mask, 1, false);
        let [nx, ny, _] = bits.shape();
        let mut runs = Self {
            rows: [nx, ny],
            list: Vec::new(),
            firsts: Vec::with_capacity(nx * ny + 1),
        };
        for x in 0..nx {
            for y in 0..ny {
                runs.firsts.push(runs.list.len());
                runs.push_row(x, y, bits.row(x + 1, y + 1));
            }
        }
        runs.firsts.push(runs.list.len());
        runs
    }

    /// The runs, ordered by x, y and z.
    #[must_use]
    pub fn list(&self) -> &[Run] {
        &self.list
    }

    fn push_row(&mut self, x: usize, y: usize, row: &[u64]) {
        let mut before = 0;
        let mut open = None;
        for (index, word) in row.iter().enumerate() {
            // Bits that differ from their predecessor are starts and ends of runs.
            let changes = word ^ (word << 1 | before);
            before = word >> 63;
            for bit in set_bits(changes, index) {
                match open.take() {
                    None => open = Some(bit - 1),
                    Some(start) => self.list.push(Run {
                        x,
                        y,
                        start,
                        end: bit - 1,
                    }),
                }
            }
        }
        // The row ends with an unset voxel if the border fills it to its last bit, so no run stays open.
    }

    /// The component number of each run, from 1 in the order of first runs, and the number of voxels of each component.
    ///
    /// Method: union-find.
    #[must_use]
    pub fn components(&self, connectivity: Connectivity) -> (Vec<u32>, Vec<usize>) {
        let mut parents: Vec<usize> = (0..self.list.len()).collect();
        let [nx, ny] = self.rows;
        for x in 0..nx {
            for y in 0..ny {
                for (dx, dy) in [(1, 1), (1, 0), (1, -1), (0, 1)] {
                    let differing = dx + isize::abs(dy) as usize;
                    let (Some(px), Some(py)) = (x.checked_sub(dx), y.checked_add_signed(-dy))
                    else {
                        continue;
                    };
                    if py < ny && differing <= connectivity.order() {
                        let reach = usize::from(differing < connectivity.order());
                        self.join([x * ny + y, px * ny + py], reach, &mut parents);
                    }
                }
            }
        }
        self.numbered(&mut parents)
    }

    /// Joins the runs of two rows that overlap, or are at most `reach` apart.
    fn join(&self, [here, there]: [usize; 2], reach: usize, parents: &mut [usize]) {
        let (mut i, mut j) = (self.firsts[here], self.firsts[there]);
        let (ends_i, ends_j) = (self.firsts[here + 1], self.firsts[there + 1]);
        while i < ends_i && j < ends_j {
            let (a, b) = (self.list[i], self.list[j]);
            if a.start < b.end + reach && b.start < a.end + reach {
                union(parents, i, j);
            }
            if a.end < b.end { i += 1 } else { j += 1 }
        }
    }

    fn numbered(&self, parents: &mut [usize]) -> (Vec<u32>, Vec<usize>) {
        let mut numbers = vec![0; self.list.len()];
        let mut sizes: Vec<usize> = Vec::new();
        for (i, run) in self.list.iter().enumerate() {
            // A root is the first run of its component, so it already has a number.
            let root = find(parents, i);
            if root == i {
                sizes.push(0);
                numbers[i] = sizes.len() as u32;
            }
            numbers[i] = numbers[root];
            sizes[numbers[i] as usize - 1] += run.end - run.start;
        }
        (numbers, sizes)
    }
}

fn find(parents: &mut [usize], mut i: usize) -> usize {
    while parents[i] != i {
        parents[i] = parents[parents[i]];
        i = parents[i];
    }
    i
}

/// Joins two trees under the smaller root.
fn union(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(parents, a), find(parents, b));
    parents[a.max(b)] = a.min(b);
}

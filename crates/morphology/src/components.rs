//! Connected components.

use ndarray::{Array3, ArrayView3};

use crate::Connectivity;
use crate::bits::{Bits, set_bits};

/// The components of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// Of shape (x, y, z): 0 outside the mask, else the component's number, from 1 in the order in which x, y, z (z
    /// fastest) come upon them; scipy's `label` gives the same numbers.
    pub labels: Array3<u32>,
    /// How many voxels each component has; component n at index n − 1.
    pub sizes: Vec<usize>,
}

/// Labels the connected components of a mask of shape (x, y, z).
///
/// Method: union and find over the runs of set voxels along z.
#[must_use]
pub fn label(mask: ArrayView3<'_, bool>, connectivity: Connectivity) -> Components {
    let runs = Runs::of(mask);
    let (numbers, sizes) = runs.components(connectivity);
    let mut labels = Array3::zeros(mask.raw_dim());
    for (run, number) in runs.list.iter().zip(&numbers) {
        for z in run.start..run.end {
            labels[[run.x, run.y, z]] = *number;
        }
    }
    Components { labels, sizes }
}

/// Drops the components of fewer than `least` voxels from a mask of shape (x, y, z).
#[must_use]
pub fn remove_small(
    mask: ArrayView3<'_, bool>,
    least: usize,
    connectivity: Connectivity,
) -> Array3<bool> {
    let runs = Runs::of(mask);
    let (numbers, sizes) = runs.components(connectivity);
    let mut kept = Array3::from_elem(mask.raw_dim(), false);
    for (run, number) in runs.list.iter().zip(&numbers) {
        if sizes[*number as usize - 1] >= least {
            for z in run.start..run.end {
                kept[[run.x, run.y, z]] = true;
            }
        }
    }
    kept
}

/// Set voxels from `start` up to, but without, `end`, with none before and none behind.
#[derive(Debug, Clone, Copy)]
struct Run {
    x: usize,
    y: usize,
    start: usize,
    end: usize,
}

/// All runs along z in scan order, and where each row's begin.
struct Runs {
    rows: [usize; 2],
    list: Vec<Run>,
    firsts: Vec<usize>,
}

impl Runs {
    fn of(mask: ArrayView3<'_, bool>) -> Self {
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

    fn push_row(&mut self, x: usize, y: usize, row: &[u64]) {
        let mut before = 0;
        let mut open = None;
        for (index, word) in row.iter().enumerate() {
            // Bits that differ from the one before them: runs start and end there.
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
        // The border may fill the row to its last bit only when it ends with an unset voxel: no run stays open.
    }

    /// The number of each run's component, and the components' sizes.
    fn components(&self, connectivity: Connectivity) -> (Vec<u32>, Vec<usize>) {
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

    /// Joins the runs of two rows that overlap, or lie at most `reach` apart.
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
            // A root is the first run of its component, so that it was numbered before.
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

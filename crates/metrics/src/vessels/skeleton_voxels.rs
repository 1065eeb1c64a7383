//! The voxels of a skeleton, and their neighbors.

use ndarray::ArrayView3;

/// The set voxels of a skeleton, in the order x, y, z. Memory grows with the skeleton, not with the scan.
pub(crate) struct SkeletonVoxels {
    rows: [usize; 2],
    /// Index of the first voxel of each row along z, followed by the number of voxels.
    firsts: Vec<u32>,
    places: Vec<[u32; 3]>,
}

/// The indices of the neighbors of one voxel.
#[derive(Clone, Copy)]
pub(crate) struct Neighbors {
    list: [u32; 26],
    count: usize,
}

impl SkeletonVoxels {
    pub fn of(skeleton: ArrayView3<'_, bool>) -> Self {
        let (nx, ny, _) = skeleton.dim();
        let mut found = Self {
            rows: [nx, ny],
            firsts: Vec::with_capacity(nx * ny + 1),
            places: Vec::new(),
        };
        for (x, plane) in skeleton.outer_iter().enumerate() {
            for (y, row) in plane.outer_iter().enumerate() {
                found.firsts.push(found.places.len() as u32);
                let set = row.iter().enumerate().filter(|(_, set)| **set);
                let places = set.map(|(z, _)| [x as u32, y as u32, z as u32]);
                found.places.extend(places);
            }
        }
        found.firsts.push(found.places.len() as u32);
        found
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The indices x, y, z of a voxel.
    pub fn place(&self, voxel: usize) -> [usize; 3] {
        self.places[voxel].map(|index| index as usize)
    }

    /// The up to 26 neighbors of a voxel, ascending.
    pub fn neighbors(&self, voxel: usize) -> Neighbors {
        let [x, y, z] = self.place(voxel);
        let mut found = Neighbors {
            list: [0; 26],
            count: 0,
        };
        for a in x.saturating_sub(1)..(x + 2).min(self.rows[0]) {
            for b in y.saturating_sub(1)..(y + 2).min(self.rows[1]) {
                let row = a * self.rows[1] + b;
                let (first, end) = (self.firsts[row] as usize, self.firsts[row + 1] as usize);
                let row = &self.places[first..end];
                let below = row.partition_point(|place| (place[2] as usize) + 1 < z);
                for (offset, place) in row.iter().enumerate().skip(below).take(3) {
                    let index = first + offset;
                    if place[2] as usize <= z + 1 && index != voxel {
                        found.list[found.count] = index as u32;
                        found.count += 1;
                    }
                }
            }
        }
        found
    }
}

impl Neighbors {
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.list[..self.count].iter().map(|index| *index as usize)
    }
}

//! The 3 × 3 × 3 neighborhood of a voxel as bits, with the criteria of Lee, Kashyap and Chu.

/// A voxel and its neighbors: bit 9·x + 3·y + z of the cube of 3 × 3 × 3 voxels, the voxel itself at bit 13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Neighborhood(u32);

const ALL: u32 = (1 << 27) - 1;
const CENTER: u32 = 1 << 13;
/// The voxels of the cube with z = 0, or with y = 0; shifted up twice, those with index 2.
const Z_LOW: u32 = 0o111_111_111;
const Y_LOW: u32 = 0o007_007_007;
/// For each face, edge and corner of the voxel: all other voxels that contain it.
const AROUND: [(u32, i32); 26] = around();

impl Neighborhood {
    /// From the 27 bits.
    pub fn new(bits: u32) -> Self {
        Self(bits & ALL)
    }

    /// Number of set neighbors.
    pub fn count(self) -> u32 {
        (self.0 & !CENTER).count_ones()
    }

    /// Whether the set neighbors are connected (by faces, edges or corners), or none is set.
    ///
    /// Then removing the voxel neither splits nor joins objects (Lee et al. 1994).
    pub fn is_connected(self) -> bool {
        let neighbors = self.0 & !CENTER;
        let mut reached = neighbors & neighbors.wrapping_neg();
        loop {
            let next = grown(reached) & neighbors;
            if next == reached {
                return reached == neighbors;
            }
            reached = next;
        }
    }

    /// Whether removing the voxel preserves the Euler number (Lee et al. 1994).
    ///
    /// Computed from the definition instead of the paper's table of octants: removing the voxel also removes its faces,
    /// edges and corners that no other voxel contains, and vertices − edges + faces − voxels must not change.
    pub fn keeps_euler_number(self) -> bool {
        let neighbors = self.0 & !CENTER;
        let lost: i32 = AROUND
            .iter()
            .map(|(others, sign)| if neighbors & others == 0 { *sign } else { 0 })
            .sum();
        lost == 1
    }
}

/// The set voxels and their neighbors.
fn grown(bits: u32) -> u32 {
    let z = bits | (bits & !(Z_LOW << 2)) << 1 | (bits & !Z_LOW) >> 1;
    let y = z | (z & !(Y_LOW << 6)) << 3 | (z & !Y_LOW) >> 3;
    (y | y << 9 | y >> 9) & ALL
}

const fn around() -> [(u32, i32); 26] {
    let mut list = [(0, 0); 26];
    let mut filled = 0;
    let mut direction = 0;
    while direction < 27 {
        if direction != 13 {
            list[filled] = (others(direction), sign(direction));
            filled += 1;
        }
        direction += 1;
    }
    list
}

/// The voxels, except the center, that contain the face, edge or corner in this direction (9·x + 3·y + z, each 0, 1 or
/// 2): along each axis they are either at the center's index or shifted in the direction.
const fn others(direction: usize) -> u32 {
    let mut bits = 0;
    let mut voxel = 0;
    while voxel < 27 {
        let x = towards(voxel / 9, direction / 9);
        let y = towards(voxel / 3 % 3, direction / 3 % 3);
        let z = towards(voxel % 3, direction % 3);
        if x && y && z && voxel != 13 {
            bits |= 1 << voxel;
        }
        voxel += 1;
    }
    bits
}

const fn towards(voxel: usize, direction: usize) -> bool {
    voxel == 1 || voxel == direction
}

/// Sign in the Euler number: +1 for vertices and faces, −1 for edges.
const fn sign(direction: usize) -> i32 {
    let along =
        (direction / 9 != 1) as i32 + (direction / 3 % 3 != 1) as i32 + (direction % 3 != 1) as i32;
    if along == 2 { -1 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_voxel_is_no_voxel_to_take_away() {
        let lone = Neighborhood::new(CENTER);
        // 8 vertices − 12 edges + 6 faces − 1 voxel: the Euler number would fall by one.
        assert!(!lone.keeps_euler_number());
        assert!(lone.is_connected());
        assert_eq!(lone.count(), 0);
    }

    #[test]
    fn an_inner_voxel_would_leave_a_cavity() {
        let inner = Neighborhood::new(ALL);
        assert!(inner.is_connected() && !inner.keeps_euler_number());
    }

    #[test]
    fn one_neighbor_in_any_direction_lets_the_voxel_go() {
        for voxel in (0..27).filter(|v| *v != 13) {
            let neighborhood = Neighborhood::new(CENTER | 1 << voxel);
            assert!(neighborhood.keeps_euler_number() && neighborhood.is_connected());
            assert_eq!(neighborhood.count(), 1);
        }
    }

    #[test]
    fn two_opposite_neighbors_are_not_connected() {
        for voxel in 0..13 {
            assert!(!Neighborhood::new(1 << voxel | 1 << (26 - voxel)).is_connected());
        }
    }

    #[test]
    fn octants_change_the_euler_number_as_the_papers_table_says() {
        // Entries of the table in Lee et al. (1994): the voxel and further voxels of one octant, in eighths. Faces are shared by
        // four octants, edges by two: the octant's entry is 8 vertices − 4 edges + 2 faces − 1, of those lost.
        let octant = |set: &[usize]| -> i32 {
            let bits: u32 = set.iter().map(|v| 1 << v).sum();
            let directions = [14, 16, 17, 22, 23, 25, 26];
            let lost = directions
                .iter()
                .map(|d| match (bits & others(*d) == 0, d) {
                    (false, _) => 0,
                    (true, 14 | 16 | 22) => 2,
                    (true, 26) => 8,
                    (true, _) => -4,
                });
            lost.sum::<i32>() - 1
        };
        assert_eq!(octant(&[]), 1);
        assert_eq!(octant(&[14]), -1);
        assert_eq!(octant(&[17]), -3);
        assert_eq!(octant(&[26]), -7);
        assert_eq!(octant(&[14, 16]), 1);
        assert_eq!(octant(&[14, 16, 17, 22, 23, 25, 26]), -1);
    }
}

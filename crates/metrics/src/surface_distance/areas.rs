//! The area of the surface in a cell between eight voxel centers.
//!
//! A cell has a corner at each of eight neighboring voxel centers. The surface of a mask crosses the edges between a set and an
//! unset corner in their middle. On each face, it joins the crossings; where a face has four, it goes around the corners of the
//! minority of the cell. So it forms closed polygons with 3 to 6 corners. Those with 5 and 6 are divided, in a way that does
//! not depend on where a polygon begins. These choices give the areas of google-deepmind's `surface-distance` for all 256 cells.

/// Corner number n of a cell lies at x = n >> 2, y = n >> 1, z = n, each modulo 2.
fn corner(n: usize) -> [usize; 3] {
    [n >> 2 & 1, n >> 1 & 1, n & 1]
}

/// The place of a crossing, in half cells.
type Crossing = [usize; 3];

/// The area for each set of corners, by the bits of their numbers.
pub(super) fn areas(spacing: [f64; 3]) -> Vec<f64> {
    let area = |cell| {
        let polygons = polygons(cell);
        polygons
            .iter()
            .map(|polygon| area_of(polygon, spacing))
            .sum()
    };
    (0..256).map(area).collect()
}

fn is_set(cell: usize, corner: usize) -> bool {
    cell >> corner & 1 == 1
}

/// The four corners of each face, in the order around it.
fn faces() -> impl Iterator<Item = [usize; 4]> {
    [4, 2, 1].into_iter().flat_map(|axis| {
        let others: Vec<usize> = [4, 2, 1]
            .into_iter()
            .filter(|other| *other != axis)
            .collect();
        let (a, b) = (others[0], others[1]);
        [0, axis].map(|side| [side, side + a, side + a + b, side + b])
    })
}

fn crossing(one: usize, other: usize) -> Crossing {
    let (a, b) = (corner(one), corner(other));
    std::array::from_fn(|axis| a[axis] + b[axis])
}

/// The lines of the surface on the faces of a cell.
fn lines(cell: usize) -> Vec<[Crossing; 2]> {
    let is_minority_set = cell.count_ones() <= 4;
    let mut lines = Vec::new();
    for face in faces() {
        let next = |i: usize| face[(i + 1) % 4];
        let crosses = |i: usize| is_set(cell, face[i]) != is_set(cell, next(i));
        let sides: Vec<usize> = (0..4).filter(|i| crosses(*i)).collect();
        let at = |i: usize| crossing(face[i], next(i));
        match sides[..] {
            [one, other] => lines.push([at(one), at(other)]),
            [_, _, _, _] => {
                let around = (0..4).filter(|i| is_set(cell, face[*i]) == is_minority_set);
                lines.extend(around.map(|i| [at((i + 3) % 4), at(i)]));
            }
            _ => {}
        }
    }
    lines
}

/// The closed polygons of the surface in a cell.
fn polygons(cell: usize) -> Vec<Vec<Crossing>> {
    let mut open = lines(cell);
    let mut polygons = Vec::new();
    while let Some([first, mut last]) = open.pop() {
        let mut polygon = vec![first];
        while last != first {
            polygon.push(last);
            let Some(place) = open.iter().position(|line| line.contains(&last)) else {
                break;
            };
            let [a, b] = open.swap_remove(place);
            last = if a == last { b } else { a };
        }
        polygons.push(polygon);
    }
    polygons
}

/// The axis of the edge on which a crossing lies.
fn axis_of(crossing: Crossing) -> Option<usize> {
    crossing.iter().position(|place| *place == 1)
}

fn area_of(polygon: &[Crossing], spacing: [f64; 3]) -> f64 {
    let count = polygon.len();
    let at = |i: usize| polygon[i % count];
    let axis = |i: usize| axis_of(at(i));
    let part = |first: usize, corners: usize| {
        let corners: Vec<Crossing> = (first..first + corners).map(at).collect();
        fan_area(&corners, spacing)
    };
    let is_middle = |i: &usize| axis(*i) == axis(i + 1) && axis(*i) == axis(i + 2);
    match count {
        // Three corners in a row on parallel edges are a triangle; the other four corners are flat, too.
        5 => match (0..5).find(is_middle) {
            Some(i) => part(i, 3) + part(i + 2, 4),
            None => part(0, 5),
        },
        // The line between opposite corners on parallel edges divides it into two parts of four corners; each has the same area,
        // whichever of its diagonals divides it.
        6 => match (0..3).find(|i| axis(*i) == axis(i + 3)) {
            Some(i) => part(i, 4) + part(i + 3, 4),
            None => part(0, 6),
        },
        _ => part(0, count),
    }
}

/// The area of a polygon in triangles with its first corner.
fn fan_area(polygon: &[Crossing], spacing: [f64; 3]) -> f64 {
    let from_first = |i: usize| -> [f64; 3] {
        let steps = |axis: usize| polygon[i][axis] as f64 - polygon[0][axis] as f64;
        std::array::from_fn(|axis| steps(axis) / 2.0 * spacing[axis])
    };
    let triangle = |i: usize| {
        let (a, b) = (from_first(i), from_first(i + 1));
        let product = |axis: usize| {
            let (j, k) = ((axis + 1) % 3, (axis + 2) % 3);
            a[j] * b[k] - a[k] * b[j]
        };
        (0..3).map(|axis| product(axis).powi(2)).sum::<f64>().sqrt() / 2.0
    };
    (1..polygon.len() - 1).map(triangle).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums of areas and of their squares over all cells that `surface_distance.lookup_tables.create_table_neighbour_code_to_surface_area` gives.
    #[test]
    fn areas_are_those_of_surface_distance() {
        for (spacing, expected) in SUMS {
            let areas = areas(spacing);
            let found = [
                areas.iter().sum::<f64>(),
                areas.iter().map(|area| area * area).sum(),
            ];
            for (found, expected) in found.iter().zip(expected) {
                let ratio = found / expected;
                assert!(
                    (ratio - 1.0).abs() < 1e-12,
                    "{spacing:?}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn a_cell_and_its_complement_have_the_same_area() {
        let areas = areas([2.0, 3.0, 5.0]);
        for cell in 0..256 {
            assert_eq!(areas[cell], areas[255 - cell], "{cell}");
        }
    }

    #[test]
    fn a_plane_has_the_area_of_a_face_and_a_corner_that_of_a_triangle() {
        let areas = areas([2.0, 3.0, 5.0]);
        assert_eq!(areas[0b0000_1111], 15.0);
        assert_eq!(areas[0b0101_0101], 6.0);
        // Half the length of the cross product of (-1, 1.5, 0) and (-1, 0, 2.5).
        let expected = (3.75f64.powi(2) + 2.5f64.powi(2) + 1.5f64.powi(2)).sqrt() / 2.0;
        assert!((areas[1] - expected).abs() < 1e-12);
        assert_eq!((areas[0], areas[255]), (0.0, 0.0));
    }

    const SUMS: [([f64; 3], [f64; 2]); 2] = [
        ([1.0, 1.0, 1.0], [241.34313970553737, 267.0523395971635]),
        ([0.7, 1.9, 4.3], [1165.4483745694747, 6568.086323053209]),
    ];
}

//! Connected pieces of a set of columns, seen from above.

use ndarray::{ArrayView2, Axis};
use rsom_morphology::{Connectivity, Runs};

/// Number of columns of each piece, in each of the parts that are measured separately.
///
/// `columns` has shape (x, y). Columns that share an edge are connected, those that share a corner are not. When B-scans are
/// `dense` there is one part, the scan; if not, each B-scan is one, and nothing is connected across them: a piece is a run
/// of columns.
pub fn pieces(columns: ArrayView2<'_, bool>, dense: bool) -> Vec<Vec<usize>> {
    if dense {
        return vec![pieces_of_part(columns)];
    }
    let bscans = columns.axis_chunks_iter(Axis(1), 1);
    bscans.map(pieces_of_part).collect()
}

fn pieces_of_part(columns: ArrayView2<'_, bool>) -> Vec<usize> {
    // A slab whose runs lie along x.
    let slab = columns.reversed_axes().insert_axis(Axis(0));
    let (_, sizes) = Runs::of(slab).components(Connectivity::Faces);
    sizes
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    /// Removes the piece of a column by flooding, and counts its columns.
    fn flooded(left: &mut Array2<bool>, start: (usize, usize)) -> usize {
        let (mut next, mut size) = (vec![start], 0);
        while let Some((x, y)) = next.pop() {
            if let Some(set) = left.get_mut((x, y)).filter(|set| **set) {
                *set = false;
                size += 1;
                let before = (x.wrapping_sub(1), y.wrapping_sub(1));
                next.extend([(before.0, y), (x + 1, y), (x, before.1), (x, y + 1)]);
            }
        }
        size
    }

    #[test]
    fn corners_do_not_connect() {
        let diagonal = Array2::from_shape_fn((4, 4), |(x, y)| x == y);
        assert_eq!(pieces(diagonal.view(), true), [vec![1; 4]]);
    }

    proptest! {
        #[test]
        fn pieces_are_those_that_flooding_finds(set in prop::collection::vec(any::<bool>(), 9 * 8)) {
            let columns = Array2::from_shape_vec((9, 8), set).unwrap();
            let mut left = columns.clone();
            let starts = columns.t().indexed_iter().map(|((y, x), _)| (x, y)).collect::<Vec<_>>();
            let sizes = starts.into_iter().map(|start| flooded(&mut left, start));
            let expected: Vec<usize> = sizes.filter(|size| *size > 0).collect();
            prop_assert_eq!(pieces(columns.view(), true), [expected]);
            for (y, bscan) in columns.axis_iter(Axis(1)).enumerate() {
                let runs = bscan.to_vec();
                let runs: Vec<usize> = runs.split(|c| !c).map(<[bool]>::len).filter(|n| *n > 0).collect();
                prop_assert_eq!(&pieces(columns.view(), false)[y], &runs);
            }
        }
    }
}

//! Box-counting dimension of a mask.

use ndarray::{Array3, ArrayView3};

/// Box-counting dimension, and the sizes of boxes from which it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct FractalDimension {
    /// Minus the slope of log(number of boxes) over log(size), by least squares.
    pub dimension: f64,
    /// Edge lengths of the boxes, in the unit of the spacing, ascending, each twice the one before.
    pub sizes: Vec<f64>,
    /// Number of boxes that hold a set voxel, for each size.
    pub counts: Vec<u64>,
}

/// The box-counting dimension of a mask (or skeleton) of shape (x, y, z).
///
/// Boxes are cubes (squares in an image) in physical space also where voxels are not. They start at the first corner of the mask's
/// bounding box. A box counts if it holds the center of a set voxel. Sizes are 2, 4, 8, … times the largest spacing, up to a quarter
/// of the longest side of the bounding box. `None` with fewer than three sizes, and for an empty mask.
///
/// Lines give 1, sheets 2, solid bodies 3. A mask of vessels gives nearly 3 below their width: measure the skeleton to compare
/// networks of different widths.
#[must_use]
pub fn fractal_dimension(
    mask: ArrayView3<'_, bool>,
    spacing: [f64; 3],
) -> Option<FractalDimension> {
    let extents = [mask.dim().0, mask.dim().1, mask.dim().2];
    let inner = (0..3).filter(|axis| extents[*axis] > 1);
    let coarsest = inner.map(|axis| spacing[axis]).fold(0.0, f64::max);
    let (mut first, mut last) = ([usize::MAX; 3], [0; 3]);
    for ((x, y, z), _) in mask.indexed_iter().filter(|(_, set)| **set) {
        for (axis, index) in [x, y, z].into_iter().enumerate() {
            first[axis] = first[axis].min(index);
            last[axis] = last[axis].max(index);
        }
    }
    if first[0] == usize::MAX || coarsest <= 0.0 {
        return None;
    }
    let sides = [0, 1, 2].map(|axis| (last[axis] - first[axis] + 1) as f64 * spacing[axis]);
    let longest = sides.iter().copied().fold(0.0, f64::max);
    let mut size = 2.0 * coarsest;
    let mut boxes = finest_boxes(mask, spacing, first, (last, size));
    let (mut sizes, mut counts) = (Vec::new(), Vec::new());
    while size <= longest / 4.0 {
        sizes.push(size);
        counts.push(boxes.iter().filter(|set| **set).count() as u64);
        boxes = halved(&boxes);
        size *= 2.0;
    }
    (sizes.len() >= 3).then(|| FractalDimension {
        dimension: -slope(&sizes, &counts),
        sizes,
        counts,
    })
}

/// Which boxes of a size hold a set voxel.
fn finest_boxes(
    mask: ArrayView3<'_, bool>,
    spacing: [f64; 3],
    first: [usize; 3],
    (last, size): ([usize; 3], f64),
) -> Array3<bool> {
    let number = |index: usize, axis: usize| {
        (((index - first[axis]) as f64 + 0.5) * spacing[axis] / size) as usize
    };
    let shape = [0, 1, 2].map(|axis| number(last[axis], axis) + 1);
    let mut boxes = Array3::from_elem(shape, false);
    for ((x, y, z), _) in mask.indexed_iter().filter(|(_, set)| **set) {
        boxes[[number(x, 0), number(y, 1), number(z, 2)]] = true;
    }
    boxes
}

/// Boxes of twice the size.
fn halved(boxes: &Array3<bool>) -> Array3<bool> {
    let (nx, ny, nz) = boxes.dim();
    let mut larger = Array3::from_elem((nx.div_ceil(2), ny.div_ceil(2), nz.div_ceil(2)), false);
    for ((x, y, z), set) in boxes.indexed_iter() {
        larger[[x / 2, y / 2, z / 2]] |= *set;
    }
    larger
}

/// Slope of log counts over log sizes.
fn slope(sizes: &[f64], counts: &[u64]) -> f64 {
    let xs: Vec<f64> = sizes.iter().map(|s| libm::log(*s)).collect();
    let ys: Vec<f64> = counts.iter().map(|c| libm::log(*c as f64)).collect();
    let count = xs.len() as f64;
    let (x, y) = (
        xs.iter().sum::<f64>() / count,
        ys.iter().sum::<f64>() / count,
    );
    let products: f64 = xs.iter().zip(&ys).map(|(a, b)| (a - x) * (b - y)).sum();
    let squares: f64 = xs.iter().map(|a| (a - x).powi(2)).sum();
    products / squares
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACING: [f64; 3] = [12.0, 12.0, 3.0];

    fn dimension(inside: impl Fn(usize, usize, usize) -> bool) -> f64 {
        let mask = Array3::from_shape_fn((64, 64, 256), |(x, y, z)| inside(x, y, z));
        fractal_dimension(mask.view(), SPACING).unwrap().dimension
    }

    #[test]
    fn lines_sheets_and_blocks_have_dimensions_one_two_and_three() {
        assert!((dimension(|x, y, _| x == 3 && y == 4) - 1.0).abs() < 1e-9);
        assert!((dimension(|x, y, z| x == y && z / 4 == x) - 1.0).abs() < 1e-9);
        assert!((dimension(|x, _, _| x == 9) - 2.0).abs() < 1e-9);
        assert!((dimension(|_, _, z| z == 9) - 2.0).abs() < 1e-9);
        assert!((dimension(|_, _, _| true) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_sierpinski_triangle_has_its_dimension() {
        // Pascal's triangle modulo 2: log 3 / log 2.
        for shape in [(1, 256, 256), (256, 256, 1)] {
            let mask = Array3::from_shape_fn(shape, |(x, y, z)| (x | z) & y == 0);
            let found = fractal_dimension(mask.view(), [5.0; 3]).unwrap();
            assert!((found.dimension - 3.0_f64.log2()).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn few_scales_give_none() {
        let mask = Array3::from_elem((8, 8, 8), true);
        assert!(fractal_dimension(mask.view(), [1.0; 3]).is_none());
        let empty = Array3::from_elem((64, 64, 64), false);
        assert!(fractal_dimension(empty.view(), [1.0; 3]).is_none());
    }
}

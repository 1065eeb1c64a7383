//! The mean of a volume in dependence of the depth below a surface.

use ndarray::{Array2, ArrayView3, ArrayView4, Axis};

/// The first depth of a layer of shape (x, y, z) in every column, or the depth after its last voxel; `None` where there is no layer.
#[must_use]
pub fn surface(layer: ArrayView3<'_, bool>, lower: bool) -> Array2<Option<usize>> {
    let (width, height, depth) = layer.dim();
    Array2::from_shape_fn((width, height), |(x, y)| {
        let filled = |z: &usize| layer[[x, y, *z]];
        match lower {
            false => (0..depth).find(filled),
            true => (0..depth).rev().find(filled).map(|z| z + 1),
        }
    })
}

/// Mean of a volume of shape (x, y, z) over all columns with a surface, `offset + z − surface` voxels below it, for 0 to `count` − 1
/// voxels. `offset` is the depth of the volume's first voxel on the grid of the surface. A depth that is outside the volume in a
/// column leaves this column out; values that are not finite, too. `None` where no column is left.
#[must_use]
pub fn profile(
    value: impl Fn([usize; 3]) -> f64,
    depth: usize,
    surface: &Array2<Option<usize>>,
    [offset, count]: [isize; 2],
) -> Vec<Option<f64>> {
    let count = usize::try_from(count).unwrap_or(0);
    let mut sums = vec![(0.0, 0_usize); count];
    for ((x, y), top) in surface.indexed_iter() {
        let Some(top) = top else { continue };
        for (below, (sum, columns)) in sums.iter_mut().enumerate() {
            let z = *top as isize + below as isize - offset;
            let Ok(z) = usize::try_from(z) else { continue };
            if z >= depth {
                break;
            }
            let found = value([x, y, z]);
            if found.is_finite() {
                *sum += found;
                *columns += 1;
            }
        }
    }
    let mean = |(sum, columns): (f64, usize)| (columns > 0).then(|| sum / columns as f64);
    sums.into_iter().map(mean).collect()
}

/// Mean and standard deviation (n − 1; 0 for one scan) of several profiles at each depth, and how many have a value there.
#[must_use]
pub fn over_scans(profiles: &[&Vec<Option<f64>>]) -> Vec<Option<([f64; 2], usize)>> {
    let longest = profiles.iter().map(|p| p.len()).max().unwrap_or(0);
    let at = |depth: usize| {
        let values = profiles
            .iter()
            .filter_map(|p| p.get(depth).copied().flatten());
        let values: Vec<f64> = values.collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let sd = if values.len() > 1 {
            (squares / (count - 1.0)).sqrt()
        } else {
            0.0
        };
        (!values.is_empty()).then_some(([mean, sd], values.len()))
    };
    (0..longest).map(at).collect()
}

/// A channel of intensities of shape (x, y, z, channel) as a function of its place.
pub fn of_channel(scan: ArrayView4<'_, f32>, channel: usize) -> impl Fn([usize; 3]) -> f64 {
    let channel = scan.index_axis_move(Axis(3), channel).into_owned();
    move |place| f64::from(channel[place])
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn depth_counts_from_the_surface_of_each_column() {
        let layer = Array3::from_shape_fn((2, 1, 8), |(x, _, z)| (x + 1..x + 3).contains(&z));
        let value = |[x, _, z]: [usize; 3]| (10 * z) as f64 + x as f64;
        let upper = surface(layer.view(), false);
        // Columns 0 and 1 have their surface at 1 and 2: (10 + 21) / 2, (20 + 31) / 2 and so on.
        let found = profile(value, 8, &upper, [0, 3]);
        assert_eq!(found, [Some(15.5), Some(25.5), Some(35.5)]);
        let lower = surface(layer.view(), true);
        assert_eq!(profile(value, 8, &lower, [0, 1]), [Some(35.5)]);
        // Near the end only the first column is left, and then none.
        assert_eq!(profile(value, 8, &upper, [0, 8])[6..], [Some(70.0), None]);
    }

    #[test]
    fn a_volume_that_begins_deeper_lies_where_its_offset_says() {
        let flat = Array2::from_elem((1, 1), Some(1));
        let value = |[_, _, z]: [usize; 3]| z as f64;
        let found = profile(value, 3, &flat, [2, 5]);
        assert_eq!(found, [None, Some(0.0), Some(1.0), Some(2.0), None]);
    }

    #[test]
    fn scans_count_equally() {
        let (a, b) = (vec![Some(1.0), Some(2.0)], vec![Some(3.0), None]);
        let found = over_scans(&[&a, &b]);
        assert_eq!(found[0].unwrap().0[0], 2.0);
        assert!((found[0].unwrap().0[1] - 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(found[1], Some(([2.0, 0.0], 1)));
    }
}

//! Converts boundaries to labels: they enclose layers.

use ndarray::Array3;

use super::BoundaryTable;

/// A label map of shape (column, B-scan, row), with counts of corrected and missing annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// Labels; 0 is background.
    pub labels: Array3<i32>,
    /// Number of corrected places: boundary depths moved, or pixels snapped to a label.
    pub mended: usize,
    /// Number of columns (or pixels) without annotation; their label is 0.
    pub missing: usize,
}

/// Labels the layers between boundaries: label k lies between boundary k and boundary k + 1 (boundaries counted from
/// 1).
///
/// A boundary at depth d (rows, from 0 at the first row) begins a layer at row round(d), half up: label k covers the
/// rows from round(d_k) to round(d_k+1) − 1. Where boundaries cross, the lower one is moved down to the upper one: the
/// layer between them is empty there, and the place counts as mended. A column where a boundary is not annotated stays
/// background.
///
/// # Errors
/// Fewer than two boundaries; a table whose shape differs from (columns, B-scans) of the pictures; a depth more than a row
/// outside the pictures; boundaries in the wrong order, where most columns cross.
pub fn labels_from_boundaries(
    boundaries: &[BoundaryTable],
    shape: [usize; 3],
) -> Result<Annotation, String> {
    let [width, count, height] = shape;
    if boundaries.len() < 2 {
        return Err(format!(
            "{} boundaries enclose no layer; give at least 2",
            boundaries.len()
        ));
    }
    for (number, table) in boundaries.iter().enumerate() {
        if table.shape() != [width, count] {
            let (rows, columns) = table.dim();
            return Err(format!(
                "boundary {} has {rows} columns and {columns} B-scans, but the pictures have {width} and {count}",
                number + 1
            ));
        }
    }
    for (number, table) in (1..).zip(boundaries) {
        check_depths(number, table, height)?;
    }
    for (number, pair) in (1..).zip(boundaries.windows(2)) {
        check_order(number, &pair[0], &pair[1])?;
    }
    let mut annotation = Annotation {
        labels: Array3::zeros((width, count, height)),
        mended: 0,
        missing: 0,
    };
    for x in 0..width {
        for y in 0..count {
            let depths: Vec<f64> = boundaries.iter().map(|table| table[[x, y]]).collect();
            if !depths.iter().all(|d| d.is_finite()) {
                annotation.missing += 1;
                continue;
            }
            let (rows, mended) = ordered_rows(&depths, height);
            annotation.mended += mended;
            for (index, pair) in rows.windows(2).enumerate() {
                for z in pair[0]..pair[1] {
                    annotation.labels[[x, y, z]] = index as i32 + 1;
                }
            }
        }
    }
    Ok(annotation)
}

/// The boundaries in order, where they cross: as [`labels_from_boundaries`] does, the lower one is moved down to the upper one.
/// A column where a boundary is not annotated has none.
///
/// Depths are in voxels from the center of the first row: a boundary at depth d of the tables lies on the face before row d.
#[must_use]
pub fn ordered_depths_vox(boundaries: &[BoundaryTable]) -> Vec<BoundaryTable> {
    let Some(first) = boundaries.first() else {
        return Vec::new();
    };
    let mut deepest = first.mapv(|_| f64::NEG_INFINITY);
    let known = |place| boundaries.iter().all(|table| table[place].is_finite());
    let ordered = boundaries.iter().map(|table| {
        let mut depths = table.clone();
        for (place, depth) in depths.indexed_iter_mut() {
            let deepest: &mut f64 = &mut deepest[place];
            *deepest = deepest.max(*depth);
            *depth = match known(place) {
                true => *deepest - 0.5,
                false => f64::NAN,
            };
        }
        depths
    });
    ordered.collect()
}

/// Refuses depths that lie more than a row outside the pictures: in another unit, or for pictures of another size.
fn check_depths(number: usize, table: &BoundaryTable, height: usize) -> Result<(), String> {
    let within = |depth: f64| (-1.0..=height as f64 + 1.0).contains(&depth);
    let mut annotated = table.indexed_iter().filter(|(_, depth)| depth.is_finite());
    match annotated.find(|(_, depth)| !within(**depth)) {
        None => Ok(()),
        Some(((x, y), depth)) => Err(format!(
            "boundary {number} has the depth {depth} in column {} of B-scan {}, but the pictures have {height} rows; depths are rows, from 0 at the first",
            x + 1,
            y + 1
        )),
    }
}

/// Refuses two boundaries of which the second lies above the first in more than half of the columns.
fn check_order(number: usize, upper: &BoundaryTable, lower: &BoundaryTable) -> Result<(), String> {
    let pairs = upper.iter().zip(lower);
    let annotated: Vec<_> = pairs
        .filter(|(u, l)| u.is_finite() && l.is_finite())
        .collect();
    let crossed = annotated.iter().filter(|(u, l)| l < u).count();
    match 2 * crossed > annotated.len() {
        false => Ok(()),
        true => Err(format!(
            "boundary {} lies above boundary {number} in {crossed} of {} columns; give the boundaries from the top to the bottom",
            number + 1,
            annotated.len()
        )),
    }
}

/// First row of each layer, in ascending order, and the number of depths that were moved to get this order.
fn ordered_rows(depths: &[f64], height: usize) -> (Vec<usize>, usize) {
    let mut deepest = f64::NEG_INFINITY;
    let mut mended = 0;
    let rows = depths.iter().map(|depth| {
        mended += usize::from(*depth < deepest);
        deepest = deepest.max(*depth);
        (deepest + 0.5).floor().clamp(0.0, height as f64) as usize
    });
    let rows = rows.collect();
    (rows, mended)
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn layers_stand_between_rounded_boundaries() {
        let tables = [arr2(&[[0.4]]), arr2(&[[1.5]]), arr2(&[[3.2]])];
        let annotation = labels_from_boundaries(&tables, [1, 1, 5]).unwrap();
        assert_eq!(annotation.labels.as_slice().unwrap(), [1, 1, 2, 0, 0]);
        assert_eq!(annotation.mended, 0);
    }

    #[test]
    fn crossing_boundaries_are_ordered_and_counted() {
        let table = |a: f64, b: f64| arr2(&[[a], [b]]);
        let tables = [table(3.0, 1.0), table(1.0, 2.0), table(4.0, 3.0)];
        let annotation = labels_from_boundaries(&tables, [2, 1, 5]).unwrap();
        let labels = annotation.labels.as_slice().unwrap();
        assert_eq!(labels, [0, 0, 0, 2, 0, 0, 1, 2, 0, 0]);
        assert_eq!(annotation.mended, 1);
    }

    #[test]
    fn sub_voxel_depths_are_within_half_a_voxel_of_the_labels() {
        let tables = [
            arr2(&[[0.4], [2.0]]),
            arr2(&[[1.5], [1.0]]),
            arr2(&[[3.2], [f64::NAN]]),
        ];
        let depths = ordered_depths_vox(&tables);
        let labels = labels_from_boundaries(&tables, [2, 1, 5]).unwrap().labels;
        for (k, depths) in (0_i32..).zip(&depths[..2]) {
            let first = (0..5).find(|z| labels[[0, 0, *z]] == k + 1).unwrap();
            assert!((depths[[0, 0]] - (first as f64 - 0.5)).abs() <= 0.5);
        }
        assert!(depths.iter().all(|depths| depths[[1, 0]].is_nan()));
        assert!((depths[2][[0, 0]] - 2.7).abs() < 1e-12);
    }

    #[test]
    fn boundaries_in_the_wrong_order_and_in_another_unit_are_refused() {
        let tables = [arr2(&[[3.0], [3.0]]), arr2(&[[1.0], [1.5]])];
        let fault = labels_from_boundaries(&tables, [2, 1, 5]).unwrap_err();
        assert!(
            fault.starts_with("boundary 2 lies above boundary 1 in 2 of 2 columns"),
            "{fault}"
        );
        for depth in [60.0, -3.0] {
            let tables = [arr2(&[[1.0]]), arr2(&[[depth]])];
            let fault = labels_from_boundaries(&tables, [1, 1, 5]).unwrap_err();
            assert!(fault.contains("but the pictures have 5 rows"), "{fault}");
        }
    }

    #[test]
    fn a_column_without_annotation_stays_background() {
        let tables = [arr2(&[[f64::NAN], [0.0]]), arr2(&[[2.0], [2.0]])];
        let annotation = labels_from_boundaries(&tables, [2, 1, 3]).unwrap();
        assert_eq!(annotation.labels.as_slice().unwrap(), [0, 0, 0, 1, 1, 0]);
        assert_eq!(annotation.missing, 1);
    }

    #[test]
    fn a_table_of_another_size_is_refused() {
        let tables = [arr2(&[[1.0, 2.0]]), arr2(&[[2.0, 3.0]])];
        assert!(
            labels_from_boundaries(&tables, [1, 1, 3])
                .unwrap_err()
                .contains("boundary 1")
        );
        assert!(labels_from_boundaries(&tables[..1], [1, 2, 3]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn labels_never_decrease_with_depth_inside_the_layers(
            depths in proptest::collection::vec(-1.0..17.0_f64, 2..6)
        ) {
            // The same boundaries in order beside them, so that not most columns cross.
            let mut sorted = depths.clone();
            sorted.sort_by(f64::total_cmp);
            let pairs = depths.iter().zip(&sorted);
            let tables: Vec<_> = pairs.map(|(d, s)| arr2(&[[*d], [*s]])).collect();
            let annotation = labels_from_boundaries(&tables, [2, 1, 16]).unwrap();
            let labels = annotation.labels.slice(ndarray::s![0, 0, ..]);
            let inside: Vec<i32> = labels.iter().copied().filter(|l| *l > 0).collect();
            proptest::prop_assert!(inside.is_sorted());
        }
    }
}

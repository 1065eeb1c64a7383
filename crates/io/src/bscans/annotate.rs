//! Converts annotations to labels: boundaries enclose layers, label pictures carry labels as pixel values.

use ndarray::Array3;

use super::BoundaryTable;
use super::stack::same_size;
use rsom_formats::images::Picture;

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
/// layer between them is empty there, and the place counts as mended. Depths outside the picture are clipped to it. A
/// column where a boundary is not annotated stays background.
///
/// # Errors
/// Fewer than two boundaries; a table whose shape differs from (columns, B-scans) of the pictures.
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

/// Converts label pictures to labels: the pixel values are the labels.
///
/// A value other than 0 and `values` comes from a smoothed edge. It is snapped to the nearest label among the exact
/// label values within two pixels (so that an edge from 255 to 0 does not become a rim of 127), or to the nearest of
/// all labels where there are none. Ties go to the smaller label. Snapped pixels count as mended.
///
/// # Errors
/// No pictures, pictures of different size, or color pictures.
pub fn labels_from_pictures(pictures: &[Picture], values: &[i32]) -> Result<Annotation, String> {
    let first = same_size(pictures)?;
    if first.channels != 1 {
        return Err("label pictures must be gray, with one value per pixel".into());
    }
    let mut known: Vec<i32> = values.iter().copied().chain([0]).collect();
    known.sort_unstable();
    let mut mended = 0;
    let shape = (first.width, pictures.len(), first.height);
    let labels = Array3::from_shape_fn(shape, |(x, y, z)| {
        let label = label_at(&pictures[y], [z, x], &known);
        mended += usize::from(f64::from(label) != pictures[y].at(z, x, 0));
        label
    });
    Ok(Annotation {
        labels,
        mended,
        missing: 0,
    })
}

/// Radius, in pixels, of the search for exact label values around a smoothed pixel.
const EDGE_PIXELS: usize = 2;

/// The label of a pixel; `known` holds the labels in ascending order.
fn label_at(picture: &Picture, [row, column]: [usize; 2], known: &[i32]) -> i32 {
    let value = picture.at(row, column, 0);
    let is_known = |label: &&i32, value: f64| f64::from(**label) == value;
    if let Some(label) = known.iter().find(|label| is_known(label, value)) {
        return *label;
    }
    let around = |center: usize, extent: usize| {
        center.saturating_sub(EDGE_PIXELS)..(center + EDGE_PIXELS + 1).min(extent)
    };
    let stands_near = |label: &&i32| {
        around(row, picture.height)
            .any(|r| around(column, picture.width).any(|c| is_known(label, picture.at(r, c, 0))))
    };
    let distance = |label: &&i32| (f64::from(**label) - value).abs();
    let nearest = |a: &&i32, b: &&i32| distance(a).total_cmp(&distance(b));
    let near = known.iter().filter(stands_near).min_by(nearest);
    near.or_else(|| known.iter().min_by(nearest))
        .copied()
        .unwrap_or(0)
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
    use rsom_formats::images::Sample;

    #[test]
    fn layers_stand_between_rounded_boundaries() {
        let tables = [arr2(&[[0.4]]), arr2(&[[1.5]]), arr2(&[[3.2]])];
        let annotation = labels_from_boundaries(&tables, [1, 1, 5]).unwrap();
        assert_eq!(annotation.labels.as_slice().unwrap(), [1, 1, 2, 0, 0]);
        assert_eq!(annotation.mended, 0);
    }

    #[test]
    fn crossing_boundaries_are_ordered_and_counted() {
        let tables = [arr2(&[[3.0]]), arr2(&[[1.0]]), arr2(&[[4.0]])];
        let annotation = labels_from_boundaries(&tables, [1, 1, 5]).unwrap();
        assert_eq!(annotation.labels.as_slice().unwrap(), [0, 0, 0, 2, 0]);
        assert_eq!(annotation.mended, 1);
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

    #[test]
    fn antialiased_pixels_are_snapped_to_the_nearest_label() {
        let values = vec![0.0, 127.0, 255.0, 200.0, 60.0, 191.0];
        let picture = Picture {
            width: 3,
            height: 2,
            channels: 1,
            sample: Sample::Uint8,
            values,
        };
        let annotation = labels_from_pictures(&[picture], &[255, 127]).unwrap();
        let labels: Vec<i32> = annotation.labels.iter().copied().collect();
        // Column by column: (0, 200), (127, 60), (255, 191); all labels stand near; 191 lies midway and goes to the
        // smaller.
        assert_eq!(labels, [0, 255, 127, 0, 255, 127]);
        assert_eq!(annotation.mended, 3);
    }

    #[test]
    fn a_smoothed_edge_does_not_become_a_rim_of_another_label() {
        // From 255 to 0 through 130, which is nearest to 127; a true 127 stands far away.
        let values = vec![255.0, 130.0, 0.0, 0.0, 0.0, 0.0, 127.0];
        let picture = Picture {
            width: 7,
            height: 1,
            channels: 1,
            sample: Sample::Uint8,
            values,
        };
        let annotation = labels_from_pictures(&[picture], &[255, 127]).unwrap();
        let labels: Vec<i32> = annotation.labels.iter().copied().collect();
        assert_eq!(labels, [255, 255, 0, 0, 0, 0, 127]);
    }

    proptest::proptest! {
        #[test]
        fn labels_never_decrease_with_depth_inside_the_layers(
            depths in proptest::collection::vec(-3.0..20.0_f64, 2..6)
        ) {
            let tables: Vec<_> = depths.iter().map(|d| arr2(&[[*d]])).collect();
            let annotation = labels_from_boundaries(&tables, [1, 1, 16]).unwrap();
            let inside: Vec<i32> = annotation.labels.iter().copied().filter(|l| *l > 0).collect();
            proptest::prop_assert!(inside.is_sorted());
        }
    }
}

//! Cropping of B-scans to extents that a U-Net can halve, and padding of its masks to the full size.

use crate::LayersegError;

/// The rows (z) and columns (x) of a B-scan that are the input of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crop {
    /// Rows, along depth (z).
    pub rows: Span,
    /// Columns, along x.
    pub columns: Span,
}

/// A range of indices along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First index.
    pub start: usize,
    /// Number of indices.
    pub len: usize,
    /// Extent of the axis before cropping.
    pub full: usize,
}

impl Crop {
    /// Crops a B-scan of `rows` × `columns` pixels to multiples of `multiple`.
    ///
    /// As in the original training code: an odd extent loses its first index; then the surplus is removed at both ends, with
    /// the smaller half at the start. A multiple of 1 keeps everything.
    ///
    /// # Errors
    /// Returns [`LayersegError::SliceTooSmall`] if an extent is smaller than `multiple`.
    pub fn to_multiple(
        rows: usize,
        columns: usize,
        multiple: usize,
    ) -> Result<Self, LayersegError> {
        match (
            Span::to_multiple(rows, multiple),
            Span::to_multiple(columns, multiple),
        ) {
            (Some(rows), Some(columns)) => Ok(Self { rows, columns }),
            _ => Err(LayersegError::SliceTooSmall {
                rows,
                columns,
                multiple,
            }),
        }
    }

    /// Pads a cropped B-scan to its full size; margins repeat the nearest pixel.
    ///
    /// `cropped` has `rows.len × columns.len` values in row-major order, the result `rows.full × columns.full`.
    #[must_use]
    pub fn pad_edge<T: Copy>(&self, cropped: &[T]) -> Vec<T> {
        let mut full = Vec::with_capacity(self.rows.full * self.columns.full);
        for row in 0..self.rows.full {
            let from = self.rows.nearest(row) * self.columns.len;
            let pixels = &cropped[from..from + self.columns.len];
            full.extend((0..self.columns.full).map(|column| pixels[self.columns.nearest(column)]));
        }
        full
    }
}

impl Span {
    fn to_multiple(full: usize, multiple: usize) -> Option<Self> {
        let odd = if multiple > 1 { full % 2 } else { 0 };
        let even = full - odd;
        let surplus = even.checked_rem(multiple)?;
        let len = even - surplus;
        (len > 0).then_some(Self {
            start: odd + surplus / 2,
            len,
            full,
        })
    }

    /// The index within the span that is nearest to an index of the full axis.
    fn nearest(&self, index: usize) -> usize {
        index.saturating_sub(self.start).min(self.len - 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_full_rsom_slice_is_cropped_as_in_the_original_code() {
        // 500 → 496: two rows on either side. 333 → 332 → 320: the first column, then six and six.
        let crop = Crop::to_multiple(500, 333, 16).unwrap();
        assert_eq!((crop.rows.start, crop.rows.len), (2, 496));
        assert_eq!((crop.columns.start, crop.columns.len), (7, 320));
    }

    #[test]
    fn a_network_without_pooling_sees_the_whole_slice() {
        let crop = Crop::to_multiple(501, 333, 1).unwrap();
        assert_eq!((crop.rows.start, crop.rows.len), (0, 501));
        assert_eq!((crop.columns.start, crop.columns.len), (0, 333));
    }

    #[test]
    fn a_slice_smaller_than_the_multiple_is_refused() {
        let error = Crop::to_multiple(40, 15, 16).unwrap_err();
        assert!(error.to_string().contains("40 × 15"), "{error}");
    }

    proptest! {
        #[test]
        fn padding_back_keeps_the_cropped_pixels_and_repeats_the_edge(
            rows in 1_usize..70, columns in 1_usize..70, power in 0_u32..5,
        ) {
            let multiple = 1 << power;
            let Ok(crop) = Crop::to_multiple(rows, columns, multiple) else {
                prop_assert!(rows < 2 * multiple || columns < 2 * multiple);
                return Ok(());
            };
            prop_assert_eq!(crop.rows.len % multiple, 0);
            prop_assert!(rows - crop.rows.len <= multiple);
            let kept: Vec<usize> = (0..crop.rows.len * crop.columns.len).collect();
            let full = crop.pad_edge(&kept);
            prop_assert_eq!(full.len(), rows * columns);
            for row in 0..rows {
                for column in 0..columns {
                    let r = row.clamp(crop.rows.start, crop.rows.start + crop.rows.len - 1);
                    let c = column.clamp(crop.columns.start, crop.columns.start + crop.columns.len - 1);
                    let expected = (r - crop.rows.start) * crop.columns.len + c - crop.columns.start;
                    prop_assert_eq!(full[row * columns + column], expected);
                }
            }
        }
    }
}

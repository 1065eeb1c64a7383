//! Sets the epidermis and everything above it to zero.

use ndarray::parallel::prelude::*;
use ndarray::{Axis, s};
use rsom_volume::{Mask, Scan, extents};

use crate::PreprocessError;

/// A scan without its epidermis.
#[derive(Debug, Clone, PartialEq)]
pub struct BelowLayer {
    /// The scan: in every column zero down to the last voxel of the layer.
    pub scan: Scan,
    /// Number of columns in which the mask is empty; they stay unchanged.
    pub columns_without_layer: usize,
}

/// Sets the voxels of the mask and everything above them to zero, in all channels, as Gerl et al. 2020 do before they
/// segment vessels (Table 2).
///
/// Holes in the mask count as mask: only the last mask voxel of a column matters. Unlike the cut of
/// [`prepare_raw`](crate::prepare_raw), which has one depth for the whole scan, it follows the layer.
///
/// # Errors
/// [`PreprocessError::LayerShape`] when the mask has another shape than the scan.
pub fn mask_layer(scan: Scan, layer: &Mask) -> Result<BelowLayer, PreprocessError> {
    if layer.grid().shape() != scan.grid().shape() {
        return Err(PreprocessError::LayerShape {
            layer: layer.grid().shape(),
            scan: scan.grid().shape(),
        });
    }
    // First depth below the layer; 0 in a column without layer.
    let ends = extents(layer.voxels().view()).mapv(|extent| extent.map_or(0, |e| e.last + 1));
    let (grid, names, mut intensities) = scan.into_parts();
    for mut channel in intensities.axis_iter_mut(Axis(3)) {
        channel
            .axis_iter_mut(Axis(0))
            .into_par_iter()
            .zip(ends.axis_iter(Axis(0)).into_par_iter())
            .for_each(|(mut plane, ends)| {
                for (mut column, end) in plane.rows_mut().into_iter().zip(ends) {
                    column.slice_mut(s![..*end]).fill(0.0);
                }
            });
    }
    Ok(BelowLayer {
        scan: Scan::new(grid, names, intensities)?,
        columns_without_layer: ends.iter().filter(|end| **end == 0).count(),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn grid(shape: [usize; 3]) -> Grid {
        Grid::new(shape, Spacing::Unknown).unwrap()
    }

    fn ones(shape: [usize; 3]) -> Scan {
        let [x, y, z] = shape;
        let names = vec!["LF".into(), "HF".into()];
        Scan::new(grid(shape), names, Array4::ones((x, y, z, 2))).unwrap()
    }

    #[test]
    fn each_column_is_zero_down_to_the_last_voxel_of_its_layer() {
        let mut layer = Array3::from_elem([2, 2, 6], false);
        // A layer with a hole, one that touches the bottom, and one of a single voxel at the top.
        layer[[0, 0, 1]] = true;
        layer[[0, 0, 3]] = true;
        layer[[0, 1, 5]] = true;
        layer[[1, 0, 0]] = true;
        let layer = Mask::new(grid([2, 2, 6]), layer).unwrap();
        let BelowLayer {
            scan,
            columns_without_layer,
        } = mask_layer(ones([2, 2, 6]), &layer).unwrap();
        assert_eq!(columns_without_layer, 1);
        let kept = |x: usize, y: usize, channel: usize| {
            scan.intensities().slice(s![x, y, .., channel]).sum()
        };
        for channel in 0..2 {
            assert_eq!([kept(0, 0, channel), kept(0, 1, channel)], [2.0, 0.0]);
            assert_eq!([kept(1, 0, channel), kept(1, 1, channel)], [5.0, 6.0]);
        }
    }

    #[test]
    fn a_mask_of_another_shape_is_refused() {
        let layer = Mask::new(grid([2, 2, 5]), Array3::from_elem([2, 2, 5], true)).unwrap();
        let error = mask_layer(ones([2, 2, 6]), &layer).unwrap_err();
        assert!(matches!(error, PreprocessError::LayerShape { .. }));
    }
}

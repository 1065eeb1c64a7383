//! The depth at which the epidermis ends, for the segmentation of vessels below it.

use rsom_volume::Mask;

/// Smallest share of the lateral area that the epidermis must fill at its fullest depth; below it, there is no cut.
const LEAST_SHARE: f64 = 0.01;
/// Share of the fullest depth's voxels above which a depth still belongs to the epidermis.
const EDGE_SHARE: f64 = 0.05;
/// Margin in voxels below the last such depth.
const MARGIN_VOX: usize = 10;

/// The first depth below the epidermis: the last depth with more than a twentieth of the voxels of the fullest depth,
/// plus ten. 0 when the fullest depth fills less than a hundredth of the lateral area.
#[must_use]
pub fn cut_depth_vox(layer: &Mask) -> usize {
    let [x, y, z] = layer.grid().shape();
    let mut counts = vec![0_usize; z];
    for column in layer.voxels().rows() {
        for (count, inside) in counts.iter_mut().zip(column) {
            *count += usize::from(*inside);
        }
    }
    let fullest = counts.iter().copied().max().unwrap_or(0) as f64;
    if fullest < LEAST_SHARE * (x * y) as f64 {
        return 0;
    }
    let last = counts
        .iter()
        .rposition(|count| *count as f64 > EDGE_SHARE * fullest);
    last.map_or(0, |last| last + MARGIN_VOX)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn layer(depths: std::ops::Range<usize>, columns: usize) -> Mask {
        let grid = Grid::new([10, 10, 60], Spacing::Unknown).unwrap();
        let inside = |(x, y, z): (usize, usize, usize)| x * 10 + y < columns && depths.contains(&z);
        Mask::new(grid, Array3::from_shape_fn((10, 10, 60), inside)).unwrap()
    }

    #[test]
    fn the_cut_lies_ten_voxels_below_the_layer() {
        assert_eq!(cut_depth_vox(&layer(5..20, 100)), 29);
    }

    #[test]
    fn without_a_layer_nothing_is_cut() {
        assert_eq!(cut_depth_vox(&layer(0..0, 0)), 0);
        assert_eq!(cut_depth_vox(&layer(5..20, 1)), 29, "a hundredth is enough");
    }
}

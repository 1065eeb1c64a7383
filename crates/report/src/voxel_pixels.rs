//! Size of a voxel in pixels.

/// Smallest width or height of a panel, whichever is larger, so that thin layers are visible.
const LARGER_EXTENT: f64 = 640.0;
/// Largest width and height of a panel; beyond it, some voxels have no pixel.
const MOST_EXTENT: f64 = 16384.0;

/// Size in pixels of the voxels of a panel of `size` voxels, along each of its axes.
///
/// Voxels have the aspect ratio of their spacing, in any unit (up to 16 to 1). The larger edge of a voxel is a whole
/// number of pixels, and the smaller edge at least one pixel, unless the panel would exceed 16384 pixels.
#[must_use]
pub fn voxel_pixels<const N: usize>(size: [usize; N], spacing: [f64; N]) -> [f64; N] {
    let larger = spacing.into_iter().fold(0.0, f64::max);
    // Above 16 to 1, the true aspect ratio would need too many pixels.
    let shape = spacing.map(|s| (s / larger).max(1.0 / 16.0));
    let extents = size.iter().zip(&shape).map(|(n, s)| *n as f64 * s);
    let extent = extents.fold(0.0, f64::max);
    let smaller = shape.into_iter().fold(1.0, f64::min);
    let edge = (LARGER_EXTENT / extent).max(1.0 / smaller - 1e-6).ceil();
    let edge = edge.min(MOST_EXTENT / extent);
    shape.map(|s| s * edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voxels_of_the_paper_are_four_times_as_wide_as_deep() {
        assert_eq!(voxel_pixels([333, 500], [0.012, 0.003]), [4.0, 1.0]);
        assert_eq!(voxel_pixels([100, 100], [0.012, 0.003]), [7.0, 1.75]);
        let all = voxel_pixels([333, 171, 500], [0.012, 0.012, 0.003]);
        assert_eq!(all, [4.0, 4.0, 1.0]);
    }

    #[test]
    fn voxels_of_unknown_size_are_square() {
        assert_eq!(voxel_pixels([64, 48], [1.0, 1.0]), [10.0, 10.0]);
    }

    #[test]
    fn no_panel_is_larger_than_its_limit() {
        assert_eq!(voxel_pixels([32768, 5], [1.0, 1.0]), [0.5, 0.5]);
    }
}

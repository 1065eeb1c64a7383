//! Reflection of indices at the ends of a line of voxels.

/// The index in `0..extent` of which `place` is a mirror image. Mirrors are at the outer faces of the end voxels: `d c
/// b a | a b c d | d c b a`, as scipy's `reflect`.
///
/// A short line is mirrored repeatedly. `extent` must be at least 1.
#[must_use]
pub fn reflected(place: isize, extent: usize) -> usize {
    let period = 2 * extent as isize;
    let folded = place.rem_euclid(period);
    folded.min(period - 1 - folded) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_continues_as_scipy_reflects_it() {
        let places: Vec<usize> = (-5..8).map(|place| reflected(place, 3)).collect();
        assert_eq!(places, [1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]);
        assert!((-9..9).all(|place| reflected(place, 1) == 0));
    }
}

//! Lines clipped by a box.

/// The positions, from 0 to 1 along a line, where it enters and leaves the box from 0 to `extent`; `None` when it
/// misses the box.
pub(crate) fn clipped(start: [f64; 3], end: [f64; 3], extent: [f64; 3]) -> Option<[f64; 2]> {
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for a in 0..3 {
        let way = end[a] - start[a];
        if way == 0.0 {
            if !(0.0..=extent[a]).contains(&start[a]) {
                return None;
            }
            continue;
        }
        let (zero, full) = (-start[a] / way, (extent[a] - start[a]) / way);
        from = from.max(zero.min(full));
        to = to.min(zero.max(full));
    }
    (from < to).then_some([from, to])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_clipped_where_they_enter_and_leave() {
        let extent = [10.0, 20.0, 30.0];
        let clip = |start, end| clipped(start, end, extent);
        assert_eq!(clip([-10.0, 5.0, 5.0], [30.0, 5.0, 5.0]), Some([0.25, 0.5]));
        assert_eq!(clip([1.0; 3], [2.0; 3]), Some([0.0, 1.0]));
        assert_eq!(clip([-5.0, 5.0, 5.0], [-1.0, 5.0, 5.0]), None);
        assert_eq!(clip([5.0, 30.0, 5.0], [6.0, 30.0, 5.0]), None);
        assert_eq!(clip([1.0; 3], [1.0; 3]), Some([0.0, 1.0]));
    }
}

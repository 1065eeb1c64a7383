//! Points, line segments and their distances.

pub(crate) use rsom_volume::point::{
    Point, between, cross, distance, dot, minus, norm, plus, times,
};

/// The unit vector in the direction of a vector; zero for the zero vector.
pub(crate) fn unit(a: Point) -> Point {
    rsom_volume::point::unit(a).unwrap_or_default()
}

/// Cosine of the angle between two vectors; 1 when one is zero.
pub(crate) fn cosine(a: Point, b: Point) -> f64 {
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        dot(a, b) / lengths
    } else {
        1.0
    }
}

/// Length of a polyline.
pub(crate) fn length(line: &[Point]) -> f64 {
    line.windows(2).map(|w| distance(w[0], w[1])).sum()
}

/// Position along the segment from `a` to `b` of the foot of the perpendicular from a point: 0 at `a`, 1 at `b`.
pub(crate) fn foot(place: Point, a: Point, b: Point) -> f64 {
    let way = minus(b, a);
    let square = dot(way, way);
    if square > 0.0 {
        dot(minus(place, a), way) / square
    } else {
        0.0
    }
}

/// Distance from a point to a segment.
pub(crate) fn distance_to(place: Point, a: Point, b: Point) -> f64 {
    distance(place, between(a, b, foot(place, a, b).clamp(0.0, 1.0)))
}

/// Smallest distance between two segments.
pub(crate) fn separation([a, b]: [Point; 2], [c, d]: [Point; 2]) -> f64 {
    let (u, v, w) = (minus(b, a), minus(d, c), minus(a, c));
    let (uu, uv, vv) = (dot(u, u), dot(u, v), dot(v, v));
    let (uw, vw) = (dot(u, w), dot(v, w));
    let determinant = uu * vv - uv * uv;
    if determinant > 1e-12 * uu * vv {
        let s = (uv * vw - vv * uw) / determinant;
        let t = (uu * vw - uv * uw) / determinant;
        if (0.0..=1.0).contains(&s) && (0.0..=1.0).contains(&t) {
            return distance(between(a, b, s), between(c, d, t));
        }
    }
    // The distance is convex: without a minimum inside, its minimum is at an end of one of the segments.
    let ends = [
        distance_to(a, c, d),
        distance_to(b, c, d),
        distance_to(c, a, b),
        distance_to(d, a, b),
    ];
    ends.into_iter().fold(f64::INFINITY, f64::min)
}

/// Smallest distance from a point to the faces of a box that starts at zero; negative outside.
pub(crate) fn depth_in(place: Point, extent: Point) -> f64 {
    let depths = (0..3).map(|i| place[i].min(extent[i] - place[i]));
    depths.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place() -> impl Strategy<Value = Point> {
        prop::array::uniform3(-10.0_f64..10.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pieces_are_as_far_apart_as_their_nearest_samples(a in place(), b in place(), c in place(), d in place()) {
            let steps = 400;
            let sampled = (0..=steps)
                .map(|i| distance_to(between(a, b, f64::from(i) / f64::from(steps)), c, d))
                .fold(f64::INFINITY, f64::min);
            let exact = separation([a, b], [c, d]);
            prop_assert!(exact <= sampled + 1e-9);
            prop_assert!(sampled - exact <= distance(a, b) / f64::from(steps));
        }
    }

    #[test]
    fn crossing_parallel_and_empty_pieces_have_their_distances() {
        let x = [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]];
        assert_eq!(separation(x, [[0.0, -1.0, 2.0], [0.0, 1.0, 2.0]]), 2.0);
        assert_eq!(separation(x, [[-1.0, 3.0, 0.0], [1.0, 3.0, 0.0]]), 3.0);
        assert_eq!(separation(x, [[4.0, 4.0, 0.0], [4.0, 4.0, 0.0]]), 5.0);
    }
}

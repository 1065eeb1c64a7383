//! Points and vectors in physical space.

/// A position or a vector along (x, y, z), in any unit of length.
pub type Point = [f64; 3];

/// a + b.
#[must_use]
pub fn plus(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// a − b.
#[must_use]
pub fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// A vector times a number.
#[must_use]
pub fn times(a: Point, factor: f64) -> Point {
    a.map(|v| v * factor)
}

/// Scalar product.
#[must_use]
pub fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Vector product.
#[must_use]
pub fn cross(a: Point, b: Point) -> Point {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

/// Length of a vector.
#[must_use]
pub fn norm(a: Point) -> f64 {
    dot(a, a).sqrt()
}

/// Distance between two points.
#[must_use]
pub fn distance(a: Point, b: Point) -> f64 {
    norm(minus(a, b))
}

/// The vector of length 1 in this direction; `None` for a vector of length 0.
#[must_use]
pub fn unit(a: Point) -> Option<Point> {
    let length = norm(a);
    (length > 0.0).then(|| times(a, 1.0 / length))
}

/// The point at a share of the way from `a` to `b`.
#[must_use]
pub fn between(a: Point, b: Point, share: f64) -> Point {
    plus(a, times(minus(b, a), share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_definition() {
        let (a, b) = ([1.0, 2.0, 3.0], [-2.0, 0.5, 4.0]);
        assert_eq!(dot(a, b), 11.0);
        assert_eq!(cross(a, b), [6.5, -10.0, 4.5]);
        assert_eq!((dot(cross(a, b), a), dot(cross(a, b), b)), (0.0, 0.0));
    }

    #[test]
    fn lengths_are_those_of_pythagoras() {
        assert_eq!(norm([2.0, 3.0, 6.0]), 7.0);
        assert_eq!(distance([1.0, 1.0, 1.0], [3.0, 4.0, 7.0]), 7.0);
        assert_eq!(unit([0.0, 0.0, -4.0]), Some([0.0, 0.0, -1.0]));
        assert_eq!(unit([0.0; 3]), None);
        assert_eq!(
            between([1.0, 0.0, 0.0], [3.0, 8.0, 0.0], 0.25),
            [1.5, 2.0, 0.0]
        );
    }
}

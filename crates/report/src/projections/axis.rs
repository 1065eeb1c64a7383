//! The axes of the projections.

/// The axes in the order of the figure's rows.
pub const AXES: [Axis; 3] = [Axis::Z, Axis::Y, Axis::X];

/// The axis of a projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// From the side: y across, depth down.
    X,
    /// From the side: x across, depth down.
    Y,
    /// From above: x across, y down.
    Z,
}

impl Axis {
    /// Its index in arrays of shape (x, y, z).
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Axis::X => 0,
            Axis::Y => 1,
            Axis::Z => 2,
        }
    }

    /// The indices of the axes that run across and down in the projection.
    #[must_use]
    pub fn picture(self) -> [usize; 2] {
        match self {
            Axis::X => [1, 2],
            Axis::Y => [0, 2],
            Axis::Z => [0, 1],
        }
    }
}

//! The axes that a scan is looked at along.

/// The axes in the order of the figure's rows.
pub const AXES: [Axis; 3] = [Axis::Z, Axis::Y, Axis::X];

/// An axis along which a scan is looked at.
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

    /// The axes that run across and down in a projection along it, as indices.
    #[must_use]
    pub fn picture(self) -> [usize; 2] {
        match self {
            Axis::X => [1, 2],
            Axis::Y => [0, 2],
            Axis::Z => [0, 1],
        }
    }
}

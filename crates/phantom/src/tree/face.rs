//! The faces of a box.

use std::fmt;

use rsom_parameters::Choice;

/// A face of the box of tissue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Face {
    /// Where x is 0.
    Left,
    /// Where x is largest.
    Right,
    /// Where y is 0.
    Front,
    /// Where y is largest.
    Back,
    /// Where z is 0: towards the surface of the skin.
    Top,
    /// Where z is largest: the depth from which skin is supplied.
    Bottom,
}

impl Face {
    /// Index of the axis perpendicular to the face, and whether the face is at the axis's end.
    pub(super) fn axis(self) -> (usize, bool) {
        match self {
            Face::Left => (0, false),
            Face::Right => (0, true),
            Face::Front => (1, false),
            Face::Back => (1, true),
            Face::Top => (2, false),
            Face::Bottom => (2, true),
        }
    }
}

impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

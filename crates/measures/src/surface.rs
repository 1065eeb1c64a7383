//! Surfaces of a layer.

use std::fmt;

/// A surface of a layer, or both together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Surface {
    /// First voxel of the layer, towards the skin surface.
    Upper,
    /// Last voxel of the layer.
    Lower,
    /// The columns of both surfaces together.
    Both,
}

impl Surface {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Upper, Self::Lower, Self::Both];

    /// The word in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Surface::Upper => "upper",
            Surface::Lower => "lower",
            Surface::Both => "both",
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! Units of values.

use std::fmt;

/// Unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A ratio or a count.
    One,
    /// Voxel edges along z; for `layer_voxels` and `vessel_voxels`, a number of voxels.
    Voxels,
    /// Micrometers.
    Micrometers,
    /// Millimeters.
    Millimeters,
    /// Square millimeters.
    SquareMillimeters,
    /// Cubic millimeters.
    CubicMillimeters,
    /// A count or a curvature per millimeter.
    PerMillimeter,
    /// A count per square millimeter, or a length per volume.
    PerSquareMillimeter,
    /// A count per cubic millimeter.
    PerCubicMillimeter,
    /// A number of columns of the scan.
    Columns,
    /// Degrees of arc.
    Degrees,
}

impl Unit {
    /// The unit in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::One => "1",
            Unit::Voxels => "voxels",
            Unit::Micrometers => "µm",
            Unit::Millimeters => "mm",
            Unit::SquareMillimeters => "mm²",
            Unit::CubicMillimeters => "mm³",
            Unit::PerMillimeter => "1/mm",
            Unit::PerSquareMillimeter => "1/mm²",
            Unit::PerCubicMillimeter => "1/mm³",
            Unit::Columns => "columns",
            Unit::Degrees => "degrees",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! One measured value with its name, place, unit and status.

use std::fmt;

use crate::{Status, Surface};

/// Unit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A ratio.
    One,
    /// Voxel edges along z; for `layer_voxels` and `vessel_voxels`, a number of voxels.
    Voxels,
    /// Micrometres.
    Micrometres,
    /// Cubic millimetres.
    CubicMillimetres,
    /// A number of columns of the scan.
    Columns,
    /// Degrees of arc.
    Degrees,
}

impl Unit {
    /// The unit as it stands in tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::One => "1",
            Unit::Voxels => "voxels",
            Unit::Micrometres => "µm",
            Unit::CubicMillimetres => "mm³",
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

/// What is measured: a name, a unit and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Name in tables, such as `ra_vox`.
    pub name: &'static str,
    /// Unit of its values.
    pub unit: Unit,
    /// Whether a larger value is a better segmentation; `None` when neither direction is better.
    pub higher_is_better: Option<bool>,
}

impl Quantity {
    /// Names a quantity; give direction `None` when neither is better.
    #[must_use]
    pub const fn new(name: &'static str, unit: Unit, higher_is_better: Option<bool>) -> Self {
        Self {
            name,
            unit,
            higher_is_better,
        }
    }

    /// A value of this quantity over the whole scan and no surface in particular.
    ///
    /// A value that is missing or not finite while the status says `Ok` becomes `None` with [`Status::Undefined`].
    #[must_use]
    pub fn measured(self, value: Option<f64>, status: Status) -> Measurement {
        let value = value.filter(|v| v.is_finite());
        let status = match (value, status) {
            (None, Status::Ok) => Status::Undefined,
            _ => status,
        };
        Measurement {
            quantity: self,
            slice: None,
            surface: None,
            value,
            status,
        }
    }
}

/// One measured value: a row of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// What was measured.
    pub quantity: Quantity,
    /// The B-scan (index along y), or `None` for the whole scan.
    pub slice: Option<usize>,
    /// The surface of the layer, or `None` where the measure knows no surfaces.
    pub surface: Option<Surface>,
    /// The value; `None` when it does not exist.
    pub value: Option<f64>,
    /// Why it is so.
    pub status: Status,
}

impl Measurement {
    /// The same over one B-scan.
    #[must_use]
    pub fn on_slice(self, slice: Option<usize>) -> Self {
        Self { slice, ..self }
    }

    /// The same on a surface.
    #[must_use]
    pub fn on_surface(self, surface: Surface) -> Self {
        Self {
            surface: Some(surface),
            ..self
        }
    }
}

//! One measured value with its metric, place and status.

use crate::{Metric, Status, Surface};

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// What was measured.
    pub metric: Metric,
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

//! A measured value with its metric, position and status.

use crate::{Metric, Status, Surface};

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    /// The metric.
    pub metric: Metric,
    /// The B-scan (index along y), or `None` for the whole scan.
    pub slice: Option<usize>,
    /// The surface of the layer; `None` for metrics without surfaces.
    pub surface: Option<Surface>,
    /// The tolerance of a metric that has one, in µm.
    pub tolerance_um: Option<f64>,
    /// Number of dimensions, 2 or 3, in which distances, neighbors and center lines were taken; `None` for metrics without them.
    pub dimensions: Option<u8>,
    /// The value; `None` if it is undefined.
    pub value: Option<f64>,
    /// Status of the value.
    pub status: Status,
}

impl Measurement {
    /// The same measurement for a B-scan; `None` for the whole scan.
    #[must_use]
    pub fn on_slice(self, slice: Option<usize>) -> Self {
        Self { slice, ..self }
    }

    /// The same measurement at a tolerance.
    #[must_use]
    pub fn at_tolerance(self, tolerance_um: f64) -> Self {
        Self {
            tolerance_um: Some(tolerance_um),
            ..self
        }
    }

    /// The same measurement, taken in 2 or 3 dimensions.
    #[must_use]
    pub fn in_dimensions(self, dimensions: u8) -> Self {
        Self {
            dimensions: Some(dimensions),
            ..self
        }
    }

    /// The same measurement for a surface.
    #[must_use]
    pub fn on_surface(self, surface: Surface) -> Self {
        Self {
            surface: Some(surface),
            ..self
        }
    }
}

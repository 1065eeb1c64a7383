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

    /// The same measurement for a surface.
    #[must_use]
    pub fn on_surface(self, surface: Surface) -> Self {
        Self {
            surface: Some(surface),
            ..self
        }
    }
}

//! The geometry of the skin: the boundaries of the epidermis in every column.

use ndarray::{Array2, Array3};

use crate::random::field::Field;
use crate::random::streams::{Purpose, Streams};
use crate::{Config, PhantomError};

/// Depths of the boundaries in µm from the top of the scan, of shape (x, y).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Skin {
    pub top_um: Array2<f64>,
    pub bottom_um: Array2<f64>,
}

/// Smallest thickness, relative to the mean.
const LEAST_THICKNESS: f64 = 0.4;

impl Skin {
    /// Draws the geometry: top = tilt + curvature + waves, shifted so that its highest point has the requested depth;
    /// bottom = top + thickness.
    pub fn new(config: &Config, streams: Streams) -> Result<Self, PhantomError> {
        let extent = config.extent_um();
        let center = [extent[0] / 2.0, extent[1] / 2.0];
        let mut pose = streams.open(Purpose::Pose, 0);
        let tilt =
            [pose.normal(), pose.normal()].map(|n| libm::tan((n * config.tilt_deg).to_radians()));
        let curvature = match config.curvature_radius_mm {
            0.0 => 0.0,
            radius => 1.0 / (1000.0 * radius),
        };
        let length = config.undulation_length_um;
        let waves = Field::lateral(&mut streams.open(Purpose::Undulation, 0), length);
        let thickness = Field::lateral(&mut streams.open(Purpose::Thickness, 0), length);
        let columns = (config.shape[0], config.shape[1]);
        let mut top = Array2::from_shape_fn(columns, |(x, y)| {
            let place = config.center_um([x, y, 0]);
            let (u, v) = (place[0] - center[0], place[1] - center[1]);
            let bulge = curvature * (u * u + v * v) / 2.0;
            tilt[0] * u + tilt[1] * v + bulge + config.undulation_um * waves.at(place)
        });
        let closest = top.fold(f64::INFINITY, |a, b| a.min(*b));
        top.mapv_inplace(|depth| depth - closest + config.surface_depth_um);
        let bottom = Array2::from_shape_fn(columns, |(x, y)| {
            let varied = config.epidermis_um
                + config.epidermis_sd_um * thickness.at(config.center_um([x, y, 0]));
            top[[x, y]] + varied.max(LEAST_THICKNESS * config.epidermis_um)
        });
        let skin = Self {
            top_um: top,
            bottom_um: bottom,
        };
        skin.require_inside(extent[2])?;
        Ok(skin)
    }

    /// The voxels whose centers lie in the epidermis.
    pub fn layer(&self, config: &Config) -> Array3<bool> {
        Array3::from_shape_fn(config.shape, |(x, y, z)| {
            let [_, _, depth] = config.center_um([x, y, z]);
            self.top_um[[x, y]] <= depth && depth < self.bottom_um[[x, y]]
        })
    }

    /// Depth of the lower boundary at a position; outside the scan that of the nearest column.
    pub fn bottom_at(&self, place_um: [f64; 2], config: &Config) -> f64 {
        self.bottom_um[nearest_column(place_um, config)]
    }

    /// Depth of the surface at a position; outside the scan that of the nearest column.
    pub fn top_at(&self, place_um: [f64; 2], config: &Config) -> f64 {
        self.top_um[nearest_column(place_um, config)]
    }

    fn require_inside(&self, depth_um: f64) -> Result<(), PhantomError> {
        let needed_um = self.bottom_um.fold(0.0_f64, |a, b| a.max(*b));
        if needed_um <= depth_um {
            return Ok(());
        }
        Err(PhantomError::DoesNotFit {
            depth_um,
            needed_um,
        })
    }
}

fn nearest_column(place_um: [f64; 2], config: &Config) -> [usize; 2] {
    let spacing = config.spacing_um();
    // A cast from a negative number gives 0.
    std::array::from_fn(|a| ((place_um[a] / spacing[a]) as usize).min(config.shape[a] - 1))
}

//! The settings of a tree.

use rsom_parameters::Parameters;

use super::face::Face;
use super::murray::Law;
use crate::geometry::point::Point;

/// Settings of a tree, in addition to its seed and an optional demand volume.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct TreeConfig {
    /// Extent of the box of tissue along x, y, z.
    #[parameter(default = [3996.0, 2052.0, 1500.0], unit = "µm")]
    pub extent_um: [f64; 3],
    /// Number of terminals, over all roots.
    #[parameter(default = 1000, min = 1)]
    pub terminals: usize,
    /// Number of roots to draw on --root-face.
    #[parameter(default = 2, min = 1)]
    pub roots: usize,
    /// Face of the box with the roots: left and right are the ends of x, front and back of y, top and bottom of z.
    #[parameter(default = Face::Bottom)]
    pub root_face: Face,
    /// Positions of the roots, instead of drawn ones: x, y, z of the first root, then of the next.
    #[parameter(default = Vec::new(), unit = "µm", advanced)]
    pub root_places_um: Vec<f64>,
    /// Depths of --demand-levels; the demand is linear between them (none: constant demand everywhere).
    ///
    /// Beyond the first and the last depth the demand is constant.
    #[parameter(default = Vec::new(), unit = "µm", advanced)]
    pub demand_depths_um: Vec<f64>,
    /// Oxygen demand at these depths, in any unit.
    #[parameter(default = Vec::new(), advanced)]
    pub demand_levels: Vec<f64>,
    /// Radius of a terminal, and largest radius of a root; a vessel that supplies n terminals has the first times
    /// n^(1/γ).
    ///
    /// When a root reaches the largest radius, it gets no further terminals; other roots do.
    #[parameter(default = [9.0, 100.0], unit = "µm")]
    pub radius_um: [f64; 2],
    /// Exponent γ of Murray's law: the radius of a vessel to this power is the sum over its daughters.
    #[parameter(default = 3.0, advanced)]
    pub murray_exponent: f64,
    /// Smallest distance between the walls of vessels that do not share a bifurcation.
    #[parameter(default = 5.0, min = 0, unit = "µm", advanced)]
    pub clearance_um: f64,
    /// Smallest length of a vessel.
    ///
    /// This is the distance between bifurcations, and between a bifurcation and a terminal.
    #[parameter(default = 20.0, min = 0, unit = "µm", advanced)]
    pub least_length_um: f64,
    /// Amplitude of the sideways oscillation of vessels, relative to their length or the wavelength, whichever is
    /// shorter.
    ///
    /// It is reduced where other vessels are in the way.
    #[parameter(default = 0.08, min = 0, advanced)]
    pub tortuosity: f64,
    /// Wavelength of the oscillation.
    #[parameter(default = 400.0, min = 0, unit = "µm", advanced)]
    pub wavelength_um: f64,
}

impl TreeConfig {
    pub(super) fn law(&self) -> Law {
        Law {
            least_um: self.radius_um[0],
            exponent: self.murray_exponent,
        }
    }

    /// Number of roots, given or drawn.
    pub(super) fn root_count(&self) -> usize {
        match self.root_places_um.len() {
            0 => self.roots,
            numbers => numbers.div_ceil(3),
        }
    }

    pub(super) fn given_roots(&self) -> impl Iterator<Item = Point> {
        self.root_places_um
            .chunks_exact(3)
            .map(|c| [c[0], c[1], c[2]])
    }
}

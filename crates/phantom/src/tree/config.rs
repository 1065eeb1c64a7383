//! The settings of a tree.

use rsom_parameters::Parameters;

use super::face::Face;
use super::murray::Law;
use crate::geometry::point::Point;

/// What a tree is grown from, beside its seed and, where one is given, a volume of demand.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct TreeConfig {
    /// Extent of the box of tissue along x, y, z.
    #[parameter(default = [3996.0, 2052.0, 1500.0], unit = "µm")]
    pub extent_um: [f64; 3],
    /// Number of ends, over all roots.
    #[parameter(default = 1000, min = 1)]
    pub terminals: usize,
    /// Number of roots to draw on --root-face.
    #[parameter(default = 2, min = 1)]
    pub roots: usize,
    /// Face of the box with the roots: left and right end x, front and back y, top and bottom z.
    #[parameter(default = Face::Bottom)]
    pub root_face: Face,
    /// Places of the roots, instead of drawn ones: x, y, z of the first root, then of the next.
    #[parameter(default = Vec::new(), unit = "µm")]
    pub root_places_um: Vec<f64>,
    /// Depths of --demand-levels; the demand is linear between them (none: the same demand everywhere).
    ///
    /// Beyond the first and the last depth the demand is constant.
    #[parameter(default = Vec::new(), unit = "µm")]
    pub demand_depths_um: Vec<f64>,
    /// Demand for oxygen at these depths, in any unit.
    #[parameter(default = Vec::new())]
    pub demand_levels: Vec<f64>,
    /// Radius of the ends, and largest radius of a root; a vessel with n ends has n^(1/γ) times the radius of an end.
    ///
    /// A root with the largest radius takes no more ends; the other roots do.
    #[parameter(default = [9.0, 100.0], unit = "µm")]
    pub radius_um: [f64; 2],
    /// Exponent γ of Murray's law: the power γ of a radius is the sum of the powers γ of the radii of its daughters.
    #[parameter(default = 3.0)]
    pub murray_exponent: f64,
    /// Smallest distance between the walls of vessels that do not meet in a bifurcation.
    #[parameter(default = 5.0, min = 0, unit = "µm")]
    pub clearance_um: f64,
    /// Smallest length of a vessel.
    ///
    /// That is the distance between bifurcations, and between a bifurcation and an end.
    #[parameter(default = 20.0, min = 0, unit = "µm")]
    pub least_length_um: f64,
    /// Sideways swing of vessels, as a share of their length or of the wavelength, whichever is shorter.
    ///
    /// It is smaller where other vessels are in the way.
    #[parameter(default = 0.08, min = 0)]
    pub tortuosity: f64,
    /// Wavelength of the swings.
    #[parameter(default = 400.0, min = 0, unit = "µm")]
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

//! The settings of a tree.

use std::fmt;

use rsom_parameters::{Choice, Parameters};

use super::geometry::{Point, depth_in};
use super::murray::Law;
use super::{Demand, TreeError};
use crate::PhantomError;

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
    /// Where z is largest: the depth that skin is fed from.
    Bottom,
}

impl Face {
    /// Number of the axis that the face stands across, and whether it is at the axis's end.
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
    /// Radius of the ends, and largest radius of a root; a vessel that feeds n ends has the first times n^(1/γ).
    ///
    /// A root with the largest radius takes no more ends; the other roots do.
    #[parameter(default = [9.0, 100.0], unit = "µm")]
    pub radius_um: [f64; 2],
    /// Exponent γ of Murray's law: a radius to this power is the sum of those of its daughters.
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

/// Most ends of a tree, and most roots.
const MOST_TERMINALS: f64 = 20_000.0;
const MOST_ROOTS: f64 = 1000.0;

impl TreeConfig {
    /// Refuses settings that describe no tree.
    ///
    /// # Errors
    /// A setting outside its range, with the range; more ends than the roots can feed; roots outside the box; a demand
    /// that is none.
    pub fn check(&self) -> Result<(), TreeError> {
        let roots = self.root_count();
        let ranges = [
            ("extent_um (x)", self.extent_um[0], 10.0, 1e5),
            ("extent_um (y)", self.extent_um[1], 10.0, 1e5),
            ("extent_um (z)", self.extent_um[2], 10.0, 1e5),
            ("roots", roots as f64, 1.0, MOST_ROOTS),
            (
                "terminals",
                self.terminals as f64,
                roots as f64,
                MOST_TERMINALS,
            ),
            ("radius_um (least)", self.radius_um[0], 0.1, 1e4),
            ("radius_um (largest)", self.radius_um[1], 0.1, 1e4),
            // At 2 there is nothing to gain from vessels that share a way, and bifurcations have no angle.
            ("murray_exponent", self.murray_exponent, 2.3, 4.0),
            ("clearance_um", self.clearance_um, 0.0, 1e4),
            ("least_length_um", self.least_length_um, 0.1, 1e4),
            ("tortuosity", self.tortuosity, 0.0, 0.25),
            ("wavelength_um", self.wavelength_um, 10.0, 1e6),
        ];
        for (name, value, least, most) in ranges {
            // Written so that NaN is refused too.
            if !(least..=most).contains(&value) {
                return Err(TreeError::Setting(PhantomError::BadSetting {
                    name,
                    value,
                    least,
                    most,
                }));
            }
        }
        self.check_radii()?;
        self.check_roots()?;
        Demand::of(self).map(|_| ())
    }

    fn check_radii(&self) -> Result<(), TreeError> {
        let [least, largest] = self.radius_um;
        if least > largest {
            return Err(TreeError::Radii { least, largest });
        }
        let most = self.root_count() as f64 * self.law().most_terminals(largest);
        if self.terminals as f64 > most {
            return Err(TreeError::TooManyTerminals {
                terminals: self.terminals,
                roots: self.root_count(),
                most,
                least_um: least,
                largest_um: largest,
            });
        }
        Ok(())
    }

    fn check_roots(&self) -> Result<(), TreeError> {
        if !self.root_places_um.len().is_multiple_of(3) {
            return Err(TreeError::RootCoordinates(self.root_places_um.len()));
        }
        for place_um in self.given_roots() {
            let inside = depth_in(place_um, self.extent_um) >= 0.0;
            if !(inside && place_um.iter().all(|v| v.is_finite())) {
                return Err(TreeError::RootOutside {
                    place_um,
                    extent_um: self.extent_um,
                });
            }
        }
        Ok(())
    }

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

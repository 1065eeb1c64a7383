//! Checks the settings of a tree.

use super::config::TreeConfig;
use super::demand::Demand;
use crate::error::{PhantomError, TreeError};
use crate::geometry::point::depth_in;

/// Largest number of terminals, and of roots.
const MOST_TERMINALS: f64 = 20_000.0;
const MOST_ROOTS: f64 = 1000.0;

impl TreeConfig {
    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range; more terminals than the roots can supply; roots outside the box; an invalid demand.
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
            // At γ = 2, merging vessels saves no work, and bifurcations have no angle.
            ("murray_exponent", self.murray_exponent, 2.3, 4.0),
            ("clearance_um", self.clearance_um, 0.0, 1e4),
            ("least_length_um", self.least_length_um, 0.1, 1e4),
            ("tortuosity", self.tortuosity, 0.0, 0.25),
            ("wavelength_um", self.wavelength_um, 10.0, 1e6),
        ];
        for (name, value, least, most) in ranges {
            // This form also refuses NaN.
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
}

//! The scales of the vesselness filter.

use rsom_volume::{Grid, Spacing};
use serde::{Deserialize, Serialize};

use crate::FrangiError;

/// Largest standard deviation along any axis: beyond it the filter is longer than scans are.
const LARGEST_VOX: f64 = 500.0;

/// Standard deviations of the Gaussians of a scale space.
///
/// The response to a vessel with a Gaussian profile of standard deviation r is largest at the scale σ = r; with a box
/// profile of radius r, near σ = r / √2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scales {
    /// In µm: isotropic in the tissue, independent of the voxel shape.
    Um(Vec<f64>),
    /// In voxels along every axis, for scans with unknown voxel size.
    Vox(Vec<f64>),
}

impl Scales {
    /// Checks that there is at least one scale, and that each is positive and finite.
    ///
    /// # Errors
    /// [`FrangiError::Settings`].
    pub fn check(&self) -> Result<(), FrangiError> {
        let (Scales::Um(sigmas) | Scales::Vox(sigmas)) = self;
        if sigmas.is_empty() {
            return Err(FrangiError::Settings("give at least one scale".into()));
        }
        match sigmas.iter().find(|s| !(s.is_finite() && **s > 0.0)) {
            None => Ok(()),
            Some(sigma) => Err(FrangiError::Settings(format!(
                "the scale {sigma} must be positive and finite"
            ))),
        }
    }

    /// The axes along which a grid is thinner than twice a scale, each with its number of voxels and the largest scale in
    /// voxels. The filter hardly finds vessels of that scale: the grid ends before their surroundings do.
    ///
    /// # Errors
    /// Scales in µm with unknown spacing; a scale that is too large; the errors of [`check`](Self::check).
    pub fn thin_axes(&self, grid: &Grid) -> Result<Vec<(char, usize, f64)>, FrangiError> {
        let scales = self.in_voxels(grid.spacing())?;
        let largest = |axis: usize| scales.iter().fold(0.0, |m: f64, s| m.max(s[axis]));
        let axes = ['x', 'y', 'z'].into_iter().enumerate();
        let found = axes.map(|(axis, name)| (name, grid.shape()[axis], largest(axis)));
        Ok(found
            .filter(|(_, n, sigma)| (*n as f64) < 2.0 * sigma)
            .collect())
    }

    /// Each scale in voxels along x, y, z of a grid.
    ///
    /// # Errors
    /// Scales in µm with unknown spacing; more than 500 voxels; the errors of [`check`](Self::check).
    pub(crate) fn in_voxels(&self, spacing: Spacing) -> Result<Vec<[f64; 3]>, FrangiError> {
        self.check()?;
        let scales: Vec<[f64; 3]> = match self {
            Scales::Vox(sigmas) => sigmas.iter().map(|sigma| [*sigma; 3]).collect(),
            Scales::Um(sigmas) => {
                let mm = spacing.millimetres().ok_or(FrangiError::UnknownSpacing)?;
                let scale = |sigma_um: &f64| mm.map(|mm| sigma_um / (1000.0 * mm));
                sigmas.iter().map(scale).collect()
            }
        };
        match scales.iter().flatten().find(|s| **s > LARGEST_VOX) {
            None => Ok(scales),
            Some(sigma_vox) => Err(FrangiError::LargeScale {
                sigma_vox: *sigma_vox,
                largest: LARGEST_VOX,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_in_micrometres_are_spheres_in_the_tissue() {
        let scales = Scales::Um(vec![12.0, 24.0]);
        let found = scales.in_voxels(Spacing::RSOM).unwrap();
        for (found, expected) in found.iter().zip([[1.0, 1.0, 4.0], [2.0, 2.0, 8.0]]) {
            for axis in 0..3 {
                assert!((found[axis] - expected[axis]).abs() < 1e-12);
            }
        }
        let unknown = scales.in_voxels(Spacing::Unknown);
        assert!(matches!(unknown, Err(FrangiError::UnknownSpacing)));
        let voxels = Scales::Vox(vec![2.0]).in_voxels(Spacing::RSOM).unwrap();
        assert_eq!(voxels, [[2.0; 3]]);
    }

    #[test]
    fn a_grid_thinner_than_twice_a_scale_is_named() {
        let grid = Grid::new([30, 3, 60], Spacing::RSOM).unwrap();
        let thin = |um: f64| Scales::Um(vec![6.0, um]).thin_axes(&grid).unwrap();
        assert_eq!(thin(12.0), []);
        let found = thin(24.0);
        assert_eq!((found.len(), found[0].0, found[0].1), (1, 'y', 3));
        assert!((found[0].2 - 2.0).abs() < 1e-12);
    }

    #[test]
    fn scales_without_meaning_are_refused() {
        for sigmas in [vec![], vec![0.0], vec![1.0, -1.0], vec![f64::NAN]] {
            assert!(Scales::Vox(sigmas).check().is_err());
        }
        let wide = Scales::Um(vec![2000.0]).in_voxels(Spacing::RSOM);
        assert!(matches!(wide, Err(FrangiError::LargeScale { .. })));
    }
}

//! Roughness Ra of the surfaces of a layer.

mod fourier;
mod gerl2019;
mod measure;
mod rsom;
mod spectrum;

use ndarray::{Array2, ArrayView3, Axis, s};
use rsom_parameters::Choice;

pub use measure::measure;
pub(crate) use measure::metrics;
pub use spectrum::{BANDS, Band, SHORTEST_RUN, Spectra, Spectrum};

use crate::moving_mean::deviations;
use crate::{Columns, Surface};

/// Definition of the surfaces for the roughness.
///
/// Both give the same Ra for a layer that fills every column without gaps and touches neither end in depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Variant {
    /// The definition of this project. Each B-scan is independent. A column without mask, or whose layer is cut by the
    /// field of view on that side, has no surface and is excluded from the moving means of its neighbors. A column is
    /// measured when at least 3 of the 5 columns of its window have a surface.
    Rsom,
    /// The definition of the paper's authors. Columns without mask, and columns whose mask touches depth 0, take for
    /// both surfaces the depth where the B-scan's mask, smoothed across B-scans, is widest; so empty columns count as
    /// smooth. Outliers beyond a gap are removed by the authors' rule.
    Gerl2019,
}

/// The sums from which Ra and Rq are computed.
#[derive(Debug, Clone, Copy, Default)]
struct RoughnessSums {
    /// Sum of the absolute deviations, in voxels.
    sum: f64,
    /// Sum of the squared deviations, in squared voxels.
    squares: f64,
    /// Number of measured columns; for both surfaces together, columns count twice.
    columns: usize,
    /// Number of all columns, counted in the same way.
    all: usize,
}

/// Deviations of both surfaces from their moving means along x.
#[derive(Debug, Clone, PartialEq)]
pub struct Roughness {
    deviations: [Array2<Option<f64>>; 2],
    /// Whether any column of the scan has a surface of its own.
    has_surface: bool,
    holes: usize,
}

impl Roughness {
    /// Measures the surfaces of a mask of shape (x, y, z).
    ///
    /// Arithmetic mean deviation (paper, equation 5): Ra = mean over x of |z(x) − mean of z over 5 columns around x|,
    /// where z is the depth index of the first mask voxel of a column (upper surface) or of the last (lower surface).
    /// The profile along x is reflected at its ends.
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>, variant: Variant) -> Self {
        Self::of_columns(mask, &Columns::of(mask), variant)
    }

    /// The same with the known columns of the mask.
    #[must_use]
    pub fn of_columns(mask: ArrayView3<'_, bool>, columns: &Columns, variant: Variant) -> Self {
        let (heights, fewest, has_surface) = match variant {
            Variant::Rsom => (rsom::heights(columns), rsom::FEWEST, true),
            Variant::Gerl2019 => {
                let own = gerl2019::own_surfaces(mask, columns);
                let has_surface = own.iter().any(Option::is_some);
                (gerl2019::heights(mask, &own), 1, has_surface)
            }
        };
        let deviations = heights.map(|surface| {
            let mut out = Array2::from_elem(surface.raw_dim(), None);
            for (y, profile) in surface.axis_iter(Axis(1)).enumerate() {
                let bscan = deviations(&profile.to_vec(), fewest);
                for (x, deviation) in bscan.into_iter().enumerate() {
                    out[[x, y]] = deviation;
                }
            }
            out
        });
        Self {
            deviations,
            has_surface,
            holes: columns.extents.iter().filter(|e| e.is_none()).count(),
        }
    }

    /// Ra in voxels: the mean over the measured columns of a surface, or of both surfaces together, of the whole scan
    /// or of one B-scan. `None` when no column is measured (a full mask has no surface, which does not mean that it is
    /// smooth), or when there is no such B-scan. Under [`Variant::Gerl2019`] also when every column of the scan is empty or
    /// touches depth 0: then no surface is the mask's own.
    ///
    /// The value of the scan is the mean of those of its B-scans, weighted by their measured columns.
    #[must_use]
    pub fn ra_vox(&self, surface: Surface, slice: Option<usize>) -> Option<f64> {
        let RoughnessSums { sum, columns, .. } = self.measured(surface, slice)?;
        (columns > 0).then(|| sum / columns as f64)
    }

    /// Root mean square deviation Rq in voxels: as [`ra_vox`](Self::ra_vox), of the same deviations and with the same
    /// missing values, but the square root of the mean of the squares. Never below Ra; it weighs single high steps more.
    ///
    /// Rq = √(mean over x of (z(x) − mean of z over 5 columns around x)²), as ISO 21920-2 (formerly ISO 4287) defines it
    /// for a profile whose waviness is removed; here the moving mean of Ra removes it, not a Gaussian filter.
    ///
    /// The squared value of the scan is the mean of those of its B-scans, weighted by their measured columns.
    #[must_use]
    pub fn rms_vox(&self, surface: Surface, slice: Option<usize>) -> Option<f64> {
        let RoughnessSums {
            squares, columns, ..
        } = self.measured(surface, slice)?;
        (columns > 0).then(|| (squares / columns as f64).sqrt())
    }

    /// Share of the columns (over all B-scans) that [`ra_vox`](Self::ra_vox) includes, from 0 to 1; for both surfaces
    /// together, the mean of their shares. 0 when Ra is undefined; `None` when there is no such B-scan.
    ///
    /// 1 under [`Variant::Gerl2019`], which gives every column a surface, wherever Ra is defined.
    #[must_use]
    pub fn ra_coverage(&self, surface: Surface, slice: Option<usize>) -> Option<f64> {
        let RoughnessSums { columns, all, .. } = self.measured(surface, slice)?;
        (all > 0).then(|| columns as f64 / all as f64)
    }

    /// The sums of a scan or B-scan; `None` when there is no such B-scan.
    fn measured(&self, surface: Surface, slice: Option<usize>) -> Option<RoughnessSums> {
        let chosen = match surface {
            Surface::Upper => &self.deviations[..1],
            Surface::Lower => &self.deviations[1..],
            Surface::Both => &self.deviations[..],
        };
        if slice.is_some_and(|y| y >= self.deviations[0].len_of(Axis(1))) {
            return None;
        }
        let mut measured = RoughnessSums::default();
        for deviations in chosen {
            let of_region =
                slice.map_or_else(|| deviations.view(), |y| deviations.slice(s![.., y..=y]));
            measured.all += of_region.len();
            for deviation in of_region.iter().flatten().filter(|_| self.has_surface) {
                measured.sum += deviation;
                measured.squares += deviation * deviation;
                measured.columns += 1;
            }
        }
        Some(measured)
    }

    /// Number of columns without mask.
    #[must_use]
    pub fn holes(&self) -> usize {
        self.holes
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    fn layer(heights: &[Vec<usize>], thickness: usize) -> Array3<bool> {
        let shape = (heights[0].len(), heights.len(), 40);
        Array3::from_shape_fn(shape, |(x, y, z)| {
            let top = heights[y][x];
            (top..top + thickness).contains(&z)
        })
    }

    #[test]
    fn a_flat_layer_has_no_roughness() {
        let mask = layer(&vec![vec![10; 12]; 3], 5);
        for variant in [Variant::Rsom, Variant::Gerl2019] {
            let roughness = Roughness::of(mask.view(), variant);
            assert_eq!(roughness.ra_vox(Surface::Both, None), Some(0.0));
        }
    }

    #[test]
    fn one_step_costs_six_fifths_of_its_height() {
        // Around a step of 1 the deviations are 0.2, 0.4, 0.4, 0.2: a sum of 1.2.
        let profile: Vec<usize> = (0..12).map(|x| if x < 6 { 10 } else { 11 }).collect();
        let roughness = Roughness::of(layer(&[profile], 4).view(), Variant::Rsom);
        let ra = roughness.ra_vox(Surface::Upper, None).unwrap();
        assert!((ra - 1.2 / 12.0).abs() < 1e-12);
    }

    #[test]
    fn the_root_mean_square_is_that_of_the_same_deviations() {
        // numpy 2.4 and scipy 1.17: d = v - scipy.ndimage.uniform_filter1d(v, 5); sqrt((d * d).mean()), and its Ra.
        let profile = vec![3, 7, 1, 4, 4, 9];
        for variant in [Variant::Rsom, Variant::Gerl2019] {
            let roughness = Roughness::of(layer(std::slice::from_ref(&profile), 4).view(), variant);
            for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
                for slice in [None, Some(0)] {
                    let rms = roughness.rms_vox(surface, slice).unwrap();
                    assert!((rms - 2.338_090_388_900_024).abs() < 1e-12, "{rms}");
                    let ra = roughness.ra_vox(surface, slice).unwrap();
                    assert!((ra - 12.8 / 6.0).abs() < 1e-12, "{ra}");
                }
            }
            assert_eq!(roughness.rms_vox(Surface::Both, Some(1)), None);
            let empty = Array3::from_elem((6, 2, 9), false);
            let none = Roughness::of(empty.view(), variant);
            assert_eq!(none.rms_vox(Surface::Both, None), None);
        }
    }

    #[test]
    fn the_coverage_is_the_share_of_columns_that_ra_is_made_of() {
        // Of three B-scans of 12 columns one is empty, and one has no upper surface in half of its columns: the field of
        // view cuts the layer there. The column next to the cut has 3 of 5 columns in its window and is measured.
        let mut mask = layer(&vec![vec![10; 12]; 3], 5);
        mask.slice_mut(ndarray::s![.., 1, ..]).fill(false);
        mask.slice_mut(ndarray::s![..6, 2, ..10]).fill(true);
        let roughness = Roughness::of(mask.view(), Variant::Rsom);
        let upper = |slice| roughness.ra_coverage(Surface::Upper, slice).unwrap();
        let lower = |slice| roughness.ra_coverage(Surface::Lower, slice).unwrap();
        assert_eq!(
            [upper(Some(0)), upper(Some(1)), upper(Some(2))],
            [1.0, 0.0, 0.5]
        );
        assert_eq!(
            [lower(Some(0)), lower(Some(1)), lower(Some(2))],
            [1.0, 0.0, 1.0]
        );
        assert_eq!([upper(None), lower(None)], [18.0 / 36.0, 24.0 / 36.0]);
        assert_eq!(
            roughness.ra_coverage(Surface::Both, None),
            Some(42.0 / 72.0)
        );
        assert_eq!(roughness.ra_coverage(Surface::Both, Some(3)), None);
        let theirs = Roughness::of(mask.view(), Variant::Gerl2019);
        assert_eq!(theirs.ra_coverage(Surface::Both, None), Some(1.0));
    }

    #[test]
    fn a_layer_cut_above_in_every_column_keeps_the_roughness_below() {
        // Lower surface 5, 7, 5, 7, …: abs(v - scipy.ndimage.uniform_filter1d(v, 5)) has the mean 0.866667 over 12 columns.
        let cut = |z: usize, x: usize| z <= 5 + 2 * (x % 2);
        let mask = Array3::from_shape_fn((12, 1, 20), |(x, _, z)| cut(z, x));
        let roughness = Roughness::of(mask.view(), Variant::Rsom);
        for slice in [None, Some(0)] {
            let lower = roughness.ra_vox(Surface::Lower, slice).unwrap();
            assert!((lower - 13.0 / 15.0).abs() < 1e-12, "{lower}");
            assert_eq!(roughness.ra_coverage(Surface::Lower, slice), Some(1.0));
            assert_eq!(roughness.ra_vox(Surface::Upper, slice), None);
            assert_eq!(roughness.ra_coverage(Surface::Upper, slice), Some(0.0));
        }
    }

    #[test]
    fn a_full_mask_is_covered_by_no_roughness() {
        let full = Array3::from_elem((8, 2, 9), true);
        for variant in [Variant::Rsom, Variant::Gerl2019] {
            let roughness = Roughness::of(full.view(), variant);
            assert_eq!(roughness.ra_coverage(Surface::Both, None), Some(0.0));
        }
    }

    proptest! {
        // Columns may be empty, full, or cut above or below.
        #[test]
        fn a_scan_has_the_mean_of_its_bscans(
            extents in prop::collection::vec(prop::collection::vec((0usize..12, 0usize..12), 7), 1..4),
        ) {
            let shape = (7, extents.len(), 11);
            let mask = Array3::from_shape_fn(shape, |(x, y, z)| {
                let (first, end) = extents[y][x];
                (first..end).contains(&z)
            });
            for variant in [Variant::Rsom, Variant::Gerl2019] {
                let roughness = Roughness::of(mask.view(), variant);
                for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
                    let (mut sum, mut squares, mut share) = (0.0, 0.0, 0.0);
                    for slice in 0..extents.len() {
                        let coverage = roughness.ra_coverage(surface, Some(slice)).unwrap();
                        sum += coverage * roughness.ra_vox(surface, Some(slice)).unwrap_or(0.0);
                        squares += coverage * roughness.rms_vox(surface, Some(slice)).unwrap_or(0.0).powi(2);
                        share += coverage;
                    }
                    let whole = roughness.ra_vox(surface, None);
                    prop_assert_eq!(whole.is_some(), share > 0.0);
                    if let Some(whole) = whole {
                        prop_assert!((whole - sum / share).abs() < 1e-12);
                        let rms = roughness.rms_vox(surface, None).unwrap();
                        prop_assert!((rms.powi(2) - squares / share).abs() < 1e-9);
                        prop_assert!(rms >= whole - 1e-12);
                    }
                }
            }
        }

        #[test]
        fn variants_agree_where_every_column_is_whole(
            heights in prop::collection::vec(prop::collection::vec(1usize..20, 9), 1..5),
            thickness in 1usize..10,
        ) {
            let mask = layer(&heights, thickness);
            let ours = Roughness::of(mask.view(), Variant::Rsom);
            let theirs = Roughness::of(mask.view(), Variant::Gerl2019);
            for slice in std::iter::once(None).chain((0..heights.len()).map(Some)) {
                for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
                    prop_assert_eq!(ours.ra_vox(surface, slice), theirs.ra_vox(surface, slice));
                }
            }
        }

        #[test]
        fn the_order_of_bscans_does_not_matter_to_ours(
            heights in prop::collection::vec(prop::collection::vec(1usize..20, 7), 2..6),
        ) {
            let mut reversed = heights.clone();
            reversed.reverse();
            let ra = |h: &[Vec<usize>]| Roughness::of(layer(h, 3).view(), Variant::Rsom).ra_vox(Surface::Both, None);
            prop_assert!((ra(&heights).unwrap() - ra(&reversed).unwrap()).abs() < 1e-12);
        }
    }
}

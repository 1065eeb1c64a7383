//! Resample to another shape or voxel size over the same field of view.

use ndarray::{Array3, Array4, Axis, Zip};
use rsom_volume::{Grid, Scan};

use crate::PreprocessError;
use crate::crop::within_limit;
use crate::rearrange::Rearrangement;

/// The target of a resampling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Number of voxels along x, y, z.
    Shape([usize; 3]),
    /// Voxel size in mm along x, y, z; the shape is rounded, so that the field of view stays and the size is met
    /// approximately.
    SpacingMm([f64; 3]),
    /// Integer factors along x, y, z that divide the shape; the quotient is rounded.
    Shrink([usize; 3]),
}

impl Target {
    /// The shape of the result for a volume on `grid`, at least 1 along each axis.
    ///
    /// # Errors
    /// A voxel size in mm where that of the grid is unknown; a zero factor; more voxels than the limit.
    pub fn shape(self, grid: &Grid) -> Result<[usize; 3], PreprocessError> {
        let old = grid.shape();
        let shape = match self {
            Target::Shape(shape) => shape,
            Target::SpacingMm(wanted) => {
                let present = grid
                    .spacing()
                    .millimetres()
                    .ok_or(PreprocessError::UnknownSpacing)?;
                if !wanted.iter().all(|d| d.is_finite() && *d > 0.0) {
                    return Err(PreprocessError::BadSpacing(wanted));
                }
                std::array::from_fn(|a| rounded(old[a] as f64 * present[a] / wanted[a]))
            }
            Target::Shrink(factors) => {
                if factors.contains(&0) {
                    return Err(PreprocessError::BadSetting {
                        name: "shrink",
                        value: 0.0,
                        rule: "at least 1 along each axis",
                    });
                }
                std::array::from_fn(|a| rounded(old[a] as f64 / factors[a] as f64))
            }
        };
        within_limit(shape)?;
        Ok(shape)
    }
}

/// Resamples intensities: linear interpolation where voxels get smaller, averages where they get larger.
///
/// Sample positions are voxel centers of the same field of view, (i + ½)·f − ½ with f = old extent / new extent, as in
/// PyTorch's `interpolate(align_corners=False)` and unlike SciPy's `zoom`, which keeps the outermost centers in place.
/// Along an axis that shrinks by an integer factor, a sample is the mean of the voxels it covers; by another factor,
/// the mean of the linear interpolant over the width of the new voxel. Positions beyond the outermost center take its
/// value. Axes are treated one after the other, x first. A linear ramp stays exact away from its ends.
///
/// # Errors
/// See [`Target::shape`].
pub fn linear(scan: &Scan, target: Target) -> Result<Scan, PreprocessError> {
    let shape = target.shape(scan.grid())?;
    let grid = scan.grid().resampled(shape)?;
    let [x, y, z] = shape;
    let mut out = Array4::zeros((x, y, z, scan.channels().len()));
    for (c, channel) in scan.intensities().axis_iter(Axis(3)).enumerate() {
        let mut values = channel.to_owned();
        for axis in 0..3 {
            if values.shape()[axis] != shape[axis] {
                values = along_axis(&values, axis, shape[axis]);
            }
        }
        out.index_axis_mut(Axis(3), c).assign(&values);
    }
    Ok(Scan::new(grid, scan.channels().to_vec(), out)?)
}

/// Resampling for labels and masks: each new voxel takes the value of the old voxel that contains its center.
///
/// A center on the border between two voxels takes the deeper one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    from: [usize; 3],
    to: [usize; 3],
}

impl Nearest {
    /// The step from a grid to a target.
    ///
    /// # Errors
    /// See [`Target::shape`].
    pub fn new(grid: &Grid, target: Target) -> Result<Self, PreprocessError> {
        Ok(Self {
            from: grid.shape(),
            to: target.shape(grid)?,
        })
    }
}

impl Rearrangement for Nearest {
    fn grid(&self, source: &Grid) -> Result<Grid, PreprocessError> {
        Ok(source.resampled(self.to)?)
    }

    fn source(&self, voxel: [usize; 3]) -> Option<[usize; 3]> {
        // (i + ½)·from/to in integers, which has no rounding.
        Some(std::array::from_fn(|a| {
            (2 * voxel[a] + 1) * self.from[a] / (2 * self.to[a])
        }))
    }
}

fn rounded(extent: f64) -> usize {
    (extent.round() as usize).max(1)
}

fn along_axis(values: &Array3<f32>, axis: usize, extent: usize) -> Array3<f32> {
    let taps = taps(values.shape()[axis], extent);
    let mut shape = values.raw_dim();
    shape[axis] = extent;
    let mut out = Array3::zeros(shape);
    Zip::from(out.lanes_mut(Axis(axis)))
        .and(values.lanes(Axis(axis)))
        .par_for_each(|mut new, old| {
            for (value, (first, weights)) in new.iter_mut().zip(&taps) {
                let sum: f64 = weights
                    .iter()
                    .enumerate()
                    .map(|(i, weight)| weight * f64::from(old[first + i]))
                    .sum();
                *value = sum as f32;
            }
        });
    out
}

/// For each new sample the first old sample and the weights from there on; weights sum to one.
fn taps(old: usize, new: usize) -> Vec<(usize, Vec<f64>)> {
    let factor = old as f64 / new as f64;
    let weights_of = |i: usize| -> (usize, Vec<f64>) {
        if old.is_multiple_of(new) {
            let count = old / new;
            return (i * count, vec![1.0 / count as f64; count]);
        }
        let center = (i as f64 + 0.5) * factor - 0.5;
        let half_width = if factor > 1.0 { factor / 2.0 } else { 0.0 };
        let first = ((center - half_width).floor().max(0.0) as usize).min(old - 1);
        let last = ((center + half_width).ceil().max(0.0) as usize).min(old - 1);
        let weights = (first..=last)
            .map(|j| weight(j, old, center, half_width))
            .collect();
        (first, weights)
    };
    (0..new).map(weights_of).collect()
}

/// Share of old sample `j` in the linear interpolant at `center`, or in its mean over ±`half_width`.
fn weight(j: usize, old: usize, center: f64, half_width: f64) -> f64 {
    let integral = |position: f64| {
        let place = position.clamp(0.0, (old - 1) as f64);
        let hat = hat_integral(place - j as f64);
        // Beyond the ends the interpolant is the outermost sample.
        let beyond = if j == 0 { position.min(0.0) } else { 0.0 }
            + if j == old - 1 {
                (position - place).max(0.0)
            } else {
                0.0
            };
        hat + beyond
    };
    if half_width > 0.0 {
        (integral(center + half_width) - integral(center - half_width)) / (2.0 * half_width)
    } else {
        let place = center.clamp(0.0, (old - 1) as f64);
        (1.0 - (place - j as f64).abs()).max(0.0)
    }
}

/// Integral of the hat function max(0, 1 − |u|) from −∞ to `u`.
fn hat_integral(u: f64) -> f64 {
    let u = u.clamp(-1.0, 1.0);
    if u < 0.0 {
        (1.0 + u).powi(2) / 2.0
    } else {
        1.0 - (1.0 - u).powi(2) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;
    use rsom_volume::{Mask, Spacing};

    use super::*;

    fn scan(values: Array3<f32>) -> Scan {
        let shape = [values.dim().0, values.dim().1, values.dim().2];
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        Scan::new(grid, vec!["HF".into()], values.insert_axis(Axis(3))).unwrap()
    }

    fn line(values: &[f32]) -> Scan {
        scan(Array3::from_shape_vec((values.len(), 1, 1), values.to_vec()).unwrap())
    }

    fn to(scan: &Scan, extent: usize) -> Vec<f32> {
        let out = linear(scan, Target::Shape([extent, 1, 1])).unwrap();
        out.intensities().iter().copied().collect()
    }

    #[test]
    fn enlarging_equals_pytorch_interpolate_without_aligned_corners() {
        // Centers −0.2, 0.4, 1.0, 1.6, 2.2 by its formula, the outer ones clamped.
        let expected = [1.0, 1.4, 2.0, 3.2, 4.0];
        for (got, want) in to(&line(&[1.0, 2.0, 4.0]), 5).iter().zip(expected) {
            assert!((got - want).abs() < 1e-6, "{got} against {want}");
        }
    }

    #[test]
    fn shrinking_by_an_integer_factor_averages_blocks() {
        assert_eq!(
            to(&line(&[1.0, 3.0, 5.0, 9.0, 0.0, 2.0]), 3),
            [2.0, 7.0, 1.0]
        );
        assert_eq!(to(&line(&[1.0, 3.0, 5.0, 9.0, 0.0, 3.0]), 2), [3.0, 4.0]);
    }

    #[test]
    fn labels_follow_the_same_field_of_view() {
        let grid = Grid::new([4, 1, 1], Spacing::RSOM).unwrap();
        let mask = Mask::new(
            grid.clone(),
            Array3::from_shape_vec((4, 1, 1), vec![true, true, false, false]).unwrap(),
        )
        .unwrap();
        let step = Nearest::new(&grid, Target::Shape([8, 1, 1])).unwrap();
        let out = step.mask(&mask).unwrap();
        assert_eq!(out.count(), 4);
        assert!(out.voxels()[[3, 0, 0]] && !out.voxels()[[4, 0, 0]]);
        assert!(
            out.grid()
                .require_same(&grid.resampled([8, 1, 1]).unwrap())
                .is_ok()
        );
    }

    #[test]
    fn a_spacing_in_mm_needs_a_known_one_and_keeps_the_field_of_view() {
        let image = scan(Array3::zeros((10, 10, 40)));
        let out = linear(&image, Target::SpacingMm([0.024, 0.012, 0.006])).unwrap();
        assert_eq!(out.grid().shape(), [5, 10, 20]);
        let unknown = Grid::new([2, 2, 2], Spacing::Unknown).unwrap();
        assert_eq!(
            Target::SpacingMm([1.0; 3]).shape(&unknown),
            Err(PreprocessError::UnknownSpacing)
        );
        assert!(matches!(
            Target::SpacingMm([1e-12; 3]).shape(image.grid()),
            Err(PreprocessError::TooLarge { .. })
        ));
        assert!(matches!(
            Target::Shape([0, 1, 1])
                .shape(image.grid())
                .map(|s| image.grid().resampled(s)),
            Ok(Err(_))
        ));
    }

    proptest! {
        #[test]
        fn a_linear_ramp_is_exact_away_from_its_ends(old in 8_usize..40, new in 1_usize..60, slope in -3.0_f32..3.0) {
            let ramp: Vec<f32> = (0..old).map(|i| slope * i as f32 + 1.0).collect();
            let factor = old as f64 / new as f64;
            for (i, got) in to(&line(&ramp), new).iter().enumerate() {
                let center = (i as f64 + 0.5) * factor - 0.5;
                let reach = if factor > 1.0 { factor / 2.0 } else { 0.0 };
                let inside = center - reach >= 0.0 && center + reach <= (old - 1) as f64;
                if inside || old.is_multiple_of(new) {
                    let want = f64::from(slope) * center + 1.0;
                    prop_assert!((f64::from(*got) - want).abs() < 1e-4, "{got} against {want}");
                }
            }
        }

        #[test]
        fn weights_sum_to_one(old in 1_usize..50, new in 1_usize..50) {
            for (first, weights) in taps(old, new) {
                prop_assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert!(first + weights.len() <= old);
            }
        }

        #[test]
        fn the_nearest_voxel_holds_the_new_center(old in 1_usize..50, new in 1_usize..50) {
            let step = Nearest { from: [old; 3], to: [new; 3] };
            for i in 0..new {
                let from = step.source([i; 3]).unwrap()[0];
                let center = (i as f64 + 0.5) * old as f64 / new as f64;
                prop_assert!(from < old && (from as f64) <= center + 1e-9 && center <= from as f64 + 1.0 + 1e-9);
            }
        }
    }
}

//! The skin surface that the scanner's software found, and the column shifts that level it.

use ndarray::Array2;
use rsom_volume::SkinSurface;

use super::settings::Recipe;
use super::spline::Spline;
use crate::crop::within_limit;
use crate::{PreprocessError, Shifts};

/// The shift of each column that levels the skin: `−round((height − mean height) / 2)`, halves to even. Heights are
/// interpolated by a bicubic spline; beyond the map, the height at its edge is used.
///
/// `columns` and `lateral_mm` are the scan's extents and voxel size along x and y.
///
/// # Errors
/// A map with fewer than four points along an axis; heights that are not finite; steps that are not positive.
pub(super) fn shifts(
    surface: &SkinSurface,
    columns: [usize; 2],
    lateral_mm: [f64; 2],
) -> Result<Shifts, PreprocessError> {
    // Beyond these bounds, positions on the map are not finite.
    let sane = |mm: &f64| (1e-9..1e9).contains(mm);
    let points = surface.heights.dim();
    let few = PreprocessError::BadSkinMap("it has fewer than four points along an axis");
    if points.0.min(points.1) < 4 {
        return Err(few);
    }
    within_limit([points.0, columns[1], 1])?;
    if !surface.step_mm.iter().all(sane) || !surface.heights.iter().all(|h| h.is_finite()) {
        return Err(PreprocessError::BadSkinMap(
            "heights or steps are not finite",
        ));
    }
    // Positions of the scan's columns on the map, in steps of the map; scan and map have the same center.
    let places = |axis: usize, points: usize| -> Vec<f64> {
        let factor = lateral_mm[axis] / surface.step_mm[axis];
        let centre = (columns[axis] as f64 - 1.0) / 2.0;
        let middle = (points as f64 - 1.0) / 2.0;
        let place = |column: usize| (column as f64 - centre) * factor + middle;
        (0..columns[axis]).map(place).collect()
    };
    let (xs, ys) = (places(0, points.0), places(1, points.1));
    // Interpolating along y first and then along x gives the bicubic surface.
    let mut along_y = Array2::zeros((points.0, columns[1]));
    for (row, mut target) in surface.heights.rows().into_iter().zip(along_y.rows_mut()) {
        let spline = Spline::through(row.to_vec()).ok_or_else(|| few.clone())?;
        target
            .iter_mut()
            .zip(&ys)
            .for_each(|(t, y)| *t = spline.at(*y));
    }
    let mut heights = Array2::zeros((columns[0], columns[1]));
    for (line, mut target) in along_y.columns().into_iter().zip(heights.columns_mut()) {
        let spline = Spline::through(line.to_vec()).ok_or_else(|| few.clone())?;
        target
            .iter_mut()
            .zip(&xs)
            .for_each(|(t, x)| *t = spline.at(*x));
    }
    let mean = heights.sum() / heights.len().max(1) as f64;
    let shift = |height: f64| -((height - mean) / 2.0).round_ties_even() as i32;
    Ok(Shifts {
        voxels: heights.mapv(shift),
    })
}

/// Shifts a column; voxels that move in are zero.
///
/// With `Recipe::Gerl2019`, voxels that leave at the bottom enter at the top, as in the released software.
pub(super) fn roll<T: Copy + Default>(column: &mut [T], shift: i32, recipe: Recipe) {
    let len = column.len();
    let by = shift.unsigned_abs() as usize;
    if shift < 0 {
        let by = by.min(len);
        column.copy_within(by.., 0);
        column[len - by..].fill(T::default());
    } else if recipe == Recipe::Gerl2019 {
        column.rotate_right(by % len.max(1));
    } else {
        let by = by.min(len);
        column.copy_within(..len - by, by);
        column[..by].fill(T::default());
    }
}

//! Masks whose axes are z, y, x, as the paper's authors write them.

use std::path::Path;

use rsom_io::ports;
use rsom_parameters::Choice;
use rsom_stage::{StageError, log};
use rsom_volume::{Axes as Order, Grid, Mask, VolumeError};

/// Order of the axes in both mask files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Axes {
    /// Determined from shape and affine.
    Auto,
    /// x, y, z.
    Xyz,
    /// z, y, x.
    Zyx,
}

/// A mask and the file that it was read from.
#[derive(Debug)]
pub struct MaskFile<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its content.
    pub mask: Mask,
}

/// Brings both masks to the axes x, y, z on one grid.
///
/// `Auto` reverses a mask with an identity affine when only its reversed shape equals the shape of the other mask; the
/// mask then takes the other's grid. It reverses both masks when both have an identity affine and 500 voxels along the
/// first axis only, as the authors' volumes do.
///
/// # Errors
/// Exit code 3 with both geometries when the grids do not agree.
pub fn aligned(
    axes: Axes,
    reference: MaskFile<'_>,
    prediction: MaskFile<'_>,
) -> Result<(Mask, Mask), StageError> {
    let (reference_path, prediction_path) = (reference.path, prediction.path);
    let (mut reference, mut prediction) = (reference.mask, prediction.mask);
    let (a, b) = (reference.grid().clone(), prediction.grid().clone());
    let both = match axes {
        Axes::Zyx => true,
        Axes::Xyz => false,
        Axes::Auto => a.is_of_the_authors() && b.is_of_the_authors(),
    };
    if both {
        say(axes, reference_path);
        say(axes, prediction_path);
        reference = reversed(reference_path, reference, None)?;
        prediction = reversed(prediction_path, prediction, None)?;
    } else if axes == Axes::Auto && b.is_reversed_of(&a) {
        say(axes, prediction_path);
        prediction = reversed(prediction_path, prediction, Some(a))?;
    } else if axes == Axes::Auto && a.is_reversed_of(&b) {
        say(axes, reference_path);
        reference = reversed(reference_path, reference, Some(b))?;
    }
    let spacing = ports::require_same_grid(
        reference_path,
        reference.grid(),
        prediction_path,
        prediction.grid(),
    )?;
    let agreed = |mask: Mask| mask.with_spacing(spacing).map_err(StageError::failure);
    Ok((agreed(reference)?, agreed(prediction)?))
}

fn say(axes: Axes, path: &Path) {
    if axes == Axes::Auto {
        log::info(format_args!(
            "{}: interpreted as axes z, y, x (identity affine); --axes overrides this",
            path.display()
        ));
    }
}

fn reversed(path: &Path, mask: Mask, grid: Option<Grid>) -> Result<Mask, StageError> {
    let at = |e: VolumeError| StageError::input(path, e);
    let turned = Order::ZYX.mask(mask).map_err(at)?;
    match grid {
        Some(grid) => Mask::new(grid, turned.into_parts().1).map_err(at),
        None => Ok(turned),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::Spacing;

    use super::*;

    const IDENTITY: [[f64; 4]; 3] = [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ];

    fn original(shape: [usize; 3]) -> Mask {
        let grid = Grid::with_affine(shape, Spacing::Unknown, IDENTITY).unwrap();
        let voxels = Array3::from_shape_fn(shape, |(z, _, x)| z == x + 1);
        Mask::new(grid, voxels).unwrap()
    }

    fn ours(shape: [usize; 3]) -> Mask {
        let voxels = Array3::from_shape_fn(shape, |(x, _, z)| z == x + 1);
        Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
    }

    fn align(axes: Axes, a: Mask, b: Mask) -> Result<(Mask, Mask), StageError> {
        let file = |name: &'static str, mask| MaskFile {
            path: Path::new(name),
            mask,
        };
        aligned(axes, file("a.nii", a), file("b.nii", b))
    }

    #[test]
    fn a_mask_of_the_authors_takes_the_grid_of_ours() {
        for (a, b) in [
            (ours([5, 3, 9]), original([9, 3, 5])),
            (original([9, 3, 5]), ours([5, 3, 9])),
        ] {
            let (a, b) = align(Axes::Auto, a, b).unwrap();
            assert_eq!(a, b);
            assert_eq!(a.grid().spacing(), Spacing::RSOM);
        }
    }

    #[test]
    fn two_masks_of_the_authors_are_both_turned() {
        let (a, _) = align(Axes::Auto, original([500, 2, 7]), original([500, 2, 7])).unwrap();
        assert_eq!(a.grid().shape(), [7, 2, 500]);
        assert!(a.voxels()[[3, 0, 4]]);
    }

    #[test]
    fn masks_of_one_shape_are_left_alone_unless_told() {
        let (a, _) = align(Axes::Auto, original([9, 3, 5]), original([9, 3, 5])).unwrap();
        assert_eq!(a.grid().shape(), [9, 3, 5]);
        let (a, _) = align(Axes::Zyx, original([9, 3, 5]), original([9, 3, 5])).unwrap();
        assert_eq!(a.grid().shape(), [5, 3, 9]);
    }

    #[test]
    fn a_mismatch_names_both_files_and_geometries() {
        let error = align(Axes::Xyz, ours([5, 3, 9]), original([9, 3, 5])).unwrap_err();
        assert_eq!(error.exit_code(), rsom_stage::ExitCode::BadInput);
        let message = error.to_string();
        for part in ["a.nii", "b.nii", "5 × 3 × 9", "9 × 3 × 5"] {
            assert!(message.contains(part), "{message}");
        }
    }
}

//! What `convert` does with the orientation of a volume.

use ndarray::{Array, RemoveAxis};
use rsom_parameters::Choice;
use rsom_stage::StageError;
use rsom_volume::{Grid, Orientation};

/// What to do with axes that do not point right, anterior and inferior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Reorientation {
    /// Leave them.
    Keep,
    /// Reorder and flip the voxels; each one keeps its position in space.
    Reorder,
    /// State in the header that the axes point right, anterior and inferior; the voxels stay as they are stored.
    Restate,
}

impl Reorientation {
    /// The grid and the array, whose first three axes are x, y, z, with this orientation.
    ///
    /// # Errors
    /// None for a valid grid.
    pub fn apply<A: Clone, D: RemoveAxis>(
        self,
        grid: &Grid,
        array: Array<A, D>,
    ) -> Result<(Grid, Array<A, D>), StageError> {
        let turned = match self {
            Self::Keep => (Ok(grid.clone()), array),
            Self::Reorder => {
                let orientation = Orientation::of(grid);
                (orientation.grid_to_rai(grid), orientation.to_rai(&array))
            }
            Self::Restate => (Grid::new(grid.shape(), grid.spacing()), array),
        };
        Ok((turned.0.map_err(StageError::failure)?, turned.1))
    }
}

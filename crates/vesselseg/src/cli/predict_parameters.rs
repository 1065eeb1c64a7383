//! The parameters of prediction that `predict` and `calibrate` share.

use std::path::Path;

use rsom_io::fault::load_weights;
use rsom_nn::{Computing, NeuralNetwork};
use rsom_parameters::Parameters;
use rsom_stage::StageError;

use crate::{Blocks, Model, PredictSettings};

/// The parameters of prediction that `predict` and `calibrate` share.
#[derive(Debug, Parameters)]
pub(super) struct PredictParameters {
    /// Numbers of blocks along x, y, z; group norms take their statistics from each block separately (unset: those of the
    /// weights file; 2,1,1 for the original weights, as in the released pipeline).
    #[parameter(min = 1, advanced)]
    blocks: Option<Blocks>,
    /// Largest extents of a tile along x, y, z. Smaller tiles need less memory and more time; the result is the same except
    /// for rounding.
    #[parameter(default = PredictSettings::TILE, min = 1, unit = "voxels")]
    pub(super) tile_vox: [usize; 3],
    #[parameter(flatten)]
    computing: Computing,
}

impl PredictParameters {
    /// Loads weights onto the device and sets the blocks.
    ///
    /// # Errors
    /// Returns an error with exit code 2 if the device is not available, and with exit code 3 if the file is not a weights
    /// file of this stage.
    pub(super) fn load(&self, weights: &Path) -> Result<Model, StageError> {
        let device = self.computing.device.device().map_err(StageError::usage)?;
        let mut model = load_weights(weights, Model::from_bytes)?;
        let network = model.network.on(&device).map_err(StageError::failure)?;
        model.network = network.with_convolutions(self.computing.convolutions);
        model.blocks = self.blocks.unwrap_or(model.blocks);
        Ok(model)
    }
}

//! Parameters that say how a network is computed, which commands share.

use rsom_stage::Parameter;
use rsom_training::cli::{convolutions, device};

use crate::PredictSettings;

/// What a network is computed on, and how convolutions are.
pub(super) fn computing() -> [Parameter; 2] {
    [device(), convolutions()]
}

/// Blocks that are images of their own to norms.
pub(super) fn blocks(unset: &str) -> Parameter {
    let about = format!(
        "Blocks along x, y, z from which group norms take their statistics, each by itself ({unset})"
    );
    Parameter::integers("blocks", &about).count(3).at_least(1.0)
}

/// What [`blocks`] are where they are those of a weights file.
pub(super) const OF_WEIGHTS: &str = "unset: those of the weights file; 2,1,1 for the original weights, as the released pipeline has it";

/// Tiles of prediction.
pub(super) fn tile() -> Parameter {
    Parameter::integers("tile_vox", "Largest extents along x, y, z of what is in the network at a time: less memory, more time, the same result but for rounding")
        .count(3)
        .at_least(1.0)
        .default(PredictSettings::TILE.to_vec())
        .unit("voxels")
}

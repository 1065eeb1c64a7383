//! The parameters of `train` that cut scans into tiles.

use rsom_parameters::Parameters;
use rsom_stage::{Invocation, StageError};
use serde_json::Value;

use crate::Tiling;

/// Numbers of tiles of a scan along x, y, z in the paper.
const PARTS: [usize; 3] = [3; 3];
/// Default number of random tiles per scan: the number of tiles in the paper.
const DRAWN: usize = 27;

/// The parameters of `train` that cut scans into tiles.
#[derive(Debug, Parameters)]
pub(super) struct TileParameters {
    /// Numbers of tiles along x, y, z into which each training scan is cut; each epoch uses all tiles (unset: 3,3,3 as in the
    /// paper, or --tile-vox).
    #[parameter(min = 1, max = 4096)]
    tiles: Option<[usize; 3]>,
    /// Extents along x, y, z of training tiles at random positions; replaces --tiles.
    #[parameter(min = 1, max = 4096, unit = "voxels")]
    tile_vox: Option<[usize; 3]>,
    /// Number of random tiles per scan and epoch, with --tile-vox (unset: 27).
    #[parameter(min = 1, max = 1_000_000, advanced)]
    tiles_per_scan: Option<usize>,
    /// Fraction of the random tiles that are placed around a random vessel voxel, with --tile-vox (unset: 0).
    #[parameter(min = 0, max = 1, advanced)]
    foreground_share: Option<f64>,
}

impl TileParameters {
    /// The tiling of training scans.
    ///
    /// # Errors
    /// Returns an error with exit code 2 if parameters exclude each other.
    pub(super) fn tiling(&self) -> Result<Tiling, StageError> {
        let usage = |text: &str| Err(StageError::usage(text));
        let (count, share) = (self.tiles_per_scan, self.foreground_share);
        match (self.tile_vox, self.tiles) {
            (Some(_), Some(_)) => usage("give --tiles or --tile-vox, not both"),
            (None, _) if count.is_some() || share.is_some() => {
                usage("--tiles-per-scan and --foreground-share need --tile-vox")
            }
            (None, parts) => Ok(Tiling::Partition(parts.unwrap_or(PARTS))),
            (Some(extents), None) => Ok(Tiling::Drawn {
                extents,
                count: count.unwrap_or(DRAWN),
                foreground_share: share.unwrap_or(0.0),
            }),
        }
    }
}

/// The invocation with the resolved values of the tiling, for the provenance of the outputs.
pub(super) fn stated(tiling: &Tiling, invocation: &Invocation) -> Invocation {
    let mut parameters = invocation.resolved_parameters().clone();
    let values: Vec<(&str, Value)> = match *tiling {
        Tiling::Partition(parts) => vec![("tiles", parts.to_vec().into())],
        Tiling::Drawn {
            count,
            foreground_share,
            ..
        } => vec![
            ("tiles_per_scan", count.into()),
            ("foreground_share", foreground_share.into()),
        ],
    };
    for (name, value) in values {
        let slot = parameters.entry(name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value;
        }
    }
    invocation.clone().with_parameters(parameters)
}

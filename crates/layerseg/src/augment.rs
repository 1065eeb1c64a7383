//! Data augmentation: a random shift in depth and a random mirror along x for each volume and epoch.

use rand::RngExt;
use rsom_nn::rng;
use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

/// Ranges of the random placements in training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Smallest and largest random shift in depth, as fractions of the depth; one shift for each scan and epoch.
    ///
    /// Positive values shift the content deeper. The paper shifts by −50 to 200 of 500 voxels: −0.1 to 0.4.
    #[parameter(default = [-0.1, 0.4], min = -1, max = 1, check = ascending, advanced)]
    pub z_shift: [f64; 2],
    /// Mirror each scan along x with probability 0.5 in each epoch.
    pub mirror: bool,
}

/// Shift and mirror of all B-scans of one volume in one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// Shift of the content in rows; positive is deeper into the tissue. Rows without content are 0.
    pub shift_rows: i64,
    /// Mirror along x.
    pub mirror: bool,
}

fn ascending([low, high]: &[f64; 2]) -> Result<(), String> {
    match low <= high {
        true => Ok(()),
        false => Err(format!(
            "{low} is above {high}; give the smaller shift first"
        )),
    }
}

impl Augmentation {
    /// Draws the placement of a volume of `rows` rows in an epoch. The shift is uniform over the whole numbers between the
    /// two bounds, which are rounded to rows and included. The mirror has probability 0.5.
    ///
    /// The result depends only on seed, epoch and volume, so that a resumed run makes the same draws as an uninterrupted
    /// run.
    #[must_use]
    pub fn draw(&self, seed: u64, epoch: usize, volume: usize, rows: usize) -> Placement {
        let mut stream = rng::stream(seed, &format!("augment/{epoch}/{volume}"));
        let [low, high] = self
            .z_shift
            .map(|share| (share * rows as f64).round() as i64);
        let shift_rows = stream.random_range(low..=high.max(low));
        let coin = stream.random_range(0..2) == 1;
        Placement {
            shift_rows,
            mirror: self.mirror && coin,
        }
    }
}

impl Placement {
    /// No shift and no mirror.
    pub const NONE: Self = Self {
        shift_rows: 0,
        mirror: false,
    };

    /// The row of the volume that the shift moves to `row`; `None` if there is none.
    pub(crate) fn source_row(&self, row: usize, rows: usize) -> Option<usize> {
        let source = usize::try_from(row as i64 - self.shift_rows).ok()?;
        (source < rows).then_some(source)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAPER: Augmentation = Augmentation {
        z_shift: [-0.1, 0.4],
        mirror: true,
    };

    #[test]
    fn the_papers_range_is_reached_at_both_ends_and_not_left() {
        let draws: Vec<Placement> = (0..4000).map(|v| PAPER.draw(3, 1, v, 500)).collect();
        let shifts = || draws.iter().map(|p| p.shift_rows);
        assert_eq!((shifts().min(), shifts().max()), (Some(-50), Some(200)));
        // 4000 fair coins: 2000 ± 5 standard deviations of 31.6.
        let mirrored = draws.iter().filter(|p| p.mirror).count();
        assert!((1842..2158).contains(&mirrored), "{mirrored}");
    }

    proptest! {
        #[test]
        fn a_placement_depends_on_seed_epoch_and_volume_alone(seed: u64, epoch in 0_usize..99, volume in 0_usize..99) {
            prop_assert_eq!(PAPER.draw(seed, epoch, volume, 300), PAPER.draw(seed, epoch, volume, 300));
            let still = Augmentation { z_shift: [0.0, 0.0], mirror: false };
            prop_assert_eq!(still.draw(seed, epoch, volume, 300), Placement::NONE);
        }
    }
}

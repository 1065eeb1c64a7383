//! Data augmentation: random flips, transposes and intensity curves for each tile and epoch.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rsom_nn::rng;
use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

/// Largest intensity of a prepared scan; an intensity curve without gain maps it to itself.
const TOP: f32 = 255.0;
/// Range of the position of the knee, as fractions of the largest intensity.
const KNEES: [f64; 2] = [0.2, 0.8];

/// Ranges of the random changes in training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Flip each tile along x with probability 0.5.
    #[parameter(advanced)]
    pub flip_x: bool,
    /// Flip each tile along y with probability 0.5.
    #[parameter(advanced)]
    pub flip_y: bool,
    /// Flip each tile along z with probability 0.5.
    #[parameter(advanced)]
    pub flip_z: bool,
    /// Exchange x and y of each tile with probability 0.5; the voxel sizes along x and y must be equal.
    #[parameter(advanced)]
    pub transpose: bool,
    /// Smallest and largest factor for the intensities; one factor is drawn for each tile and channel.
    #[parameter(default = [1.0, 1.0], above = 0, max = 1000, check = ascending, advanced)]
    pub gain: [f64; 2],
    /// Largest bend of a random intensity curve, drawn for each tile and channel: from 0 (no bend) to below 1. Intensities
    /// must range from 0 to 255.
    ///
    /// The curve has two straight segments, from 0 to the knee and from the knee to 255.
    #[parameter(default = 0.0, min = 0, below = 1, advanced)]
    pub knee: f64,
}

/// The random changes of one tile.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Exchange x and y, before the flips.
    pub transpose: bool,
    /// Flip along x, y, z.
    pub flip: [bool; 3],
    /// Intensity curve of each channel; empty for unchanged intensities.
    pub curves: Vec<Curve>,
}

/// An intensity curve: one line from 0 to the knee, another from the knee through 255, then a gain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// Input intensity at the knee.
    pub from: f32,
    /// Output intensity at the knee, before the gain.
    pub to: f32,
    /// Factor for all output intensities.
    pub gain: f32,
}

fn ascending([low, high]: &[f64; 2]) -> Result<(), String> {
    match low <= high {
        true => Ok(()),
        false => Err(format!(
            "{low} is above {high}; give the smaller factor first"
        )),
    }
}

impl Augmentation {
    /// No changes.
    pub const NONE: Self = Self {
        flip_x: false,
        flip_y: false,
        flip_z: false,
        transpose: false,
        gain: [1.0; 2],
        knee: 0.0,
    };

    /// Draws the change of a tile in an epoch.
    ///
    /// The result depends only on seed, epoch, volume and tile index, so that a resumed run makes the same draws as an
    /// uninterrupted run.
    #[must_use]
    pub fn draw(&self, seed: u64, [epoch, volume, tile]: [usize; 3], channels: usize) -> Change {
        let mut stream = rng::stream(seed, &format!("augment/{epoch}/{volume}/{tile}"));
        let mut coin = || stream.random_range(0..2) == 1;
        let flips = [self.flip_x, self.flip_y, self.flip_z];
        let flip = flips.map(|allowed| coin() && allowed);
        let transpose = coin() && self.transpose;
        let curves = match self.knee == 0.0 && self.gain == [1.0; 2] {
            true => Vec::new(),
            false => (0..channels).map(|_| self.curve(&mut stream)).collect(),
        };
        Change {
            transpose,
            flip,
            curves,
        }
    }

    /// Draws a curve. The knee is at a fraction a of the intensity range and is moved by up to `knee · min(a, 1 − a)`, so
    /// that the curve always rises.
    fn curve(&self, stream: &mut ChaCha8Rng) -> Curve {
        let mut uniform = |low: f64, high: f64| {
            let share = f64::from(rng::unit_f32(stream.random()));
            low + share * (high - low)
        };
        let from = uniform(KNEES[0], KNEES[1]);
        let by = uniform(-self.knee, self.knee);
        let to = from + by * from.min(1.0 - from);
        Curve {
            from: from as f32 * TOP,
            to: to as f32 * TOP,
            gain: uniform(self.gain[0], self.gain[1]) as f32,
        }
    }
}

impl Curve {
    /// Maps an intensity.
    #[must_use]
    pub fn apply(&self, intensity: f32) -> f32 {
        let bent = if intensity <= self.from {
            intensity * (self.to / self.from)
        } else {
            TOP - (TOP - intensity) * ((TOP - self.to) / (TOP - self.from))
        };
        bent * self.gain
    }
}

impl Change {
    /// No change.
    pub const NONE: Self = Self {
        transpose: false,
        flip: [false; 3],
        curves: Vec::new(),
    };

    /// Extents along x, y, z after the change of a tile with these extents.
    #[must_use]
    pub fn extents(&self, [x, y, z]: [usize; 3]) -> [usize; 3] {
        match self.transpose {
            true => [y, x, z],
            false => [x, y, z],
        }
    }

    /// Transposes and flips a tile with these extents along x, y, z. `values` has the order (channel, z, y, x).
    #[must_use]
    pub fn moved(&self, values: Vec<f32>, extents: [usize; 3]) -> Vec<f32> {
        if !self.transpose && self.flip == [false; 3] {
            return values;
        }
        let [width, height, depth] = self.extents(extents);
        let at = |axis: usize, index: usize, len: usize| match self.flip[axis] {
            true => len - 1 - index,
            false => index,
        };
        let size = width * height * depth;
        let mut moved = Vec::with_capacity(values.len());
        for channel in values.chunks(size.max(1)) {
            for k in 0..depth {
                let plane = &channel[at(2, k, depth) * width * height..];
                for j in 0..height {
                    let j = at(1, j, height);
                    let column = |i: usize| match self.transpose {
                        true => plane[at(0, i, width) * height + j],
                        false => plane[j * width + at(0, i, width)],
                    };
                    moved.extend((0..width).map(column));
                }
            }
        }
        moved
    }

    /// Applies the intensity curves to a tile in the order (channel, …).
    pub fn bend(&self, values: &mut [f32]) {
        if self.curves.is_empty() {
            return;
        }
        let size = values.len() / self.curves.len();
        for (curve, values) in self.curves.iter().zip(values.chunks_mut(size.max(1))) {
            values.iter_mut().for_each(|v| *v = curve.apply(*v));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: Augmentation = Augmentation {
        flip_x: true,
        flip_y: true,
        flip_z: true,
        transpose: true,
        gain: [0.8, 1.2],
        knee: 0.6,
    };

    #[test]
    fn every_flip_and_transpose_comes_up_in_half_of_the_tiles() {
        let changes: Vec<Change> = (0..4000).map(|tile| ALL.draw(3, [1, 2, tile], 1)).collect();
        for which in 0..4 {
            let of = |c: &&Change| {
                if which < 3 {
                    c.flip[which]
                } else {
                    c.transpose
                }
            };
            // 4000 fair coins: 2000 ± 5 standard deviations of 31.6.
            let count = changes.iter().filter(of).count();
            assert!((1842..2158).contains(&count), "{which}: {count}");
        }
    }

    #[test]
    fn a_transpose_and_a_flip_by_hand() {
        // x runs fastest: 3 along x, 2 along y.
        let tile = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let change = Change {
            transpose: true,
            ..Change::NONE
        };
        assert_eq!(
            change.moved(tile.clone(), [3, 2, 1]),
            [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
        );
        let change = Change {
            flip: [true, false, false],
            ..Change::NONE
        };
        assert_eq!(
            change.moved(tile, [3, 2, 1]),
            [3.0, 2.0, 1.0, 6.0, 5.0, 4.0]
        );
    }

    proptest! {
        #[test]
        fn a_change_depends_on_seed_epoch_volume_and_tile_alone(seed: u64, at in [0_usize..99, 0..99, 0..99]) {
            prop_assert_eq!(ALL.draw(seed, at, 2), ALL.draw(seed, at, 2));
            prop_assert_eq!(Augmentation::NONE.draw(seed, at, 2), Change::NONE);
        }

        #[test]
        fn a_flip_done_twice_and_a_transpose_done_twice_change_nothing(
            extents in [1_usize..6, 1..6, 1..6], flip in proptest::array::uniform3(any::<bool>()), transpose: bool,
        ) {
            let tile: Vec<f32> = (0..2 * extents.iter().product::<usize>()).map(|i| i as f32).collect();
            let flips = Change { flip, ..Change::NONE };
            let twice = flips.moved(flips.moved(tile.clone(), extents), extents);
            prop_assert_eq!(&twice, &tile);
            let turn = Change { transpose, ..Change::NONE };
            let twice = turn.moved(turn.moved(tile.clone(), extents), turn.extents(extents));
            prop_assert_eq!(&twice, &tile);
            // Changes only move voxels: the sorted values stay the same.
            let mut all = Change { flip, ..turn }.moved(tile.clone(), extents);
            all.sort_by(f32::total_cmp);
            prop_assert_eq!(all, tile);
        }

        #[test]
        fn a_curve_without_gain_rises_and_keeps_both_ends(seed: u64, knee in 0.0_f64..0.99) {
            let curves = Augmentation { knee, gain: [1.0, 1.0 + 1e-9], ..ALL }.draw(seed, [0; 3], 2).curves;
            for curve in curves {
                let curve = Curve { gain: 1.0, ..curve };
                prop_assert_eq!(curve.apply(0.0), 0.0);
                prop_assert_eq!(curve.apply(255.0), 255.0);
                prop_assert!((curve.apply(curve.from) - curve.to).abs() < 1e-3);
                let along: Vec<f32> = (0..=255).map(|v| curve.apply(v as f32)).collect();
                prop_assert!(along.windows(2).all(|pair| pair[0] < pair[1]), "{curve:?}");
            }
        }

        #[test]
        fn gains_stay_within_their_range(seed: u64, low in 0.1_f64..1.0, more in 0.0_f64..2.0) {
            let gain = [low, low + more];
            for curve in (Augmentation { gain, ..ALL }).draw(seed, [0; 3], 2).curves {
                prop_assert!((low - 1e-6..=low + more + 1e-6).contains(&f64::from(curve.gain)));
            }
        }
    }
}

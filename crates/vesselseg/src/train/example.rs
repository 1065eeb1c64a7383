//! Training examples: a scan and its reference mask.

use ndarray::{Array4, Axis};
use rsom_nn::InputScaling;
use rsom_volume::{Mask, Scan};

use crate::augment::Change;
use crate::blocks::{Region, grown};
use crate::voxels::{Voxels, patch, whole};
use crate::{NetworkConfig, VesselsegError};

/// A scan and its reference mask.
#[derive(Debug, Clone)]
pub struct Example {
    scan: Voxels,
    /// Reference of shape (x, y, z, 1): 1 is vessel, 0 is background.
    mask: Array4<u8>,
    /// Cumulative number of vessel voxels up to and including each x.
    counts: Vec<usize>,
    spacing: [f64; 3],
}

impl Example {
    /// Creates an example from a scan and its reference mask.
    ///
    /// # Errors
    /// Returns an error if the grids differ, or if intensities are NaN or infinite.
    pub fn new(scan: &Scan, mask: &Mask) -> Result<Self, VesselsegError> {
        scan.grid().require_same(mask.grid())?;
        let planes = mask.voxels().axis_iter(Axis(0));
        let counts = planes.scan(0, |sum, plane| {
            *sum += plane.iter().filter(|inside| **inside).count();
            Some(*sum)
        });
        Ok(Self {
            scan: Voxels::of_scan(scan)?,
            counts: counts.collect(),
            mask: mask.voxels().mapv(u8::from).insert_axis(Axis(3)),
            spacing: scan.grid().spacing().or_unit(),
        })
    }

    /// Checks that the scan fits the network and, if `transposed`, that x and y can be exchanged.
    ///
    /// # Errors
    /// Returns an error if the scan has another number of channels than the network, or if `transposed` is set and the voxel
    /// sizes along x and y differ.
    pub fn check(&self, network: &NetworkConfig, transposed: bool) -> Result<(), VesselsegError> {
        if self.channels() != network.in_channels() {
            return Err(VesselsegError::Channels {
                scan: self.channels(),
                network: network.in_channels(),
            });
        }
        let [x, y, _] = self.spacing;
        if transposed && (x - y).abs() > 1e-6 * x.abs() {
            return Err(VesselsegError::NotSquare { spacing: [x, y] });
        }
        Ok(())
    }

    /// Extents along x, y, z in voxels.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        self.scan.dim().0
    }

    /// Number of channels of the scan.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.scan.dim().1
    }

    /// Number of voxels, and number of vessel voxels.
    #[must_use]
    pub fn voxels(&self) -> [usize; 2] {
        let vessels = self.counts.last().copied().unwrap_or(0);
        [self.mask.len(), vessels]
    }

    /// Position (x, y, z) of the vessel voxel with this index, counted with x slowest and z fastest.
    pub(super) fn vessel(&self, rank: usize) -> Option<[usize; 3]> {
        let x = self.counts.partition_point(|count| *count <= rank);
        let before = x.checked_sub(1).map_or(0, |x| self.counts[x]);
        let plane = (x < self.counts.len()).then(|| self.mask.index_axis(Axis(0), x))?;
        let inside = plane.indexed_iter().filter(|(_, value)| **value != 0);
        let ((y, z, _), _) = inside.into_iter().nth(rank - before)?;
        Some([x, y, z])
    }

    /// The scaled input of a region in the order (channel, z, y, x), with intensity 0 outside `kept`.
    pub(super) fn input(&self, kept: &Region, region: &Region, scaling: InputScaling) -> Vec<f32> {
        self.scan.patch(kept, region, scaling)
    }

    /// The reference of a region in the order (z, y, x): 1 is vessel, 0 is background.
    pub(super) fn target(&self, region: &Region) -> Vec<f32> {
        let all = whole(self.shape());
        patch(&self.mask.view(), &all, region, InputScaling::IDENTITY)
    }

    /// Input and reference of a tile after a change. The input has a margin on each side, and at the end of each axis as many
    /// voxels as its extents need to be multiples.
    pub(super) fn tile(
        &self,
        tile: &Region,
        change: &Change,
        frame: Frame,
        scaling: InputScaling,
    ) -> (Vec<f32>, Vec<f32>) {
        let extents = |region: &Region| region.clone().map(|range| range.len());
        let seen = frame.seen(tile, change);
        let all = whole(self.shape());
        let raw = self.input(&all, &seen, InputScaling::IDENTITY);
        let mut input = change.moved(raw, extents(&seen));
        change.bend(&mut input);
        input.iter_mut().for_each(|v| *v = scaling.apply(*v));
        let target = change.moved(self.target(tile), extents(tile));
        (input, target)
    }
}

/// The additional input of a network around a tile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Margin on each side in voxels.
    pub margin: usize,
    /// Extents without margins are rounded up to multiples of this number.
    pub multiple: usize,
}

impl Frame {
    /// Extents of the input along x, y, z for a tile of these extents.
    pub(super) fn extents(self, tile: [usize; 3]) -> [usize; 3] {
        tile.map(|n| n.next_multiple_of(self.multiple) + 2 * self.margin)
    }

    /// The region of the scan that the change maps to the input.
    fn seen(self, tile: &Region, change: &Change) -> Region {
        let mut seen = grown(tile, self.margin);
        let changed = change.extents(tile.clone().map(|range| range.len()));
        for (axis, extent) in changed.into_iter().enumerate() {
            let more = (extent.next_multiple_of(self.multiple) - extent) as isize;
            let before = match axis {
                0 | 1 if change.transpose => 1 - axis,
                _ => axis,
            };
            match change.flip[axis] {
                true => seen[before].start -= more,
                false => seen[before].end += more,
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;
    use rsom_volume::{Grid, Spacing};

    use super::*;
    use crate::VesselNetConfig;

    fn example(shape: [usize; 3], spacing: Spacing) -> Example {
        let grid = Grid::new(shape, spacing).unwrap();
        let [x, y, z] = shape;
        let inside = Array3::from_shape_fn((x, y, z), |(x, y, z)| (x * 5 + y * 3 + z) % 7 == 0);
        let values = inside.mapv(|i| if i { 200.5 } else { 0.0 });
        let scan = Scan::new(grid.clone(), vec!["LF".into()], values.insert_axis(Axis(3))).unwrap();
        Example::new(&scan, &Mask::new(grid, inside).unwrap()).unwrap()
    }

    #[test]
    fn vessel_voxels_are_counted_through_in_order() {
        let example = example([4, 3, 5], Spacing::RSOM);
        let [all, vessels] = example.voxels();
        assert_eq!(all, 60);
        let places: Vec<_> = (0..vessels)
            .map(|rank| example.vessel(rank).unwrap())
            .collect();
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(places.iter().all(|[x, y, z]| (x * 5 + y * 3 + z) % 7 == 0));
        assert_eq!(example.vessel(vessels), None);
    }

    #[test]
    fn voxels_that_are_not_square_are_not_exchanged() {
        let flat = example([2, 2, 2], Spacing::Millimetres([0.012, 0.02, 0.003]));
        let network = VesselNetConfig {
            in_channels: 1,
            ..VesselNetConfig::gerl2020(false)
        };
        let network = NetworkConfig::from(network);
        assert!(flat.check(&network, false).is_ok());
        let error = flat.check(&network, true).unwrap_err().to_string();
        assert!(error.contains("0.012") && error.contains("0.02"), "{error}");
    }

    proptest! {
        /// The scan is 200.5 inside the mask and 0 outside. This must still hold after any change, inside the margin.
        #[test]
        fn the_mask_moves_with_the_scan(
            start in [-2_isize..4, -2..4, -2..4], extents in [1_usize..5, 1..5, 1..5], margin in 0_usize..3,
            multiple in 1_usize..5,
            flip in proptest::array::uniform3(any::<bool>()), transpose: bool,
        ) {
            let example = example([6, 5, 7], Spacing::RSOM);
            let tile: Region = std::array::from_fn(|a| start[a]..start[a] + extents[a] as isize);
            let change = Change { flip, transpose, ..Change::NONE };
            let frame = Frame { margin, multiple };
            let (input, target) = example.tile(&tile, &change, frame, InputScaling::IDENTITY);
            let [width, height, depth] = change.extents(extents);
            let [wide, high, deep] = frame.extents([width, height, depth]);
            prop_assert_eq!(input.len(), wide * high * deep);
            for k in 0..depth {
                for j in 0..height {
                    for i in 0..width {
                        let seen = input[((k + margin) * high + j + margin) * wide + i + margin];
                        let inside = target[(k * height + j) * width + i];
                        prop_assert_eq!(seen, 200.5 * inside);
                    }
                }
            }
        }
    }
}

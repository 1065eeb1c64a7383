//! The intensities of a scan in compact form.

use ndarray::{ArrayView4, s};
use rsom_nn::InputScaling;
use rsom_volume::{CompactIntensities, Scan};

use crate::VesselsegError;
use crate::blocks::Region;

/// Finite intensities of a scan, of shape (x, y, z, channel). Whole numbers from 0 to 255 are kept as bytes.
#[derive(Debug, Clone)]
pub struct Voxels(CompactIntensities);

impl Voxels {
    /// Copies the intensities of a scan.
    ///
    /// # Errors
    /// Returns [`VesselsegError::NonFiniteVoxels`] if intensities are NaN or infinite.
    pub fn of_scan(scan: &Scan) -> Result<Self, VesselsegError> {
        require_finite(scan)?;
        Ok(Self(CompactIntensities::of(scan.intensities().view())))
    }

    /// Extents along x, y, z, and the number of channels.
    #[must_use]
    pub fn dim(&self) -> ([usize; 3], usize) {
        let (x, y, z, channels) = self.0.dim();
        ([x, y, z], channels)
    }

    /// Runs [`patch`] on these voxels.
    #[must_use]
    pub fn patch(&self, kept: &Region, region: &Region, scaling: InputScaling) -> Vec<f32> {
        match &self.0 {
            CompactIntensities::Bytes(voxels) => patch(&voxels.view(), kept, region, scaling),
            CompactIntensities::Singles(voxels) => patch(&voxels.view(), kept, region, scaling),
        }
    }
}

/// Checks that all intensities are finite.
///
/// # Errors
/// Returns [`VesselsegError::NonFiniteVoxels`] if intensities are NaN or infinite.
pub fn require_finite(scan: &Scan) -> Result<(), VesselsegError> {
    match scan.count_non_finite() {
        0 => Ok(()),
        count => Err(VesselsegError::NonFiniteVoxels { count }),
    }
}

/// The scaled intensities of a region in the order (channel, z, y, x). Outside `kept`, the intensity before scaling is 0.
pub fn patch<T: Copy + Into<f32>>(
    voxels: &ArrayView4<'_, T>,
    kept: &Region,
    region: &Region,
    scaling: InputScaling,
) -> Vec<f32> {
    let channels = voxels.dim().3;
    let [x, y, z] = region.clone().map(|range| range.len());
    let mut values = vec![scaling.apply(0.0); channels * z * y * x];
    let inside: [_; 3] =
        std::array::from_fn(|a| region[a].start.max(kept[a].start)..region[a].end.min(kept[a].end));
    if inside.iter().any(|range| range.start >= range.end) {
        return values;
    }
    let at = |axis: usize, index: isize| (index - region[axis].start) as usize;
    let depths = inside[2].start as usize..inside[2].end as usize;
    for i in inside[0].clone() {
        for j in inside[1].clone() {
            let column = voxels.slice(s![i as usize, j as usize, depths.clone(), ..]);
            for (k, of_channels) in column.rows().into_iter().enumerate() {
                let k = at(2, inside[2].start) + k;
                for (channel, value) in of_channels.iter().enumerate() {
                    let place = ((channel * z + k) * y + at(1, j)) * x + at(0, i);
                    values[place] = scaling.apply((*value).into());
                }
            }
        }
    }
    values
}

/// The region of a whole scan with these extents.
#[must_use]
pub fn whole(shape: [usize; 3]) -> Region {
    shape.map(|n| 0..n as isize)
}

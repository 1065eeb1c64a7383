//! The statistics of a group norm, accumulated tile by tile.

use candle_core::{DType, Device, Result, Tensor, bail};

use super::GroupNorm;
use crate::host::{Host, with_element};
use rsom_kernels::norm::spreads;
use rsom_kernels::sum::Spread;

/// Mean and variance of each group of channels of one image, accumulated over its tiles.
///
/// Tiles are merged with the pairwise update of Chan, Golub and LeVeque (1979) in double precision. The choice of tiles
/// changes the result by about 1e-12 (relative).
#[derive(Debug, Clone)]
pub struct GroupMoments {
    groups: Vec<Spread>,
    channels: usize,
}

impl GroupMoments {
    /// Empty statistics for the groups of a norm.
    #[must_use]
    pub fn new(norm: &GroupNorm) -> Self {
        Self {
            groups: vec![Spread::default(); norm.groups()],
            channels: norm.channels(),
        }
    }

    /// Adds a tile of shape (1, channels, …).
    ///
    /// # Errors
    /// Returns an error if the number of images or channels is wrong, or if the tile is empty.
    pub fn add(&mut self, tile: &Tensor) -> Result<()> {
        if tile.rank() < 2 || tile.dims()[..2] != [1, self.channels] || tile.elem_count() == 0 {
            bail!(
                "expected a tile of shape (1, {}, …), got {:?}",
                self.channels,
                tile.dims()
            );
        }
        let tile = tile.to_device(&Device::Cpu)?.contiguous()?;
        let run = tile.elem_count() / self.groups.len();
        let host = Host::of(&tile);
        let found = with_element!(tile.dtype(), T => spreads(host.elements::<T>()?, run));
        for (group, found) in self.groups.iter_mut().zip(found) {
            *group = group.merge(found);
        }
        Ok(())
    }

    /// Scale and shift of each channel with which the norm maps the whole image:
    /// `[weight/√(var + eps), bias − mean·scale]`.
    ///
    /// # Errors
    /// Returns an error if the norm has another number of channels or groups.
    pub fn lines(&self, norm: &GroupNorm) -> Result<Vec<[f64; 2]>> {
        let numbers = |t: &Tensor| t.to_dtype(DType::F64)?.to_vec1::<f64>();
        let [weight, bias] = norm.affine();
        let (weight, bias) = (numbers(weight)?, numbers(bias)?);
        if weight.len() != self.channels || norm.groups() != self.groups.len() {
            bail!(
                "the statistics are of {} channels in {} groups, but the norm has {} channels in {} groups",
                self.channels,
                self.groups.len(),
                weight.len(),
                norm.groups()
            );
        }
        let members = self.channels / self.groups.len();
        let line = |(channel, (weight, bias)): (usize, (&f64, &f64))| {
            let group = self.groups[channel / members];
            let variance = group.squares / group.count.max(1.0);
            let scale = weight / (variance + norm.eps()).sqrt();
            [scale, bias - group.mean * scale]
        };
        let affine = weight.iter().zip(&bias);
        Ok(affine.enumerate().map(line).collect())
    }
}

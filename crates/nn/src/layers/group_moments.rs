//! The statistics of a group norm, tile by tile.

use candle_core::{DType, Device, Result, Tensor, bail};

use super::GroupNorm;
use crate::host::{Host, with_element};
use rsom_kernels::norm::spreads;
use rsom_kernels::sum::Spread;

/// Mean and variance of each group of channels of one image that comes in tiles.
///
/// Tiles are merged by the pairwise update of Chan, Golub and LeVeque (1979) in double precision, so that how the image is
/// cut hardly matters (1e-12 of the result).
#[derive(Debug, Clone)]
pub struct GroupMoments {
    groups: Vec<Spread>,
    channels: usize,
}

impl GroupMoments {
    /// Those of no tile yet, for a norm.
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
    /// Another number of images or channels.
    pub fn add(&mut self, tile: &Tensor) -> Result<()> {
        if tile.rank() < 2 || tile.dims()[..2] != [1, self.channels] || tile.elem_count() == 0 {
            bail!(
                "moments of {} channels cannot take a tile of {:?}",
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

    /// Scale and shift of each channel by which the norm maps the whole image: `weight/√(var + eps)` and
    /// `bias − mean·scale`.
    ///
    /// # Errors
    /// A norm of other channels.
    pub fn lines(&self, norm: &GroupNorm) -> Result<Vec<[f64; 2]>> {
        let numbers = |t: &Tensor| t.to_dtype(DType::F64)?.to_vec1::<f64>();
        let [weight, bias] = norm.affine();
        let (weight, bias) = (numbers(weight)?, numbers(bias)?);
        if weight.len() != self.channels || norm.groups() != self.groups.len() {
            bail!("these are moments of {} channels", self.channels);
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

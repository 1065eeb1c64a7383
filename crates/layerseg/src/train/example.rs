//! Training examples: a scan and its reference mask.

use rsom_volume::{Mask, Scan};

use crate::slices::SliceStack;
use crate::{Crop, LayersegError, NetworkConfig};

/// The B-scans of a scan and of its reference mask.
#[derive(Debug, Clone)]
pub struct Example {
    pub(super) image: SliceStack,
    pub(super) mask: SliceStack,
    /// Number of layer voxels.
    pub(super) layer_voxels: usize,
}

impl Example {
    /// Creates an example from a scan and its reference mask.
    ///
    /// # Errors
    /// Returns an error if the grids differ, or if intensities are NaN or infinite.
    pub fn new(scan: &Scan, mask: &Mask) -> Result<Self, LayersegError> {
        scan.grid().require_same(mask.grid())?;
        Ok(Self {
            image: SliceStack::from_scan(scan)?,
            mask: SliceStack::from_mask(mask),
            layer_voxels: mask.count(),
        })
    }

    /// The part of each B-scan that is the input of the network.
    ///
    /// # Errors
    /// Returns an error if the scan has another number of channels than the network, or if its B-scans are too small.
    pub fn crop(&self, network: &NetworkConfig) -> Result<Crop, LayersegError> {
        if self.image.channels() != network.in_channels() {
            return Err(LayersegError::Channels {
                scan: self.image.channels(),
                network: network.in_channels(),
            });
        }
        Crop::to_multiple(self.image.rows(), self.image.columns(), network.multiple())
    }

    /// Number of channels of the scan.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.image.channels()
    }

    /// Whether the reference mask is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layer_voxels == 0
    }

    /// Number of B-scans.
    #[must_use]
    pub fn count(&self) -> usize {
        self.image.count()
    }
}

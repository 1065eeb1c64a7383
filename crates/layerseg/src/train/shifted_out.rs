//! Layers that the random shift in depth moves out of the volume.

use super::LayerTask;
use crate::LayersegError;
use crate::augment::Placement;
use crate::slices::{InputScaling, View};

/// Numbers of B-scans before and after the random shift of the first epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShiftedOut {
    /// Training B-scans that contain the layer before the shift.
    pub with_layer: usize,
    /// Those of them that do not contain it after the shift, so that the network learns an empty mask.
    pub lost: usize,
}

impl LayerTask<'_> {
    /// Counts the training B-scans whose layer leaves the network input by the shift of the first epoch.
    ///
    /// # Errors
    /// Returns an error if an example does not fit the network, which [`LayerTask::new`] has checked.
    pub fn shifted_out(&self) -> Result<ShiftedOut, LayersegError> {
        let mut counts = ShiftedOut::default();
        for (volume, example) in self.training.iter().enumerate() {
            let placement = (self.settings.augmentation).draw(
                self.settings.run.seed,
                1,
                volume,
                example.image.rows(),
            );
            let view = View {
                crop: example.crop(&self.settings.network)?,
                placement,
                scaling: InputScaling::IDENTITY,
            };
            let unmoved = View {
                placement: Placement {
                    shift_rows: 0,
                    ..placement
                },
                ..view
            };
            for y in 0..example.count() {
                let with_layer = example.mask.shows_any(y, &unmoved);
                counts.with_layer += usize::from(with_layer);
                counts.lost += usize::from(with_layer && !example.mask.shows_any(y, &view));
            }
        }
        Ok(counts)
    }
}

//! Layers that the random shift in depth moves out of the volume.

use super::LayerTask;
use crate::LayersegError;
use crate::augment::Placement;
use crate::slices::{InputScaling, View};

/// What the shifts in depth of the first epoch do to the layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShiftedOut {
    /// Training B-scans that hold the layer where they stand.
    pub with_layer: usize,
    /// Those of them that hold nothing of it after the shift: the network is taught that there is no layer.
    pub lost: usize,
}

impl LayerTask<'_> {
    /// Counts the B-scans whose layer the shifts of the first epoch move out of what the network sees.
    ///
    /// # Errors
    /// None that a task allows.
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

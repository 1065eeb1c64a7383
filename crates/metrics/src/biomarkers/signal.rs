//! Signal of an image in vessels, epidermis and dermis.

use ndarray::{Array3, ArrayView3, Zip};
use rsom_measures::schema::{SIGNAL_MEAN, SIGNAL_RATIO};
use rsom_volume::Scan;

use crate::{Measurement, Metric, Status};

/// A signal in a tissue.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// The tissue: `vessels`, `epidermis` or `dermis`; the dermis includes its vessels.
    pub tissue: &'static str,
    /// Name of the channel, or of both channels of a ratio, such as `LF/HF`.
    pub channel: String,
    /// The value.
    pub measurement: Measurement,
}

/// The metrics of a signal.
#[must_use]
pub fn metrics_of_signals() -> Vec<Metric> {
    vec![SIGNAL_MEAN, SIGNAL_RATIO]
}

/// Mean of each channel in each tissue, and the ratio of the first two channels.
///
/// A mask's depth z corresponds to the image's depth z + its offset. Voxels of a mask outside of the image, and values that are no number,
/// are left out.
pub(super) fn signals(
    image: &Scan,
    masks: &[(&'static str, ArrayView3<'_, bool>, isize)],
) -> Vec<Signal> {
    let mut found = Vec::new();
    for (tissue, mask, offset) in masks {
        let mask = moved(mask.view(), *offset, image);
        let mut means = Vec::new();
        for (index, name) in image.channels().iter().enumerate() {
            let Some(channel) = image.channel(index) else {
                continue;
            };
            let (mut sum, mut count) = (0.0_f64, 0_usize);
            Zip::from(&mask).and(&channel).for_each(|set, value| {
                if *set && value.is_finite() {
                    sum += f64::from(*value);
                    count += 1;
                }
            });
            let mean = (count > 0).then(|| sum / count as f64);
            means.push((name, mean));
        }
        let status = Status::of_pair(false, !mask.iter().any(|set| *set));
        let row = |channel: String, measurement| Signal {
            tissue,
            channel,
            measurement,
        };
        for (name, mean) in &means {
            found.push(row((*name).clone(), SIGNAL_MEAN.measured(*mean, status)));
        }
        if let [(first, a), (second, b), ..] = means.as_slice() {
            let ratio = a.zip(*b).filter(|(_, b)| *b != 0.0).map(|(a, b)| a / b);
            let channel = format!("{first}/{second}");
            found.push(row(channel, SIGNAL_RATIO.measured(ratio, status)));
        }
    }
    found
}

/// The voxels of an image that lie in a mask, whose depth z corresponds to the image's depth z + `offset`.
fn moved(mask: ArrayView3<'_, bool>, offset: isize, image: &Scan) -> Array3<bool> {
    let [nx, ny, nz] = image.grid().shape();
    Array3::from_shape_fn((nx, ny, nz), |(x, y, z)| {
        let z = z.checked_add_signed(-offset);
        z.and_then(|z| mask.get((x, y, z)))
            .copied()
            .unwrap_or(false)
    })
}

//! The calibration of ImageJ: a straight line from stored values to values (ImageJ source, `ij/measure/Calibration.java`).

use crate::images::{Picture, Sample, SampleKind};

/// `offset + factor × stored value`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub offset: f64,
    pub factor: f64,
}

impl Line {
    /// The picture with calibrated values.
    ///
    /// # Errors
    /// A picture of colors or of floating-point numbers, which ImageJ does not calibrate.
    pub(super) fn applied(self, picture: Picture) -> Result<Picture, String> {
        let form = picture.form();
        if picture.channels > 1 || picture.sample.kind == SampleKind::Float {
            return Err(format!(
                "TIFF: a calibration by ImageJ (cf=0) of {form} is not supported; remove it in ImageJ (Analyze > Calibrate)"
            ));
        }
        let values = picture.values.into_iter();
        Ok(Picture {
            sample: self.sample(picture.sample),
            values: values
                .map(|stored| self.offset + self.factor * stored)
                .collect(),
            ..picture
        })
    }

    /// The narrowest type of 16 bits that holds all calibrated values, else double precision.
    fn sample(self, stored: Sample) -> Sample {
        let (low, high) = match stored.kind {
            SampleKind::Signed => {
                let half = 2_f64.powi(i32::from(stored.bits) - 1);
                (-half, half - 1.0)
            }
            _ => (0.0, 2_f64.powi(i32::from(stored.bits)) - 1.0),
        };
        let ends = [low, high].map(|end| self.offset + self.factor * end);
        let whole = self.offset.fract() == 0.0 && self.factor.fract() == 0.0;
        let within = |least: f64, most: f64| ends.iter().all(|end| (least..=most).contains(end));
        if whole && within(0.0, 65535.0) {
            return Sample::UINT16;
        }
        let kind = match whole && within(-32768.0, 32767.0) {
            true => SampleKind::Signed,
            false => SampleKind::Float,
        };
        let bits = if kind == SampleKind::Signed { 16 } else { 64 };
        Sample { kind, bits }
    }

    /// What is done, for the reader of the scan.
    pub(super) fn note(self) -> String {
        let Self { offset, factor } = self;
        format!(
            "its values are calibrated as ImageJ's description says: {offset} + {factor} × stored value"
        )
    }
}

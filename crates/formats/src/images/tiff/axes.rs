//! Which page holds which slice and channel.

use super::calibration::Line;

/// The order of the planes of a stack.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axes {
    /// Channels of a slice.
    pub channels: usize,
    /// Index of the page of each plane: slice by slice, the channels of a slice together.
    pub planes: Vec<usize>,
    /// Size of a pixel along columns and rows, and distance of the slices, in mm, where stated.
    pub pixel_mm: [Option<f64>; 3],
    /// How stored values become values, where the file states it.
    pub calibration: Option<Line>,
    /// What the reader of the scan should know.
    pub notes: Vec<String>,
}

/// Numbers of channels, slices and time points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub channels: usize,
    pub slices: usize,
    pub times: usize,
}

impl Axes {
    /// Every page is a slice.
    pub(super) fn slices(pages: usize) -> Self {
        Self {
            channels: 1,
            planes: (0..pages).collect(),
            pixel_mm: [None; 3],
            calibration: None,
            notes: Vec::new(),
        }
    }

    /// Pages in an order of axes: `letters` are `c`, `z` and `t` from the fastest to the slowest.
    ///
    /// # Errors
    /// More than one time point; more planes than pages can be counted.
    pub(super) fn ordered(counts: Counts, letters: [char; 3]) -> Result<Self, String> {
        counts.refuse_times()?;
        let place = |slice: usize, channel: usize| {
            let mut stride = 1;
            let mut place = 0;
            for letter in letters {
                let (index, count) = match letter {
                    'c' => (channel, counts.channels),
                    'z' => (slice, counts.slices),
                    _ => (0, counts.times),
                };
                place += index * stride;
                stride *= count;
            }
            place
        };
        let slices = 0..counts.slices;
        let planes =
            slices.flat_map(|slice| (0..counts.channels).map(move |channel| (slice, channel)));
        Ok(Self {
            channels: counts.channels,
            planes: planes
                .map(|(slice, channel)| place(slice, channel))
                .collect(),
            ..Self::slices(0)
        })
    }
}

impl Counts {
    /// Number of planes.
    pub(super) fn planes(self) -> Option<usize> {
        self.channels
            .checked_mul(self.slices)?
            .checked_mul(self.times)
    }

    /// Refuses several time points.
    pub(super) fn refuse_times(self) -> Result<(), String> {
        match self.times {
            0 | 1 => Ok(()),
            times => Err(format!(
                "TIFF: the file has {times} time points (frames); a scan has one: save one of them, or declare them as slices"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_found_in_any_order_of_axes() {
        let counts = Counts {
            channels: 2,
            slices: 3,
            times: 1,
        };
        let planes = |letters| Axes::ordered(counts, letters).unwrap().planes;
        assert_eq!(planes(['c', 'z', 't']), [0, 1, 2, 3, 4, 5]);
        assert_eq!(planes(['z', 'c', 't']), [0, 3, 1, 4, 2, 5]);
    }
}

//! What a metric is where a mask is empty.

use std::fmt;

/// The value of a metric for an empty mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    /// Missing; the status says which mask is empty.
    Missing,
    /// 0; the status says which mask is empty.
    Zero,
    /// 1; the status says which mask is empty.
    One,
    /// As without an empty mask: the metric does not need the mask that is empty.
    Measured,
}

impl Empty {
    /// The word in the reference.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Empty::Missing => "missing",
            Empty::Zero => "0",
            Empty::One => "1",
            Empty::Measured => "measured",
        }
    }
}

impl fmt::Display for Empty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The values of a metric for empty masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptyCases {
    /// Both masks are empty.
    pub both: Empty,
    /// The prediction alone is empty. Measures of one scan without a reference treat its mask as a prediction.
    pub prediction: Empty,
    /// The reference alone is empty.
    pub reference: Empty,
}

impl EmptyCases {
    /// Missing whenever a mask is empty.
    pub const MISSING: Self = Self::new(Empty::Missing, Empty::Missing, Empty::Missing);
    /// Missing whenever the prediction is empty: the metric does not need the reference.
    pub const OF_PREDICTION: Self = Self::new(Empty::Missing, Empty::Missing, Empty::Measured);
    /// Missing whenever the reference is empty: the metric does not need the prediction.
    pub const OF_REFERENCE: Self = Self::new(Empty::Missing, Empty::Measured, Empty::Missing);
    /// A score from 0 to 1: two empty masks agree, one empty mask misses everything.
    pub const SCORE: Self = Self::new(Empty::One, Empty::Zero, Empty::Zero);
    /// A share of the prediction.
    pub const SHARE_OF_PREDICTION: Self = Self::new(Empty::Missing, Empty::Missing, Empty::Zero);
    /// A share of the reference.
    pub const SHARE_OF_REFERENCE: Self = Self::new(Empty::Missing, Empty::Zero, Empty::Missing);
    /// A number that counts voxels, columns or objects.
    pub const COUNT: Self = Self::new(Empty::Zero, Empty::Measured, Empty::Measured);
    /// Always measured.
    pub const MEASURED: Self = Self::new(Empty::Measured, Empty::Measured, Empty::Measured);
    /// A quantity of one mask, or of the prediction, that is 0 when it is empty.
    pub const AMOUNT: Self = Self::new(Empty::Zero, Empty::Zero, Empty::Measured);
    /// A quantity of the reference that is 0 when it is empty.
    pub const AMOUNT_OF_REFERENCE: Self = Self::new(Empty::Zero, Empty::Measured, Empty::Zero);
    /// A quantity that is 0 when any mask is empty.
    pub const AMOUNT_OF_BOTH: Self = Self::new(Empty::Zero, Empty::Zero, Empty::Zero);

    const fn new(both: Empty, prediction: Empty, reference: Empty) -> Self {
        Self {
            both,
            prediction,
            reference,
        }
    }
}

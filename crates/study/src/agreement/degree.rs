//! The degrees of agreement.

/// How far two files agree. Later variants are worse.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Agreement {
    /// In every byte.
    Bytes,
    /// In all values. Something else differs, such as the provenance that a file carries.
    Values,
    /// In shape and names, and in the first digits of all numbers.
    Digits(Distance),
    /// Not at all, for this reason.
    Different(String),
}

/// How far numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Distance {
    /// Decimal digits to which all numbers agree: no difference is above 10^-digits of its scale.
    pub digits: u32,
    /// How many numbers differ.
    pub different: usize,
    /// How many numbers there are.
    pub of: usize,
}

impl Agreement {
    /// The worse of two.
    pub fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Digits(a), Self::Digits(b)) => Self::Digits(Distance {
                digits: a.digits.min(b.digits),
                different: a.different + b.different,
                of: a.of + b.of,
            }),
            (a, b) if a.rank() >= b.rank() => a,
            (_, b) => b,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bytes => 0,
            Self::Values => 1,
            Self::Digits(_) => 2,
            Self::Different(_) => 3,
        }
    }
}

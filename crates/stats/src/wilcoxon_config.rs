//! Settings of a signed-rank test.

use rsom_parameters::{Choice, Parameters};

/// Treatment of pairs whose difference is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ZeroMethod {
    /// Dropped before ranking (Wilcoxon 1945).
    Wilcox,
    /// Ranked with the others, then dropped with their ranks (Pratt 1959).
    Pratt,
    /// Ranked with the others; half of their ranks count as positive, half as negative.
    Zsplit,
}

/// The alternative to the null hypothesis that differences are symmetric about zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Alternative {
    /// The first sample differs from the second.
    #[choice("two-sided")]
    TwoSided,
    /// The first sample is smaller.
    Less,
    /// The first sample is greater.
    Greater,
}

impl Alternative {
    /// What a continuity correction takes from a rank statistic less its mean: ½ towards the null hypothesis.
    pub(crate) fn continuity_correction(self, excess: f64) -> f64 {
        match self {
            Self::Greater => 0.5,
            Self::Less => -0.5,
            Self::TwoSided if excess == 0.0 => 0.0,
            Self::TwoSided => 0.5 * excess.signum(),
        }
    }
}

/// Distribution for the p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// The exact distribution over all signs, given the absolute differences with their ties.
    Exact,
    /// The normal approximation with the variance corrected for ties.
    Normal,
}

/// Settings of the test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct WilcoxonConfig {
    /// Alternative hypothesis: the level differs from the baseline, is less, or is greater.
    #[parameter(default = Alternative::TwoSided)]
    pub alternative: Alternative,
    /// Zero differences: 'wilcox' drops them, 'pratt' ranks and then drops them, 'zsplit' splits their ranks between both
    /// signs.
    #[parameter(default = ZeroMethod::Wilcox, advanced)]
    pub zero_method: ZeroMethod,
    /// Distribution for the p-value; more than 2,000 differences always use 'normal'.
    #[parameter(default = Method::Exact)]
    pub method: Method,
    /// Apply the continuity correction of the normal approximation.
    ///
    /// It moves W+ by ½ towards its mean; it does not change the exact method.
    #[parameter(advanced)]
    pub continuity_correction: bool,
}

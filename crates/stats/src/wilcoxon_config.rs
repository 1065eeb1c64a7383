//! The choices of a signed-rank test.

use rsom_parameters::{Choice, Parameters};

/// What happens to pairs whose difference is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ZeroMethod {
    /// Dropped before ranking (Wilcoxon 1945).
    Wilcox,
    /// Ranked with the others, then dropped with their ranks (Pratt 1959).
    Pratt,
    /// Ranked with the others; half of their ranks count as positive, half as negative.
    Zsplit,
}

/// What is held against the null hypothesis that differences are symmetric about zero.
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

/// Where the p-value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Method {
    /// The exact distribution over all signs, given the sizes with their ties.
    Exact,
    /// The normal approximation with the variance corrected for ties.
    Normal,
}

/// How to test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Parameters)]
pub struct WilcoxonConfig {
    /// Alternative hypothesis: the level differs from the baseline, is less, or is greater.
    #[parameter(default = Alternative::TwoSided)]
    pub alternative: Alternative,
    /// Zero differences: 'wilcox' drops them, 'pratt' ranks and then drops them, 'zsplit' splits their ranks between both
    /// signs.
    #[parameter(default = ZeroMethod::Wilcox)]
    pub zero_method: ZeroMethod,
    /// Distribution of the test statistic; more than 2,000 differences always use 'normal'.
    #[parameter(default = Method::Exact)]
    pub method: Method,
    /// Apply the continuity correction of the normal approximation.
    ///
    /// It moves W+ by ½ towards its mean; it does not change the exact method.
    pub continuity_correction: bool,
}

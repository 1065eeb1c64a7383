//! The columns of a threshold curve: `vesselseg calibrate` writes them, `report threshold` reads them.
//!
//! One row is the Dice score of one scan at one threshold.

/// Threshold of the probability, from 0 to 1.
pub const THRESHOLD: &str = "threshold";
/// Name of the scan.
pub const SCAN: &str = "scan";
/// Subject of the scan.
pub const SUBJECT: &str = "subject";
/// Dice score of the scan at the threshold.
pub const DICE: &str = "dice";
/// Mean over scans of their Dice scores at the threshold.
pub const MEAN_DICE: &str = "mean_dice";
/// Whether this threshold has the highest mean Dice score.
pub const BEST: &str = "best";

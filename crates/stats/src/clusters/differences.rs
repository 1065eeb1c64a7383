//! Differences of clustered pairs.

use crate::{StatsError, paired_differences};

/// The differences `first − second` of at least one pair, each with a cluster.
///
/// # Errors
/// No pairs, samples or clusters of different length, values that are NaN or infinite.
pub(super) fn clustered_differences(
    first: &[f64],
    second: &[f64],
    clusters: &[usize],
) -> Result<Vec<f64>, StatsError> {
    let differences = paired_differences(first, second)?;
    if differences.is_empty() {
        return Err(StatsError::Empty);
    }
    if clusters.len() != differences.len() {
        return Err(StatsError::LengthMismatch {
            first: differences.len(),
            second: clusters.len(),
        });
    }
    Ok(differences)
}

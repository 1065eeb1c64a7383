//! Times and memory of one side, as it prints them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The line that either side prints: one JSON object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measurement {
    /// Name and version of the program.
    pub peer: String,
    /// Seconds of each pass.
    pub seconds: Vec<f64>,
    /// Peak resident memory of the process in MiB, where the system reports it.
    pub peak_mb: Option<f64>,
    /// Seconds per op in one pass, if profiled.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ops: BTreeMap<String, f64>,
}

/// The median; for an even count, the mean of the middle two.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// Peak resident memory of this process so far, in MiB (Linux).
pub fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_says_how_much_memory_was_used() {
        assert!(peak_mb().unwrap() > 0.5);
    }
}

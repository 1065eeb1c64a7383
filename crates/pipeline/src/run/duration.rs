//! Formats durations for messages.

use std::time::Duration;

/// A duration with one or two units: `0.2 s`, `41 s`, `3 min 20 s`, `2 h 5 min`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs_f64().round() as u64;
    match whole {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        let texts = [0.24, 41.4, 200.0, 7500.0].map(|s| seconds(Duration::from_secs_f64(s)));
        assert_eq!(texts, ["0.2 s", "41 s", "3 min 20 s", "2 h 5 min"]);
    }
}

//! Words that several parts of the page need.

use rsom_pipeline::RecordedTask;

/// `1 scan`, `2 scans`.
pub(super) fn counted(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        n => format!("{n} {word}s"),
    }
}

/// `net = unet, s = 0`: the factors of a task.
pub(super) fn factors(task: &RecordedTask) -> String {
    let factors = task.factors.iter().map(|(name, value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        format!("{name} = {value}")
    });
    factors.collect::<Vec<_>>().join(", ")
}

//! Words with their number.

/// `1 task`, `2 tasks`.
pub(crate) fn tasks(count: usize) -> String {
    match count {
        1 => "1 task".to_owned(),
        n => format!("{n} tasks"),
    }
}

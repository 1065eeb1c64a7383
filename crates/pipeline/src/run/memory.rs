//! The memory of the machine.

/// Part of the memory that tasks may declare together.
const SHARE: f64 = 0.9;

/// Memory for tasks in MiB. `None` where the system does not say it (it does on Linux).
pub(crate) fn for_tasks_mib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some((kib / 1024.0 * SHARE) as u64)
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn the_memory_is_known() {
        assert!(super::for_tasks_mib().unwrap() > 100);
    }
}

//! Memory of this process.

/// Growth of the peak that one small file may cause, in KiB.
const LARGEST_GROWTH: u64 = 300 << 10;

/// The largest memory in use so far, in KiB; 0 where the system does not tell it.
pub fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok());
    number.unwrap_or(0)
}

/// Checks the growth of the peak since `before`.
pub fn check(before: u64) -> Result<(), String> {
    match peak().saturating_sub(before) {
        growth if growth > LARGEST_GROWTH => Err(format!("it took {} MiB of memory", growth >> 10)),
        _ => Ok(()),
    }
}

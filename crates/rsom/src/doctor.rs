//! `rsom doctor`: what this machine and this program can do, for questions and bug reports.

use std::path::Path;

use clap::Command;
use rsom_stage::{ExitCode, Spec};

/// Name of the command.
pub(crate) const NAME: &str = "doctor";

/// Memory for the quickstart with two jobs, with reserve: the largest of its tasks was measured to use 110 MiB.
const QUICKSTART_MIB: u64 = 1024;

/// The declaration of the command.
pub(crate) fn command_line() -> Command {
    Command::new(NAME)
        .about("Say what this machine and this program can do: version, processor, memory, GPU, and whether the quickstart can run")
        .after_help("Example:\n  rsom doctor")
}

/// Prints what was found. Exit code 1 if a study cannot run here.
pub(crate) fn run(specs: &[Spec]) -> ExitCode {
    let mut report = Report::default();
    report.add(
        "version",
        format!(
            "rsom {} (revision {})",
            env!("CARGO_PKG_VERSION"),
            env!("RSOM_REVISION")
        ),
    );
    report.add(
        "system",
        format!("{}, {}", std::env::consts::OS, std::env::consts::ARCH),
    );
    report.add("vector instructions", instructions(specs));
    report.add("threads", threads());
    report.memory(memory_mib(
        &std::fs::read_to_string("/proc/meminfo").unwrap_or_default(),
    ));
    report.add("GPU", gpu());
    let current = std::env::current_dir().unwrap_or_default();
    report.folder("current folder", &current);
    report.folder("temporary files", &std::env::temp_dir());
    report.end()
}

#[derive(Default)]
struct Report {
    lines: Vec<(&'static str, String)>,
    /// Why a study cannot run here.
    faults: Vec<String>,
}

impl Report {
    fn add(&mut self, name: &'static str, text: impl Into<String>) {
        self.lines.push((name, text.into()));
    }

    /// Total and available memory in MiB, if known.
    fn memory(&mut self, known: Option<[u64; 2]>) {
        let gib = |mib: u64| format!("{:.1} GiB", mib as f64 / 1024.0);
        let Some([total, available]) = known else {
            return self.add("memory", "not known on this system");
        };
        self.add(
            "memory",
            format!("{}, {} available", gib(total), gib(available)),
        );
        if available < QUICKSTART_MIB {
            self.faults.push(format!(
                "less than {} of memory is available",
                gib(QUICKSTART_MIB)
            ));
        }
    }

    /// Whether a folder can be written.
    fn folder(&mut self, name: &'static str, path: &Path) {
        let probe = path.join(format!(".rsom-doctor-{}", std::process::id()));
        let can_write = std::fs::write(&probe, b"x").is_ok();
        // What was written is this file alone.
        let _ = std::fs::remove_file(&probe);
        let state = if can_write {
            "can be written"
        } else {
            "cannot be written"
        };
        self.add(name, format!("{}, {state}", path.display()));
        if !can_write {
            self.faults
                .push(format!("{} cannot be written", path.display()));
        }
    }

    fn end(mut self) -> ExitCode {
        let (text, code) = match self.faults.as_slice() {
            [] => ("can run here".to_owned(), ExitCode::Done),
            faults => (
                format!("cannot run here: {}", faults.join("; ")),
                ExitCode::Failure,
            ),
        };
        self.add("quickstart", text);
        let width = self
            .lines
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or(0);
        let lines = self
            .lines
            .iter()
            .map(|(name, text)| format!("{name:width$}  {text}\n"));
        match rsom_stage::print(&lines.collect::<String>()) {
            ExitCode::Done => code,
            other => other,
        }
    }
}

/// The vector instructions that networks use.
fn instructions(specs: &[Spec]) -> String {
    let commands = specs.iter().flat_map(|spec| &spec.commands);
    let found = commands
        .filter_map(|command| command.instruction_set.clone())
        .next();
    found.unwrap_or_else(|| "none".to_owned())
}

fn threads() -> String {
    match std::thread::available_parallelism() {
        Ok(count) => count.to_string(),
        Err(_) => "not known on this system".to_owned(),
    }
}

fn gpu() -> String {
    let built = [
        ("CUDA", cfg!(feature = "cuda")),
        ("Metal", cfg!(feature = "metal")),
    ];
    let names: Vec<&str> = built
        .iter()
        .filter(|(_, is_in)| *is_in)
        .map(|(name, _)| *name)
        .collect();
    match names.as_slice() {
        [] => {
            "none: this program was built without (cargo build --features cuda or metal)".to_owned()
        }
        names => format!("this program was built with {}", names.join(" and ")),
    }
}

/// Total and available memory in MiB, from the text of `/proc/meminfo`.
fn memory_mib(text: &str) -> Option<[u64; 2]> {
    let kib = |name: &str| -> Option<u64> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Some([kib("MemTotal:")? / 1024, kib("MemAvailable:")? / 1024])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_kib() {
        let text = "MemTotal:       24514560 kB\nMemFree:  1 kB\nMemAvailable:   2048 kB\n";
        assert_eq!(memory_mib(text), Some([23940, 2]));
        assert_eq!(memory_mib(""), None);
    }

    #[test]
    fn too_little_memory_is_a_fault() {
        let mut report = Report::default();
        report.memory(Some([2048, 100]));
        assert_eq!(report.faults, ["less than 1.0 GiB of memory is available"]);
        report.folder("absent", Path::new("/absent/folder"));
        assert_eq!(report.faults[1], "/absent/folder cannot be written");
    }
}

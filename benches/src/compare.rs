//! Runs rsom and PyTorch alternately, and writes the page of results.

use std::path::Path;
use std::process::Command;

use crate::measurement::{Measurement, median};
use crate::work::Work;

/// Settings of the comparison.
pub struct Settings<'a> {
    /// Python interpreter with torch.
    pub python: &'a str,
    /// Script that runs the PyTorch side.
    pub script: &'a Path,
    pub threads: usize,
    /// Number of alternating runs of both sides.
    pub rounds: usize,
    /// Number of timed passes per run.
    pub runs: usize,
    /// Date on the page.
    pub date: &'a str,
}

/// Results of both sides for one row.
struct Line {
    work: Work,
    limit: f64,
    ours: Side,
    theirs: Side,
    /// An additional run of rsom, with the time of each op.
    profile: Measurement,
}

#[derive(Default)]
struct Side {
    peer: String,
    seconds: Vec<f64>,
    peak_mb: Vec<f64>,
}

impl Side {
    fn add(&mut self, measured: Measurement) {
        self.peer = measured.peer;
        self.seconds.extend(measured.seconds);
        self.peak_mb.extend(measured.peak_mb);
    }
}

/// Runs all rows and returns the page.
///
/// # Errors
/// A side cannot be run, or prints invalid output.
pub fn page(settings: &Settings) -> Result<String, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let own = own.to_string_lossy().into_owned();
    let script = settings.script.to_string_lossy().into_owned();
    let peak = rsom_nn::multiply_add_rate() / 1e9;
    let mut lines = Vec::new();
    for (work, limit) in Work::all() {
        let (mut ours, mut theirs) = (Side::default(), Side::default());
        for _ in 0..settings.rounds {
            ours.add(run(&[&own, "network"], &work, settings, &[])?);
            theirs.add(run(&[settings.python, &script], &work, settings, &[])?);
        }
        let profile = run(&[&own, "network"], &work, settings, &["--profile"])?;
        let line = Line {
            work,
            limit,
            ours,
            theirs,
            profile,
        };
        report(&line);
        lines.push(line);
    }
    Ok(write(settings, &lines, peak))
}

/// Runs one process.
fn run(
    program: &[&str],
    work: &Work,
    settings: &Settings,
    more: &[&str],
) -> Result<Measurement, String> {
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).args(work.arguments());
    command.args(["--threads", &settings.threads.to_string()]);
    command.args(["--runs", &settings.runs.to_string()]);
    command.args(more);
    let output = command
        .output()
        .map_err(|e| format!("{}: {e}", program[0]))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).map_err(|e| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("{}: no result ({e}): {}", program.join(" "), said.trim())
    })
}

#[allow(
    clippy::print_stderr,
    reason = "progress of a program that runs for minutes"
)]
fn report(line: &Line) {
    let (ours, theirs) = (median(&line.ours.seconds), median(&line.theirs.seconds));
    eprintln!(
        "{}: {ours:.4} s / {theirs:.4} s = {:.2}",
        line.work.words(),
        ours / theirs
    );
}

fn write(settings: &Settings, lines: &[Line], peak: f64) -> String {
    let first = lines.first();
    let peers = first.map_or(("", ""), |l| (l.ours.peer.as_str(), l.theirs.peer.as_str()));
    let mut page = format!(
        "# Speed of the networks compared with PyTorch\n\n\
         `just bench-pytorch PYTHON`, {}; {} threads of {};\n{} and {}. The two programs ran alternately, {} times each. Each run\n\
         is a new process that times {} passes after two warm-up passes; all values are medians. A ratio below 1 means that\n\
         rsom is faster or needs less memory; `must be` is the largest accepted ratio of times.\n\n\
         The rate counts the operations of direct convolution (two for a multiply-add). Our convolutions need fewer, so the\n\
         rate can exceed the {peak:.0} Gflop/s that these threads reach with multiply-adds in registers alone.\n\n\
         | work | ours | PyTorch | ratio | must be | rate, Gflop/s | memory, ours | PyTorch | ratio |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        settings.date,
        settings.threads,
        processor(),
        peers.0,
        peers.1,
        settings.rounds,
        settings.runs,
    );
    for line in lines {
        let (ours, theirs) = (median(&line.ours.seconds), median(&line.theirs.seconds));
        let memory = [median(&line.ours.peak_mb), median(&line.theirs.peak_mb)];
        page += &format!(
            "| {} | {} | {} | **{:.2}** | {} | {:.0} | {:.0} MiB | {:.0} MiB | {:.2} |\n",
            line.work.words(),
            duration(ours),
            duration(theirs),
            ours / theirs,
            line.limit,
            line.work.operations() / ours / 1e9,
            memory[0],
            memory[1],
            memory[0] / memory[1],
        );
    }
    page += &profile(lines);
    page
}

/// The table of ops that take 1 % of a pass or more, for each network.
fn profile(lines: &[Line]) -> String {
    let mut page = "\n## Where the time goes\n\n\
        `rsom-benches network NET MODE … --profile`, one run of each. The table lists ops that take 1 % of a pass or more. A\n\
        share is the mean time of the op divided by the median time of a pass, so a slow pass can raise the sum above 100 %.\n\
        The rest is outside the ops: loss, Adam, tape.\n\n\
        | work | op, way: share |\n|---|---|\n"
        .to_owned();
    for line in lines {
        let whole = median(&line.profile.seconds);
        let mut ops: Vec<(f64, &str)> = line
            .profile
            .ops
            .iter()
            .map(|(name, seconds)| (100.0 * seconds / whole, name.as_str()))
            .filter(|(share, _)| *share >= 1.0)
            .collect();
        ops.sort_by(|a, b| b.0.total_cmp(&a.0));
        let ops: Vec<String> = ops
            .iter()
            .map(|(share, name)| format!("{name}: {share:.0} %"))
            .collect();
        page += &format!("| {} | {} |\n", line.work.words(), ops.join("; "));
    }
    page
}

fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// The processor's name (Linux).
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let name = field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let wide = if text.contains("avx512f") {
        " with AVX-512"
    } else {
        ""
    };
    format!("an {name}{wide}")
}

//! Runs rsom and PyTorch alternately, and writes the page of results.

use std::process::Command;

use crate::comparison::{Line, Part, Settings, Side};
use crate::measurement::{Measurement, median};
use crate::page;
use crate::work::{Limits, Work};

/// Runs all rows with each set of instructions, and returns the page.
///
/// # Errors
/// A side cannot be run, or prints invalid output.
pub fn page(settings: &Settings) -> Result<String, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let own = own.to_string_lossy().into_owned();
    let parts = settings.instructions.iter().map(|name| {
        Ok(Part {
            instructions: name.clone(),
            peak: peak(&own, settings.threads, name)?,
            lines: lines(&own, settings, name)?,
        })
    });
    Ok(page::write(
        settings,
        &parts.collect::<Result<Vec<_>, String>>()?,
    ))
}

fn lines(own: &str, settings: &Settings, instructions: &str) -> Result<Vec<Line>, String> {
    let script = settings.script.to_string_lossy();
    let call = |program: &[&str], work: &Work, more: &[&str]| {
        run(program, (work, more), settings, instructions)
    };
    let torch = [settings.python, &*script];
    let line = |(work, limits): (Work, Limits)| {
        let mut sides = [Side::default(), Side::default(), Side::default()];
        for _ in 0..settings.rounds {
            sides[0].add(call(&[own, "network"], &work, &[])?);
            sides[1].add(call(&torch, &work, &[])?);
            sides[2].add(call(&torch, &work, &["--channels-last"])?);
        }
        let profile = call(&[own, "network"], &work, &["--profile"])?;
        let [ours, plain, channels_last] = sides;
        let line = Line {
            work,
            limit: limits.of(instructions),
            ours,
            plain,
            channels_last,
            profile,
        };
        report(&line);
        Ok(line)
    };
    Work::all().into_iter().map(line).collect()
}

/// A process that has only these instructions. PyTorch has a variable for its own code, and each of its libraries another one.
fn process(program: &str, instructions: &str) -> Command {
    let mut command = Command::new(program);
    command.env("RSOM_INSTRUCTIONS", instructions);
    if instructions == "avx2" {
        command.env("ATEN_CPU_CAPABILITY", "avx2");
        command.env("ONEDNN_MAX_CPU_ISA", "AVX2");
        command.env("MKL_ENABLE_INSTRUCTIONS", "AVX2");
    }
    command
}

/// The peak of the processor with these instructions, in Gflop/s.
fn peak(own: &str, threads: usize, instructions: &str) -> Result<f64, String> {
    let mut command = process(own, instructions);
    let output = command.args(["peak", "--threads", &threads.to_string()]);
    let output = output.output().map_err(|e| format!("{own}: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    text.trim()
        .parse()
        .map_err(|_| format!("{own} peak: {}", said()))
}

/// Runs one process.
fn run(
    program: &[&str],
    (work, more): (&Work, &[&str]),
    settings: &Settings,
    instructions: &str,
) -> Result<Measurement, String> {
    let mut command = process(program[0], instructions);
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
    let times = [&line.ours, &line.plain, &line.channels_last].map(|s| median(&s.seconds));
    eprintln!(
        "{}: {:.4} s; PyTorch {:.4} s, channels last {:.4} s; ratio {:.2}",
        line.work.words(),
        times[0],
        times[1],
        times[2],
        line.ratio()
    );
}

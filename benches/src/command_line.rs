//! The command line of the benchmarks.
#![allow(clippy::print_stdout, reason = "results of a program for the terminal")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use rsom_formats::matlab::MatFile;
use rsom_nn::Way;

use crate::comparison::Settings;
use crate::measurement::{Measurement, median, peak_mb};
use crate::networks;
use crate::work::{Net, Pass, Work};
use crate::{compare, convolutions};

pub fn build() -> Command {
    let flag = |name: &'static str, about: &'static str| {
        let arg = Arg::new(name).long(name).help(about);
        arg.action(ArgAction::SetTrue)
    };
    let network = Command::new("network")
        .about("Times one network and prints a JSON line")
        .arg(Arg::new("net").required(true).value_parser(Net::NAMES))
        .arg(Arg::new("mode").required(true).value_parser(Pass::NAMES))
        .arg(
            Arg::new("shape")
                .long("shape")
                .required(true)
                .num_args(2..=3)
                .value_parser(value_parser!(usize)),
        )
        .args([
            flag("recompute", "Train with only the ends of blocks kept"),
            flag("profile", "Report the time of each op"),
        ])
        .args([
            number("batch", "1"),
            number("depth", "5"),
            number("wf", "6"),
        ])
        .args([number("threads", "2"), number("runs", "7")]);
    let peak = Command::new("peak")
        .about("Prints the Gflop/s of multiply-adds in registers")
        .arg(number("threads", "2"));
    let convolutions = Command::new("convolutions")
        .about("Times convolutions by direct sums and by Winograd's tiles, and prints a table");
    Command::new("rsom-benches")
        .about("Times the networks and the reading of files")
        .arg(number("threads", "2"))
        .arg(number("runs", "5"))
        .subcommands([
            network,
            compare_command(),
            matlab_command(),
            convolutions,
            peak,
        ])
}

/// An option with a number.
fn number(name: &'static str, default: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .default_value(default)
        .value_parser(value_parser!(usize))
}

fn compare_command() -> Command {
    Command::new("compare")
        .about("Runs rsom and PyTorch alternately and writes the page of results")
        .arg(Arg::new("python").long("python").default_value("python3"))
        .arg(
            Arg::new("script")
                .long("script")
                .default_value("benches/pytorch_networks.py")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(Arg::new("date").long("date").required(true))
        .arg(
            Arg::new("instructions")
                .long("instructions")
                .num_args(1..)
                .help("Sets of vector instructions [default: that of this processor]"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .default_value("docs/results/speed.md")
                .value_parser(value_parser!(PathBuf)),
        )
        .args([
            number("threads", "2"),
            number("rounds", "5"),
            number("runs", "3"),
        ])
}

fn matlab_command() -> Command {
    let runs = Arg::new("runs").long("runs").default_value("5");
    Command::new("matlab")
        .about("Times reading every variable of a MATLAB file; seconds, one line per run")
        .arg(
            Arg::new("file")
                .required(true)
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(runs.value_parser(value_parser!(usize)))
}

/// Runs the requested command.
///
/// # Errors
/// The error, in one line.
pub fn run(matches: &ArgMatches) -> Result<(), String> {
    match matches.subcommand() {
        Some(("network", matches)) => network(matches),
        Some(("compare", matches)) => compare(matches),
        Some(("matlab", matches)) => matlab(matches),
        Some(("convolutions", _)) => convolutions::run(),
        Some(("peak", matches)) => peak(matches),
        _ => all(matches),
    }
}

fn size(matches: &ArgMatches, name: &str) -> usize {
    matches.get_one::<usize>(name).copied().unwrap_or_default()
}

fn use_threads(matches: &ArgMatches) -> Result<(), String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(size(matches, "threads"));
    pool.build_global().map_err(|e| e.to_string())
}

fn network(matches: &ArgMatches) -> Result<(), String> {
    use_threads(matches)?;
    let word = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let work = Work {
        net: Net::named(word("net")),
        pass: Pass::named(word("mode")),
        shape: matches
            .get_many::<usize>("shape")
            .unwrap_or_default()
            .copied()
            .collect(),
        batch: size(matches, "batch"),
        depth: size(matches, "depth"),
        wf: u32::try_from(size(matches, "wf")).unwrap_or(6),
    };
    let expected = if work.net == Net::Dvn { 3 } else { 2 };
    if work.shape.len() != expected {
        return Err(format!("{} needs {expected} extents", work.net.name()));
    }
    let (runs, recompute) = (size(matches, "runs"), matches.get_flag("recompute"));
    let times = rayon::scope(|_| networks::time(&work, runs, recompute));
    let times = times.map_err(|e| e.to_string())?;
    let mut ops = BTreeMap::new();
    if matches.get_flag("profile") {
        for op in times.ops {
            let way = match op.way {
                Way::Forward => "forward",
                Way::Backward => "backward",
            };
            ops.insert(format!("{}, {way}", op.op), op.seconds / runs.max(1) as f64);
        }
    }
    let measured = Measurement {
        peer: format!("rsom {}", env!("CARGO_PKG_VERSION")),
        seconds: times.seconds,
        peak_mb: peak_mb(),
        ops,
    };
    let line = serde_json::to_string(&measured).map_err(|e| e.to_string())?;
    println!("{line}");
    Ok(())
}

fn peak(matches: &ArgMatches) -> Result<(), String> {
    use_threads(matches)?;
    println!("{:.1}", rsom_nn::multiply_add_rate() / 1e9);
    Ok(())
}

fn compare(matches: &ArgMatches) -> Result<(), String> {
    let word = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let path = |name: &str| {
        matches
            .get_one::<PathBuf>(name)
            .cloned()
            .unwrap_or_default()
    };
    let own = rsom_kernels::instruction_set().map_err(|fault| fault.to_string())?;
    let instructions = matches.get_many::<String>("instructions");
    let instructions = instructions.map_or(vec![own.to_owned()], |all| all.cloned().collect());
    let settings = Settings {
        instructions: &instructions,
        python: word("python"),
        script: &path("script"),
        threads: size(matches, "threads"),
        rounds: size(matches, "rounds"),
        runs: size(matches, "runs"),
        date: word("date"),
    };
    let page = compare::page(&settings)?;
    let output = path("output");
    std::fs::write(&output, page).map_err(|e| format!("{}: {e}", output.display()))
}

fn matlab(matches: &ArgMatches) -> Result<(), String> {
    let path = matches
        .get_one::<PathBuf>("file")
        .cloned()
        .unwrap_or_default();
    for _ in 0..size(matches, "runs") {
        let start = Instant::now();
        let file = MatFile::open(&path).map_err(|e| e.to_string())?;
        for variable in file.variables() {
            file.read(variable).map_err(|e| e.to_string())?;
        }
        println!("{:.4}", start.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Times rsom only, one line per row of the comparison.
fn all(matches: &ArgMatches) -> Result<(), String> {
    use_threads(matches)?;
    let peak = rsom_nn::multiply_add_rate() / 1e9;
    println!("{peak:.0} Gflop/s of multiplications in registers");
    for (work, _) in Work::all() {
        let times = rayon::scope(|_| networks::time(&work, size(matches, "runs"), false))
            .map_err(|e| e.to_string())?;
        let seconds = median(&times.seconds);
        let rate = work.operations() / seconds / 1e9;
        println!(
            "{}: {seconds:.4} s, {rate:.0} Gflop/s of plain sums",
            work.words()
        );
    }
    Ok(())
}

//! `rsom segment`: the released pipeline on a folder of raw scans.
//!
//! It finds the scans, describes them in a manifest, and runs `pipelines/released.yaml` over it. Both stand in the output
//! folder afterwards, so that `rsom run` can go on from there.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_io::rsom_mat::{self, FolderContents};
use rsom_manifest as manifest;
use rsom_pipeline::{FileHashes, Lines, Request, Settings, run_pipeline};
use rsom_stage::{ExitCode, Progress, Spec, StageError, atomic, log};
use serde_json::Value;

/// The command's name.
pub(crate) const NAME: &str = "segment";
/// What it runs.
const PIPELINE: &str = include_str!("../../../pipelines/released.yaml");

/// The command line.
pub(crate) fn command_line() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=1024))
            .help(help)
    };
    Command::new(NAME)
        .about("The released pipeline on a folder of raw scans: epidermis, vessels, pictures, a table")
        .arg_required_else_help(true)
        .args([
            path("input", "DIR", "Folder with R_<stamp>_<id>_LF.mat, ..._HF.mat and Surf_<stamp>_.mat, also in folders below it").required(true),
            path("layer-weights", "FILE", "Weights of the network that finds the epidermis: a PyTorch state dict (.pt), or ours").required(true),
            path("vessel-weights", "FILE", "Weights of the network that finds vessels").required(true),
            path("output", "DIR", "Folder of the results; what is there and up to date is not done again").required(true),
            Arg::new("recipe")
                .long("recipe")
                .value_parser(["gerl2019", "rsom"])
                .help("Preparation: as the released software, voxel for voxel, or without its quirks [default: gerl2019]"),
            Arg::new("postprocess")
                .long("postprocess")
                .value_parser(["auto", "rsom", "gerl2019", "none"])
                .help("How masks of the epidermis are cleaned [default: as the weights were meant]"),
            Arg::new("threshold")
                .long("threshold")
                .value_name("NUMBER")
                .value_parser(value_parser!(f64))
                .help("Smallest probability of a vessel [default: that of the weights; 0.97 for the released ones]"),
            path("pipeline", "FILE", "Another pipeline over the same scans, instead of pipelines/released.yaml; it has the params layer_weights and vessel_weights"),
            Arg::new("swap")
                .long("swap")
                .value_name("STAGE=PROGRAM")
                .action(ArgAction::Append)
                .help("Another program in a stage's place"),
            number("jobs", "Scans to work on at a time [default: 1]").short('j'),
            number("threads", "Threads to share among them; results do not depend on it [default: all cores]"),
        ])
        .after_help("Example:\n  rsom segment --input scans --layer-weights unet_depth5.pt --vessel-weights vesnet_gn.pt --output segmented")
}

/// Runs it.
pub(crate) fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let prepared = prepare(matches);
    let (request, lost) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            log::error(&error);
            return error.exit_code();
        }
    };
    let number = |name: &str| matches.get_one::<u16>(name).map(|n| usize::from(*n));
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = number("jobs").unwrap_or(1);
    let settings = Settings {
        jobs,
        threads: (number("threads").unwrap_or_else(cores) / jobs).max(1),
        keep_going: true,
        lines: Lines::Scans,
    };
    let code = run_pipeline(&request, settings, stages);
    for scan in &lost {
        log::error(format_args!("{scan}: not segmented"));
    }
    match code {
        ExitCode::Done if !lost.is_empty() => ExitCode::BadInput,
        code => code,
    }
}

/// Finds the scans and writes the manifest and the pipeline into the output folder. The list names what cannot be segmented.
fn prepare(matches: &ArgMatches) -> Result<(Request, Vec<String>), StageError> {
    let path = |name: &str| -> Result<PathBuf, StageError> {
        let path = matches
            .get_one::<PathBuf>(name)
            .cloned()
            .unwrap_or_default();
        std::path::absolute(&path).map_err(|e| StageError::input(&path, atomic::plain(&e)))
    };
    let (input, output) = (path("input")?, path("output")?);
    let weights = [path("layer-weights")?, path("vessel-weights")?];
    if let Some(absent) = weights.iter().find(|path| !path.is_file()) {
        return Err(StageError::input(absent, "there is no such file"));
    }
    let found = rsom_mat::find_sessions(&input)?;
    if found.sessions.is_empty() {
        let fault = match found.incomplete.first() {
            Some(scan) => format!("{} has no partner {}", scan.found, scan.missing),
            None => "there are no files R_<stamp>_<id>_LF.mat and R_<stamp>_<id>_HF.mat".into(),
        };
        return Err(StageError::input(&input, fault));
    }
    for doubt in &found.doubts {
        log::warn(format_args!("{doubt}: left out"));
    }
    for bare in found.sessions.iter().filter(|s| s.surface.is_none()) {
        log::warn(format_args!(
            "{}: there is no Surf_{}_.mat: the skin is NOT made level, as the networks expect it",
            bare.id, bare.stamp
        ));
    }
    std::fs::create_dir_all(&output).map_err(|e| StageError::output(&output, atomic::plain(&e)))?;
    let (manifest, unreadable) = describe(&input, &output, &found)?;
    let pipeline = match matches.get_one::<PathBuf>("pipeline") {
        Some(path) => path.clone(),
        None => {
            let path = output.join("released.yaml");
            atomic::write_bytes(&path, PIPELINE.as_bytes())?;
            path
        }
    };
    let words = matches.get_many::<String>("swap");
    let request = Request {
        pipeline,
        manifest: Some(manifest),
        data: Some(input),
        workdir: Some(output),
        set: params(matches, &weights),
        swap: words.map(|w| w.cloned().collect()).unwrap_or_default(),
        strict: false,
    };
    let lost = found.incomplete.iter();
    let lost = lost.map(|scan| format!("{} has no partner {}", scan.found, scan.missing));
    Ok((request, lost.chain(unreadable).collect()))
}

/// Values for the params of the pipeline, as YAML.
fn params(matches: &ArgMatches, weights: &[PathBuf; 2]) -> Vec<String> {
    let text = |path: &Path| Value::from(path.to_string_lossy());
    let mut set = vec![
        format!("layer_weights={}", text(&weights[0])),
        format!("vessel_weights={}", text(&weights[1])),
    ];
    for name in ["recipe", "postprocess"] {
        let given = matches.get_one::<String>(name);
        set.extend(given.map(|value| format!("{name}={value}")));
    }
    let threshold = matches.get_one::<f64>("threshold");
    set.extend(threshold.map(|value| format!("threshold={value}")));
    set
}

/// Writes the manifest of the scans; returns its path, and what cannot be read of them.
fn describe(
    input: &Path,
    output: &Path,
    found: &FolderContents,
) -> Result<(PathBuf, Vec<String>), StageError> {
    let files = found
        .sessions
        .iter()
        .map(|s| 2 + u64::from(s.surface.is_some()));
    let mut progress = Progress::start("reading scans", files.sum());
    let mut hashes = FileHashes::of_workdir(output);
    let hash = &mut |path: &Path| {
        progress.advance(1);
        hashes.of_path(path)
    };
    let (manifest, unreadable) = rsom_mat::manifest_of("scans", input, &found.sessions, hash)?;
    progress.finish();
    if let ([], Some(first)) = (manifest.scans.as_slice(), unreadable.first()) {
        return Err(StageError::input(input, first));
    }
    let path = output.join("scans.yaml");
    atomic::write_bytes(&path, manifest::to_yaml(&manifest)?.as_bytes())?;
    hashes.save()?;
    Ok((path, unreadable))
}

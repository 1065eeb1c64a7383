//! `rsom segment`: the released pipeline on a folder of raw scans.
//!
//! It finds the scans, writes a manifest and runs `pipelines/released.yaml`. Both files are in the output folder, so that
//! `rsom run` can continue from there.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_io::output_check::check_output;
use rsom_io::rsom_mat::{self, FolderContents};
use rsom_manifest as manifest;
use rsom_pipeline::{FileHashes, Lines, Request, Selection, run_pipeline};
use rsom_stage::{ExitCode, Progress, Spec, StageError, atomic, generated, log};
use serde_json::Value;

use crate::arguments::{absolute, of_runs, path};
use crate::running::settings;

/// Name of the command.
pub const NAME: &str = "segment";
/// The pipeline to run by default.
const PIPELINE: &str = include_str!("../../../pipelines/released.yaml");

/// The command line of `rsom segment`.
#[must_use]
pub fn command_line() -> Command {
    Command::new(NAME)
        .about("Run the released pipeline on a folder of raw scans: epidermis, vessels, figures and a table")
        .arg_required_else_help(true)
        .args([
            path("input", "DIR", "Folder with R_<stamp>_<id>_LF.mat, ..._HF.mat and Surf_<stamp>_.mat, also in its subfolders").required(true),
            path("layer-weights", "FILE", "Weights of the network for the epidermis: a PyTorch state dict (.pt) or a file of rsom (.safetensors)").required(true),
            path("vessel-weights", "FILE", "Weights of the network for vessels, in the same formats").required(true),
            path("output", "DIR", "Output folder; results that are up to date are not computed again").required(true),
            Arg::new("recipe")
                .long("recipe")
                .value_parser(["gerl2019", "rsom"])
                .help("Preparation of scans: gerl2019 equals the released software voxel for voxel, rsom corrects its quirks [default: gerl2019]"),
            Arg::new("postprocess")
                .long("postprocess")
                .value_parser(["auto", "rsom", "gerl2019", "median", "surfaces", "none"])
                .help("Cleaning of the epidermis masks [default: the method that belongs to the weights]"),
            Arg::new("threshold")
                .long("threshold")
                .value_name("NUMBER")
                .value_parser(value_parser!(f64))
                .help("Lowest probability of a vessel voxel [default: the threshold of the weights; 0.97 for the released ones]"),
            path("pipeline", "FILE", "Pipeline to run instead of pipelines/released.yaml; it must have the params layer_weights and vessel_weights"),
            Arg::new("swap")
                .long("swap")
                .value_name("STAGE=PROGRAM")
                .action(ArgAction::Append)
                .help("Replace a stage by another program, in all steps or (with the name of a step) in one; repeatable"),
        ])
        .args(of_runs("Number of scans to process at the same time [default: 1]"))
        .after_help("Example:\n  rsom segment --input scans --layer-weights unet_depth5.pt --vessel-weights vesnet_gn.pt --output segmented")
}

/// Runs `rsom segment` with the given built-in stages.
#[must_use]
pub fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let prepared = prepare(matches);
    let (request, lost) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            log::error(&error);
            return error.exit_code();
        }
    };
    let code = run_pipeline(
        &request,
        settings(matches, Lines::Scans),
        stages,
        check_output,
    );
    for scan in &lost {
        log::error(format_args!("{scan}: not segmented"));
    }
    match code {
        ExitCode::Done if !lost.is_empty() => ExitCode::BadInput,
        code => code,
    }
}

/// Finds the scans and writes the manifest and the pipeline into the output folder.
///
/// The list names the scans that cannot be segmented.
fn prepare(matches: &ArgMatches) -> Result<(Request, Vec<String>), StageError> {
    let (input, output) = (absolute(matches, "input")?, absolute(matches, "output")?);
    let weights = [
        absolute(matches, "layer-weights")?,
        absolute(matches, "vessel-weights")?,
    ];
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
            "{}: there is no Surf_{}_.mat, so the skin is NOT made level; the networks expect level skin",
            bare.id, bare.stamp
        ));
    }
    std::fs::create_dir_all(&output).map_err(|e| StageError::output(&output, atomic::plain(&e)))?;
    let replace = matches.get_flag("replace");
    let (manifest, unreadable) = describe(&input, &output, &found, replace)?;
    let pipeline = match matches.get_one::<PathBuf>("pipeline") {
        Some(path) => path.clone(),
        None => {
            let path = output.join("released.yaml");
            let way_out = "to use your file, give it with --pipeline under another name; to overwrite it, add --replace";
            generated::write(&path, PIPELINE, replace, way_out)?;
            path
        }
    };
    let words = matches.get_many::<String>("swap");
    let request = Request {
        pipeline,
        manifest: Some(manifest),
        data: Some(input),
        workdir: Some(output),
        profile: None,
        set: params(matches, &weights),
        swap: words.map(|w| w.cloned().collect()).unwrap_or_default(),
        strict: false,
        correct: Vec::new(),
        selection: Selection::default(),
    };
    let lost = found.incomplete.iter();
    let lost = lost.map(|scan| format!("{} has no partner {}", scan.found, scan.missing));
    Ok((request, lost.chain(unreadable).collect()))
}

/// Values for the params of the pipeline, each as `NAME=VALUE` with a YAML value.
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

/// Writes the manifest of the scans. Returns its path and a message for each scan that cannot be read.
fn describe(
    input: &Path,
    output: &Path,
    found: &FolderContents,
    replace: bool,
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
    let way_out =
        "to use your file, call 'rsom run' with it as --manifest; to overwrite it, add --replace";
    generated::write(&path, &manifest::to_yaml(&manifest)?, replace, way_out)?;
    hashes.save()?;
    Ok((path, unreadable))
}

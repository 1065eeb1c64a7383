//! `rsom export`: writes a study for another engine into a folder.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use rsom_stage::{ExitCode, StageError, atomic, log};

use crate::arguments::{plan_arguments, selection_arguments};
use crate::assess::assessor::Assessor;
use crate::assess::survey::survey;
use crate::export::call::Call;
use crate::export::cwl;
use crate::export::slurm;
use crate::export::snakemake::{self, Known};
use crate::plan::tasks::{Plan, Request};
use crate::run::needs::check_needs;

const EXAMPLES: &str = "\
Examples:
  rsom export snakemake study.yaml --data DIR --output smk
  snakemake --snakefile smk/Snakefile --executor slurm --jobs 100
  rsom run study.yaml --data DIR                                      finds nothing to do, and writes run.json

  rsom export slurm study.yaml --data DIR --output jobs
  sh jobs/submit.sh --partition=cpu

  rsom export cwl study.yaml --data DIR --output cwl
  cwltool --outdir out cwl/workflow.cwl cwl/inputs.json
  rsom run study.yaml --data DIR --workdir out/study                  finds nothing to do, and writes run.json

Each job of Snakemake and Slurm calls 'rsom task', on machines that share the folders of the study. Time and memory are taken from earlier runs.";

/// The command line of `rsom export`.
pub(crate) fn command_line() -> Command {
    let engine = |name: &'static str, about: &'static str| {
        Command::new(name)
            .about(about)
            .args(plan_arguments())
            .args(arguments())
            .args(selection_arguments())
            .after_help(EXAMPLES)
            .arg_required_else_help(true)
    };
    Command::new("export")
        .about("Write a study for another engine: Snakemake, Slurm, CWL")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(engine(
            "snakemake",
            "Write a Snakefile with a rule for each step",
        ))
        .subcommand(engine(
            "slurm",
            "Write scripts that submit an array of jobs for each step",
        ))
        .subcommand(engine(
            "cwl",
            "Write a workflow in the Common Workflow Language, whose jobs need no folder in common",
        ))
        .after_help(EXAMPLES)
}

fn arguments() -> [Arg; 3] {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    [
        path(
            "output",
            "DIR",
            "Folder to write; files of an earlier export are overwritten",
        )
        .required(true),
        path(
            "program",
            "FILE",
            "The program 'rsom' on the machines that run the jobs [default: this one]",
        ),
        Arg::new("minutes")
            .long("minutes")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..=10_000))
            .default_value("10")
            .help("Put short tasks together, so that a job takes about so many minutes"),
    ]
}

/// Writes the export.
///
/// # Errors
/// Exit code 3: the records of earlier runs cannot be read. Exit code 4: a file cannot be written, or belongs to the user.
pub(crate) fn export(
    engine: &str,
    matches: &ArgMatches,
    request: &Request,
    plan: &Plan,
) -> Result<ExitCode, StageError> {
    let given = matches
        .get_one::<PathBuf>("output")
        .cloned()
        .unwrap_or_default();
    let folder = std::path::absolute(&given)
        .map_err(|e| StageError::usage(format_args!("--output: {}", atomic::plain(&e))))?;
    check_folder(&folder)?;
    let program = match matches.get_one::<PathBuf>("program") {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(|e| StageError::failure(atomic::plain(&e)))?,
    };
    let call = Call::of(request, plan, &program)?;
    let minutes = matches
        .get_one::<u32>("minutes")
        .map_or(10.0, |n| f64::from(*n));
    let mut assessor = Assessor::of(plan)?;
    let outlooks = survey(plan, &mut assessor)?;
    check_needs(plan, &mut assessor, &outlooks)?;
    if plan.workdir.is_dir() {
        // For the jobs, which look at the same files.
        assessor.hashes.save(true)?;
    }
    let (records, tasks) = (&assessor.records, plan.selected_tasks().count());
    match engine {
        "cwl" => {
            for program in cwl::foreign_programs(plan) {
                log::warn(format_args!(
                    "{program} must be at the same place on each machine"
                ));
            }
            if let Some(name) = cwl::unusual_name(plan) {
                log::warn(format_args!(
                    "names such as '{name}' need the option --relax-path-checks of cwltool"
                ));
            }
            cwl::write(plan, &call, records, &folder)?;
        }
        "slurm" => slurm::write(plan, &call, (records, minutes), &folder)?,
        _ => {
            let known = Known {
                records,
                outlooks: &outlooks,
            };
            snakemake::write(plan, &call, (known, minutes), &folder)?;
        }
    }
    log::info(format_args!(
        "{tasks} tasks of {} for {engine}; after a change of the pipeline, export it again",
        plan.name
    ));
    let first = match engine {
        "slurm" => "submit.sh",
        "cwl" => cwl::WORKFLOW,
        _ => "Snakefile",
    };
    let said = format!("{}\n", given.join(first).display());
    Ok(rsom_stage::print(&said))
}

/// Checks that a folder is new, empty, or an earlier export.
fn check_folder(folder: &Path) -> Result<(), StageError> {
    let Ok(mut entries) = std::fs::read_dir(folder) else {
        return Ok(());
    };
    let is_export = ["Snakefile", "submit.sh", cwl::WORKFLOW]
        .iter()
        .any(|name| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            text.contains("Made by 'rsom export")
        });
    match entries.next() {
        Some(_) if !is_export => Err(StageError::output(
            folder,
            "the folder is neither empty nor an earlier export; name another one",
        )),
        _ => Ok(()),
    }
}

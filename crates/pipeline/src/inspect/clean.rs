//! `rsom clean`: files that earlier runs made and the pipeline no longer has. Lists them, and removes them if asked.

use clap::{Arg, ArgAction};
use rsom_stage::{ExitCode, StageError, log};

use crate::assess::assessor::Assessor;
use crate::assess::leftovers::Leftovers;
use crate::assess::workdir::Workdir;
use crate::inspect::lines;
use crate::plan::tasks::Plan;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  rsom clean study.yaml                list what is left of removed scans and renamed steps
  rsom clean study.yaml --remove       remove it, except what was edited since
  rsom clean study.yaml --all          also what other pipelines left in the same output folder";

/// The arguments of the command.
pub(crate) fn arguments() -> [Arg; 2] {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    [
        flag(
            "remove",
            "Remove the files, except those that were edited since they were made",
        ),
        flag(
            "all",
            "Also files of other pipelines in this output folder, such as this one under an earlier name",
        ),
    ]
}

/// Lists or removes files.
///
/// # Errors
/// Exit code 1: a run uses the workdir. Exit code 3: there is no workdir, or the records cannot be read. Exit code 4: a file cannot be removed.
pub(crate) fn clean(plan: &Plan, remove: bool, all: bool) -> Result<ExitCode, StageError> {
    let workdir = Workdir::new(&plan.workdir);
    if !plan.workdir.is_dir() {
        let fault = "there is no such folder; --workdir names the output folder of the runs";
        return Err(StageError::input(&plan.workdir, fault));
    }
    let _lock = match remove {
        true => Some(workdir.lock()?),
        false => None,
    };
    let mut assessor = Assessor::of(plan)?;
    let others = assessor.records.other_pipelines(&plan.name);
    let left = match all {
        true => Leftovers::of_all(plan, &mut assessor),
        false => Leftovers::of(plan, &mut assessor),
    };
    if !all {
        for (name, files) in others {
            log::info(format_args!(
                "{files} files in this folder are of the pipeline '{name}'; '--all' looks at them, too"
            ));
        }
    }
    if remove {
        left.remove(&mut assessor)?;
    }
    let said = if remove { "removed" } else { "left over" };
    let size = |path: &String| std::fs::metadata(plan.workdir.join(path)).map_or(0, |m| m.len());
    let total: u64 = left.unedited.iter().map(size).sum();
    let unedited = left.unedited.iter().map(|path| format!("{said}  {path}"));
    let edited = left
        .edited
        .iter()
        .map(|path| format!("edited, stays  {path}"));
    let count = left.unedited.len();
    let summary = match remove {
        true => format!("{count} files removed"),
        false if count == 0 => "nothing is left over".to_owned(),
        false => format!(
            "{count} files, {:.1} MiB; '--remove' removes them",
            total as f64 / MIB
        ),
    };
    lines::print(unedited.chain(edited).chain([summary]))
}

const MIB: f64 = 1024.0 * 1024.0;

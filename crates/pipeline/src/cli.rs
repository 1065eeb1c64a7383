//! The command lines on pipelines: `rsom run`, `rsom plan` and those that look at a plan.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use rsom_stage::{ExitCode, Spec, StageError, data_folder, log};
use rsom_store::Store;

use crate::arguments::{
    job_arguments, json_argument, plan_arguments, run_arguments, selection_arguments,
    task_argument, worker_arguments,
};
use crate::export::cli as export;
use crate::inspect::{clean, explain, graph, plan_lines, status, task_log};
use crate::mend::cli as mend;
use crate::plan::build::BuiltInStages;
use crate::plan::selection::Selection;
use crate::plan::tasks::{CheckOutput, Plan, Request};
use crate::run::collect::collect;
use crate::run::job;
use crate::run::session;
use crate::run::settings::{Lines, Settings};
use crate::run::signals;
use crate::run::worker::{self, Assignment};

const RUN_EXAMPLES: &str = "\
Examples:
  rsom run pipelines/quickstart.yaml -j 2
  rsom run pipelines/quickstart.yaml -j 2 --set 's=[0,10]' --swap layerseg=./program
  rsom run study.yaml --until predict --where subject=s01          one subject first, to see whether all is well
  rsom run study.yaml --store /shared/rsom                         take what others have computed, and share what is new
  rsom run study.yaml -j 8 --keep-going --json > events.jsonl      what happens, for another program";

const TASK_EXAMPLES: &str = "\
Examples:
  rsom task study.yaml 'predict p1' 'predict p2'
  rsom task study.yaml --list predict.tasks --part 3/40      a part of a long list, as 'rsom export slurm' calls it

What other tasks make must be there. Several workers may run at the same time; 'rsom run' or 'rsom collect' takes over what they
recorded.";

const PLAN_EXAMPLES: &str = "\
Examples:
  rsom plan study.yaml
  rsom plan study.yaml --only evaluate --where subject=s01
  rsom plan study.yaml --json | jq -r '.tasks[] | select(.state == \"run\") | .task'";

/// The environment variable with the folder of the store; `--store` overrides it.
const STORE_VARIABLE: &str = "RSOM_STORE";

/// Name of the command that runs a task without its pipeline.
const JOB: &str = "job";

/// The commands on pipelines.
#[must_use]
pub fn command_lines() -> Vec<Command> {
    let of_plan = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args(plan_arguments())
    };
    let run = of_plan("run", "Run the tasks of a pipeline that are not up to date")
        .args(run_arguments())
        .args(selection_arguments())
        .after_help(RUN_EXAMPLES);
    let plan = of_plan(
        "plan",
        "Print the tasks of a pipeline, and which of them would run and why",
    )
    .args(selection_arguments())
    .arg(json_argument())
    .after_help(PLAN_EXAMPLES);
    let status = of_plan("status", "Print the progress of a pipeline, step by step")
        .args(selection_arguments());
    let explain = of_plan(
        "explain",
        "Print why a task runs or not, and everything that goes into it",
    )
    .arg(task_argument())
    .arg(json_argument())
    .after_help(explain::EXAMPLES);
    let log = of_plan("log", "Print the log of a task")
        .arg(task_argument())
        .after_help(task_log::EXAMPLES);
    let graph = of_plan("graph", "Draw the steps of a pipeline, or its tasks")
        .args(selection_arguments())
        .args(graph::arguments())
        .after_help(graph::EXAMPLES);
    let clean = of_plan(
        "clean",
        "List files that earlier runs made and the pipeline no longer has",
    )
    .args(clean::arguments())
    .after_help(clean::EXAMPLES);
    let task = of_plan(
        "task",
        "Run some tasks of a study, for an engine such as Snakemake or Slurm",
    )
    .args(worker_arguments())
    .after_help(TASK_EXAMPLES);
    let collect = of_plan(
        "collect",
        "Take over what 'rsom task' recorded, and write run.json",
    );
    let job = Command::new(JOB)
        .about(
            "Run the task that a file describes in the current folder, for an engine such as CWL",
        )
        .args(job_arguments());
    let export = export::command_line();
    vec![
        run, plan, status, explain, log, graph, clean, export, task, job, collect,
    ]
    .into_iter()
    .chain([mend::command_line()])
    .map(|command| command.arg_required_else_help(true))
    .collect()
}

/// Runs one of the commands of [`command_lines`] with the given built-in stages of the running binary. `check_output` checks
/// the outputs of foreign programs.
///
/// Prints errors on stderr.
#[must_use]
pub fn execute(
    name: &str,
    matches: &ArgMatches,
    stages: &[Spec],
    check_output: CheckOutput,
) -> ExitCode {
    let Some(executable) = running_program() else {
        return ExitCode::Failure;
    };
    let built_in = BuiltInStages {
        executable: &executable,
        stages,
        check_output,
    };
    execute_with(name, matches, &built_in)
}

/// Plans and runs a pipeline, as `rsom run` does. Prints progress and errors on stderr.
#[must_use]
pub fn run_pipeline(
    request: &Request,
    settings: Settings,
    stages: &[Spec],
    check_output: CheckOutput,
) -> ExitCode {
    let Some(executable) = running_program() else {
        return ExitCode::Failure;
    };
    let built_in = BuiltInStages {
        executable: &executable,
        stages,
        check_output,
    };
    match planned(request, &built_in) {
        Ok(plan) => exit_code(session::run(&plan, settings, None)),
        Err(code) => code,
    }
}

/// Like [`execute`], but with built-in stages in any binary.
#[must_use]
pub fn execute_with(name: &str, matches: &ArgMatches, built_in: &BuiltInStages<'_>) -> ExitCode {
    if name == JOB {
        let file = matches.get_one::<PathBuf>("file");
        let file = file.cloned().unwrap_or_default();
        let threads = matches.get_one::<u16>("threads").copied();
        let threads = threads.map_or_else(Settings::cores, usize::from);
        return exit_code(job::job(&file, Settings::of_one_task(threads), built_in));
    }
    // `export` has a subcommand for each engine, and `pipeline` one that checks.
    let (engine, matches) = matches.subcommand().unwrap_or(("", matches));
    let request = match request(matches) {
        Ok(request) => request,
        Err(error) => return exit_code(Err(error)),
    };
    if name == mend::NAME {
        return exit_code(mend::check(&request, built_in, matches));
    }
    let plan = match planned(&request, built_in) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    exit_code(match name {
        "run" if !matches.get_flag("dry-run") => {
            let store = store(matches, &plan.workdir);
            store.and_then(|store| session::run(&plan, settings(matches), store))
        }
        "status" => status::print(&plan),
        "explain" => explain::print(&plan, &words(matches, "task"), matches.get_flag("json")),
        "log" => task_log::print(&plan, &words(matches, "task")),
        "graph" => graph::print(&plan, matches),
        "export" => export::export(engine, matches, &request, &plan),
        "task" => {
            let store = store(matches, &plan.workdir);
            let tasks = assignment(matches);
            tasks.and_then(|tasks| worker::work(plan, &tasks, (settings(matches), store?)))
        }
        "collect" => collect(&plan),
        "clean" => clean::clean(&plan, matches.get_flag("remove"), matches.get_flag("all")),
        _ => plan_lines::print(&plan, matches.get_flag("json")),
    })
}

/// The plan of the arguments of [`plan_arguments`]. Prints errors on stderr.
///
/// # Errors
/// The exit code: the pipeline has errors.
pub fn plan_of(
    matches: &ArgMatches,
    stages: &[Spec],
    check_output: CheckOutput,
) -> Result<Plan, ExitCode> {
    let executable = running_program().ok_or(ExitCode::Failure)?;
    let built_in = BuiltInStages {
        executable: &executable,
        stages,
        check_output,
    };
    let request = request(matches).map_err(|error| {
        log::error(&error);
        error.exit_code()
    })?;
    planned(&request, &built_in)
}

fn running_program() -> Option<PathBuf> {
    std::env::current_exe()
        .map_err(|error| {
            log::error(format_args!(
                "the path of the running program is unknown: {error}"
            ));
        })
        .ok()
}

fn planned(request: &Request, built_in: &BuiltInStages<'_>) -> Result<Plan, ExitCode> {
    match Plan::of(request, built_in) {
        Ok(plan) => {
            for warning in &plan.warnings {
                log::warn(warning);
            }
            Ok(plan)
        }
        // After a signal, the problems may only be consequences of the interruption.
        Err(_) if signals::count() > 0 => {
            let error = StageError::interrupted();
            log::error(&error);
            Err(error.exit_code())
        }
        Err(problems) => {
            for problem in &problems {
                log::error(problem);
            }
            Err(ExitCode::Usage)
        }
    }
}

/// The exit code of a result. Prints an error on stderr.
fn exit_code(result: Result<ExitCode, StageError>) -> ExitCode {
    result.unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

/// The values of an argument. None, if the command has no such argument.
fn words(matches: &ArgMatches, name: &str) -> Vec<String> {
    let words = matches.try_get_many::<String>(name).ok().flatten();
    words.map(|w| w.cloned().collect()).unwrap_or_default()
}

fn request(matches: &ArgMatches) -> Result<Request, StageError> {
    let words = |name: &str| words(matches, name);
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let pipeline =
        path("pipeline").ok_or_else(|| StageError::usage("no pipeline file is given"))?;
    Ok(Request {
        pipeline,
        manifest: path("manifest"),
        data: path("data").or_else(data_folder),
        workdir: path("workdir"),
        profile: words("profile").pop(),
        set: words("set"),
        swap: words("swap"),
        strict: matches.get_flag("strict"),
        correct: words("correct"),
        selection: Selection {
            only: words("only"),
            from: words("from"),
            until: words("until"),
            conditions: words("where"),
            labels: None,
        },
    })
}

/// The tasks of the arguments of [`worker_arguments`].
fn assignment(matches: &ArgMatches) -> Result<Assignment, StageError> {
    let mut labels = words(matches, "tasks");
    if let Some(list) = matches.get_one::<PathBuf>("list") {
        let part = matches.get_one::<(usize, usize)>("part").copied();
        labels.extend(Assignment::labels_of(list, part)?);
    }
    Ok(Assignment {
        labels,
        expected: words(matches, "expect"),
    })
}

/// The store that the command line names, else the environment.
fn store(matches: &ArgMatches, workdir: &Path) -> Result<Option<Store>, StageError> {
    check_no_store(workdir)?;
    let folder = matches.get_one::<PathBuf>("store").cloned();
    let folder = folder.or_else(|| {
        let variable = std::env::var_os(STORE_VARIABLE).filter(|value| !value.is_empty());
        variable.map(PathBuf::from)
    });
    let Some(folder) = folder else {
        return Ok(None);
    };
    // Before anything is made: a folder that is missing is named in one way, whatever is missing of it.
    if let (Some(store), Some(output)) = (without_links(&folder), without_links(workdir))
        && output.starts_with(&store)
    {
        return Err(StageError::usage(format_args!(
            "the output folder {} lies in the store; choose another",
            output.display()
        )));
    }
    Store::open_or_create(&folder).map(Some)
}

/// A path without links, as far as it exists.
fn without_links(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let mut missing = Vec::new();
    for above in absolute.ancestors() {
        if let Ok(real) = above.canonicalize() {
            return Some(
                missing
                    .iter()
                    .rev()
                    .fold(real, |path: PathBuf, name| path.join(name)),
            );
        }
        missing.push(above.file_name()?);
    }
    None
}

/// Refuses to use a store for the outputs of a study.
fn check_no_store(workdir: &Path) -> Result<(), StageError> {
    match Store::open(workdir) {
        Ok(_) => Err(StageError::usage(format_args!(
            "the output folder {} is a store; choose another, and name this one with --store",
            workdir.display()
        ))),
        Err(_) => Ok(()),
    }
}

fn settings(matches: &ArgMatches) -> Settings {
    // Not every command has all of them.
    let flag = |name: &str| matches.try_get_one::<bool>(name).ok().flatten() == Some(&true);
    let number = |name: &str| matches.get_one::<u16>(name).map(|n| usize::from(*n));
    let given = number("jobs").unwrap_or(1);
    let jobs = if given == 0 { Settings::cores() } else { given };
    Settings {
        jobs,
        by_memory: given == 0,
        threads: Settings::threads_of_each(jobs, number("threads")),
        keep_going: flag("keep-going"),
        replace: flag("replace"),
        prune: flag("prune"),
        lines: Lines::Tasks,
        json: flag("json"),
    }
}

//! The command lines `rsom run`, `rsom plan` and `rsom status`.

use std::io::Write;
use std::path::PathBuf;

use clap::{ArgMatches, Command};
use rsom_stage::{ExitCode, Spec, StageError, data_folder, log};

use crate::arguments::{plan_arguments, run_arguments};
use crate::assess::assessor::{Assessor, Verdict, instruction_mismatch};
use crate::assess::edited::{edited_outputs, would_overwrite};
use crate::assess::leftovers::Leftovers;
use crate::assess::survey::{Outlook, survey, warn_of_other_instructions};
use crate::assess::workdir::Workdir;
use crate::plan::build::BuiltInStages;
use crate::plan::tasks::{CheckOutput, Plan, Request};
use crate::run::outcome::State;
use crate::run::report;
use crate::run::session;
use crate::run::settings::{Lines, Settings};
use crate::run::signals;

const RUN_EXAMPLES: &str = "\
Examples:
  rsom run pipelines/quickstart.yaml -j 2
  rsom run pipelines/quickstart.yaml -j 2 --set 's=[0,10]' --swap layerseg=./program
  rsom run study.yaml -j 8 --keep-going --json > events.jsonl      what happens, for another program";

/// The commands on pipelines: `run`, `plan` and `status`.
#[must_use]
pub fn command_lines() -> Vec<Command> {
    let run = Command::new("run")
        .about("Run the tasks of a pipeline that are not up to date")
        .args(plan_arguments())
        .args(run_arguments())
        .after_help(RUN_EXAMPLES);
    let plan = Command::new("plan")
        .about("Print the tasks of a pipeline, and which of them would run and why")
        .args(plan_arguments());
    let status = Command::new("status")
        .about("Print the progress of a pipeline, step by step")
        .args(plan_arguments());
    vec![run, plan, status]
        .into_iter()
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
        Ok(plan) => exit_code(session::run(&plan, settings)),
        Err(code) => code,
    }
}

/// Like [`execute`], but with built-in stages in any binary.
#[must_use]
pub fn execute_with(name: &str, matches: &ArgMatches, built_in: &BuiltInStages<'_>) -> ExitCode {
    let request = match request(matches) {
        Ok(request) => request,
        Err(error) => return exit_code(Err(error)),
    };
    let plan = match planned(&request, built_in) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    exit_code(match name {
        "run" if matches.get_flag("dry-run") => print_plan(&plan),
        "run" => session::run(&plan, settings(matches)),
        "status" => print_status(&plan),
        _ => print_plan(&plan),
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

fn request(matches: &ArgMatches) -> Result<Request, StageError> {
    let words = |name: &str| -> Vec<String> {
        let words = matches.get_many::<String>(name);
        words.map(|w| w.cloned().collect()).unwrap_or_default()
    };
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
    })
}

fn settings(matches: &ArgMatches) -> Settings {
    let number = |name: &str| matches.get_one::<u16>(name).map(|n| usize::from(*n));
    let jobs = number("jobs").unwrap_or(1);
    Settings {
        jobs,
        threads: Settings::threads_of_each(jobs, number("threads")),
        keep_going: matches.get_flag("keep-going"),
        replace: matches.get_flag("replace"),
        prune: matches.get_flag("prune"),
        lines: Lines::Tasks,
        json: matches.get_flag("json"),
    }
}

fn print_plan(plan: &Plan) -> Result<ExitCode, StageError> {
    let mut assessor = Assessor::of(plan)?;
    let outlooks = survey(plan, &mut assessor)?;
    warn_of_other_instructions(plan, &outlooks);
    let edited = edited_outputs(plan, &mut assessor, &outlooks);
    if !edited.is_empty() {
        log::warn(would_overwrite(plan, &edited));
    }
    if let Some(warning) = Leftovers::of(plan, &mut assessor).warning() {
        log::warn(warning);
    }
    let up_to_date = outlooks.iter().filter(|o| o.is_up_to_date()).count();
    let total = plan.tasks.len();
    let mut lines = vec![format!(
        "{}: {total} tasks, {up_to_date} up to date, {} to run or to check",
        plan.name,
        total - up_to_date
    )];
    lines.extend(plan.correction_lines());
    for (task, outlook) in plan.tasks.iter().zip(&outlooks) {
        let label = &task.label;
        lines.push(match outlook {
            Outlook::Known(assessment) => match &assessment.verdict {
                Verdict::UpToDate(record) => match instruction_mismatch(task, record) {
                    Some([made, _]) => format!("  up to date  {label}  (made with {made})"),
                    None => format!("  up to date  {label}"),
                },
                Verdict::Run(reason) => format!("  run         {label}  ({reason})"),
            },
            Outlook::After(before) => {
                format!("  wait        {label}  (for {})", plan.tasks[*before].label)
            }
        });
    }
    print(&lines)
}

fn print_status(plan: &Plan) -> Result<ExitCode, StageError> {
    let workdir = Workdir::new(&plan.workdir);
    let outlooks = survey(plan, &mut Assessor::of(plan)?)?;
    let reported = report::read(&workdir);
    let mut steps: Vec<(&str, [usize; 3])> = Vec::new();
    for (task, outlook) in plan.tasks.iter().zip(&outlooks) {
        let is_failed = reported
            .get(&task.label)
            .is_some_and(|task| task.state == State::Failed.name());
        let counts = [
            1,
            usize::from(outlook.is_up_to_date()),
            usize::from(is_failed && !outlook.is_up_to_date()),
        ];
        match steps.iter_mut().find(|(name, _)| *name == task.step) {
            Some((_, sums)) => (sums.iter_mut().zip(counts)).for_each(|(sum, count)| *sum += count),
            None => steps.push((&task.step, counts)),
        }
    }
    let width = steps.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or(0).max("step".len());
    let row = |name: &str, cells: [&str; 3]| {
        let [total, up_to_date, failed] = cells;
        format!("{name:width$}  {total:>6}  {up_to_date:>10}  {failed:>6}")
    };
    let mut lines = vec![row("step", ["tasks", "up to date", "failed"])];
    for (name, counts) in steps {
        let cells = counts.map(|n| n.to_string());
        lines.push(row(name, [&cells[0], &cells[1], &cells[2]]));
    }
    if let Some(run) = workdir.active_run() {
        lines.push(format!("a run uses this folder now{run}"));
    }
    print(&lines)
}

fn print(lines: &[String]) -> Result<ExitCode, StageError> {
    let mut stdout = std::io::stdout().lock();
    for line in lines {
        match writeln!(stdout, "{line}") {
            Ok(()) => {}
            // `rsom plan … | head` is not a failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(StageError::failure(error)),
        }
    }
    Ok(ExitCode::Done)
}

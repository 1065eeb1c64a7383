//! The command lines `rsom run`, `rsom plan` and `rsom status`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_stage::{ExitCode, Spec, StageError, data_folder, log};

use crate::assess::assessor::{Assessor, Verdict, other_instructions};
use crate::assess::survey::{Outlook, survey, warn_of_other_instructions};
use crate::assess::workdir::Workdir;
use crate::plan::build::BuiltIn;
use crate::plan::tasks::{Plan, Request};
use crate::run::display::Lines;
use crate::run::execute::Settings;
use crate::run::report;
use crate::run::session;
use crate::run::signals;

/// The commands on pipelines, to be mounted beside the stages.
#[must_use]
pub fn command_lines() -> Vec<Command> {
    let run = Command::new("run")
        .about("Run what of a pipeline is not up to date")
        .args(plan_arguments())
        .arg(
            Arg::new("jobs")
                .short('j')
                .long("jobs")
                .value_name("N")
                .default_value("1")
                .value_parser(value_parser!(u16).range(1..=1024))
                .help("Tasks to run at a time"),
        )
        .arg(
            Arg::new("threads")
                .long("threads")
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=1024))
                .help("Threads to share among the tasks that run at a time; results do not depend on it [default: all cores]"),
        )
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Print what would run, as 'plan' does, and run nothing"),
        )
        .arg(
            Arg::new("keep-going")
                .long("keep-going")
                .action(ArgAction::SetTrue)
                .help("After a failure, go on with tasks that do not need the failed one"),
        )
        .after_help("Examples:\n  rsom run pipelines/quickstart.yaml\n  rsom run pipelines/quickstart.yaml -j 2 --set s=[0,10] --swap layerseg=./program");
    let plan = Command::new("plan")
        .about("Print the tasks of a pipeline, which of them would run, and why")
        .args(plan_arguments());
    let status = Command::new("status")
        .about("Print how far a pipeline is, stage by stage")
        .args(plan_arguments());
    vec![run, plan, status]
        .into_iter()
        .map(|command| command.arg_required_else_help(true))
        .collect()
}

/// Runs one of the commands of [`command_lines`]; `stages` are those that the running binary holds.
#[must_use]
pub fn execute(name: &str, matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let Some(executable) = running_program() else {
        return ExitCode::Failure;
    };
    let built_in = BuiltIn {
        executable: &executable,
        stages,
    };
    execute_with(name, matches, &built_in)
}

/// Plans and runs a pipeline, as `rsom run` does; faults are told on stderr.
#[must_use]
pub fn run_pipeline(request: &Request, settings: Settings, stages: &[Spec]) -> ExitCode {
    let Some(executable) = running_program() else {
        return ExitCode::Failure;
    };
    let built_in = BuiltIn {
        executable: &executable,
        stages,
    };
    match planned(request, &built_in) {
        Ok(plan) => told(session::run(&plan, settings)),
        Err(code) => code,
    }
}

/// As [`execute`], with the built-in stages in another program.
#[must_use]
pub fn execute_with(name: &str, matches: &ArgMatches, built_in: &BuiltIn<'_>) -> ExitCode {
    let plan = match planned(&request(matches), built_in) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    told(match name {
        "run" if matches.get_flag("dry-run") => print_plan(&plan),
        "run" => session::run(&plan, settings(matches)),
        "status" => print_status(&plan),
        _ => print_plan(&plan),
    })
}

fn running_program() -> Option<PathBuf> {
    std::env::current_exe()
        .map_err(|error| {
            log::error(format_args!("the running program cannot be found: {error}"));
        })
        .ok()
}

fn planned(request: &Request, built_in: &BuiltIn<'_>) -> Result<Plan, ExitCode> {
    match Plan::of(request, built_in) {
        Ok(plan) => {
            for warning in &plan.warnings {
                log::warn(warning);
            }
            Ok(plan)
        }
        // What was cut short by the signal is no problem of the pipeline.
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

fn told(result: Result<ExitCode, StageError>) -> ExitCode {
    result.unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

fn plan_arguments() -> [Arg; 7] {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    [
        Arg::new("pipeline")
            .value_name("PIPELINE.yaml")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("The pipeline"),
        path(
            "manifest",
            "FILE",
            "Other scans than those of the manifest that the pipeline names",
        ),
        path(
            "data",
            "DIR",
            "Folder of the manifest's files [default: the variable RSOM_DATA, else beside the manifest]",
        ),
        path(
            "workdir",
            "DIR",
            "Folder of the outputs [default: runs/<name of the pipeline>]",
        ),
        Arg::new("set")
            .long("set")
            .value_name("NAME=VALUE")
            .action(ArgAction::Append)
            .help("Another value for a param of the pipeline, as YAML: s=[0,10]"),
        Arg::new("swap")
            .long("swap")
            .value_name("STAGE=PROGRAM")
            .action(ArgAction::Append)
            .help("Another program in a stage's place"),
        Arg::new("strict")
            .long("strict")
            .action(ArgAction::SetTrue)
            .help("Run tasks again that were computed with other vector instructions than this machine's (AVX-512, AVX2, …)"),
    ]
}

fn request(matches: &ArgMatches) -> Request {
    let words = |name: &str| -> Vec<String> {
        let words = matches.get_many::<String>(name);
        words.map(|w| w.cloned().collect()).unwrap_or_default()
    };
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    Request {
        pipeline: path("pipeline").unwrap_or_default(),
        manifest: path("manifest"),
        data: path("data").or_else(data_folder),
        workdir: path("workdir"),
        set: words("set"),
        swap: words("swap"),
        strict: matches.get_flag("strict"),
    }
}

fn settings(matches: &ArgMatches) -> Settings {
    let number = |name: &str| matches.get_one::<u16>(name).map(|n| usize::from(*n));
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = number("jobs").unwrap_or(1);
    Settings {
        jobs,
        threads: (number("threads").unwrap_or_else(cores) / jobs).max(1),
        keep_going: matches.get_flag("keep-going"),
        lines: Lines::Tasks,
    }
}

fn print_plan(plan: &Plan) -> Result<ExitCode, StageError> {
    let outlooks = survey(plan, &mut Assessor::new(&Workdir::new(&plan.workdir)))?;
    warn_of_other_instructions(plan, &outlooks);
    let up_to_date = outlooks.iter().filter(|o| o.is_up_to_date()).count();
    let total = plan.tasks.len();
    let mut lines = vec![format!(
        "{}: {total} tasks, {up_to_date} up to date, {} to run or to check",
        plan.name,
        total - up_to_date
    )];
    for (task, outlook) in plan.tasks.iter().zip(&outlooks) {
        let label = &task.label;
        lines.push(match outlook {
            Outlook::Known(assessment) => match &assessment.verdict {
                Verdict::UpToDate(record) => match other_instructions(task, record) {
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
    let outlooks = survey(plan, &mut Assessor::new(&workdir))?;
    let reported = report::read(&workdir);
    let mut stages: Vec<&str> = Vec::new();
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (task, outlook) in plan.tasks.iter().zip(&outlooks) {
        if !counts.contains_key(task.stage.as_str()) {
            stages.push(&task.stage);
        }
        let [total, up_to_date, failed] = counts.entry(&task.stage).or_default();
        *total += 1;
        *up_to_date += usize::from(outlook.is_up_to_date());
        let is_failed = reported
            .get(&task.label)
            .is_some_and(|(_, state)| state == "failed");
        *failed += usize::from(is_failed && !outlook.is_up_to_date());
    }
    let width = stages.iter().map(|s| s.len()).max().unwrap_or(0).max(5);
    let row = |name: &str, cells: [&str; 3]| {
        let [total, up_to_date, failed] = cells;
        format!("{name:width$}  {total:>6}  {up_to_date:>10}  {failed:>6}")
    };
    let mut lines = vec![row("stage", ["tasks", "up to date", "failed"])];
    for stage in stages {
        let cells = counts
            .get(stage)
            .copied()
            .unwrap_or_default()
            .map(|n| n.to_string());
        lines.push(row(stage, [&cells[0], &cells[1], &cells[2]]));
    }
    if let Some(process) = workdir.at_work() {
        lines.push(format!("a run is at work here (process {process})"));
    }
    print(&lines)
}

fn print(lines: &[String]) -> Result<ExitCode, StageError> {
    let mut stdout = std::io::stdout().lock();
    for line in lines {
        match writeln!(stdout, "{line}") {
            Ok(()) => {}
            // `rsom plan … | head` is no failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => break,
            Err(error) => return Err(StageError::failure(error)),
        }
    }
    Ok(ExitCode::Done)
}

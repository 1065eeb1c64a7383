//! The arguments of the command lines on pipelines.

use std::path::PathBuf;

use clap::{Arg, ArgAction, value_parser};

/// Heading of the arguments that few runs need.
const ADVANCED: &str = "Advanced options";
const SELECTION: &str = "Selection of tasks";

/// The arguments of `rsom run` alone.
pub(crate) fn run_arguments() -> [Arg; 8] {
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=1024))
            .help(help)
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    [
        number(
            "jobs",
            "Number of tasks to run at the same time; 'auto': as many as there are cores, while the memory that they took in earlier runs is free",
        )
        .short('j')
        .value_parser(jobs)
        .default_value("1"),
        number(
            "threads",
            "Threads for all running tasks together; does not affect results [default: all cores]",
        ),
        flag(
            "dry-run",
            "Print what would run, as 'plan' does, and run nothing",
        ),
        flag(
            "keep-going",
            "After a failure, continue with tasks that do not need the failed one",
        ),
        Arg::new("store")
            .long("store")
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .help("Take outputs that another study with this store has computed, and add new ones to it; made if it is missing [default: the variable RSOM_STORE, else none]"),
        flag("replace", "Overwrite outputs that were edited since they were made; without this option, the run stops and names them")
            .help_heading(ADVANCED),
        flag("prune", "After a complete run, remove files that earlier runs made and this plan no longer has, such as those of removed scans")
            .help_heading(ADVANCED),
        flag("json", "Print what happens as JSON on stdout, one event in each line")
            .help_heading(ADVANCED),
    ]
}

/// The arguments that say which pipeline to plan, and how.
#[must_use]
pub fn plan_arguments() -> [Arg; 9] {
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
            .help("Pipeline file"),
        path(
            "manifest",
            "FILE",
            "Use this manifest instead of the one that the pipeline names",
        )
        .help_heading(ADVANCED),
        path(
            "data",
            "DIR",
            "Folder of the manifest's files [default: the variable RSOM_DATA, else the folder of the manifest]",
        ),
        path(
            "workdir",
            "DIR",
            "Output folder [default: runs/<name of the pipeline>, with a profile runs/<name>-<profile>]",
        ),
        Arg::new("profile")
            .long("profile")
            .value_name("NAME")
            .help("Use the params of this profile of the pipeline; --set overrides them"),
        Arg::new("set")
            .long("set")
            .value_name("NAME=VALUE")
            .action(ArgAction::Append)
            .help("Change a param of the pipeline; the value is YAML: s=[0,10]; repeatable"),
        Arg::new("swap")
            .long("swap")
            .value_name("STAGE=PROGRAM")
            .action(ArgAction::Append)
            .help("Replace a stage by another program, in all steps or (with the name of a step) in one; repeatable")
            .help_heading(ADVANCED),
        Arg::new("correct")
            .long("correct")
            .value_name("STEP:NAME=FILE")
            .action(ArgAction::Append)
            .help("Use this file instead of an output of a step, such as a mask corrected by hand: predict:S03=mask.nii.gz; NAME is a scan, or the name of the output, with folders before it if others share it; files corrections/STEP/NAME next to the pipeline need no option; repeatable")
            .help_heading(ADVANCED),
        Arg::new("strict")
            .long("strict")
            .action(ArgAction::SetTrue)
            .help("Run tasks again that were computed with other vector instructions (AVX-512, AVX2, …) than those of this machine")
            .help_heading(ADVANCED),
    ]
}

/// The arguments that select a part of a plan.
pub(crate) fn selection_arguments() -> [Arg; 4] {
    let steps = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("STEP")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help(help)
            .help_heading(SELECTION)
    };
    [
        steps(
            "only",
            "Only the tasks of these steps; what they need must be up to date",
        ),
        steps(
            "from",
            "Only the tasks of these steps, and those that need them",
        ),
        steps(
            "until",
            "Only the tasks of these steps, and those that they need",
        ),
        Arg::new("where")
            .long("where")
            .value_name("KEY=VALUE")
            .action(ArgAction::Append)
            .help("Only tasks of these scans and factors, and those that they need: subject=s01, scan=p1, s=[0,10], net!=fcn7; repeatable")
            .help_heading(SELECTION),
    ]
}

/// The number of jobs; 0 for `auto`.
fn jobs(text: &str) -> Result<u16, String> {
    let number = match text {
        "auto" => Some(0),
        _ => text.parse().ok().filter(|n| (1..=1024).contains(n)),
    };
    number.ok_or_else(|| "write a number from 1 to 1024, or auto".to_owned())
}

/// The task that a command is about.
pub(crate) fn task_argument() -> Arg {
    Arg::new("task")
        .value_name("TASK")
        .required(true)
        .num_args(1..)
        .help("The task as 'plan' prints it, words of it that no other task has, or the path of one of its outputs")
}

/// Whether to print JSON.
pub(crate) fn json_argument() -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help("Print JSON, for other programs")
}

/// The arguments of `rsom task`.
pub(crate) fn worker_arguments() -> Vec<Arg> {
    let tasks = Arg::new("tasks")
        .value_name("TASK")
        .num_args(0..)
        .required_unless_present("list")
        .help("Tasks as 'plan' prints them, each as one word in quotes");
    let list = Arg::new("list")
        .long("list")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("A file of tasks, one in each line");
    let part = Arg::new("part")
        .long("part")
        .value_name("N/M")
        .value_parser(part_of)
        .requires("list")
        .help("Only part N, from 1, of M parts of the list");
    let expect = Arg::new("expect")
        .long("expect")
        .value_name("STAGE=REVISION")
        .action(ArgAction::Append)
        .help("Refuse to run if this machine has another revision of a stage; repeatable")
        .help_heading(ADVANCED);
    let of_run = run_arguments().into_iter();
    let of_run = of_run.filter(|arg| !["dry-run", "prune"].contains(&arg.get_id().as_str()));
    [tasks, list, part, expect]
        .into_iter()
        .chain(of_run)
        .collect()
}

/// The arguments of `rsom job`.
pub(crate) fn job_arguments() -> [Arg; 2] {
    [
        Arg::new("file")
            .value_name("JOB.json")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("The description of the task, as the tools of 'rsom export cwl' write it"),
        Arg::new("threads")
            .long("threads")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=1024))
            .help("Threads of the task; does not affect results [default: all cores]"),
    ]
}

/// The numbers of `3/40`.
fn part_of(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/');
    let numbers = numbers.and_then(|(n, m)| Some((n.parse().ok()?, m.parse().ok()?)));
    numbers
        .filter(|(number, count)| (1..=*count).contains(number))
        .ok_or_else(|| "write a part such as 3/40".to_owned())
}

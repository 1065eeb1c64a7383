//! YAML pipelines: parse, plan, skip tasks that are up to date, run the others.
//!
//! A *stage* is an executable. A *step* is an entry of a pipeline, under the key `stages`; it runs a command of a stage, or any
//! command line. A *task* is one process: a step, for one scan and one combination of factors. `pipelines/README.md` describes
//! the format.
//!
//! 1. `read` turns the file into a `model` that keeps the place of every part. `params` applies `--set`.
//! 2. `check` finds the tool of each step and compares the step with the tool's specification: names, ports, references,
//!    cycles.
//! 3. `plan` expands the steps into tasks: scans × factors, filtered by `condition`. `gather` finds the tasks of other steps
//!    that each task depends on. `problem` collects all errors. The result is a [`Plan`].
//! 4. `assess` compares the plan with the workdir: `identity` defines a task, `records` stores finished tasks, `hashes` caches
//!    hashes of files.
//! 5. `run` starts the remaining tasks as processes, shows the progress and writes `run.json`.
//! 6. `inspect` looks at all of this without running anything; `export` hands a plan to another engine, whose jobs come back to
//!    `run::worker`.
//! 7. `mend` edits misspelled names in the text of a pipeline file.
//!
//! The crate knows no stage. It gets the specifications of the built-in stages and starts all stages as processes.

mod arguments;
mod assess;
mod check;
mod cli;
mod export;
mod inspect;
mod mend;
mod plan;
mod problem;
mod read;
mod run;
mod suggest;
mod value;

pub use arguments::plan_arguments;
pub use assess::file_hashes::FileHashes;
pub use assess::finished::Unfinished;
pub use check::ask::ask;
pub use cli::{command_lines, execute, execute_with, plan_of, run_pipeline};
pub use inspect::diff;
pub use inspect::recorded::{RecordedCorrection, RecordedFile, RecordedRun, RecordedTask};
pub use plan::build::BuiltInStages;
pub use plan::correction::Correction;
pub use plan::selection::Selection;
pub use plan::tasks::{CheckOutput, InputFile, Plan, Request, Task, TaskInput, TaskOutput};
pub use problem::Problem;
pub use read::limits::Limits;
pub use read::place::Place;
pub use run::relative::joined;
pub use run::settings::{Lines, Settings};
pub use run::source::{Source, SourceFile};

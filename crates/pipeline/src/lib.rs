//! YAML pipelines: parse, plan, fan out, skip what is done, run.
//!
//! `pipelines/README.md` describes the format. The way through this crate:
//!
//! 1. `read` turns the file into a `model` with the place of every part; `params` puts `--set` over it.
//! 2. `tool` finds what each stage starts and `ask`s it what it takes and gives; `check`, `check_names` and `link` hold
//!    the stages against that; `order` looks for cycles.
//! 3. `expand` makes the tasks of a stage (scans × factors, narrowed by `condition`), `gather` finds which tasks of
//!    another stage each of them takes from, `task` puts them together, `output_paths` looks for collisions. All that
//!    is wrong is collected in `problem` and told at once. The result is a [`Plan`].
//! 4. `survey` and `assess` compare the plan with what is in the workdir: `identity` says what a task is, `records`
//!    what was done, `hashes` what the files hold now.
//! 5. `execute` starts what is left, each task a `process`; `display` tells how it goes, `report` writes `run.json`.
//!
//! The crate knows no stage: it gets the specifications of the built-in ones, and starts all of them as processes.

mod arguments;
mod ask;
mod assess;
mod build;
mod check;
mod check_names;
mod cli;
mod condition;
mod display;
mod execute;
mod expand;
mod file_hashes;
mod gather;
mod hashes;
mod identity;
mod left_out;
mod link;
mod logs;
mod manifest;
mod model;
mod node;
mod order;
mod orphans;
mod outcome;
mod output_paths;
mod params;
mod plan;
mod problem;
mod process;
mod queue;
mod read;
mod read_input;
mod records;
mod report;
mod run;
mod scan_lines;
mod scans;
mod schema;
mod scope;
mod signals;
mod stale;
mod suggest;
mod survey;
mod swap;
mod task;
mod task_inputs;
mod task_parameters;
mod template;
mod tool;
mod value;
mod words;
mod workdir;

pub use build::BuiltIn;
pub use cli::{command_lines, execute, execute_with, run_pipeline};
pub use display::Lines;
pub use execute::Settings;
pub use file_hashes::FileHashes;
pub use plan::{InputFile, Plan, Request, Task, TaskInput, TaskOutput};
pub use problem::Problem;

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

mod assess;
mod check;
mod cli;
mod plan;
mod problem;
mod read;
mod run;
mod suggest;
mod value;

pub use assess::file_hashes::FileHashes;
pub use cli::{command_lines, execute, execute_with, run_pipeline};
pub use plan::build::BuiltIn;
pub use plan::tasks::{InputFile, Plan, Request, Task, TaskInput, TaskOutput};
pub use problem::Problem;
pub use run::display::Lines;
pub use run::execute::Settings;

//! The command line `rsom`: all stages as `rsom <stage> <command>`, and the pipelines.
//!
//! This is the only crate that links all stages. `rsom layerseg predict …` does the same as `rsom-layerseg predict …`.

pub mod allocator;
mod command_line;
mod doctor;
mod elsewhere;
mod man;
mod output_folder;
mod recipes;
mod reference;
mod stages;
#[cfg(test)]
mod written_commands;

use std::process::ExitCode;

use clap::ArgMatches;
use rsom_io::output_check::check_output;
use rsom_study::{
    bundle, compare, corrections, example, init, page, prov, reproduce, segment, stage,
};

/// Runs `rsom` with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    allocator::keep_freed_memory();
    match command_line::build().try_get_matches() {
        Ok(matches) => dispatch(&matches),
        Err(error) => {
            let code = rsom_stage::usage(&error);
            if let Some(command) = elsewhere::command(&error, &command_line::build()) {
                rsom_stage::log::info(format_args!("there is a command '{command}'"));
            }
            code
        }
    }
    .into()
}

fn dispatch(matches: &ArgMatches) -> rsom_stage::ExitCode {
    let Some((name, matches)) = matches.subcommand() else {
        return rsom_stage::ExitCode::Usage;
    };
    if name == command_line::REPORT && matches.subcommand().is_none() {
        return page::run(matches);
    }
    let stages = stages::all();
    if let Some(stage) = stages.iter().find(|stage| stage.name == name) {
        return rsom_stage::run(stage, matches);
    }
    if name == "completions" {
        return command_line::print_completions(matches);
    }
    let specs: Vec<_> = stages.iter().map(rsom_stage::Definition::spec).collect();
    match name {
        recipes::NAME => return recipes::run(&specs),
        reference::NAME => return reference::run(matches, &specs),
        doctor::NAME => return doctor::run(&specs),
        segment::NAME => return segment::run(matches, &specs),
        compare::NAME => return compare::run(matches, &specs),
        init::NAME => return init::run(matches),
        example::NAME => return example::run(matches),
        man::NAME => return man::run(matches, command_line::build()),
        bundle::NAME => return bundle::run(matches, &specs),
        bundle::VERIFY => return bundle::run_verify(matches, &specs),
        rsom_pipeline::diff::NAME => return rsom_pipeline::diff::run(matches),
        rsom_viewer::cli::NAME => return rsom_viewer::cli::execute(matches),
        rsom_store::cli::NAME => return rsom_store::cli::execute(matches),
        reproduce::NAME => return reproduce::run(matches, &specs),
        prov::NAME => return prov::run(matches),
        stage::NAME => return stage::run(matches, &specs),
        corrections::NAME => return corrections::run(matches, &specs),
        _ => {}
    }
    rsom_pipeline::execute(name, matches, &specs, check_output)
}

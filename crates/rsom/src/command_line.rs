//! The command line of `rsom`: pipelines, stages, shell completion.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use rsom_stage::ExitCode;
use rsom_study::{
    bundle, compare, corrections, example, init, page, prov, reproduce, segment, stage,
};

use crate::{doctor, man, recipes, reference, stages};

const EXAMPLES: &str = "\
Examples:
  rsom example quickstart                     a whole study to try, from generated scans to a table with p-values
  rsom run quickstart/pipelines/quickstart.yaml -j 2
  rsom init --scans scans --masks drawn --table people.csv my-study
                                              begin a study of your own
  rsom segment --input scans --layer-weights unet_depth5.pt --vessel-weights vesnet_gn.pt --output out
                                              the released pipeline on a folder of raw scans
  rsom compare --reference drawn --prediction unet=unet --prediction fcn=fcn --output compared
                                              masks that exist: tables, tests and figures
  rsom report runs/quickstart                 the whole study on one page
  rsom view scan.nii.gz --mask mask.nii.gz    slices with masks, in a browser
  rsom plan pipelines/octlayers.yaml          which tasks would run, and why
  rsom io inspect scan.nii.gz                 shape, spacing, type and range of any file
  rsom recipes                                named sets of parameter values, side by side
  rsom layerseg predict --help                a single command of a stage
  rsom completions bash > /etc/bash_completion.d/rsom";

/// The stage that draws figures, whose command line also shows a whole study.
pub(crate) const REPORT: &str = "report";

/// The command line of `rsom`, with all its subcommands.
pub(crate) fn build() -> Command {
    let root = Command::new("rsom")
        .version(concat!(
            env!("CARGO_PKG_VERSION"),
            " (revision ",
            env!("RSOM_REVISION"),
            ")"
        ))
        .about("From raw skin scans to the tables and figures of a paper, reproducibly")
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(segment::command_line())
        .subcommand(compare::command_line())
        .subcommand(example::command_line())
        .subcommand(init::command_line())
        .subcommand(corrections::command_line())
        .subcommand(bundle::command_line())
        .subcommand(bundle::verify_command_line())
        .subcommand(reproduce::command_line())
        .subcommand(prov::command_line())
        .subcommand(stage::command_line())
        .subcommand(recipes::command_line())
        .subcommand(doctor::command_line())
        .subcommand(man::command_line())
        .subcommand(reference::command_line())
        .subcommands(rsom_pipeline::command_lines())
        .subcommand(rsom_pipeline::diff::command_line())
        .subcommand(rsom_store::cli::command_line())
        .subcommand(rsom_viewer::cli::command_line())
        .subcommands(stages::all().iter().map(|stage| match stage.name.as_str() {
            REPORT => page::with_study(rsom_stage::command_line(stage, REPORT)),
            name => rsom_stage::command_line(stage, name),
        }));
    root.subcommand(
        Command::new("completions")
            .about("Print the completion script for a shell")
            .arg(
                Arg::new("shell")
                    .required(true)
                    .value_parser(value_parser!(Shell))
                    .help("Name of the shell"),
            ),
    )
}

/// Prints the completion script of the chosen shell.
pub(crate) fn print_completions(matches: &ArgMatches) -> ExitCode {
    let Some(shell) = matches.get_one::<Shell>("shell") else {
        return ExitCode::Usage;
    };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut build(), "rsom", &mut script);
    rsom_stage::print(&String::from_utf8_lossy(&script))
}

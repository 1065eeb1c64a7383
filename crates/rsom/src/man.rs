//! `rsom man`: the manual pages of all commands, made from their definitions.

use std::path::Path;

use clap::{ArgMatches, Command};
use clap_mangen::Man;
use rsom_stage::{ExitCode, StageError, atomic, log};

use crate::output_folder;

/// Name of the command.
pub(crate) const NAME: &str = "man";

/// The declaration of the command.
pub(crate) fn command_line() -> Command {
    Command::new(NAME)
        .about("Write the manual pages of all commands into a folder")
        .arg(output_folder::argument())
        .after_help("Example:\n  rsom man --output ~/.local/share/man/man1\n  man rsom-run")
}

/// Writes a page `rsom.1`, and one for each subcommand, such as `rsom-layerseg-train.1`.
pub(crate) fn run(matches: &ArgMatches, root: Command) -> ExitCode {
    let Some(folder) = output_folder::given(matches) else {
        return ExitCode::Usage;
    };
    match write(folder, root) {
        Ok(count) => rsom_stage::print(&format!("{}: {count} pages\n", folder.display())),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn write(folder: &Path, root: Command) -> Result<usize, StageError> {
    let mut root = root.disable_help_subcommand(true);
    // Gives each subcommand its whole name.
    root.build();
    let mut pages = Vec::new();
    collect(&root, &mut pages);
    for page in &pages {
        let path = folder.join(page.get_filename());
        let mut text = Vec::new();
        page.render(&mut text)
            .map_err(|e| StageError::output(&path, atomic::plain(&e)))?;
        atomic::write_bytes(&path, &text)?;
    }
    Ok(pages.len())
}

/// The pages of a command and of those below it.
fn collect(command: &Command, pages: &mut Vec<Man>) {
    pages.push(Man::new(command.clone()));
    for below in command.get_subcommands() {
        collect(below, pages);
    }
}

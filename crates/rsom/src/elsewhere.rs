//! A command that was typed without the stage that it belongs to, such as `rsom manifest`.

use clap::Command;
use clap::error::{ContextKind, ContextValue};

/// Where a command is that a command line does not know at its place: `rsom io manifest` for `rsom manifest`.
pub(crate) fn command(error: &clap::Error, root: &Command) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let of_stage = |stage: &&Command| stage.find_subcommand(word).is_some();
    let stage = root.get_subcommands().find(of_stage)?;
    Some(format!("{} {} {word}", root.get_name(), stage.get_name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::build;

    #[test]
    fn a_command_of_a_stage_is_found() {
        let found = |words: [&str; 2]| {
            let error = build().try_get_matches_from(words).unwrap_err();
            command(&error, &build())
        };
        assert_eq!(found(["rsom", "manifest"]).unwrap(), "rsom io manifest");
        assert_eq!(found(["rsom", "nonsense"]), None);
    }
}

//! A command line as text.

use std::process::Command;

/// A command line that can be pasted into a shell.
pub(crate) fn shell_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let quoted = words.map(|word| {
        let word = word.to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.into_owned()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_command_can_be_pasted() {
        let mut command = Command::new("tool");
        command.args(["--a", "b c", "it's", "", "x=1"]);
        assert_eq!(shell_line(&command), "tool --a 'b c' 'it'\\''s' '' x=1");
    }
}

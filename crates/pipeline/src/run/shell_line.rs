//! A command line as text.

use std::process::Command;

/// A command line that can be pasted into a shell.
pub(crate) fn shell_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words = words.map(|word| quoted(&word.to_string_lossy()));
    words.collect::<Vec<_>>().join(" ")
}

/// A word in quotes, if a shell would read it as something else.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
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

//! Messages in one line.

/// A message in one line: each run of white space becomes one space, each control character `?`.
///
/// Messages of libraries may have several lines, and messages that quote a file may hold anything, even commands for the
/// terminal.
#[must_use]
pub fn one_line(message: &str) -> String {
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ").replace(char::is_control, "?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_nothing_reaches_the_terminal_as_a_command() {
        assert_eq!(one_line("a\n  b\r\nc\t d\n"), "a b c d");
        assert_eq!(one_line("'\u{1b}[2J\u{0}\u{85}é'"), "'?[2J? é'");
    }
}

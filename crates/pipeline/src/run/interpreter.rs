//! Starts programs: on Windows, where the system does not read `#!` lines, scripts through their interpreter.

use std::path::Path;
use std::process::Command;

/// The command that starts a program.
pub(crate) fn command_of(program: &Path) -> Command {
    if cfg!(windows)
        && let Some(interpreter) = first_line(program).as_deref().and_then(interpreter)
    {
        let mut command = Command::new(interpreter);
        command.arg(program);
        return command;
    }
    Command::new(program)
}

/// The first line of a script. `None` for other files.
fn first_line(program: &Path) -> Option<String> {
    use std::io::Read;
    let mut start = Vec::new();
    let file = std::fs::File::open(program).ok()?;
    file.take(256).read_to_end(&mut start).ok()?;
    let text = String::from_utf8_lossy(&start);
    text.starts_with("#!")
        .then(|| text.lines().next().map(str::to_owned))?
}

/// The interpreter that a `#!` line names, as it is called on Windows: `python` for `#!/usr/bin/env python3`.
fn interpreter(line: &str) -> Option<&str> {
    let mut words = line.strip_prefix("#!")?.split_whitespace();
    let path = words.next()?;
    let mut program = path.rsplit(['/', '\\']).next()?;
    if program == "env" {
        program = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    }
    Some(match program {
        // The installers for Windows have no `python3`.
        "python3" => "python",
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_of_a_script_is_the_program_that_its_first_line_names() {
        for (line, program) in [
            ("#!/usr/bin/env python3", Some("python")),
            ("#!/usr/bin/env -S python3 -u", Some("python")),
            ("#!/usr/bin/python3.11", Some("python3.11")),
            ("#! /bin/sh", Some("sh")),
            ("#!/usr/bin/env A=1 Rscript --vanilla", Some("Rscript")),
            ("#!", None),
            ("import sys", None),
        ] {
            assert_eq!(interpreter(line), program, "{line}");
        }
    }
}

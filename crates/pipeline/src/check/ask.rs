//! Asks a foreign stage for its specification.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rsom_stage::{Spec, atomic, fingerprint};

use crate::run::group::Group;
use crate::run::interpreter::command_of;
use crate::run::signals;

/// Time limit for a program to print its specification.
const LIMIT: Duration = Duration::from_secs(10);
/// Time between two checks of the process.
const PAUSE: Duration = Duration::from_millis(2);

/// The specification of a program and the sha256 of the program.
///
/// # Errors
/// The program is missing, cannot be started, fails, does not end within 10 s, or prints no specification.
pub fn ask(program: &Path) -> Result<(Spec, String), String> {
    ask_within(program, LIMIT)
}

fn ask_within(program: &Path, limit: Duration) -> Result<(Spec, String), String> {
    let name = program.display();
    let sha256 =
        fingerprint::of_path(program).map_err(|e| format!("{name}: {}", atomic::plain(&e)))?;
    let output = output_within(command_of(program).arg("spec"), limit)
        .map_err(|e| format!("{name} cannot be started: {}", atomic::plain(&e)))?
        .ok_or_else(|| {
            let seconds = limit.as_secs_f64();
            format!("'{name} spec' did not end within {seconds} s; it must print its specification and exit")
        })?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let reason = stderr
            .trim()
            .lines()
            .last()
            .unwrap_or("it printed no message");
        return Err(format!(
            "'{name} spec' failed ({}): {reason}",
            output.status
        ));
    }
    let no_spec = |e: String| format!("'{name} spec' does not print a specification: {e}");
    let json = serde_json::from_slice(&output.stdout).map_err(|e| no_spec(e.to_string()))?;
    let spec = Spec::from_json(&json).map_err(no_spec)?;
    Ok((spec, sha256))
}

/// Runs a command and returns its output. `None` if the command, or a process that inherited its output, did not end in
/// time, or if the user stopped the run: then the whole process group is killed.
fn output_within(command: &mut Command, limit: Duration) -> io::Result<Option<Output>> {
    // Ctrl-C in a terminal does not reach the program, which gets a process group of its own.
    signals::install();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (mut child, mut group) = Group::spawn(command)?;
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let started = Instant::now();
    loop {
        let status = child.try_wait()?;
        if let Some(status) = status.filter(|_| stdout.is_finished() && stderr.is_finished()) {
            return Ok(Some(Output {
                status,
                stdout: joined(stdout)?,
                stderr: joined(stderr)?,
            }));
        }
        if started.elapsed() >= limit || signals::count() > 0 {
            group.stop(true);
            let _ = child.kill();
            let _ = child.wait();
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Reads a pipe on a thread of its own, so that a full pipe does not block the program.
fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // Keeps what was read before a failure.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn joined(reader: JoinHandle<Vec<u8>>) -> io::Result<Vec<u8>> {
    reader
        .join()
        .map_err(|_| io::Error::other("its output could not be read"))
}

// The programs of these tests are shell scripts.
#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "helpers of tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    const SPEC: &str = r#"{"contract": 1, "stage": "demo", "version": "1", "commands": []}"#;

    fn program(folder: &Path, body: &str) -> PathBuf {
        let path = folder.join("program");
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Whether the process whose id is in the file `note` is running.
    fn is_running(note: &Path) -> bool {
        let number = std::fs::read_to_string(note).unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", number.trim()));
        stat.is_ok_and(|stat| !stat.contains(") Z"))
    }

    // One test, so that no other thread starts a program while one is being written.
    #[test]
    fn a_program_has_a_time_limit_to_print_its_specification() {
        let folder = tempfile::tempdir().unwrap();
        let limit = Duration::from_millis(1500);
        let note = folder.path().join("number");
        let sleeper = format!("sleep 600 & echo $! >'{}'", note.display());
        for body in [
            format!("{sleeper}\nwait"),
            // It ends, but what it started keeps its output open.
            format!("{sleeper}\necho '{SPEC}'"),
        ] {
            let program = program(folder.path(), &body);
            let started = Instant::now();
            let fault = ask_within(&program, limit).unwrap_err();
            assert!(started.elapsed() < Duration::from_secs(60));
            assert!(
                fault.contains("program spec' did not end within 1.5 s"),
                "{fault}"
            );
            assert_eq!(fault.lines().count(), 1);
            let waited = Instant::now();
            while is_running(&note) {
                assert!(
                    waited.elapsed() < Duration::from_secs(30),
                    "the process is left behind"
                );
                std::thread::sleep(PAUSE);
            }
        }
        // More than a pipe holds, from a program in no hurry.
        let large = format!("sleep 0.1; printf '%300000s' ' '; echo oh >&2; echo '{SPEC}'");
        let (spec, _) = ask_within(&program(folder.path(), &large), LIMIT).unwrap();
        assert_eq!(spec.stage, "demo");
    }
}

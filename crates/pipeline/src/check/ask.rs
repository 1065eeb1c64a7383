//! Asks a foreign program for its specification.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rsom_stage::{Spec, atomic, fingerprint};

use crate::run::process::signal_group;
use crate::run::signals;

/// How long a program may take to say what it is.
const LIMIT: Duration = Duration::from_secs(10);
/// Time between two looks at it.
const PAUSE: Duration = Duration::from_millis(2);

/// The specification of a program and its hash.
///
/// # Errors
/// It is not there, cannot be started, fails, has not ended after 10 s, or prints something else.
pub(crate) fn ask(program: &Path) -> Result<(Spec, String), String> {
    ask_within(program, LIMIT)
}

fn ask_within(program: &Path, limit: Duration) -> Result<(Spec, String), String> {
    let name = program.display();
    let sha256 =
        fingerprint::of_path(program).map_err(|e| format!("{name}: {}", atomic::plain(&e)))?;
    let output = output_within(Command::new(program).arg("spec"), limit)
        .map_err(|e| format!("{name} cannot be started: {}", atomic::plain(&e)))?
        .ok_or_else(|| {
            let seconds = limit.as_secs_f64();
            format!("'{name} spec' has not ended after {seconds} s; it must print its specification and end")
        })?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let reason = stderr.trim().lines().last().unwrap_or("it says nothing");
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

/// What a command prints. `None` when it, or what it started and left its output to, has not ended in time or the user
/// asked to stop: then all of it is ended.
fn output_within(command: &mut Command, limit: Duration) -> io::Result<Option<Output>> {
    // The program stands in a process group of its own, which Ctrl-C in a terminal does not reach.
    signals::install();
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let started = Instant::now();
    loop {
        let status = child.try_wait()?;
        if let Some(status) = status.filter(|_| stdout.is_finished() && stderr.is_finished()) {
            return Ok(Some(Output {
                status,
                stdout: stdout.join().unwrap_or_default(),
                stderr: stderr.join().unwrap_or_default(),
            }));
        }
        if started.elapsed() >= limit || signals::count() > 0 {
            signal_group(child.id(), true);
            let _ = child.kill();
            let _ = child.wait();
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Reads on its own thread, so that no full pipe stops the program.
fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before a failure is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

#[cfg(test)]
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

    /// Whether a process whose number a program wrote down is at work.
    fn is_at_work(note: &Path) -> bool {
        let number = std::fs::read_to_string(note).unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", number.trim()));
        stat.is_ok_and(|stat| !stat.contains(") Z"))
    }

    // One test, so that no other thread starts a program while one is being written.
    #[test]
    fn a_program_is_given_a_while_to_say_what_it_is() {
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
                fault.contains("program spec' has not ended after 1.5 s"),
                "{fault}"
            );
            assert_eq!(fault.lines().count(), 1);
            let waited = Instant::now();
            while is_at_work(&note) {
                assert!(
                    waited.elapsed() < Duration::from_secs(30),
                    "it is left behind"
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

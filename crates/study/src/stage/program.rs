//! A program that is checked: runs it to its end, or stops it.

use std::cell::Cell;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rsom_stage::atomic;

/// How long a command may take.
const LIMIT: Duration = Duration::from_secs(300);
/// How long a command may take after another one has taken too long.
const LIMIT_LATER: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(5);

/// A program.
#[derive(Debug)]
pub(super) struct Program {
    pub path: PathBuf,
    limit: Cell<Duration>,
}

/// What a program said, and how it ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// `None` if a signal ended it, or it took too long.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    limit: Duration,
}

impl Program {
    /// A program at a path.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            limit: Cell::new(LIMIT),
        }
    }

    /// Runs the program in a folder.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, folder: &Path, words: &[String]) -> Result<Ended, String> {
        let mut child = Command::new(&self.path)
            .args(words)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| format!("it cannot be started: {}", atomic::plain(&e)))?;
        let (stdout, stderr) = (read(child.stdout.take()), read(child.stderr.take()));
        let (started, limit) = (Instant::now(), self.limit.get());
        let code = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status.code(),
                Ok(None) if started.elapsed() < limit && !rsom_stage::interrupt::requested() => {
                    std::thread::sleep(PAUSE);
                }
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    self.limit.set(LIMIT_LATER);
                    break None;
                }
            }
        };
        Ok(Ended {
            code,
            stdout: stdout.text(),
            stderr: stderr.text(),
            limit,
        })
    }
}

impl Ended {
    /// Checks the exit code.
    ///
    /// # Errors
    /// Another one, with the last line of what the program said.
    pub fn expect(&self, code: i32) -> Result<(), String> {
        if self.code == Some(code) {
            return Ok(());
        }
        let found = match self.code {
            Some(code) => format!("exit code {code}"),
            None => format!(
                "it was stopped by a signal, or after {} s",
                self.limit.as_secs()
            ),
        };
        let said = self.stderr.trim().lines().last().unwrap_or("no message");
        Err(format!("{found} instead of {code} ({said})"))
    }
}

/// What a program says, read on a thread of its own, so that a full pipe does not block the program.
struct Said {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Said {
    /// What was said. Waits a moment for the rest: a child of the program may hold the pipe for long.
    fn text(self) -> String {
        let started = Instant::now();
        while !self.reader.is_finished() && started.elapsed() < Duration::from_secs(1) {
            std::thread::sleep(PAUSE);
        }
        let bytes = self.bytes.lock().map(|bytes| bytes.clone());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }
}

fn read(pipe: Option<impl Read + Send + 'static>) -> Said {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let shared = Arc::clone(&bytes);
    let reader = std::thread::spawn(move || {
        let mut part = [0; 4096];
        let mut pipe = pipe;
        while let Some(Ok(count @ 1..)) = pipe.as_mut().map(|pipe| pipe.read(&mut part)) {
            if let Ok(mut bytes) = shared.lock() {
                bytes.extend_from_slice(&part[..count]);
            }
        }
    });
    Said { bytes, reader }
}

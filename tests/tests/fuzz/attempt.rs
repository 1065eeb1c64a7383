//! One file given to a target: panics, endless reading and huge allocations become faults.

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::memory;

/// Longest time for one small file.
const LONGEST: Duration = Duration::from_secs(10);

/// What a target does with the file: reads it with all its readers, and examines what they return. Returns whether the file
/// was good.
pub type Check = fn(&Path) -> Result<bool, String>;

/// Reads a file in a thread of its own. Returns whether it was good.
///
/// # Errors
/// What is wrong with the reader.
pub fn attempt(check: Check, path: PathBuf) -> Result<bool, String> {
    let before = memory::peak();
    let (sender, receiver) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let _ = sender.send(check(&path));
    });
    match receiver.recv_timeout(LONGEST) {
        Ok(verdict) => {
            memory::check(before)?;
            verdict
        }
        Err(RecvTimeoutError::Timeout) => Err(format!("it did not end within {LONGEST:?}")),
        Err(RecvTimeoutError::Disconnected) => {
            let panic = reading.join().err();
            let text = panic.as_deref().map(said).unwrap_or_default();
            Err(format!("it panicked: {text}"))
        }
    }
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default()
}

#[test]
fn a_panic_and_a_huge_allocation_are_faults() {
    let fault = |check: Check| attempt(check, PathBuf::new()).err().unwrap_or_default();
    assert_eq!(fault(|_| panic!("at byte 7")), "it panicked: at byte 7");
    let greedy = fault(|_| {
        let bytes = vec![1_u8; 400 << 20];
        let sum: usize = bytes.iter().map(|b| usize::from(*b)).sum();
        Ok(sum == bytes.len())
    });
    let told = cfg!(target_os = "linux");
    assert!(!told || greedy.contains("MiB of memory"), "{greedy:?}");
}

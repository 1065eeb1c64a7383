//! Runs a target: many cases from one seed, the smallest failing one kept as a file.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::attempt::{Check, attempt};
use crate::input::Input;
use crate::seed::Seed;

/// Cases of each target unless `RSOM_FUZZ_CASES` says otherwise: all targets take less than a minute on two slow cores.
const CASES: u32 = 2000;
/// Seed unless `RSOM_FUZZ_SEED` says otherwise.
const SEED: u64 = 20_261_128;
/// Attempts to make a failing case smaller.
const MOST_SHRINKING: u32 = 400;

/// Readers under test.
pub struct Target {
    /// Name, also of its folder.
    pub name: &'static str,
    /// Valid files.
    pub seeds: Vec<Seed>,
    /// Whether the seeds are texts.
    pub text: bool,
    /// Reads a file.
    pub check: Check,
}

impl Target {
    /// Runs all cases.
    ///
    /// # Panics
    /// A case failed. The message names its file.
    pub fn run(&self) {
        let folder = self.folder("reading");
        if let Some(file) = std::env::var_os("RSOM_FUZZ_INPUT") {
            let verdict = attempt(self.check, PathBuf::from(file));
            verdict.unwrap_or_else(|fault| panic!("{fault}"));
            return;
        }
        for seed in &self.seeds {
            let file = self.put(&folder, seed, &(seed.seal)(&seed.bytes));
            let verdict = attempt(self.check, file);
            assert_eq!(verdict, Ok(seed.good), "{}, unchanged", seed.name);
        }
        let good = Cell::new(0);
        let outcome = self.runner().run(&Input::any(self.text), |input| {
            let (seed, bytes) = input.file(&self.seeds);
            // If reading ends the whole process, the file is still there.
            let file = self.put(&folder, seed, &bytes);
            let verdict = attempt(self.check, file).map_err(|fault| {
                self.put(&self.folder("failing"), seed, &bytes);
                TestCaseError::fail(format!("{}: {fault}", seed.name))
            })?;
            good.set(good.get() + u32::from(verdict));
            Ok(())
        });
        match outcome {
            Ok(()) => {
                println!(
                    "{}: {} mutated files were still good",
                    self.name,
                    good.get()
                );
                std::fs::remove_dir_all(folder).unwrap_or_default();
            }
            Err(TestError::Fail(fault, _)) => panic!(
                "{fault}\nThe file is in {}. RSOM_FUZZ_INPUT=<file> reads it again.",
                self.folder("failing").display()
            ),
            Err(error) => panic!("{error}"),
        }
    }

    fn runner(&self) -> TestRunner {
        let config = Config {
            cases: number("RSOM_FUZZ_CASES", CASES),
            max_shrink_iters: MOST_SHRINKING,
            failure_persistence: None,
            ..Config::default()
        };
        let seed: u64 = number("RSOM_FUZZ_SEED", SEED);
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    fn folder(&self, purpose: &str) -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("fuzz")
            .join(format!("{}-{purpose}-{}", self.name, std::process::id()))
    }

    /// Writes a file and those next to it.
    fn put(&self, folder: &Path, seed: &Seed, bytes: &[u8]) -> PathBuf {
        std::fs::create_dir_all(folder).expect("the target folder is writable");
        for (name, content) in &seed.beside {
            let path = folder.join(name);
            if !path.exists() {
                std::fs::write(path, content).expect("the target folder is writable");
            }
        }
        let path = folder.join(seed.name);
        std::fs::write(&path, bytes).expect("the target folder is writable");
        path
    }
}

fn number<N: std::str::FromStr>(variable: &str, default: N) -> N {
    match std::env::var(variable) {
        Ok(text) => (text.parse().ok()).unwrap_or_else(|| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

#[test]
fn the_same_seed_gives_the_same_inputs() {
    use proptest::strategy::{Strategy, ValueTree};
    let target = Target {
        name: "none",
        seeds: vec![Seed::new("a", "some text of a file"), Seed::new("b", "b")],
        text: true,
        check: |_| Ok(true),
    };
    let files = || -> Vec<Vec<u8>> {
        let mut runner = target.runner();
        let inputs = (0..50).map(|_| Input::any(true).new_tree(&mut runner));
        let bytes = inputs.map(|i| i.map(|i| i.current().file(&target.seeds).1));
        bytes.map(|b| b.unwrap_or_default()).collect()
    };
    assert_eq!(files(), files());
    assert!(files().iter().any(|file| file != b"some text of a file"));
}

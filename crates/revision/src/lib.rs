//! Computes the revision of a crate in its build script: a hash of all code that its results can depend on.
//!
//! Each crate of the workspace has the build script `fn main() { rsom_revision::emit(); }` and a `links` key, so that
//! cargo passes the revision of each crate to its dependents (`DEP_<LINKS>_REVISION`). A revision covers
//!
//! - the tokens of the crate's sources, without comments, documentation, layout and test modules;
//! - the enabled features of the crate;
//! - the revisions of the workspace crates that it depends on;
//! - names, versions and checksums of all other crates that it depends on, from `Cargo.lock`.
//!
//! It covers no time, path, host or user: the same sources give the same revision everywhere, in a git checkout, in an
//! unpacked archive and under `cargo install --locked`.

mod fnv;
mod lock;
mod manifest;
mod sources;
mod tokens;

use std::path::{Path, PathBuf};

use fnv::Fnv128;

/// Number of hexadecimal digits of a revision.
const DIGITS: usize = 16;

/// Computes the revision of the crate whose build script calls this. The crate reads it by `env!("RSOM_REVISION")`.
#[allow(clippy::print_stdout, reason = "how a build script speaks to cargo")]
pub fn emit() {
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let revision = match revision(&folder, &variable("CARGO_PKG_NAME"), &environment()) {
        Ok(revision) => revision,
        Err(fault) => {
            println!("cargo::error=cannot compute the revision of this crate: {fault}");
            return;
        }
    };
    println!("cargo::rustc-env=RSOM_REVISION={revision}");
    println!("cargo::metadata=revision={revision}");
    for watched in ["src", "build.rs", "Cargo.toml"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    if let Some(lock) = lock::find(&folder) {
        println!("cargo::rerun-if-changed={}", lock.display());
    }
}

/// The part of the environment that the revision covers: features, and revisions of dependencies.
fn environment() -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> =
        std::env::vars().filter(|(name, _)| covers(name)).collect();
    variables.sort();
    variables
}

/// Whether the revision covers the environment variable `name`.
///
/// The feature `default` is left out: it only turns on other features, which are variables of their own. Cargo turns it
/// on for each member of `cargo build --workspace`, but not for the same crates below `cargo build`, although both
/// build the same code.
fn covers(name: &str) -> bool {
    (name.starts_with("CARGO_FEATURE_") && name != "CARGO_FEATURE_DEFAULT")
        || (name.starts_with("DEP_RSOM") && name.ends_with("_REVISION"))
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The revision of the crate `name` in `folder`.
///
/// # Errors
/// A source or `Cargo.lock` cannot be read; the message names it.
fn revision(folder: &Path, name: &str, environment: &[(String, String)]) -> Result<String, String> {
    let mut hash = Fnv128::default();
    for source in sources::of(&folder.join("src"))? {
        hash.text(&source.name);
        hash.bytes(&source.content);
    }
    for (name, value) in environment {
        hash.text(name);
        hash.text(value);
    }
    let manifest = read(&folder.join("Cargo.toml"))?;
    let direct = manifest::dependencies(&manifest);
    if let Some(path) = lock::find(folder) {
        for package in lock::below(&read(&path)?, name, &direct) {
            hash.text(&package);
        }
    }
    let mut digits = hash.hexadecimal();
    digits.truncate(DIGITS);
    Ok(digits)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

#[cfg(test)]
mod tests;

//! Where the checkout lies, and the data next to it.

use std::path::{Path, PathBuf};

/// The root of the checkout.
///
/// # Panics
/// This crate does not lie in a checkout.
#[must_use]
pub fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("crates/testing").to_owned()
}

/// Data next to the checkout, `../shared/NAME`: reference values, real scans, whole chains.
///
/// `None`, and a line `skipped: …` in the output of the test, when they are absent.
#[must_use]
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = checkout().parent()?.join("shared").join(name);
    if path.exists() {
        return Some(path);
    }
    #[allow(clippy::print_stdout, reason = "shown by the test runner")]
    {
        println!("skipped: ../shared/{name} is not next to the checkout");
    }
    None
}

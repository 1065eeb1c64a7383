//! Raw RSOM scans from their files.

use rsom_io::{ports, rsom_mat};
use rsom_stage::{Invocation, StageError, log};

use rsom_volume::RawScan;

/// Reads the scan of the ports `lf`, `hf` and `surface`, or of `input`.
///
/// # Errors
/// Exit code 2: neither or both are given. Exit code 3: a file cannot be read, or holds no raw scan.
pub(super) fn read(invocation: &Invocation) -> Result<RawScan, StageError> {
    let given = |port: &str| invocation.optional_input(port).is_some();
    let matlab = ["lf", "hf", "surface"].into_iter().any(given);
    let raw = match (given("input"), matlab) {
        (true, true) => {
            let fault = "--input stands for --lf, --hf and --surface: give either";
            return Err(StageError::usage(fault));
        }
        (false, false) => {
            let fault = "--lf and --hf are missing (or --input, a volume of 'io import rsom-mat')";
            return Err(StageError::usage(fault));
        }
        (true, false) => {
            let path = invocation.input("input")?;
            rsom_mat::load(path).map_err(|e| ports::at_input(path, e))?
        }
        (false, true) => of_matlab_files(invocation)?,
    };
    if raw.surface.is_none() {
        log::warn("there is no --surface: the skin is NOT made level, as the networks expect it");
    }
    Ok(raw)
}

fn of_matlab_files(invocation: &Invocation) -> Result<RawScan, StageError> {
    let channel = |port: &str| {
        let path = invocation.input(port)?;
        rsom_mat::read_channel(path).map_err(|e| ports::at_input(path, e))
    };
    // The larger part of the time goes into decompression, which has no use for a second core.
    let (lf, hf) = rayon::join(|| channel("lf"), || channel("hf"));
    let channels = [lf?, hf?];
    let surface = match invocation.optional_input("surface") {
        Some(path) => Some(rsom_mat::read_surface(path).map_err(|e| ports::at_input(path, e))?),
        None => None,
    };
    Ok(RawScan { channels, surface })
}

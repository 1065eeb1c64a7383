//! Reads raw RSOM scans from their files.

use rsom_io::{ports, rsom_mat};
use rsom_stage::{Invocation, StageError, log};

use rsom_volume::RawScan;

/// Reads the scan of the inputs `lf`, `hf` and `surface`, or of `input`.
///
/// # Errors
/// Exit code 2: neither or both are given. Exit code 3: a file cannot be read, or is not a raw scan.
pub(super) fn read(invocation: &Invocation) -> Result<RawScan, StageError> {
    let given = |port: &str| invocation.optional_input(port).is_some();
    let matlab = ["lf", "hf", "surface"].into_iter().any(given);
    let raw = match (given("input"), matlab) {
        (true, true) => {
            let fault = "give --input, or --lf, --hf and --surface, not both";
            return Err(StageError::usage(fault));
        }
        (false, false) => {
            let fault = "give --lf and --hf, or --input with a volume of 'io import rsom-mat'";
            return Err(StageError::usage(fault));
        }
        (true, false) => {
            let path = invocation.input("input")?;
            rsom_mat::load(path).map_err(|e| ports::at_input(path, e))?
        }
        (false, true) => of_matlab_files(invocation)?,
    };
    if raw.surface.is_none() {
        log::warn(
            "no --surface is given: the skin is NOT leveled, but the networks expect leveled skin",
        );
    }
    Ok(raw)
}

fn of_matlab_files(invocation: &Invocation) -> Result<RawScan, StageError> {
    let channel = |port: &str| {
        let path = invocation.input(port)?;
        rsom_mat::read_channel(path).map_err(|e| ports::at_input(path, e))
    };
    // Decompression takes most of the time and uses one core per file.
    let (lf, hf) = rayon::join(|| channel("lf"), || channel("hf"));
    let channels = [lf?, hf?];
    let surface = match invocation.optional_input("surface") {
        Some(path) => Some(rsom_mat::read_surface(path).map_err(|e| ports::at_input(path, e))?),
        None => None,
    };
    Ok(RawScan { channels, surface })
}

//! The scans that a network is trained and validated on.

use rsom_io::dataset::{Dataset, Pair};
use rsom_io::fault::{Fault, of_file};
use rsom_stage::{StageError, interrupt, log};
use rsom_volume::{Mask, Scan};

/// An example and the files that it comes from.
#[derive(Debug)]
pub struct Loaded<'d, E> {
    /// Its files.
    pub pair: &'d Pair,
    /// What a trainer takes.
    pub example: E,
}

/// Reads scans and their references; warns of those that are empty.
///
/// # Errors
/// Exit code 3: a file that cannot be read or that `example` refuses; exit code 130.
pub fn load<'d, E, F: Fault>(
    dataset: &Dataset,
    pairs: &'d [Pair],
    example: impl Fn(&Scan, &Mask) -> Result<E, F>,
) -> Result<Vec<Loaded<'d, E>>, StageError> {
    let load = |pair: &'d Pair| {
        interrupt::check()?;
        let (scan, mask) = pair.load(dataset.label.as_deref())?;
        let example = example(&scan, &mask).map_err(|e| of_file(&pair.image, e))?;
        if mask.count() == 0 {
            let path = pair.reference.display();
            log::warn(format_args!("{path}: the reference is empty"));
        }
        Ok(Loaded { pair, example })
    };
    pairs.iter().map(load).collect()
}

/// The examples, after a check that each fits the network.
///
/// # Errors
/// Exit code 3: one that does not.
pub fn fitting<E, F: Fault>(
    loaded: Vec<Loaded<E>>,
    check: impl Fn(&E) -> Result<(), F>,
) -> Result<Vec<E>, StageError> {
    let fits = |Loaded { pair, example }: Loaded<E>| match check(&example) {
        Ok(()) => Ok(example),
        Err(error) => Err(of_file(&pair.image, error)),
    };
    loaded.into_iter().map(fits).collect()
}

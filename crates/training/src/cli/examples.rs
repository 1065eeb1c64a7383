//! Loading of the training and validation scans.

use rsom_io::channels as channel_names;
use rsom_io::dataset::{Dataset, Pair};
use rsom_io::fault::{Fault, of_file};
use rsom_stage::{StageError, interrupt, log};
use rsom_volume::{Mask, Scan};

/// A training example and the files it was read from.
#[derive(Debug)]
pub struct LoadedExample<'d, E> {
    /// Paths of the scan and its reference.
    pub pair: &'d Pair,
    /// The example in the form that the training task needs.
    pub example: E,
}

/// Reads scans and their references, and logs a warning for each empty reference. `example` creates an example from a scan
/// and its reference.
///
/// The first scan that names its channels sets `channels`, if unset; the channels of the other scans are put in this order.
///
/// # Errors
/// Returns an error with exit code 3 if a file cannot be read or `example` fails, and with exit code 130 on interruption.
pub fn load<'d, E, F: Fault>(
    dataset: &Dataset,
    pairs: &'d [Pair],
    channels: &mut Option<Vec<String>>,
    example: impl Fn(&Scan, &Mask) -> Result<E, F>,
) -> Result<Vec<LoadedExample<'d, E>>, StageError> {
    let load = |pair: &'d Pair| {
        interrupt::check()?;
        let (mut scan, mask) = pair.load(dataset.label.as_deref())?;
        match channels {
            Some(names) => scan = channel_names::in_order_of(Some(names), scan, &pair.image)?,
            None => *channels = channel_names::stated_names(&scan).map(<[String]>::to_vec),
        }
        let example = example(&scan, &mask).map_err(|e| of_file(&pair.image, e))?;
        if mask.count() == 0 {
            let path = pair.reference.display();
            log::warn(format_args!("{path}: the reference is empty"));
        }
        Ok(LoadedExample { pair, example })
    };
    pairs.iter().map(load).collect()
}

/// Checks that each example fits the network, and returns the examples without their files.
///
/// # Errors
/// Returns an error with exit code 3 and the path of the scan if `check` fails.
pub fn fitting<E, F: Fault>(
    loaded: Vec<LoadedExample<E>>,
    check: impl Fn(&E) -> Result<(), F>,
) -> Result<Vec<E>, StageError> {
    let fits = |LoadedExample { pair, example }: LoadedExample<E>| match check(&example) {
        Ok(()) => Ok(example),
        Err(error) => Err(of_file(&pair.image, error)),
    };
    loaded.into_iter().map(fits).collect()
}

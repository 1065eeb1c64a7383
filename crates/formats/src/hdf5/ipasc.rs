//! The format of the International Photoacoustic Standardisation Consortium: HDF5 with standard names.
//!
//! According to the published format (IPASC Format V2, 2021, and its reference implementation PACFISH), such a file has
//! the time series that the detectors recorded, and metadata of acquisition and device. The format does not include
//! reconstructions.

use super::{Array, Dataset, File, Group, Kind, Node};
use crate::FormatError;

/// Path of the time series, with the axes detectors, samples, wavelengths and measurements.
pub const TIME_SERIES: &str = "/binary_time_series_data";
/// Groups with metadata of the acquisition and of the device.
const METADATA: [&str; 2] = ["meta_data", "meta_data_device"];
/// The part of the device metadata that is not about single elements.
const GENERAL: &str = "/meta_data_device/general";

/// A metadata value.
#[derive(Debug, Clone, PartialEq)]
pub enum Metadatum {
    /// A text.
    Text(String),
    /// A few numbers, in the units of the format: meters, seconds, hertz, joules.
    Numbers(Vec<f64>),
}

/// Largest number of values of an entry that are listed.
const FEW: u64 = 6;

/// The time series of an IPASC file; `None` for other files.
///
/// # Errors
/// The file is broken.
pub fn time_series(file: &File) -> Result<Option<Dataset>, FormatError> {
    let children = file.root()?.members()?.nodes;
    let has = |name: &str| children.iter().any(|node| node.name() == name);
    if !METADATA.into_iter().all(has) {
        return Ok(None);
    }
    Ok(children.into_iter().find_map(|node| match node {
        Node::Dataset(dataset) if dataset.path() == TIME_SERIES => Some(dataset),
        _ => None,
    }))
}

/// The metadata of the acquisition and the general metadata of the device: texts, and entries with few numbers.
///
/// # Errors
/// The file is broken.
pub fn metadata(file: &File) -> Result<Vec<(String, Metadatum)>, FormatError> {
    let mut found = Vec::new();
    for node in file.root()?.members()?.nodes {
        match node {
            Node::Group(group) if group.path() == "/meta_data" => add(&group, &mut found)?,
            Node::Group(group) if group.path() == "/meta_data_device" => {
                for inner in group.children()? {
                    match inner {
                        Node::Group(inner) if inner.path() == GENERAL => add(&inner, &mut found)?,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn add(group: &Group, found: &mut Vec<(String, Metadatum)>) -> Result<(), FormatError> {
    for node in group.children()? {
        let Node::Dataset(dataset) = node else {
            continue;
        };
        let value = match dataset.kind() {
            Kind::Text => dataset.text()?.map(Metadatum::Text),
            Kind::Number if dataset.count()? <= FEW => {
                let Array { real, .. } = dataset.numbers()?;
                Some(Metadatum::Numbers(real.into_f64()))
            }
            _ => None,
        };
        found.extend(value.map(|value| (dataset.name().to_owned(), value)));
    }
    Ok(())
}

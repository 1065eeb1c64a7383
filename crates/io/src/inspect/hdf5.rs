//! Content of an HDF5 file: its datasets (their values are not read).

use std::path::Path;

use serde_json::{Map, Value, json};

use super::report::{Report, number};
use rsom_formats::FormatError;
use rsom_formats::hdf5::ipasc::{self, Metadatum};
use rsom_formats::hdf5::{Attribute, Dataset, File, Node};

/// Reports the datasets with extents, type and compression, and the attributes of the file; for an IPASC file its
/// metadata.
pub(super) fn report(path: &Path) -> Result<Report, FormatError> {
    let file = File::open(path)?;
    let series = ipasc::time_series(&file)?;
    let format = match &series {
        Some(_) => "IPASC (HDF5)",
        None => "HDF5",
    };
    let mut report = Report::new(format);
    if let Some(series) = series {
        report = report
            .with("time_series", json!(words(&series)?))
            .with("metadata", Value::Object(metadata(&file)?));
    }
    let mut datasets = Map::new();
    for node in file.objects()? {
        if let Node::Dataset(dataset) = node {
            let mut words = words(dataset)?;
            for word in meaning(dataset) {
                words = format!("{words}, {word}");
            }
            datasets.insert(dataset.path().to_owned(), json!(words));
        }
    }
    for other in file.unreadable()? {
        datasets.insert(
            other.path.clone(),
            json!(format!("not read: {}", other.why)),
        );
    }
    let attributes = attributes(&file)?;
    if !attributes.is_empty() {
        report = report.with("attributes", Value::Object(attributes));
    }
    Ok(report.with("datasets", Value::Object(datasets)))
}

/// Describes a dataset by its extents, in the order of the file, and its type, such as `500 x 171 float64, chunks 64 x
/// 64, shuffle, gzip`.
pub(crate) fn words(dataset: &Dataset) -> Result<String, FormatError> {
    let extents = |of: Vec<String>| of.join(" x ");
    let shape = extents(dataset.shape().iter().map(ToString::to_string).collect());
    let mut words = vec![
        format!("{shape} {}", dataset.type_name())
            .trim_start()
            .to_owned(),
    ];
    if let Some(chunks) = dataset.chunks() {
        let chunks = extents(chunks.iter().map(ToString::to_string).collect());
        words.push(format!("chunks {chunks}"));
    }
    words.extend(dataset.filters()?);
    Ok(words.join(", "))
}

/// Attributes that say what values mean (CF conventions; HDF5 dimension scales).
const MEANING: [&str; 8] = [
    "DIMENSION_LABELS",
    "axes",
    "units",
    "scale_factor",
    "add_offset",
    "_FillValue",
    "missing_value",
    "element_size_um",
];

/// What the attributes of a dataset say about its values, such as `scale_factor 0.01`.
fn meaning(dataset: &Dataset) -> Vec<String> {
    let attributes = match dataset.attributes() {
        Ok(attributes) => attributes,
        Err(fault) => return vec![format!("attributes not read: {fault}")],
    };
    let numbers = |numbers: &[f64]| {
        let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        words.join(" ")
    };
    let found = MEANING.into_iter().filter_map(|name| {
        let value = match attributes.get(name)? {
            Attribute::Number(number) => number.to_string(),
            Attribute::Numbers(found) => numbers(found),
            Attribute::Texts(texts) => texts.join(" ").replace(char::is_control, "?"),
            Attribute::Other => "not read".to_owned(),
        };
        Some(format!("{name} {value}"))
    });
    found.collect()
}

fn metadata(file: &File) -> Result<Map<String, Value>, FormatError> {
    let entries = ipasc::metadata(file)?.into_iter();
    Ok(entries
        .map(|(name, value)| {
            let value = match value {
                Metadatum::Text(text) => json!(text),
                Metadatum::Numbers(numbers) => match numbers.as_slice() {
                    [one] => number(*one),
                    several => several.iter().copied().map(number).collect(),
                },
            };
            (name, value)
        })
        .collect())
}

fn attributes(file: &File) -> Result<Map<String, Value>, FormatError> {
    let found = file.root()?.attributes()?;
    let value = |attribute: &Attribute| match attribute {
        Attribute::Number(value) => Some(number(*value)),
        Attribute::Numbers(values) => Some(values.iter().copied().map(number).collect()),
        Attribute::Texts(texts) => match texts.as_slice() {
            [one] => Some(json!(one)),
            several => Some(json!(several)),
        },
        Attribute::Other => None,
    };
    let entries = found.iter();
    Ok(entries
        .filter_map(|(name, attribute)| Some((name.to_owned(), value(attribute)?)))
        .collect())
}

//! Content of a MATLAB file: its version and variables.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::report::Report;
use rsom_formats::FormatError;
use rsom_formats::matlab::{MatFile, Variable, Version};

/// Reports the version and the variables (their values are not read).
pub(super) fn report(path: &Path) -> Result<Report, FormatError> {
    let file = MatFile::open(path)?;
    let (format, header) = match file.version() {
        Version::V4 => ("MATLAB 4", None),
        Version::V5 => ("MATLAB 5", Some(file.text())),
        Version::V73 => ("MATLAB 7.3 (HDF5)", Some(file.text())),
    };
    let mut report = Report::new(format).with("byte_order", json!(file.order().name()));
    if let Some(header) = header {
        report = report.with("header", json!(header));
    }
    let variables = file.variables().iter();
    let variables: Map<String, Value> = variables
        .map(|variable| (variable.name.clone(), json!(words(variable))))
        .collect();
    Ok(report.with("variables", Value::Object(variables)))
}

/// Describes a variable by its extents and class, such as `500 x 171 x 333 double`.
fn words(variable: &Variable) -> String {
    let extents: Vec<String> = variable.dims.iter().map(ToString::to_string).collect();
    let mut words = vec![extents.join(" x ")];
    words.extend(variable.complex.then(|| "complex".to_owned()));
    words.extend(variable.logical.then(|| "logical".to_owned()));
    words.push(variable.class.name().to_owned());
    words.join(" ").trim_start().to_owned()
}

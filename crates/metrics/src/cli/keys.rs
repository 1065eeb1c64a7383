//! The scan and the run that a table describes: parameters of every command that writes measurements.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::StageError;

use super::table::{Keys, check_attributes, check_factors};

/// The scan and the run that a table describes.
#[derive(Debug, Parameters)]
pub struct RunKeys {
    /// Factor of the run, such as net=unet; each becomes a column.
    #[parameter(check = check_factors)]
    factor: BTreeMap<String, String>,
    /// Attributes of the scan, such as age=45; each becomes a column, as factors do. In a pipeline, "${scan.attributes}" gives all
    /// that the manifest has.
    #[parameter(check = check_attributes)]
    attributes: BTreeMap<String, String>,
    /// Subject of the scan (unset: the scan id).
    subject: Option<String>,
    /// Scan id (unset: the file name of the reference, or of the layer mask).
    scan: Option<String>,
    /// Name of the structure, for the column 'label'.
    label: Option<String>,
}

impl RunKeys {
    /// Whether the structure has a name.
    #[must_use]
    pub fn has_label(&self) -> bool {
        self.label.is_some()
    }

    /// The columns that are equal in every row; the scan is named after the file `path` unless --scan is given.
    ///
    /// # Errors
    /// Exit code 2: the scan has no name, because the name of the file is not UTF-8; a factor has the name of an attribute.
    pub fn keys<'a>(&'a self, path: &'a Path) -> Result<Keys<'a>, StageError> {
        let scan = self.scan.as_deref().or_else(|| stem(path));
        if scan.is_none() {
            return Err(StageError::usage(format_args!(
                "{}: the name of the file is not UTF-8, so that the scan has no name; give one with --scan",
                path.display()
            )));
        }
        if let Some(name) = self
            .factor
            .keys()
            .find(|name| self.attributes.contains_key(*name))
        {
            return Err(StageError::usage(format_args!(
                "'{name}' is a factor and an attribute of the scan; choose another name for the factor"
            )));
        }
        Ok(Keys {
            // Without --subject, each scan is a subject of its own.
            subject: self.subject.as_deref().or(scan),
            scan,
            label: self.label.as_deref(),
            factors: [&self.factor, &self.attributes],
        })
    }
}

/// A file's name up to its first period.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    Some(name.trim_end_matches(".gz").trim_end_matches(".nii"))
}

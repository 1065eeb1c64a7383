//! The scan and the run that a table describes: parameters of every command that writes measurements.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_parameters::Parameters;
use rsom_stage::StageError;

use super::table::{Keys, check_factors};

/// The scan and the run that a table describes.
#[derive(Debug, Parameters)]
pub struct RunKeys {
    /// Factor of the run, such as net=unet; each becomes a column.
    #[parameter(check = check_factors)]
    factor: BTreeMap<String, String>,
    /// Subject of the scan (unset: the scan id).
    subject: Option<String>,
    /// Scan id (unset: the file name of the reference, or of the layer mask).
    scan: Option<String>,
    /// Name of the structure, for the column 'label'.
    label: Option<String>,
}

impl RunKeys {
    /// The columns that are equal in every row; the scan is named after the file `path` unless --scan is given.
    ///
    /// # Errors
    /// Exit code 2: the scan has no name, because the name of the file is not UTF-8.
    pub fn keys<'a>(&'a self, path: &'a Path) -> Result<Keys<'a>, StageError> {
        let scan = self.scan.as_deref().or_else(|| stem(path));
        if scan.is_none() {
            return Err(StageError::usage(format_args!(
                "{}: the name of the file is not UTF-8, so that the scan has no name; give one with --scan",
                path.display()
            )));
        }
        Ok(Keys {
            // Without --subject, each scan is a subject of its own.
            subject: self.subject.as_deref().or(scan),
            scan,
            label: self.label.as_deref(),
            factors: &self.factor,
        })
    }
}

/// A file's name up to its first period.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    Some(name.trim_end_matches(".gz").trim_end_matches(".nii"))
}

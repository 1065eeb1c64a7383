//! A file: its version, its variables, and their values.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::fault::fault;
use super::magic::{Kind, recognize};
use super::stream::ByteOrder;
use super::value::Value;
use super::variable::Variable;
use super::{v4, v5, v73};
use crate::{FormatError, opened};

/// Version of a MATLAB file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Version 4.
    V4,
    /// Versions 5, 6 and 7, which have the same layout.
    V5,
    /// Version 7.3: HDF5 with MATLAB's attributes.
    V73,
}

/// A MATLAB file with its list of variables, whose values are read one by one.
#[derive(Debug)]
pub struct MatFile {
    path: PathBuf,
    version: Version,
    order: ByteOrder,
    text: String,
    variables: Vec<Variable>,
    /// The open HDF5 file of version 7.3.
    hdf5: Option<v73::Source>,
}

impl MatFile {
    /// Opens a file and lists its variables.
    ///
    /// # Errors
    /// The file cannot be read, is not a MATLAB file, or is broken; the message states the byte or, for version 7.3,
    /// the object.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let file = opened::open(path)?;
        let len = file.metadata()?.len();
        let start = start_of(&file, len)?;
        let mut hdf5 = None;
        let (version, order, text, variables) = match recognize(&start) {
            Some(Kind::V4) => {
                let (order, variables) = v4::variables(&file, len)?;
                (Version::V4, order, String::new(), variables)
            }
            Some(Kind::V5(order)) => {
                let variables = v5::variables(&file, len, order)?;
                (Version::V5, order, v5::text_of(&start), variables)
            }
            Some(Kind::Hdf5) => {
                let (source, variables) = v73::open(path, &start)?;
                hdf5 = Some(source);
                let order = v73::order_of(&start);
                (Version::V73, order, v73::text_of(&start), variables)
            }
            None => {
                return Err(fault("at byte 0: it is not a MATLAB file"));
            }
        };
        Ok(Self {
            path: path.to_path_buf(),
            version,
            order,
            text,
            variables,
            hdf5,
        })
    }

    /// Path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Byte order.
    #[must_use]
    pub fn order(&self) -> ByteOrder {
        self.order
    }

    /// Description text of the file; empty in version 4.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its variables, in file order.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable with this name; if there are several, the last one, as in MATLAB.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rfind(|found| found.name == name)
    }

    /// Reads the value of a variable of this file.
    ///
    /// # Errors
    /// The file is broken; the message states the byte or, for version 7.3, the object.
    pub fn read(&self, variable: &Variable) -> Result<Value, FormatError> {
        if let Some(source) = &self.hdf5 {
            return source.read(variable);
        }
        // A separate handle, so that several threads can read at the same time.
        let file = opened::open(&self.path)?;
        match self.version {
            Version::V4 => v4::read(&file, variable, self.order),
            Version::V5 | Version::V73 => v5::read(&file, variable, self.order),
        }
    }
}

fn start_of(mut file: &File, len: u64) -> Result<Vec<u8>, FormatError> {
    use std::io::Read;
    let mut start = vec![0; len.min(4096) as usize];
    file.read_exact(&mut start)?;
    Ok(start)
}

//! MATLAB files of version 4, of versions 5 to 7 and of version 7.3 (`save -v4`, `-v6`, `-v7`, `-v7.3`): their variables,
//! listed without being read, and their values. The version is told by content. Arrays of numbers are written as version 5.
//!
//! Numbers keep the type that they are stored in: MATLAB stores an array of doubles that are whole numbers in fewer bytes,
//! and the precision of what other software computed from it depends on that. A length in the file is compared with what the
//! file can hold before memory is taken for it.

mod stream;
mod text;
mod v4;
mod v5;
mod v73;
mod value;
mod write;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use stream::ByteOrder;
pub use value::{CellArray, Class, NumericArray, SparseMatrix, StructArray, TextArray, Value};
pub use write::{NewArray, NewNumbers, write};

pub use crate::Numbers;
use crate::{FormatError, hdf5};

/// Name of the format in errors.
const FORMAT: &str = "MATLAB";

/// A file's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Version 4.
    V4,
    /// Versions 5, 6 and 7, which read alike.
    V5,
    /// Version 7.3: HDF5 with MATLAB's attributes.
    V73,
}

/// A variable of a file, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// MATLAB's class.
    pub class: Class,
    /// Extents; none for an object of the new kind.
    pub dims: Vec<usize>,
    /// Whether there are imaginary parts.
    pub complex: bool,
    /// Whether the numbers stand for true and false.
    pub logical: bool,
    place: Place,
}

/// Where a variable is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// The first byte of its header, or of what is compressed; in version 7.3, its address.
    start: u64,
    /// Bytes from there on.
    len: u64,
    compressed: bool,
}

/// A MATLAB file whose variables are known and can be read one by one.
#[derive(Debug)]
pub struct MatFile {
    path: PathBuf,
    version: Version,
    order: ByteOrder,
    text: String,
    variables: Vec<Variable>,
    /// Open for as long as this is, in version 7.3.
    hdf5: Option<v73::Source>,
}

impl MatFile {
    /// Opens a file and lists its variables.
    ///
    /// # Errors
    /// The file cannot be read, is no MATLAB file, or broken: the fault names the byte, or in version 7.3 the object.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let file = File::open(path)?;
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
                return Err(FormatError::format(
                    FORMAT,
                    "at byte 0: it is no MATLAB file",
                ));
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

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The order of its bytes.
    #[must_use]
    pub fn order(&self) -> ByteOrder {
        self.order
    }

    /// What it says of itself; nothing in version 4.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its variables, in their order.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The variable of this name; of several, the last, which MATLAB keeps as well.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().rfind(|found| found.name == name)
    }

    /// Reads the value of a variable of this file.
    ///
    /// # Errors
    /// A broken file: the fault names the byte, or in version 7.3 the object.
    pub fn read(&self, variable: &Variable) -> Result<Value, FormatError> {
        if let Some(source) = &self.hdf5 {
            return source.read(variable);
        }
        // A handle of its own, so that several threads can read at a time.
        let file = File::open(&self.path)?;
        match self.version {
            Version::V4 => v4::read(&file, variable, self.order),
            Version::V5 | Version::V73 => v5::read(&file, variable, self.order),
        }
    }
}

/// What the first bytes of a file promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    V4,
    V5(ByteOrder),
    /// HDF5, of MATLAB's version 7.3 or of others.
    Hdf5,
}

/// Whether the first bytes (some thousand of them) are those of a MATLAB file; HDF5 is one if it says so before it begins.
#[must_use]
pub fn is(start: &[u8]) -> bool {
    match recognize(start) {
        Some(Kind::Hdf5) => start.starts_with(b"MATLAB"),
        other => other.is_some(),
    }
}

/// What kind of MATLAB file the first bytes are of.
fn recognize(start: &[u8]) -> Option<Kind> {
    if hdf5::is(start) {
        return Some(Kind::Hdf5);
    }
    v5::order_of(start)
        .map(Kind::V5)
        .or_else(|| v4::is(start).then_some(Kind::V4))
}

fn start_of(mut file: &File, len: u64) -> Result<Vec<u8>, FormatError> {
    use std::io::Read;
    let mut start = vec![0; len.min(4096) as usize];
    file.read_exact(&mut start)?;
    Ok(start)
}

/// The number of elements of an array, if it can be counted.
fn count_of(dims: &[usize]) -> Option<u64> {
    let mut extents = dims.iter().map(|extent| *extent as u64);
    extents.try_fold(1_u64, u64::checked_mul)
}

//! MATLAB files of version 4 and of versions 5 to 7 (`save -v4`, `-v6`, `-v7`): their variables, listed without being read,
//! and their values.
//!
//! Numbers keep the type that they are stored in: MATLAB stores an array of doubles that are whole numbers in fewer bytes,
//! and the precision of what other software computed from it depends on that. A length in the file is compared with what the
//! file can hold before memory is taken for it.

mod numbers;
mod stream;
mod text;
mod v4;
mod v5;
mod value;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use numbers::Numbers;
pub use stream::ByteOrder;
pub use value::{CellArray, Class, NumericArray, SparseMatrix, StructArray, TextArray, Value};

use crate::IoError;

/// Name of the format in errors.
const FORMAT: &str = "MATLAB";
/// What a file of version 7.3 begins with, at byte 0, or behind a header of MATLAB's.
const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// A file's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Version 4.
    V4,
    /// Versions 5, 6 and 7, which read alike.
    V5,
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
    /// The first byte of its header, or of what is compressed.
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
}

impl MatFile {
    /// Opens a file and lists its variables.
    ///
    /// # Errors
    /// The file cannot be read, is no MATLAB file, one of version 7.3, or broken: the fault names the byte.
    pub fn open(path: &Path) -> Result<Self, IoError> {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        let start = start_of(&file, len)?;
        let (version, order, text, variables) = match recognize(&start) {
            Some(Kind::V4) => {
                let (order, variables) = v4::variables(&file, len)?;
                (Version::V4, order, String::new(), variables)
            }
            Some(Kind::V5(order)) => {
                let variables = v5::variables(&file, len, order)?;
                (Version::V5, order, v5::text_of(&start), variables)
            }
            Some(Kind::Hdf5) if start.starts_with(b"MATLAB 7.3") => {
                let what = "version 7.3 (save it with -v7)";
                return Err(IoError::unsupported(FORMAT, what));
            }
            Some(Kind::Hdf5) => return Err(IoError::format(FORMAT, "at byte 0: it is HDF5")),
            None => return Err(IoError::format(FORMAT, "at byte 0: it is no MATLAB file")),
        };
        Ok(Self {
            path: path.to_path_buf(),
            version,
            order,
            text,
            variables,
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
    /// A broken file: the fault names the byte.
    pub fn read(&self, variable: &Variable) -> Result<Value, IoError> {
        // A handle of its own, so that several threads can read at a time.
        let file = File::open(&self.path)?;
        match self.version {
            Version::V4 => v4::read(&file, variable, self.order),
            Version::V5 => v5::read(&file, variable, self.order),
        }
    }
}

/// What the first bytes of a file promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    V4,
    V5(ByteOrder),
    /// HDF5, of MATLAB's version 7.3 or of others.
    Hdf5,
}

/// What kind of MATLAB file the first bytes (some thousand of them) are of.
pub(crate) fn recognize(start: &[u8]) -> Option<Kind> {
    let places = [0, 512, 1024, 2048];
    let holds = |place: &usize| start.get(*place..).is_some_and(|s| s.starts_with(HDF5));
    if places.iter().any(holds) {
        return Some(Kind::Hdf5);
    }
    v5::order_of(start)
        .map(Kind::V5)
        .or_else(|| v4::is(start).then_some(Kind::V4))
}

/// What the first bytes of a file of version 5 and later say of it.
pub(crate) fn text_of(start: &[u8]) -> String {
    v5::text_of(start)
}

fn start_of(mut file: &File, len: u64) -> Result<Vec<u8>, IoError> {
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

//! The bytes of a NIfTI file: compressed or not, one file or a pair, never more than the header states.

use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use super::fault::bad;
use super::gunzip::{Behind, Gunzip};
use super::header::Header;
use super::limits::Limits;
use crate::{FormatError, opened};

/// Largest compression ratio of deflate.
const LARGEST_RATIO: u64 = 1040;
/// Largest number of bytes to read after the voxels, to reach the checksum of a compressed file.
const TAIL: u64 = 1 << 24;

/// An open file with a valid header.
pub(crate) struct OpenFile {
    /// The header.
    pub header: Header,
    data: Data,
}

/// Location of the voxels.
enum Data {
    /// In the same file, after the header.
    Here(Stream),
    /// In the second file of a pair, which is opened only to read voxels: a header alone can still be inspected.
    Beside(PathBuf),
}

struct Stream {
    reader: Box<dyn Read>,
    /// Position of the next byte.
    position: u64,
    /// Size of the stored file in bytes.
    stored: u64,
    compressed: bool,
    /// What stands behind the compressed data.
    behind: Behind,
}

/// The bytes of the voxels, and what the reader should know about the file.
pub(crate) struct Stored {
    pub bytes: Vec<u8>,
    pub note: Option<String>,
}

impl OpenFile {
    /// Reads and validates the header of a `.nii`, `.hdr` or `.img` file, each also with `.gz`.
    ///
    /// # Errors
    /// The file cannot be read; its header is invalid.
    pub(crate) fn open(path: &Path, limits: Limits) -> Result<Self, FormatError> {
        let path = match sibling(path, "img", "hdr") {
            Some(header) => existing(&header)?,
            None => path.to_path_buf(),
        };
        let mut stream = Stream::open(&path)?;
        let mut bytes = stream.next(4)?;
        let (size, big_endian) = Header::size(&bytes)?;
        bytes.extend(stream.next(size - 4)?);
        let header = Header::parse(&bytes, big_endian, limits)?;
        let data = match (header.single_file, sibling(&path, "hdr", "img")) {
            (true, _) => Data::Here(stream),
            (false, Some(image)) => Data::Beside(image),
            (false, None) => return Err(bad("the header of a pair must be named .hdr")),
        };
        Ok(Self { header, data })
    }

    /// Whether the voxels exist; the image of a pair may be missing.
    pub(crate) fn has_voxels(&self) -> bool {
        match &self.data {
            Data::Here(_) => true,
            Data::Beside(image) => existing(image).is_ok(),
        }
    }

    /// Reads the voxels' bytes.
    ///
    /// # Errors
    /// Truncated or corrupt data; extents that do not fit into the file.
    pub(crate) fn voxels(self) -> Result<Stored, FormatError> {
        let mut stream = match self.data {
            Data::Here(stream) => stream,
            Data::Beside(image) => Stream::open(&existing(&image)?)?,
        };
        let end = self.header.offset + self.header.data_bytes();
        stream.require(end)?;
        stream.skip_to(self.header.offset)?;
        let bytes = stream.rest(self.header.data_bytes())?;
        let note = (stream.behind.others() > 0).then(|| {
            "bytes that are not compressed data stand behind its compressed data, and are left out"
                .to_owned()
        });
        Ok(Stored { bytes, note })
    }
}

impl Stream {
    fn open(path: &Path) -> Result<Self, FormatError> {
        let mut file = opened::open(path)?;
        let stored = file.metadata()?.len();
        let mut start = [0_u8; 2];
        let compressed = match file.read_exact(&mut start) {
            Ok(()) => start == [0x1f, 0x8b],
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(error.into()),
        };
        file.rewind()?;
        let file = BufReader::with_capacity(1 << 16, file);
        let behind = Behind::default();
        let reader: Box<dyn Read> = if compressed {
            Box::new(Gunzip::new(file, behind.clone()))
        } else {
            Box::new(file)
        };
        Ok(Self {
            reader,
            position: 0,
            stored,
            compressed,
            behind,
        })
    }

    /// Refuses extents larger than the stored bytes can contain, before memory is allocated.
    fn require(&self, end: u64) -> Result<(), FormatError> {
        let most = if self.compressed {
            self.stored.saturating_mul(LARGEST_RATIO)
        } else {
            self.stored
        };
        if end <= most {
            return Ok(());
        }
        let (stored, how) = (
            self.stored,
            if self.compressed { " compressed" } else { "" },
        );
        Err(bad(format_args!(
            "the header states {end} bytes, but the file has {stored}{how}; it is truncated or its header is wrong"
        )))
    }

    /// The next `count` bytes; `count` must be small.
    fn next(&mut self, count: usize) -> Result<Vec<u8>, FormatError> {
        let mut bytes = vec![0; count];
        self.reader
            .read_exact(&mut bytes)
            .map_err(|e| broken(&e, "it is too short for a header"))?;
        self.position += count as u64;
        Ok(bytes)
    }

    fn skip_to(&mut self, place: u64) -> Result<(), FormatError> {
        let gap = place.saturating_sub(self.position);
        let skipped = std::io::copy(&mut self.reader.by_ref().take(gap), &mut std::io::sink())
            .map_err(|e| broken(&e, "it ends before its voxels"))?;
        if skipped < gap {
            return Err(bad("it ends before its voxels; it is truncated"));
        }
        self.position = place;
        Ok(())
    }

    fn rest(&mut self, count: u64) -> Result<Vec<u8>, FormatError> {
        // A compressed file may have fewer bytes than stated, so its buffer grows with the data.
        let reserve = if self.compressed {
            count.min(1 << 26)
        } else {
            count
        };
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(usize::try_from(reserve).unwrap_or(usize::MAX))
            .map_err(|_| {
                bad(format_args!(
                    "{count} bytes of voxels do not fit into memory"
                ))
            })?;
        let read = self.reader.by_ref().take(count).read_to_end(&mut bytes);
        let found = bytes.len();
        let truncated = format!("the voxels end after {found} of {count} bytes; it is truncated");
        read.map_err(|e| broken(&e, &truncated))?;
        if (found as u64) < count {
            return Err(bad(truncated));
        }
        if self.compressed {
            // The checksum follows the last byte.
            std::io::copy(&mut self.reader.by_ref().take(TAIL), &mut std::io::sink())
                .map_err(|e| broken(&e, "its compressed data are truncated"))?;
        }
        Ok(bytes)
    }
}

/// The error of a failed read: a truncated file, corrupt compressed data, or an error of the system.
fn broken(error: &std::io::Error, truncated: &str) -> FormatError {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::UnexpectedEof => bad(truncated),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            bad(format_args!("its compressed data are corrupt ({error})"))
        }
        kind => FormatError::System(kind.into()),
    }
}

/// The path of a pair's other file, if this one ends in `from`; without `.gz`. Capital letters stay capital.
fn sibling(path: &Path, from: &str, to: &str) -> Option<PathBuf> {
    let ends = |path: &Path, ending: &str| {
        path.extension()
            .is_some_and(|found| found.eq_ignore_ascii_case(ending))
    };
    let plain = match ends(path, "gz") {
        true => path.with_extension(""),
        false => path.to_path_buf(),
    };
    if !ends(&plain, from) {
        return None;
    }
    let capital = plain
        .extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(from) && found != from);
    let to = if capital {
        to.to_uppercase()
    } else {
        to.to_owned()
    };
    Some(plain.with_extension(to))
}

/// The file itself, or its compressed form.
fn existing(path: &Path) -> Result<PathBuf, FormatError> {
    if path.exists() {
        return Ok(path.to_path_buf());
    }
    for ending in [".gz", ".GZ"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        if Path::new(&name).exists() {
            return Ok(name.into());
        }
    }
    let name = Path::new(path.file_name().unwrap_or_default()).display();
    Err(bad(format_args!(
        "the other file of the pair, {name} or {name}.gz, is missing"
    )))
}

//! State shared by all objects of a file.

use std::sync::Arc;

use hdf5_reader::Hdf5File;

/// The file and its size.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) file: Arc<Hdf5File>,
    /// Size of the file in bytes.
    pub(super) len: u64,
}

impl Context {
    /// Size in bytes of a reference to variable-length data: a count, an address, an index.
    pub(super) fn reference_size(&self) -> usize {
        8 + usize::from(self.file.superblock().offset_size)
    }
}

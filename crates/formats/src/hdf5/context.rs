//! What all objects of a file share.

use std::sync::Arc;

use hdf5_reader::Hdf5File;

/// The file and its size.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) file: Arc<Hdf5File>,
    /// Bytes of the file.
    pub(super) len: u64,
}

impl Context {
    /// Bytes of a reference to what varies in length: a count, an address, a number.
    pub(super) fn reference_size(&self) -> usize {
        8 + usize::from(self.file.superblock().offset_size)
    }
}

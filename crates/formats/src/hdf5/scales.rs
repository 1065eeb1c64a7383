//! Dimension scales: datasets that name the axes of another one (HDF5 dimension scale specification; netCDF-4).

use hdf5_reader::Datatype;

use super::dataset::Dataset;
use super::fault::guard;
use crate::FormatError;

/// The attribute with a list of references per axis.
const LIST: &str = "DIMENSION_LIST";

impl Dataset {
    /// The address of the first dimension scale of each axis; empty without scales.
    ///
    /// # Errors
    /// The file is broken.
    pub fn scales(&self) -> Result<Vec<Option<u64>>, FormatError> {
        let width = usize::from(self.context.file.superblock().offset_size);
        let size = self.context.reference_size();
        guard(self.path(), || {
            let attributes = self.inner.raw_attributes()?;
            let Some(list) = attributes.into_iter().find(|a| a.name() == LIST) else {
                return Ok(Vec::new());
            };
            let (message, _) = list.into_parts();
            let lists = matches!(&message.datatype, Datatype::VarLen { base, .. }
                if matches!(**base, Datatype::Reference { .. }));
            if !lists || message.raw_data.len() != size * self.shape().len() {
                return Ok(Vec::new());
            }
            let mut scales = Vec::new();
            for reference in message.raw_data.chunks_exact(size) {
                let none = reference.iter().take(4).all(|byte| *byte == 0);
                scales.push(match none {
                    true => None,
                    false => address(
                        &self.inner.resolve_vlen_reference_bytes(reference, width)?,
                        width,
                    ),
                });
            }
            Ok(scales)
        })
    }
}

/// The first address in a list of references.
fn address(bytes: &[u8], width: usize) -> Option<u64> {
    let bytes = bytes.get(..width)?.iter().rev();
    Some(bytes.fold(0, |address, byte| address << 8 | u64::from(*byte)))
}

//! A dataset: extents, type, storage layout, texts and references.

use std::sync::Arc;

use hdf5_reader::messages::HdfMessage;
use hdf5_reader::{Datatype, ReferenceType, reference};

use super::attributes::Attributes;
use super::context::Context;
use super::fault::{at, guard, unsupported};
use super::kind::Kind;
use super::{chunk_order, element, text};
use crate::FormatError;

/// Largest compression ratio of zlib.
const LARGEST_GROWTH: u64 = 1032;

/// An array in the file.
#[derive(Clone)]
pub struct Dataset {
    path: String,
    pub(super) inner: Arc<hdf5_reader::Dataset>,
    pub(super) context: Context,
}

impl Dataset {
    pub(super) fn new(path: String, inner: hdf5_reader::Dataset, context: Context) -> Self {
        Self {
            path,
            inner: Arc::new(inner),
            context,
        }
    }

    /// Path in the file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(super) fn address(&self) -> u64 {
        self.inner.address()
    }

    /// Extents in the order of the file (the last one varies fastest); empty for a scalar and for an empty dataset.
    #[must_use]
    pub fn shape(&self) -> &[u64] {
        self.inner.shape()
    }

    /// Kind of its elements.
    #[must_use]
    pub fn kind(&self) -> Kind {
        element::kind(self.inner.dtype())
    }

    /// Type of its elements, such as `float64`.
    #[must_use]
    pub fn type_name(&self) -> String {
        element::name(self.inner.dtype())
    }

    /// Extents of its chunks; `None` when it is stored contiguously.
    #[must_use]
    pub fn chunks(&self) -> Option<Vec<u32>> {
        self.inner.chunks()
    }

    /// Names of the filters of its chunks, in the order of writing.
    ///
    /// # Errors
    /// The file is broken.
    pub fn filters(&self) -> Result<Vec<String>, FormatError> {
        let header = guard(&self.path, || {
            self.context.file.get_or_parse_header(self.address())
        })?;
        let mut names = Vec::new();
        for message in &header.messages {
            if let HdfMessage::FilterPipeline(pipeline) = message {
                names.extend(pipeline.filters.iter().map(|filter| match filter.id {
                    1 => "gzip".to_owned(),
                    2 => "shuffle".to_owned(),
                    3 => "fletcher32".to_owned(),
                    4 => "szip".to_owned(),
                    5 => "nbit".to_owned(),
                    6 => "scaleoffset".to_owned(),
                    32000 => "lzf".to_owned(),
                    other => format!("filter {other}"),
                }));
            }
        }
        Ok(names)
    }

    /// Its attributes.
    ///
    /// # Errors
    /// The file is broken.
    pub fn attributes(&self) -> Result<Attributes, FormatError> {
        guard(&self.path, || {
            let resolve = |bytes: &[u8], size| self.inner.resolve_vlen_reference_bytes(bytes, size);
            let size = self.context.reference_size();
            Attributes::decode(self.inner.raw_attributes()?, size, &resolve)
        })
    }

    /// Number of elements.
    ///
    /// # Errors
    /// The number of elements overflows.
    pub fn count(&self) -> Result<u64, FormatError> {
        guard(&self.path, || self.inner.num_elements())
    }

    /// The smallest possible size of its data in the file, in bytes.
    ///
    /// # Errors
    /// The size exceeds that of the file: then nothing should be read.
    pub fn least_bytes(&self) -> Result<u64, FormatError> {
        let size = guard(&self.path, || self.inner.raw_element_size())? as u64;
        let count = self.count()?;
        let growth = match self.inner.chunks() {
            Some(_) => LARGEST_GROWTH,
            None => 1,
        };
        let bytes = count.checked_mul(size).map(|bytes| bytes / growth);
        bytes
            .filter(|bytes| *bytes <= self.context.len)
            .ok_or_else(|| {
                let (shape, len) = (self.shape(), self.context.len);
                let what = format_args!(
                    "{shape:?} values of {size} bytes do not fit into a file of {len} bytes"
                );
                at(&self.path, what)
            })
    }

    /// Its text; `None` when it is not a single text.
    ///
    /// # Errors
    /// The file is broken.
    pub fn text(&self) -> Result<Option<String>, FormatError> {
        if self.kind() != Kind::Text || self.count()? != 1 {
            return Ok(None);
        }
        self.least_bytes()?;
        chunk_order::refuse_mixed_up(&self.path, &self.inner, &self.context)?;
        let texts = guard(&self.path, || {
            let resolve = |bytes: &[u8], size| self.inner.resolve_vlen_reference_bytes(bytes, size);
            let (bytes, size) = (self.inner.read_raw_bytes()?, self.context.reference_size());
            text::decode(self.inner.dtype(), &bytes, size, &resolve)
        })?;
        Ok(texts.and_then(|mut texts| texts.pop()))
    }

    /// The addresses of the objects that it refers to.
    ///
    /// # Errors
    /// It has no references; the file is broken.
    pub fn references(&self) -> Result<Vec<u64>, FormatError> {
        let width = self.context.file.superblock().offset_size;
        match self.inner.dtype() {
            Datatype::Reference {
                ref_type: ReferenceType::Object,
                size,
            } if *size == width => {}
            _ => {
                let what = format_args!("{} instead of references", self.type_name());
                return Err(unsupported(&self.path, what));
            }
        }
        self.least_bytes()?;
        chunk_order::refuse_mixed_up(&self.path, &self.inner, &self.context)?;
        if self.count()? == 0 {
            return Ok(Vec::new());
        }
        guard(&self.path, || {
            reference::read_object_references(&self.inner.read_raw_bytes()?, width)
        })
    }
}

//! An HDF5 file, and its tree of groups and datasets.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use hdf5_reader::{Hdf5File, OpenOptions};

use super::attributes::Attributes;
use super::context::Context;
use super::dataset::Dataset;
use super::fault::{FORMAT, at, guard};
use crate::FormatError;

/// Largest number of objects in a file; each takes about four kilobytes of memory.
const MOST_OBJECTS: usize = 1 << 17;
/// Largest nesting depth of groups: more indicates a broken file and would overflow the stack.
const DEEPEST: usize = 64;
/// Largest number of bytes to read at a time, except for a single chunk.
const LARGEST_READ: usize = 1 << 30;
/// Largest chunk of a compressed dataset in bytes; usual chunks have some megabytes.
const LARGEST_CHUNK: usize = 1 << 30;
/// Largest header of an object in bytes.
const LARGEST_HEADER: usize = 4 << 20;
/// Size of the chunk cache in bytes: chunks are only kept as long as a slab needs them.
const CHUNKS_KEPT: usize = 8 << 20;

/// An HDF5 file.
pub struct File {
    context: Context,
    objects: OnceLock<HashMap<u64, Node>>,
}

/// A group or a dataset.
#[derive(Clone)]
pub enum Node {
    /// A group.
    Group(Group),
    /// A dataset.
    Dataset(Dataset),
}

/// A group: a folder in the file.
#[derive(Clone)]
pub struct Group {
    path: String,
    inner: Arc<hdf5_reader::group::Group>,
    context: Context,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("bytes", &self.context.len)
            .finish_non_exhaustive()
    }
}

impl File {
    /// Opens a file.
    ///
    /// # Errors
    /// The file cannot be read, is not an HDF5 file, or is truncated.
    pub fn open(path: &Path) -> Result<Self, FormatError> {
        let len = std::fs::metadata(path)?.len();
        let options = OpenOptions {
            max_read_bytes: LARGEST_READ,
            max_chunk_bytes: LARGEST_CHUNK,
            max_object_header_bytes: LARGEST_HEADER,
            chunk_cache_bytes: CHUNKS_KEPT,
            ..OpenOptions::default()
        };
        let file = guard("/", || Hdf5File::open_with_options(path, options))?;
        let end = file.superblock().eof_address;
        if end != u64::MAX && end > len {
            let what = format_args!("the file ends after {len} of {end} bytes; it is truncated");
            return Err(FormatError::format(FORMAT, what));
        }
        let file = Arc::new(file);
        Ok(Self {
            context: Context { file, len },
            objects: OnceLock::new(),
        })
    }

    /// Size of the file in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.context.len
    }

    /// The root group.
    ///
    /// # Errors
    /// The file is broken.
    pub fn root(&self) -> Result<Group, FormatError> {
        let inner = guard("/", || self.context.file.root_group())?;
        Ok(Group {
            path: "/".to_owned(),
            inner: Arc::new(inner),
            context: self.context.clone(),
        })
    }

    /// All groups and datasets, sorted by path. An object in several groups is listed once, with its first path.
    ///
    /// # Errors
    /// The file is broken; it has too many objects, or they are nested too deeply.
    pub fn objects(&self) -> Result<Vec<&Node>, FormatError> {
        let mut nodes: Vec<&Node> = self.index()?.values().collect();
        nodes.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(nodes)
    }

    /// The object at an address, the target of a reference.
    ///
    /// # Errors
    /// As [`File::objects`].
    pub fn at(&self, address: u64) -> Result<Option<&Node>, FormatError> {
        Ok(self.index()?.get(&address))
    }

    fn index(&self) -> Result<&HashMap<u64, Node>, FormatError> {
        if let Some(index) = self.objects.get() {
            return Ok(index);
        }
        let root = self.root()?;
        let mut index = HashMap::from([(root.inner.address(), Node::Group(root.clone()))]);
        collect(&root, 0, &mut index)?;
        Ok(self.objects.get_or_init(|| index))
    }
}

fn collect(group: &Group, depth: usize, index: &mut HashMap<u64, Node>) -> Result<(), FormatError> {
    if depth > DEEPEST {
        let what = format_args!("groups nested more than {DEEPEST} deep");
        return Err(at(&group.path, what));
    }
    for node in group.children()? {
        if index.contains_key(&node.address()) {
            continue;
        }
        index.insert(node.address(), node.clone());
        if index.len() > MOST_OBJECTS {
            return Err(at(
                &group.path,
                format_args!("more than {MOST_OBJECTS} objects"),
            ));
        }
        if let Node::Group(inner) = &node {
            collect(inner, depth + 1, index)?;
        }
    }
    Ok(())
}

impl Group {
    /// Path in the file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its members, sorted by name.
    ///
    /// # Errors
    /// The file is broken. If one member cannot be read, none is returned.
    pub fn children(&self) -> Result<Vec<Node>, FormatError> {
        let (groups, datasets) = guard(&self.path, || self.inner.members())?;
        let path = |name: &str| format!("{}/{name}", self.path.trim_end_matches('/'));
        let groups = groups.into_iter().map(|group| {
            Node::Group(Self {
                path: path(group.name()),
                inner: Arc::new(group),
                context: self.context.clone(),
            })
        });
        let datasets = datasets.into_iter().map(|dataset| {
            let path = path(dataset.name());
            Node::Dataset(Dataset::new(path, dataset, self.context.clone()))
        });
        let mut nodes: Vec<Node> = groups.chain(datasets).collect();
        nodes.sort_by(|a, b| a.path().cmp(b.path()));
        Ok(nodes)
    }

    /// Its attributes.
    ///
    /// # Errors
    /// The file is broken.
    pub fn attributes(&self) -> Result<Attributes, FormatError> {
        let group = &self.inner;
        guard(&self.path, || {
            let resolve = |bytes: &[u8], size| group.resolve_vlen_reference_bytes(bytes, size);
            let size = self.context.reference_size();
            Attributes::decode(group.raw_attributes()?, size, &resolve)
        })
    }
}

impl Node {
    /// Path in the file.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Group(group) => &group.path,
            Self::Dataset(dataset) => dataset.path(),
        }
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Group(group) => group.inner.name(),
            Self::Dataset(dataset) => dataset.name(),
        }
    }

    /// Its address, as references state it: the byte from the start of the HDF5 part of the file.
    #[must_use]
    pub fn address(&self) -> u64 {
        match self {
            Self::Group(group) => group.inner.address(),
            Self::Dataset(dataset) => dataset.address(),
        }
    }

    /// Its attributes.
    ///
    /// # Errors
    /// The file is broken.
    pub fn attributes(&self) -> Result<Attributes, FormatError> {
        match self {
            Self::Group(group) => group.attributes(),
            Self::Dataset(dataset) => dataset.attributes(),
        }
    }
}

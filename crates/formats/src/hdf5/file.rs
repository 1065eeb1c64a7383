//! An HDF5 file, and its tree of groups and datasets.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use hdf5_reader::error::Error;
use hdf5_reader::messages::link::LinkTarget;
use hdf5_reader::{Hdf5File, OpenOptions};

use super::attributes::Attributes;
use super::context::Context;
use super::dataset::Dataset;
use super::fault::{FORMAT, at, guard, one_line, reason, unsupported};
use super::links::{self, Link};
use super::lzf;
use super::members::{Members, Unreadable};
use crate::{FormatError, opened};

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
    objects: OnceLock<Objects>,
}

/// All objects of a file.
#[derive(Default)]
struct Objects {
    nodes: HashMap<u64, Node>,
    unreadable: Vec<Unreadable>,
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
        opened::require_file(path)?;
        let len = std::fs::metadata(path)?.len();
        let options = OpenOptions {
            max_read_bytes: LARGEST_READ,
            max_chunk_bytes: LARGEST_CHUNK,
            max_object_header_bytes: LARGEST_HEADER,
            chunk_cache_bytes: CHUNKS_KEPT,
            filter_registry: Some(lzf::filters(LARGEST_CHUNK)),
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

    /// All groups and datasets that can be read, sorted by path. An object in several groups is listed once, with its
    /// first path.
    ///
    /// # Errors
    /// The file is broken; it has too many objects, or they are nested too deeply.
    pub fn objects(&self) -> Result<Vec<&Node>, FormatError> {
        let mut nodes: Vec<&Node> = self.index()?.nodes.values().collect();
        nodes.sort_unstable_by(|a, b| a.path().cmp(b.path()));
        Ok(nodes)
    }

    /// The dataset at a path, which may lead through links within the file.
    ///
    /// # Errors
    /// There is none; it cannot be read.
    pub fn dataset(&self, path: &str) -> Result<Dataset, FormatError> {
        let inner = guard(path, || self.context.file.dataset(path))?;
        Ok(Dataset::new(path.to_owned(), inner, self.context.clone()))
    }

    /// The objects and links that cannot be read, with the reason.
    ///
    /// # Errors
    /// As [`File::objects`].
    pub fn unreadable(&self) -> Result<&[Unreadable], FormatError> {
        Ok(&self.index()?.unreadable)
    }

    /// The object at an address, the target of a reference.
    ///
    /// # Errors
    /// As [`File::objects`].
    pub fn at(&self, address: u64) -> Result<Option<&Node>, FormatError> {
        Ok(self.index()?.nodes.get(&address))
    }

    fn index(&self) -> Result<&Objects, FormatError> {
        if let Some(index) = self.objects.get() {
            return Ok(index);
        }
        let root = self.root()?;
        let mut index = Objects::default();
        let node = Node::Group(root.clone());
        index.nodes.insert(root.inner.address(), node);
        collect(&root, 0, &mut index)?;
        Ok(self.objects.get_or_init(|| index))
    }
}

fn collect(group: &Group, depth: usize, index: &mut Objects) -> Result<(), FormatError> {
    if depth > DEEPEST {
        let what = format_args!("groups nested more than {DEEPEST} deep");
        return Err(at(&group.path, what));
    }
    let members = group.members()?;
    index.unreadable.extend(members.unreadable);
    for node in members.nodes {
        if index.nodes.contains_key(&node.address()) {
            continue;
        }
        index.nodes.insert(node.address(), node.clone());
        if index.nodes.len() > MOST_OBJECTS {
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
        let Members { nodes, unreadable } = self.members()?;
        match unreadable.into_iter().next() {
            None => Ok(nodes),
            Some(Unreadable { path, why, .. }) => Err(unsupported(&path, why)),
        }
    }

    /// Its members that can be read, and the others with the reason.
    ///
    /// # Errors
    /// The group itself is broken.
    pub fn members(&self) -> Result<Members<Node>, FormatError> {
        let links = guard(&self.path, || links::of(&self.inner, &self.context))?;
        let mut members = match guard(&self.path, || self.inner.members()) {
            Ok((groups, datasets)) => Members {
                nodes: self.nodes(groups, datasets),
                unreadable: Vec::new(),
            },
            Err(_) => self.one_by_one(&links),
        };
        let known: HashSet<String> = members.nodes.iter().map(|n| n.path().to_owned()).collect();
        let failed: HashSet<String> = members.unreadable.iter().map(|u| u.path.clone()).collect();
        for link in links {
            let path = self.path_of(&link.name);
            if !known.contains(&path) && !failed.contains(&path) {
                members.unreadable.extend(self.leading_nowhere(&link));
            }
        }
        Ok(members)
    }

    /// A link that leads to nothing in this file, with the reason.
    fn leading_nowhere(&self, link: &Link) -> Option<Unreadable> {
        let why = match &link.target {
            LinkTarget::Hard { .. } => return None,
            LinkTarget::Soft { path } if self.is_circle(path) => {
                format!("it is a link to {path}, which leads back to it in a circle")
            }
            LinkTarget::Soft { path } => format!("it is a link to {path}, which is not there"),
            LinkTarget::External { filename, path } => format!(
                "it is a link to {path} in another file, {filename}, which is not followed; import that file"
            ),
        };
        Some(Unreadable {
            path: self.path_of(&link.name),
            why: one_line(&why),
            may_hold_data: matches!(link.target, LinkTarget::External { .. }),
        })
    }

    fn is_circle(&self, target: &str) -> bool {
        let circle = guard(&self.path, || {
            links::is_circle(&self.path, target, &self.context)
        });
        circle.unwrap_or(false)
    }

    /// Opens each member for itself, so that one that cannot be read does not hide the others.
    fn one_by_one(&self, links: &[Link]) -> Members<Node> {
        let mut members = Members {
            nodes: Vec::new(),
            unreadable: Vec::new(),
        };
        for link in links {
            let path = self.path_of(&link.name);
            if matches!(&link.target, LinkTarget::Soft { path } if self.is_circle(path)) {
                continue;
            }
            let opened = guard(&path, || match self.inner.dataset(&link.name) {
                Ok(dataset) => Ok((Vec::new(), vec![dataset])),
                Err(Error::DatasetNotFound(_)) => match self.inner.group(&link.name) {
                    Ok(group) => Ok((vec![group], Vec::new())),
                    Err(Error::GroupNotFound(_)) => Ok((Vec::new(), Vec::new())),
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            });
            match opened {
                Ok((groups, datasets)) => members.nodes.extend(self.nodes(groups, datasets)),
                Err(fault) => members.unreadable.push(Unreadable {
                    why: reason(&fault, &path),
                    path,
                    may_hold_data: true,
                }),
            }
        }
        members.nodes.sort_by(|a, b| a.path().cmp(b.path()));
        members
    }

    fn path_of(&self, name: &str) -> String {
        format!("{}/{name}", self.path.trim_end_matches('/'))
    }

    fn nodes(
        &self,
        groups: Vec<hdf5_reader::group::Group>,
        datasets: Vec<hdf5_reader::Dataset>,
    ) -> Vec<Node> {
        let groups = groups.into_iter().map(|group| {
            Node::Group(Self {
                path: self.path_of(group.name()),
                inner: Arc::new(group),
                context: self.context.clone(),
            })
        });
        let datasets = datasets.into_iter().map(|dataset| {
            let path = self.path_of(dataset.name());
            Node::Dataset(Dataset::new(path, dataset, self.context.clone()))
        });
        let mut nodes: Vec<Node> = groups.chain(datasets).collect();
        nodes.sort_by(|a, b| a.path().cmp(b.path()));
        nodes
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

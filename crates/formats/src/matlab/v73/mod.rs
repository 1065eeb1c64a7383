//! Version 7.3: HDF5. Each variable is a dataset or group in the root group; attributes state its MATLAB class.
//!
//! HDF5 lists the slowest extent first, MATLAB the fastest first: with reversed extents the arrays are equal, without
//! reordering numbers. Cells are references into the group `#refs#`.

mod header;
mod value;

use std::path::Path;

use super::fault::fault;
use super::stream::ByteOrder;
use super::value::Value;
use super::variable::{Place, Variable};
use crate::FormatError;
use crate::hdf5::{File, Node};
use header::Header;

/// Root groups that are not variables: the targets of cell references, and the data of opaque objects.
const HIDDEN: [&str; 2] = ["#refs#", "#subsystem#"];
/// Length in bytes of the description at the start of a file.
const TEXT: usize = 116;

/// An open file, and its variables.
pub(super) struct Source {
    file: File,
    nodes: Vec<Node>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.file.fmt(f)
    }
}

/// Description text of a file, in the block before the HDF5 part.
pub(super) fn text_of(start: &[u8]) -> String {
    if !start.starts_with(b"MATLAB") {
        return String::new();
    }
    super::v5::text_of(&start[..start.len().min(TEXT)])
}

/// Byte order in the file's header; each HDF5 number has its own.
pub(super) fn order_of(start: &[u8]) -> ByteOrder {
    match start.get(126..128) {
        Some(b"MI") => ByteOrder::Big,
        _ => ByteOrder::Little,
    }
}

/// Opens a file and lists its variables.
///
/// # Errors
/// The file is broken, or is HDF5 without MATLAB classes.
pub(super) fn open(path: &Path, start: &[u8]) -> Result<(Source, Vec<Variable>), FormatError> {
    let file = File::open(path)?;
    let mut nodes = file.root()?.children()?;
    nodes.retain(|node| !HIDDEN.contains(&node.name()));
    let (mut variables, mut ours) = (Vec::new(), start.starts_with(b"MATLAB"));
    for node in &nodes {
        let header = Header::of(node)?;
        ours |= header.said;
        variables.push(Variable {
            name: node.name().to_owned(),
            class: header.class,
            dims: header.dims,
            complex: header.complex,
            logical: header.logical,
            place: Place {
                start: node.address(),
                len: 0,
                compressed: false,
            },
        });
    }
    if !ours {
        let what = "it is HDF5, but none of its datasets has a class of MATLAB's (rsom io import hdf5 reads it)";
        return Err(fault(what));
    }
    Ok((Source { file, nodes }, variables))
}

impl Source {
    /// The value of a variable.
    pub(super) fn read(&self, variable: &Variable) -> Result<Value, FormatError> {
        let node = self.nodes.iter().find(|node| node.name() == variable.name);
        let Some(node) = node else {
            let what = format_args!("there is no variable {}", variable.name);
            return Err(fault(what));
        };
        value::read(&self.file, node)
    }
}

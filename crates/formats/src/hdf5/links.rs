//! The links of a group: names and targets, without the objects themselves.
//!
//! The decoder opens all members of a group at once, and leaves out links that lead nowhere. One object that it cannot
//! read would hide all others.

use hdf5_reader::btree_v1::collect_btree_v1_leaves_storage;
use hdf5_reader::btree_v2::{BTreeV2Header, BTreeV2Record, collect_btree_v2_records_storage};
use hdf5_reader::error::Result;
use hdf5_reader::fractal_heap::FractalHeap;
use hdf5_reader::group::Group;
use hdf5_reader::io::Cursor;
use hdf5_reader::local_heap::LocalHeap;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::link::{self, LinkTarget};
use hdf5_reader::messages::link_info::LinkInfoMessage;
use hdf5_reader::symbol_table::SymbolTableNode;

use super::context::Context;

/// A soft link in a symbol table (HDF5 file format, section III.C, cache type 2).
const SOFT: u32 = 2;

/// Largest number of links on a way.
const LONGEST_WAY: usize = 64;

/// A link.
pub(super) struct Link {
    /// Name in its group.
    pub name: String,
    /// Where it leads.
    pub target: LinkTarget,
}

/// The links of a group.
pub(super) fn of(group: &Group, context: &Context) -> Result<Vec<Link>> {
    let header = context.file.get_or_parse_header(group.address())?;
    let mut links = Vec::new();
    for message in &header.messages {
        match message {
            HdfMessage::SymbolTable(table) => {
                return of_symbol_table(group, table.btree_address, table.heap_address);
            }
            HdfMessage::Link(message) => links.push(Link {
                name: message.name.clone(),
                target: message.target.clone(),
            }),
            HdfMessage::LinkInfo(info)
                if !Cursor::is_undefined_offset(info.fractal_heap_address, group.offset_size()) =>
            {
                links.extend(dense(group, info)?);
            }
            _ => {}
        }
    }
    Ok(links)
}

/// Whether a soft link in the group at `path` leads back to a place on its way.
pub(super) fn is_circle(path: &str, target: &str, context: &Context) -> Result<bool> {
    let mut at = absolute(path, target);
    let mut seen = Vec::new();
    while !seen.contains(&at) {
        if seen.len() == LONGEST_WAY {
            return Ok(false);
        }
        let (parent, name) = at.rsplit_once('/').unwrap_or(("", &at));
        let group = match parent {
            "" => context.file.root_group()?,
            parent => context.file.group(parent)?,
        };
        let links = of(&group, context)?;
        let next = match links.into_iter().find(|link| link.name == name) {
            Some(Link {
                target: LinkTarget::Soft { path },
                ..
            }) => absolute(parent, &path),
            _ => return Ok(false),
        };
        seen.push(std::mem::replace(&mut at, next));
    }
    Ok(true)
}

/// The path of a link's target from the root on.
fn absolute(group: &str, target: &str) -> String {
    let target = target.trim_end_matches('/');
    match target.starts_with('/') {
        true => target.to_owned(),
        false => format!("{}/{target}", group.trim_end_matches('/')),
    }
}

/// Links of a group as HDF5 1.6 wrote it.
fn of_symbol_table(group: &Group, tree: u64, heap: u64) -> Result<Vec<Link>> {
    let (storage, offset, length) = (group.storage(), group.offset_size(), group.length_size());
    let heap = LocalHeap::parse_at_storage(storage, heap, offset, length)?;
    let leaves = collect_btree_v1_leaves_storage(storage, tree, offset, length, None, &[], None)?;
    let mut links = Vec::new();
    for (_, address) in leaves {
        // The number of entries stands in bytes 6 and 7.
        let start = storage.read_range(address, 8)?;
        let count = match start.as_ref() {
            [.., low, high] => usize::from(u16::from_le_bytes([*low, *high])),
            _ => 0,
        };
        let node = storage.read_range(address, 8 + count * (2 * usize::from(offset) + 24))?;
        let node = SymbolTableNode::parse(&mut Cursor::new(node.as_ref()), offset, length)?;
        for entry in node.entries {
            let name = heap.get_string_storage(entry.link_name_offset, storage)?;
            let target = match entry.cache_type {
                SOFT => {
                    let scratch = entry.scratch.iter().take(4).rev();
                    let place = scratch.fold(0, |place, byte| place << 8 | u64::from(*byte));
                    LinkTarget::Soft {
                        path: heap.get_string_storage(place, storage)?,
                    }
                }
                _ => LinkTarget::Hard {
                    address: entry.object_header_address,
                },
            };
            links.push(Link { name, target });
        }
    }
    Ok(links)
}

/// Links in a heap of their own, as large groups have them.
fn dense(group: &Group, info: &LinkInfoMessage) -> Result<Vec<Link>> {
    let (storage, offset, length) = (group.storage(), group.offset_size(), group.length_size());
    let heap = FractalHeap::parse_at_storage(storage, info.fractal_heap_address, offset, length)?;
    let tree = info.btree_name_index_address;
    let tree = BTreeV2Header::parse_at_storage(storage, tree, offset, length)?;
    let records =
        collect_btree_v2_records_storage(storage, &tree, offset, length, None, &[], None)?;
    let mut links = Vec::new();
    for record in records {
        let (BTreeV2Record::LinkNameHash { heap_id, .. }
        | BTreeV2Record::CreationOrder { heap_id, .. }) = record
        else {
            continue;
        };
        let bytes = heap.get_object_storage(&heap_id, storage, offset, length)?;
        let message = link::parse(&mut Cursor::new(&bytes), offset, length, bytes.len())?;
        links.push(Link {
            name: message.name,
            target: message.target,
        });
    }
    Ok(links)
}

//! The image file directories of a TIFF file: tags and their values (TIFF 6.0, section 2; BigTIFF).

use std::collections::BTreeSet;

use super::byte_order::ByteOrder;
use super::tag;

/// Largest number of directories to read.
const MOST_DIRECTORIES: usize = 65_536;

/// The tags of one page.
pub(super) struct Directory<'a> {
    entries: Vec<(u16, Entry<'a>)>,
    order: ByteOrder,
}

struct Entry<'a> {
    kind: u16,
    count: u64,
    /// The stored values; `None` when they lie outside the file.
    data: Option<&'a [u8]>,
}

/// Reads the chain of directories of a file.
///
/// # Errors
/// No TIFF header; a directory outside the file; a chain in a circle; no directory.
pub(super) fn directories(bytes: &[u8]) -> Result<Vec<Directory<'_>>, String> {
    let (order, big) = header(bytes).ok_or("broken TIFF: its header is cut off")?;
    let (start, width) = if big { (8, 8) } else { (4, 4) };
    let mut next = order.unsigned_at(bytes, start, width).unwrap_or(0);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while next != 0 {
        if !seen.insert(next) {
            return Err("broken TIFF: its chain of directories is a circle".into());
        }
        if found.len() == MOST_DIRECTORIES {
            return Err(format!("more than {MOST_DIRECTORIES} pages"));
        }
        let (directory, after) = directory(bytes, order, big, next).ok_or_else(|| {
            let number = found.len() + 1;
            format!("broken TIFF: directory {number} lies outside the file; it is truncated")
        })?;
        found.push(directory);
        next = after;
    }
    if found.is_empty() {
        return Err("broken TIFF: it has no pages".into());
    }
    Ok(found)
}

/// Byte order, and whether it is a BigTIFF.
fn header(bytes: &[u8]) -> Option<(ByteOrder, bool)> {
    let order = match bytes.get(..2)? {
        b"II" => ByteOrder::Little,
        _ => ByteOrder::Big,
    };
    let big = order.unsigned_at(bytes, 2, 2)? == 43;
    // The size of an offset, which is 8 in every BigTIFF.
    if big && order.unsigned_at(bytes, 4, 2)? != 8 {
        return None;
    }
    Some((order, big))
}

/// The directory at a place, and the place of the next one (0: none).
fn directory(bytes: &[u8], order: ByteOrder, big: bool, at: u64) -> Option<(Directory<'_>, u64)> {
    let at = usize::try_from(at).ok()?;
    let (counted, width) = if big { (8, 8) } else { (2, 4) };
    let count = usize::try_from(order.unsigned_at(bytes, at, counted)?).ok()?;
    let size = 4 + 2 * width;
    let list = at.checked_add(counted)?;
    let end = list.checked_add(count.checked_mul(size)?)?;
    let stored = bytes.get(list..end)?;
    let entries = stored.chunks_exact(size).filter_map(|entry| {
        let number = order.unsigned(&entry[..2]) as u16;
        let kind = order.unsigned(&entry[2..4]) as u16;
        let count = order.unsigned(&entry[4..4 + width]);
        // Readers skip fields of unknown type (TIFF 6.0, section 2).
        let len = count.checked_mul(width_of(kind)?)?;
        let here = &entry[4 + width..];
        let data = match usize::try_from(len).ok() {
            Some(len) if len <= width => here.get(..len),
            Some(len) => {
                let place = usize::try_from(order.unsigned(here)).ok();
                place.and_then(|place| bytes.get(place..place.checked_add(len)?))
            }
            None => None,
        };
        Some((number, Entry { kind, count, data }))
    });
    let entries = entries.collect();
    // A directory at the very end may lack the place of the next one.
    let next = order.unsigned_at(bytes, end, width).unwrap_or(0);
    Some((Directory { entries, order }, next))
}

/// Bytes of one value of a field type (TIFF 6.0, section 2; 16 to 18 are BigTIFF's).
fn width_of(kind: u16) -> Option<u64> {
    Some(match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => return None,
    })
}

impl Directory<'_> {
    /// Whether the page has this tag.
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.iter().any(|(number, _)| *number == tag)
    }

    /// Number of values of a tag; 0 without the tag.
    pub(super) fn count(&self, tag: u16) -> u64 {
        self.find(tag).map_or(0, |entry| entry.count)
    }

    /// The values of a tag of unsigned integers; `None` without the tag.
    ///
    /// # Errors
    /// Values of another type, or outside the file.
    pub(super) fn unsigned(&self, tag: u16) -> Result<Option<Vec<u64>>, String> {
        let Some(entry) = self.find(tag) else {
            return Ok(None);
        };
        let data = entry
            .data
            .ok_or_else(|| format!("broken TIFF: its {} lie outside the file", tag::name(tag)))?;
        let width = match entry.kind {
            1 | 7 => 1,
            3 => 2,
            4 | 13 => 4,
            16 | 18 => 8,
            _ => {
                let name = tag::name(tag);
                return Err(format!("broken TIFF: {name} is not a list of integers"));
            }
        };
        let values = data.chunks_exact(width);
        Ok(Some(values.map(|v| self.order.unsigned(v)).collect()))
    }

    /// The first value of a tag of unsigned integers; `None` without the tag or without values.
    ///
    /// # Errors
    /// As [`Self::unsigned`].
    pub(super) fn one(&self, tag: u16) -> Result<Option<u64>, String> {
        Ok(self
            .unsigned(tag)?
            .and_then(|values| values.first().copied()))
    }

    /// The texts of a tag, which may occur more than once.
    pub(super) fn texts(&self, tag: u16) -> Vec<String> {
        let found = self.entries.iter().filter(|(number, _)| *number == tag);
        let texts = found.filter_map(|(_, entry)| match entry.kind {
            1 | 2 | 7 => entry.data,
            _ => None,
        });
        texts.map(text).collect()
    }

    /// The first value of a tag of rational numbers; `None` without the tag, and for a ratio to 0.
    pub(super) fn rational(&self, tag: u16) -> Option<f64> {
        let entry = self.find(tag).filter(|entry| entry.kind == 5)?;
        let data = entry.data.and_then(|data| data.get(..8))?;
        let (over, under) = (
            self.order.unsigned(&data[..4]),
            self.order.unsigned(&data[4..]),
        );
        (under != 0).then(|| over as f64 / under as f64)
    }

    fn find(&self, tag: u16) -> Option<&Entry<'_>> {
        let found = self.entries.iter().find(|(number, _)| *number == tag);
        found.map(|(_, entry)| entry)
    }
}

/// A text up to its first zero byte, in UTF-8 or else Latin-1, as ImageJ writes it.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    match std::str::from_utf8(&bytes[..end]) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes[..end].iter().map(|b| char::from(*b)).collect(),
    }
}

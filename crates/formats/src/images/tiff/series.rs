//! Several arrays in one file, as tifffile writes them: each has a description of its shape at its first page.

use super::directory::Directory;
use super::shaped::{self, Shaped};
use super::tag;

/// Whether every page is described as an array of its own, so that the pages are slices.
///
/// # Errors
/// Several arrays, one of which has several pages: as one stack they would mean something else.
pub(super) fn are_slices(kept: &[(usize, &Directory)], page_values: usize) -> Result<bool, String> {
    let described: Vec<Shaped> = (kept.iter())
        .filter_map(|(_, page)| {
            let texts = page.texts(tag::DESCRIPTION);
            texts.iter().find_map(|text| shaped::parse(text))
        })
        .collect();
    let [first, second, ..] = described.as_slice() else {
        return Ok(false);
    };
    if described.iter().all(|array| array.is_page(page_values)) {
        return Ok(described.len() == kept.len());
    }
    let (count, pages) = (described.len(), kept.len());
    Err(format!(
        "TIFF: the file holds {count} arrays in {pages} pages, the first of shape {:?}, the second of {:?}; save one of them, or all as one array",
        first.shape(),
        second.shape()
    ))
}

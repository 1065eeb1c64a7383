//! What ImageDescription says about the order of the pages.

use super::axes::Axes;
use super::directory::Directory;
use super::page::Page;
use super::{imagej, ome, shaped, tag};

/// The order of the pages of a file, all like `page`; every page is a slice where the file does not say otherwise.
///
/// # Errors
/// A description that contradicts the number of pages, or describes what a scan cannot hold.
pub(super) fn axes(first: &Directory, pages: usize, page: &Page) -> Result<Axes, String> {
    let texts = first.texts(tag::DESCRIPTION);
    if let Some(text) = texts.iter().find(|text| ome::is(text)) {
        return ome::axes(text, pages, page);
    }
    let size = [tag::X_RESOLUTION, tag::Y_RESOLUTION].map(|tag| first.rational(tag));
    if let Some(text) = texts.iter().find(|text| imagej::is(text)) {
        return imagej::axes(text, pages, size);
    }
    match texts.iter().find_map(|text| shaped::parse(text)) {
        Some(shaped) => shaped.axes(pages, page.width * page.height * page.samples),
        None => Ok(Axes::slices(pages)),
    }
}

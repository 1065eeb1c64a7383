//! The pages of a file that are slices or channels, and their order.

use super::axes::Axes;
use super::chunks::Chunks;
use super::compression::Compression;
use super::description;
use super::directory::Directory;
use super::foreign;
use super::page::{Meaning, Page};
use super::{series, tag};

/// The pages of a stack.
pub(super) struct Pages {
    /// All pages, alike in size and type.
    pub pages: Vec<Page>,
    /// Which page holds which slice and channel.
    pub axes: Axes,
    /// What was left out.
    pub notes: Vec<String>,
}

/// Directories with their numbers from 1, and notes about those left out.
type Kept<'a, 'b> = (Vec<(usize, &'a Directory<'b>)>, Vec<String>);

/// Checks the pages of a file and puts them in order.
///
/// # Errors
/// A page with an unsupported tag; pages that differ; a description that contradicts the pages.
pub(super) fn of(directories: &[Directory]) -> Result<Pages, String> {
    let (kept, mut notes) = without_copies(directories)?;
    let mut pages: Vec<(usize, Page)> = Vec::new();
    for (number, directory) in &kept {
        let of = directories.len();
        let page = Page::of(directory).map_err(|fault| match of {
            1 => fault,
            _ => format!("{fault} (page {number} of {of})"),
        })?;
        if let Some((first, alike)) = pages.first() {
            require_alike((*first, alike), (*number, &page))?;
        }
        pages.push((*number, page));
    }
    let mut pages: Vec<Page> = pages.into_iter().map(|(_, page)| page).collect();
    let first = kept.first().map(|(_, directory)| *directory);
    let (Some(first), Some(page)) = (first, pages.first()) else {
        return Err("broken TIFF: it has no pages".into());
    };
    foreign::refuse(first, pages.len())?;
    notes.extend(remarks(&kept, page)?);
    let values = page.width * page.height * page.samples;
    let axes = match series::are_slices(&kept, values)? {
        true => Axes::slices(pages.len()),
        false => description::axes(first, pages.len(), page)?,
    };
    let planes = axes.planes.iter().max().map_or(0, |last| last + 1);
    if pages.len() == 1 && planes > 1 {
        pages = behind_one_directory(page, planes)?;
    }
    Ok(Pages { pages, axes, notes })
}

/// The directories of full pictures with their numbers from 1, and notes about those left out (NewSubfileType: bit 0 is
/// a reduced copy, bit 2 a transparency mask; SubfileType 2 is a reduced copy).
fn without_copies<'a, 'b>(directories: &'a [Directory<'b>]) -> Result<Kept<'a, 'b>, String> {
    let (mut kept, mut copies) = (Vec::new(), 0);
    for (index, directory) in directories.iter().enumerate() {
        let kind = directory.one(tag::NEW_SUBFILE_TYPE)?.unwrap_or(0);
        let old = directory.one(tag::SUBFILE_TYPE)?.unwrap_or(1);
        if kind & 0b101 != 0 || old == 2 {
            copies += 1;
        } else {
            kept.push((index + 1, directory));
        }
    }
    if kept.is_empty() {
        return Err(
            "TIFF: every page is a reduced copy or a mask of another picture (NewSubfileType)"
                .into(),
        );
    }
    let mut notes = Vec::new();
    if copies > 0 {
        notes.push(format!(
            "{copies} reduced copies or transparency masks (NewSubfileType) are left out"
        ));
    }
    if kept
        .iter()
        .any(|(_, directory)| directory.has(tag::SUB_DIRECTORIES))
    {
        notes.push("the pictures in sub-directories (SubIFDs) are left out".into());
    }
    Ok((kept, notes))
}

fn require_alike(first: (usize, &Page), other: (usize, &Page)) -> Result<(), String> {
    let form = |page: &Page| {
        let Page {
            width,
            height,
            sample,
            data,
            meaning,
            ..
        } = page;
        let what = match meaning {
            Meaning::Values => "",
            Meaning::Rgb => " (RGB)",
            Meaning::Palette(_) => " (palette)",
        };
        format!("{width} × {height} pixels of {} {sample}{what}", data.len())
    };
    let (of_first, of_other) = (form(first.1), form(other.1));
    if of_first != of_other {
        let (number, first) = (other.0, first.0);
        return Err(format!(
            "TIFF: page {number} has {of_other}, but page {first} has {of_first}; the pages of a stack must be alike"
        ));
    }
    Ok(())
}

/// What the reader of the values should know.
///
/// # Errors
/// Pages of which some say that white is 0 and some that black is.
fn remarks(kept: &[(usize, &Directory)], page: &Page) -> Result<Vec<String>, String> {
    let mut remarks = Vec::new();
    match page.samples - page.data.len() {
        0 => {}
        alpha => remarks.push(format!("{alpha} alpha channel (ExtraSamples) is left out")),
    }
    let white_is_zero =
        |(_, page): &&(usize, &Directory)| matches!(page.one(tag::PHOTOMETRIC), Ok(Some(0)));
    let inverted: Vec<usize> = kept.iter().filter(white_is_zero).map(|(n, _)| *n).collect();
    if let Some(number) = inverted.first().filter(|_| inverted.len() < kept.len()) {
        let (count, all) = (inverted.len(), kept.len());
        return Err(format!(
            "TIFF: {count} of {all} pages, such as page {number}, say that white is 0 (PhotometricInterpretation 0), and the others that black is; the pages of a stack must be alike"
        ));
    }
    if !inverted.is_empty() {
        remarks.push(
            "values are taken as stored, not inverted (PhotometricInterpretation 0: white is 0)"
                .into(),
        );
    }
    Ok(remarks)
}

/// The pages of a stack whose pixels stand one after the other behind one directory, as ImageJ writes stacks of more
/// than 4 GiB.
fn behind_one_directory(page: &Page, count: usize) -> Result<Vec<Page>, String> {
    let refused = |why: &str| {
        Err(format!(
            "TIFF: the file says that it has {count} pages, but it has one directory, {why}"
        ))
    };
    if page.compression != Compression::None || page.chunks.tiles || page.planar {
        return refused("which is compressed, tiled or planar");
    }
    let places = &page.chunks.places;
    if places
        .windows(2)
        .any(|pair| pair[0].0.checked_add(pair[0].1) != Some(pair[1].0))
    {
        return refused("whose strips are not in one piece");
    }
    let start = places.first().map_or(0, |place| place.0);
    let len = (page.chunks.row_bytes * page.height) as u64;
    let whole = Page {
        chunks: Chunks {
            height: page.height,
            down: 1,
            places: vec![(start, len)],
            ..page.chunks
        },
        ..page.clone()
    };
    let shifted = |index: usize| {
        let mut page = whole.clone();
        page.chunks.places[0].0 = start.saturating_add(len.saturating_mul(index as u64));
        page
    };
    Ok((0..count).map(shifted).collect())
}

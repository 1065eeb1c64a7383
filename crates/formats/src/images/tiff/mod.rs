//! TIFF files: every page, as its tags describe it (TIFF 6.0, 1992; BigTIFF; technical notes 2 and 3).
//!
//! Every tag that changes the meaning of the samples is honored, or refused by name. The stored values are the data: no
//! value is inverted (PhotometricInterpretation 0 and 1 only say how to show it), alpha is left out with a note, and all
//! other samples are channels. What ImageDescription says about slices, channels and voxel size (ImageJ, OME-XML,
//! tifffile) decides how pages become slices.

mod axes;
mod byte_order;
mod calibration;
mod chunks;
mod compression;
mod description;
mod directory;
mod foreign;
mod imagej;
mod length;
mod ome;
mod page;
mod pages;
mod samples;
mod series;
mod shaped;
mod tag;
mod words;
mod xml;

use self::axes::Axes;
use self::byte_order::ByteOrder;
use self::page::{Meaning, Page};
use super::{Picture, Reading, Stack, palette};
use crate::nifti::Limits;

/// Reads the slices of a TIFF file.
///
/// # Errors
/// The fault of the file, or what is not supported; the message does not name the file.
pub fn read_tiff(bytes: &[u8], reading: Reading) -> Result<Stack, String> {
    let order = match bytes.get(..2) {
        Some(b"II") => ByteOrder::Little,
        _ => ByteOrder::Big,
    };
    let directories = directory::directories(bytes)?;
    let pages::Pages { pages, axes, notes } = pages::of(&directories)?;
    refuse_too_many(&pages)?;
    let mut stack = Stack {
        pixel_mm: axes.pixel_mm,
        notes,
        ..Stack::default()
    };
    stack.notes.extend(axes.notes.iter().cloned());
    for slice in axes.planes.chunks(axes.channels) {
        let channels = slice.iter().map(|index| {
            let page = &pages[*index];
            let values = samples::read(bytes, order, page)?;
            let picture = picture(page, values, reading)?;
            match axes.calibration {
                None => Ok(picture),
                Some(line) => line.applied(picture),
            }
        });
        stack
            .slices
            .push(merged(channels.collect::<Result<_, String>>()?, &axes)?);
    }
    Ok(stack)
}

/// The orientation that the tags of a photograph state (Exif, in a PNG), if any.
pub(super) fn orientation(exif: &[u8]) -> Option<u64> {
    let directories = directory::directories(exif).ok()?;
    directories.first()?.one(tag::ORIENTATION).ok().flatten()
}

/// Refuses more values than a volume may have, before they are read.
fn refuse_too_many(pages: &[Page]) -> Result<(), String> {
    let values = pages
        .iter()
        .map(|page| (page.width * page.height * page.samples) as u128);
    let (values, most) = (values.sum::<u128>(), Limits::DEFAULT.voxels);
    match values <= u128::from(most) {
        true => Ok(()),
        false => Err(format!("TIFF: {values} values exceed the limit of {most}")),
    }
}

/// The picture of a page, without alpha.
fn picture(page: &Page, values: Vec<f64>, reading: Reading) -> Result<Picture, String> {
    let channels = page.data.len();
    let values = match channels == page.samples {
        true => values,
        false => {
            let pixels = values.chunks_exact(page.samples);
            pixels
                .flat_map(|pixel| page.data.iter().map(|index| pixel[*index]))
                .collect()
        }
    };
    let picture = Picture {
        width: page.width,
        height: page.height,
        channels,
        rgb: page.meaning == Meaning::Rgb,
        sample: page.sample,
        values,
    };
    match &page.meaning {
        Meaning::Palette(colors) => palette::resolve(picture, colors, reading, true)
            .map_err(|fault| format!("TIFF: {fault}")),
        _ => Ok(picture),
    }
}

/// One picture from the pictures of its channels.
fn merged(channels: Vec<Picture>, axes: &Axes) -> Result<Picture, String> {
    let mut parts = channels.into_iter();
    let first = parts.next().ok_or("TIFF: it has no slices")?;
    let rest: Vec<Picture> = parts.collect();
    if rest.is_empty() {
        return Ok(first);
    }
    if first.channels > 1 {
        let (pages, samples) = (axes.channels, first.channels);
        return Err(format!(
            "TIFF: {pages} channels of {samples} samples each are not supported"
        ));
    }
    let all = || std::iter::once(&first).chain(&rest);
    let count = first.values.len();
    let values = (0..count)
        .flat_map(|pixel| all().map(move |part| part.values[pixel]))
        .collect();
    Ok(Picture {
        channels: axes.channels,
        values,
        ..first
    })
}

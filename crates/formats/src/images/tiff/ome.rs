//! ImageDescription of OME-TIFF: OME-XML (OME schema 2016-06, elements Pixels, Channel and TiffData; the OME-TIFF
//! specification says how TiffData assigns planes to directories).

use super::axes::{Axes, Counts};
use super::length::in_mm;
use super::xml::{self, Element};

/// Whether a text is OME-XML.
pub(super) fn is(text: &str) -> bool {
    let start: String = text.chars().take(2000).collect();
    start.contains("<OME") || start.contains(":OME ")
}

/// The order of the pages.
///
/// # Errors
/// Several images; planes in other files; several time points; planes that no page holds.
pub(super) fn axes(text: &str, pages: usize) -> Result<Axes, String> {
    let broken = |fault: String| format!("broken TIFF: OME-XML: {fault}");
    let elements = xml::elements(text).map_err(broken)?;
    refuse_other_files(&elements)?;
    let images: Vec<&Element> = elements.iter().filter(|e| e.name == "Pixels").collect();
    let [pixels] = images[..] else {
        let count = images.len();
        return Err(format!(
            "TIFF: OME-XML of {count} images is not supported; save one image per file"
        ));
    };
    let stated = Stated::of(pixels, &elements).map_err(broken)?;
    let planes = planes(&stated, &elements, pages)?;
    let mut axes = Axes::ordered(stated.counts, stated.order)?;
    let described = planes.iter().flatten().max().map_or(0, |last| last + 1);
    if described < pages {
        let total = planes.len();
        return Err(format!(
            "TIFF: OME-XML describes {total} planes, but the file has {pages} pages"
        ));
    }
    for place in &mut axes.planes {
        let page = planes.get(*place).copied().flatten();
        *place = page.ok_or_else(|| {
            let total = planes.len();
            format!("TIFF: OME-XML describes {total} planes, but the file has {pages} pages; plane {} is missing", *place + 1)
        })?;
    }
    axes.pixel_mm = ["X", "Y", "Z"].map(|axis| {
        let size = pixels.attribute(&format!("PhysicalSize{axis}"))?;
        let unit = pixels
            .attribute(&format!("PhysicalSize{axis}Unit"))
            .unwrap_or("µm");
        in_mm(size.trim().parse().ok()?, unit)
    });
    Ok(axes)
}

/// Counts and order of planes.
struct Stated {
    /// Channels are counted in planes: one plane may hold several samples.
    counts: Counts,
    order: [char; 3],
}

impl Stated {
    fn of(pixels: &Element, elements: &[Element]) -> Result<Self, String> {
        let size = |name: &str| match pixels.attribute(name).map(str::parse::<usize>) {
            Some(Ok(size @ 1..=16_777_216)) => Ok(size),
            _ => Err(format!("{name} is missing or not a number from 1 on")),
        };
        let order = pixels.attribute("DimensionOrder").unwrap_or("XYCZT");
        let letters: Vec<char> = order.to_lowercase().chars().skip(2).collect();
        let mut sorted = letters.clone();
        sorted.sort_unstable();
        let ([first, second, third], true) = (letters.as_slice(), sorted == ['c', 't', 'z']) else {
            return Err(format!("DimensionOrder is {order}"));
        };
        let mut samples = elements
            .iter()
            .filter(|e| e.name == "Channel")
            .map(|channel| {
                channel
                    .attribute("SamplesPerPixel")
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(1)
            });
        let channels = size("SizeC")?;
        let per_plane: usize = samples.next().unwrap_or(1);
        if per_plane == 0 || channels % per_plane != 0 || samples.any(|other| other != per_plane) {
            return Err(format!(
                "{channels} channels of different numbers of samples"
            ));
        }
        Ok(Self {
            counts: Counts {
                channels: channels / per_plane,
                slices: size("SizeZ")?,
                times: size("SizeT")?,
            },
            order: [*first, *second, *third],
        })
    }
}

/// The page of each plane, in the order of planes.
fn planes(
    stated: &Stated,
    elements: &[Element],
    pages: usize,
) -> Result<Vec<Option<usize>>, String> {
    let total = stated.counts.planes().filter(|total| *total <= 16_777_216);
    let total = total.ok_or("broken TIFF: OME-XML describes too many planes")?;
    let data: Vec<&Element> = elements.iter().filter(|e| e.name == "TiffData").collect();
    let all = |count: usize| {
        (0..total)
            .map(|plane| (plane < count).then_some(plane))
            .collect()
    };
    if data.is_empty() {
        return Ok(all(if pages == 1 { total } else { pages }));
    }
    let mut planes = vec![None; total];
    for block in &data {
        let number = |name: &str| block.attribute(name).and_then(|n| n.parse::<usize>().ok());
        let page = number("IFD").unwrap_or(0);
        let alone = block.attribute("IFD").is_some();
        // Without a count, a block with a directory is one plane, and any other block is all planes.
        let count = number("PlaneCount").unwrap_or(if alone { 1 } else { total });
        let firsts = ["FirstC", "FirstZ", "FirstT"].map(|name| number(name).unwrap_or(0));
        let start = stated.index(firsts);
        for step in 0..count.min(total) {
            let behind_one_directory = pages == 1 && data.len() == 1;
            let exists = page + step < pages || behind_one_directory;
            match planes.get_mut(start.saturating_add(step)) {
                Some(slot) if exists && slot.is_none() => *slot = Some(page + step),
                Some(slot) if exists && *slot != Some(page + step) => {
                    return Err("broken TIFF: OME-XML assigns two pages to one plane".into());
                }
                _ => {}
            }
        }
    }
    Ok(planes)
}

impl Stated {
    /// The place of a plane in the order of planes; `firsts` are channel, slice, time.
    fn index(&self, [channel, slice, time]: [usize; 3]) -> usize {
        let mut stride = 1_usize;
        let mut place = 0_usize;
        for letter in self.order {
            let (index, count) = match letter {
                'c' => (channel, self.counts.channels),
                'z' => (slice, self.counts.slices),
                _ => (time, self.counts.times),
            };
            place = place.saturating_add(index.saturating_mul(stride));
            stride = stride.saturating_mul(count);
        }
        place
    }
}

/// Refuses planes in other files: TiffData with the identifier of another file, or metadata alone.
fn refuse_other_files(elements: &[Element]) -> Result<(), String> {
    let own = elements
        .iter()
        .find(|e| e.name == "OME")
        .and_then(|e| e.attribute("UUID"));
    let blocks = elements.iter().filter(|e| e.name == "UUID");
    let mut identifiers: Vec<&str> = blocks.map(|e| e.text.as_str()).chain(own).collect();
    identifiers.sort_unstable();
    identifiers.dedup();
    let elsewhere = elements
        .iter()
        .any(|e| e.name == "BinaryOnly" || e.name == "MetadataOnly");
    if identifiers.len() > 1 || elsewhere {
        return Err(
            "TIFF: an OME-TIFF of several files is not supported; save the image as one file"
                .into(),
        );
    }
    Ok(())
}

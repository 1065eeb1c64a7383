//! ImageDescription of OME-TIFF: OME-XML (OME schema 2016-06, elements Pixels, Channel and TiffData; the OME-TIFF
//! specification says how TiffData assigns planes to directories).

use super::axes::{Axes, Counts};
use super::length::in_mm;
use super::page::Page;
use super::xml::{self, Element};
use crate::images::SampleKind;

/// Whether a text is OME-XML.
pub(super) fn is(text: &str) -> bool {
    let start: String = text.chars().take(2000).collect();
    start.contains("<OME") || start.contains(":OME ")
}

/// The order of the pages.
///
/// # Errors
/// Several images; planes in other files; a size or type that the pages contradict; several time points; planes that no page holds.
pub(super) fn axes(text: &str, pages: usize, page: &Page) -> Result<Axes, String> {
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
    refuse_contradictions(pixels, page)?;
    refuse_modulo(&elements)?;
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
    set_size(&mut axes, pixels);
    Ok(axes)
}

/// Sets the size of a voxel; a size in a unit that is not known is left out, with a note.
fn set_size(axes: &mut Axes, pixels: &Element) {
    for (place, axis) in ["X", "Y", "Z"].into_iter().enumerate() {
        let Some(size) = pixels.attribute(&format!("PhysicalSize{axis}")) else {
            continue;
        };
        let unit = pixels.attribute(&format!("PhysicalSize{axis}Unit"));
        let unit = unit.unwrap_or("µm");
        axes.pixel_mm[place] = size.trim().parse().ok().and_then(|size| in_mm(size, unit));
        if axes.pixel_mm[place].is_none() {
            axes.notes.push(format!(
                "OME-XML's PhysicalSize{axis} of {size} {unit} is not a known length and is not used"
            ));
        }
    }
}

/// Refuses sizes and a type that the pages contradict (OME schema, Pixels: SizeX, SizeY, Type).
fn refuse_contradictions(pixels: &Element, page: &Page) -> Result<(), String> {
    for (name, extent) in [("SizeX", page.width), ("SizeY", page.height)] {
        let stated = pixels
            .attribute(name)
            .and_then(|n| n.trim().parse::<usize>().ok());
        if let Some(stated) = stated.filter(|stated| *stated != extent) {
            return Err(format!(
                "TIFF: OME-XML says {name}={stated}, but the pages have {extent}; one of them is wrong"
            ));
        }
    }
    let Some(stated) = pixels.attribute("Type") else {
        return Ok(());
    };
    let (kind, bits) = match stated {
        "int8" => (SampleKind::Signed, 8),
        "int16" => (SampleKind::Signed, 16),
        "int32" => (SampleKind::Signed, 32),
        "bit" | "uint8" => (SampleKind::Unsigned, 8),
        "uint16" => (SampleKind::Unsigned, 16),
        "uint32" => (SampleKind::Unsigned, 32),
        "float" => (SampleKind::Float, 32),
        "double" => (SampleKind::Float, 64),
        other => return Err(format!("TIFF: OME-XML's Type {other} is not supported")),
    };
    // Fewer bits than the type has are usual: 12 of uint16.
    match page.sample.kind == kind && page.sample.bits <= bits {
        true => Ok(()),
        false => Err(format!(
            "TIFF: OME-XML says Type={stated}, but the tags of the pages say {}; one of them is wrong",
            page.sample
        )),
    }
}

/// Refuses slices, channels or times that are several axes in one (OME-XML annotation Modulo, 2011).
fn refuse_modulo(elements: &[Element]) -> Result<(), String> {
    let found = elements.iter().find(|e| e.name.starts_with("ModuloAlong"));
    match found {
        None => Ok(()),
        Some(element) => Err(format!(
            "TIFF: OME-XML's {} (type {}) makes the planes more than slices and channels, which is not supported; save one of its steps",
            element.name,
            element.attribute("Type").unwrap_or("unknown")
        )),
    }
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

//! Stacks of other programs, whose pages or planes are described by a private tag.

use super::directory::Directory;
use super::tag;

/// Whether ScanImage wrote a file: from 2015 on it states its settings under Software, before under ImageDescription
/// (ScanImage BigTiff specification, Vidrio Technologies, 2016).
fn is_of_scan_image(first: &Directory) -> bool {
    let starts = |tag, with: &[&str]| {
        let texts = first.texts(tag);
        texts
            .iter()
            .any(|text| with.iter().any(|start| text.starts_with(start)))
    };
    starts(tag::SOFTWARE, &["SI."]) || starts(tag::DESCRIPTION, &["state.", "scanimage.", "SI."])
}

/// Refuses a scale or an offset of the values as GDAL states it (GDAL documentation, GeoTIFF driver, "Metadata").
fn refuse_scaling(first: &Directory) -> Result<(), String> {
    let texts = first.texts(tag::GDAL_METADATA);
    let states = |role: &str| texts.iter().any(|text| text.contains(role));
    match states("role=\"scale\"") || states("role=\"offset\"") {
        false => Ok(()),
        true => Err(format!(
            "TIFF: a scale or offset of the values ({}) is not supported; store the scaled values (gdal_translate -unscale -ot Float32)",
            tag::name(tag::GDAL_METADATA)
        )),
    }
}

/// Refuses private descriptions that make the pages something other than slices.
///
/// # Errors
/// A MetaMorph stack with more planes than pages; a FluoView stack; an LSM file of Zeiss with several time points, or
/// with more slices than pages; several pages of ScanImage; scaled values of GDAL.
pub(super) fn refuse(first: &Directory, pages: usize) -> Result<(), String> {
    // The tag has one entry per plane (MetaMorph Stack file format, Universal Imaging, 2004).
    let planes = first.count(tag::METAMORPH_PLANES);
    if planes > pages as u64 {
        return Err(format!(
            "TIFF: a MetaMorph stack ({planes} planes behind {pages} directories) is not supported; save it as an ImageJ or OME-TIFF stack"
        ));
    }
    if first.has(tag::FLUOVIEW) {
        return Err(
            "TIFF: a FluoView stack is not supported; save it as an ImageJ or OME-TIFF stack"
                .into(),
        );
    }
    if pages > 1 && is_of_scan_image(first) {
        return Err(format!(
            "TIFF: the {pages} pages of ScanImage alternate between channels, slices and time points; save the file as an ImageJ or OME-TIFF stack"
        ));
    }
    refuse_scaling(first)?;
    if !first.has(tag::ZEISS_LSM) {
        return Ok(());
    }
    let described = first.unsigned(tag::ZEISS_LSM)?.unwrap_or_default();
    // Four-byte integers from byte 16 on: extents along z, channels, time (LSM file format, Zeiss, 2010).
    let at = |place: usize| {
        let bytes = described.get(place..place + 4)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0, |number, byte| number << 8 | byte),
        )
    };
    match (at(16), at(24)) {
        (Some(slices), Some(0 | 1)) if slices <= 1 || slices == pages as u64 => Ok(()),
        (Some(slices), Some(times)) => Err(format!(
            "TIFF: an LSM file of {slices} slices and {times} time points in {pages} pages is not supported; save it as an ImageJ or OME-TIFF stack"
        )),
        _ => Err("broken TIFF: its description by Zeiss is cut off".into()),
    }
}

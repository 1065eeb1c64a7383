//! TIFF files: every page, both byte orders, the compressions of microscopes.

use std::io::Cursor;

use tiff::decoder::{Decoder, DecodingResult, Limits};

use super::{Picture, Sample};

/// Largest number of pages to read.
const MOST_PAGES: usize = 65_536;

/// Reads every page of a TIFF file.
///
/// # Errors
/// The fault of the file; the message does not name the file.
pub fn read_tiff(bytes: &[u8]) -> Result<Vec<Picture>, String> {
    let fault = |e: tiff::TiffError| format!("broken TIFF: {e}");
    let limits = Limits::default();
    let mut decoder = Decoder::new(Cursor::new(bytes))
        .map_err(fault)?
        .with_limits(limits);
    let mut pages = Vec::new();
    loop {
        let (width, height) = decoder.dimensions().map_err(fault)?;
        let channels = usize::from(decoder.colortype().map_err(fault)?.num_samples());
        let (sample, values) = samples(decoder.read_image().map_err(fault)?);
        pages.push(Picture::new(
            [width as usize, height as usize],
            channels,
            sample,
            values,
        )?);
        if !decoder.more_images() {
            return Ok(pages);
        }
        if pages.len() == MOST_PAGES {
            return Err(format!("more than {MOST_PAGES} pages"));
        }
        decoder.next_image().map_err(fault)?;
    }
}

fn samples(image: DecodingResult) -> (Sample, Vec<f64>) {
    match image {
        DecodingResult::U8(values) => (Sample::Uint8, widen(&values)),
        DecodingResult::U16(values) => (Sample::Uint16, widen(&values)),
        DecodingResult::U32(values) => (Sample::Other, widen(&values)),
        DecodingResult::I8(values) => (Sample::Other, widen(&values)),
        DecodingResult::I16(values) => (Sample::Other, widen(&values)),
        DecodingResult::I32(values) => (Sample::Other, widen(&values)),
        DecodingResult::F32(values) => (Sample::Other, widen(&values)),
        DecodingResult::F64(values) => (Sample::Other, values),
        DecodingResult::F16(values) => (
            Sample::Other,
            values.iter().map(|v| f64::from(f32::from(*v))).collect(),
        ),
        DecodingResult::U64(values) => (Sample::Other, values.iter().map(|v| *v as f64).collect()),
        DecodingResult::I64(values) => (Sample::Other, values.iter().map(|v| *v as f64).collect()),
    }
}

fn widen<T: Copy + Into<f64>>(values: &[T]) -> Vec<f64> {
    values.iter().map(|v| (*v).into()).collect()
}

#[cfg(test)]
mod tests {
    use tiff::encoder::{TiffEncoder, colortype};

    use super::*;

    fn two_pages() -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
        encoder
            .write_image::<colortype::Gray16>(3, 2, &[1, 2, 3, 4, 5, 600])
            .unwrap();
        encoder
            .write_image::<colortype::Gray16>(3, 2, &[7; 6])
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn every_page_is_read() {
        let pages = read_tiff(&two_pages()).unwrap();
        assert_eq!(pages.len(), 2);
        assert_eq!(
            (pages[0].at(1, 2, 0), pages[0].sample),
            (600.0, Sample::Uint16)
        );
        assert_eq!(pages[1].at(0, 0, 0), 7.0);
    }

    #[test]
    fn a_truncated_or_altered_file_is_a_fault_not_a_panic() {
        let whole = two_pages();
        for end in 0..whole.len() {
            let _ = read_tiff(&whole[..end]);
            let mut altered = whole.clone();
            altered[end] ^= 0xff;
            let _ = read_tiff(&altered);
        }
        assert!(read_tiff(&whole[..whole.len() / 2]).is_err());
    }
}

//! The samples of a page, as they are stored: no value is inverted, scaled or left out.

use super::byte_order::ByteOrder;
use super::compression::Predictor;
use super::page::Page;
use super::words::{Row, row_of};
use crate::images::{Sample, SampleKind};

/// The samples of a page in the order (row, column, sample).
///
/// # Errors
/// Chunks outside the file, or too short; corrupt compressed data.
pub(super) fn read(bytes: &[u8], order: ByteOrder, page: &Page) -> Result<Vec<f64>, String> {
    let Page {
        width,
        height,
        samples,
        ..
    } = *page;
    let chunks = &page.chunks;
    let row_bytes = chunks.row_bytes;
    refuse_oversize(bytes.len(), page)?;
    let mut values = vec![0.0; width * height * samples];
    for (index, place) in chunks.places.iter().enumerate() {
        let (plane, within) = (
            index / (chunks.across * chunks.down),
            index % (chunks.across * chunks.down),
        );
        let (down, across) = (within / chunks.across, within % chunks.across);
        let stored = chunks.rows(down, height);
        let name = format!("chunk {} of {}", index + 1, chunks.places.len());
        let unpacked = unpacked(bytes, page, *place, row_bytes * stored)
            .map_err(|fault| format!("broken TIFF: {name}: {fault}"))?;
        let (top, left) = (down * chunks.height, across * chunks.width);
        let columns = chunks.width.min(width - left);
        for (row, stored) in unpacked
            .chunks_exact(row_bytes)
            .take(height - top)
            .enumerate()
        {
            let words = row_of(stored, &Row::of(page, order));
            let start = ((top + row) * width + left) * samples;
            place_row(
                &mut values[start..start + columns * samples],
                &words,
                page,
                plane,
            );
        }
    }
    Ok(values)
}

/// Refuses extents that the file cannot hold, before memory is allocated.
fn refuse_oversize(file: usize, page: &Page) -> Result<(), String> {
    let bits = page.width as u128
        * page.height as u128
        * page.samples as u128
        * u128::from(page.sample.bits);
    let most = file as u128 * u128::from(page.compression.largest_growth()) + 1024;
    match bits / 8 <= most {
        true => Ok(()),
        false => {
            let Page {
                width,
                height,
                samples,
                sample,
                ..
            } = page;
            Err(format!(
                "broken TIFF: {width} × {height} pixels of {samples} {sample} do not fit into a file of {file} bytes; it is truncated"
            ))
        }
    }
}

/// Copies the words of a row of a chunk, as numbers, to their places in a row of the page.
fn place_row(row: &mut [f64], words: &[u64], page: &Page, plane: usize) {
    match page.planar {
        false => row
            .iter_mut()
            .zip(words)
            .for_each(|(value, word)| *value = number(*word, page.sample)),
        true => {
            let slots = row.iter_mut().skip(plane).step_by(page.samples);
            slots
                .zip(words)
                .for_each(|(value, word)| *value = number(*word, page.sample));
        }
    }
}

/// The unpacked bytes of a chunk.
fn unpacked(
    bytes: &[u8],
    page: &Page,
    (offset, count): (u64, u64),
    len: usize,
) -> Result<Vec<u8>, String> {
    let range = usize::try_from(offset)
        .ok()
        .zip(usize::try_from(count).ok());
    let stored = range.and_then(|(offset, count)| bytes.get(offset..offset.checked_add(count)?));
    let stored = stored.ok_or("it lies outside the file, which is truncated")?;
    let reversed: Vec<u8>;
    let stored = match page.reversed_bits {
        true => {
            reversed = stored.iter().map(|byte| byte.reverse_bits()).collect();
            &reversed
        }
        false => stored,
    };
    let most = page
        .compression
        .largest_growth()
        .saturating_mul(count)
        .saturating_add(1024);
    if len as u64 > most {
        return Err(format!("{count} bytes cannot hold {len}"));
    }
    let unpacked = page.compression.unpack(stored, len)?;
    match unpacked.len() == len {
        true => Ok(unpacked),
        false => Err(format!("it ends after {} of {len} bytes", unpacked.len())),
    }
}

impl Row {
    fn of(page: &Page, order: ByteOrder) -> Self {
        Self {
            bits: page.sample.bits,
            order,
            samples: page.samples_of_a_chunk(),
            count: page.chunks.width * page.samples_of_a_chunk(),
            differences: page.predictor == Predictor::Differences,
            sorted_floats: page.predictor == Predictor::Floats,
        }
    }
}

/// The number that a stored word stands for.
fn number(word: u64, sample: Sample) -> f64 {
    match (sample.kind, sample.bits) {
        (SampleKind::Unsigned, _) => word as f64,
        (SampleKind::Signed, bits) => {
            let unused = 64 - u32::from(bits);
            ((word << unused).cast_signed() >> unused) as f64
        }
        (SampleKind::Float, 16) => half(word as u16),
        (SampleKind::Float, 32) => f64::from(f32::from_bits(word as u32)),
        (SampleKind::Float, _) => f64::from_bits(word),
    }
}

/// Converts IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    }
}

//! PNG files (PNG specification, third edition, 2025).

use std::io::Cursor;

use png::{ColorType, Decoder, Info, Limits, Transformations};

use super::{Content, Picture, Reading, Sample, Stack, palette, tiff};

/// Largest picture to decode, in bytes.
const LARGEST_BYTES: usize = 1 << 30;

/// Reads a PNG file of any color type and bit depth.
///
/// Values are those of the file; gAMA, sRGB, cHRM and iCCP only say how to show them, and pHYs is a size on paper or
/// screen. An alpha channel and tRNS are left out, with a note. Grays of 1, 2 and 4 bits are widened to 8 bits when they
/// are intensities (section 13.12), and stay as they are in masks and labels. A palette is used as the reading says.
///
/// # Errors
/// An animation; a picture that Exif declares to be turned; a palette with two readings; the fault of a broken file. The
/// message does not name the file.
pub fn read_png(bytes: &[u8], reading: Reading) -> Result<Stack, String> {
    let fault = |e: png::DecodingError| format!("broken PNG: {e}");
    let limits = Limits {
        bytes: LARGEST_BYTES,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(fault)?;
    let size = reader
        .output_buffer_size()
        .filter(|size| *size <= LARGEST_BYTES);
    let size = size.ok_or("the picture is larger than 1 GiB")?;
    // Checks the size in the header against the largest size that the file can unpack to.
    if size as u64 > 1032 * bytes.len() as u64 + 1024 {
        return Err("broken PNG: the file is too short for its size".into());
    }
    let mut buffer = vec![0_u8; size];
    let frame = reader.next_frame(&mut buffer).map_err(fault)?;
    buffer.truncate(frame.buffer_size());
    // What stands behind the pixels is of interest, but need not be there.
    let _ = reader.finish();
    let info = reader.info();
    refuse_unknown_readings(info)?;
    let samples = info.color_type.samples();
    let bits = info.bit_depth as u8;
    let row = (info.width as usize * samples * usize::from(bits))
        .div_ceil(8)
        .max(1);
    let values: Vec<f64> = (buffer.chunks_exact(row))
        .flat_map(|row| unpacked(row, bits, info.width as usize * samples))
        .collect();
    let extent = [info.width as usize, info.height as usize];
    if values.len() != extent[0] * extent[1] * samples {
        return Err("broken PNG: it has too few pixels".into());
    }
    let (picture, notes) = picture(info, extent, values, reading)?;
    Ok(Stack {
        slices: vec![picture],
        notes,
        ..Stack::default()
    })
}

/// Whether a PNG file can be shown: whether its first picture can be decoded.
///
/// # Errors
/// The fault of the file, in one line without its name.
pub fn check_png(bytes: &[u8]) -> Result<(), String> {
    let fault = |e: png::DecodingError| format!("broken PNG: {e}");
    let limits = Limits {
        bytes: LARGEST_BYTES,
    };
    let decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    let mut reader = decoder.read_info().map_err(fault)?;
    while reader.next_row().map_err(fault)?.is_some() {}
    Ok(())
}

/// The text of a PNG file with a keyword, such as `Description`, from an international text chunk. `None` if there is none before the pixels,
/// or if the file is broken.
#[must_use]
pub fn png_text(bytes: &[u8], keyword: &str) -> Option<String> {
    let limits = Limits {
        bytes: LARGEST_BYTES,
    };
    let reader = Decoder::new_with_limits(Cursor::new(bytes), limits)
        .read_info()
        .ok()?;
    let texts = &reader.info().utf8_text;
    let found = texts.iter().find(|text| text.keyword == keyword)?;
    found.get_text().ok()
}

fn refuse_unknown_readings(info: &Info) -> Result<(), String> {
    if let Some(frames) = info
        .animation_control
        .map(|a| a.num_frames)
        .filter(|n| *n > 1)
    {
        return Err(format!(
            "PNG: an animation of {frames} frames is not supported; save its frames as files"
        ));
    }
    match info.exif_metadata.as_deref().and_then(tiff::orientation) {
        None | Some(0 | 1) => Ok(()),
        Some(turned) => Err(format!(
            "PNG: Orientation {turned} in its Exif data is not supported; store the picture upright"
        )),
    }
}

/// The samples of a row, most significant bit first (section 7.2).
fn unpacked(row: &[u8], bits: u8, count: usize) -> Vec<f64> {
    if bits == 16 {
        let words = row.chunks_exact(2);
        return words
            .map(|b| f64::from(u16::from_be_bytes([b[0], b[1]])))
            .collect();
    }
    let per_byte = usize::from(8 / bits);
    let mask = u8::MAX >> (8 - bits);
    let sample = |index: usize| {
        let shift = 8 - usize::from(bits) * (index % per_byte + 1);
        f64::from(row[index / per_byte] >> shift & mask)
    };
    (0..count).map(sample).collect()
}

fn picture(
    info: &Info,
    extent: [usize; 2],
    values: Vec<f64>,
    reading: Reading,
) -> Result<(Picture, Vec<String>), String> {
    let sample = Sample::unsigned(info.bit_depth as u8);
    let samples = info.color_type.samples();
    let mut notes = Vec::new();
    if info.trns.is_some() {
        notes.push("its transparency (tRNS) is left out".to_owned());
    }
    let channels = match info.color_type {
        ColorType::Indexed => {
            let map = info.palette.as_deref().unwrap_or_default().chunks_exact(3);
            let colors: Vec<[u16; 3]> = map.map(|c| [c[0], c[1], c[2]].map(u16::from)).collect();
            let indices = Picture::gray(extent, sample, values);
            let picture = palette::resolve(indices, &colors, reading, false);
            return picture
                .map(|picture| (picture, notes))
                .map_err(|fault| format!("PNG: {fault}"));
        }
        ColorType::Grayscale | ColorType::GrayscaleAlpha => 1,
        ColorType::Rgb | ColorType::Rgba => 3,
    };
    if channels < samples {
        let opaque = if sample.bits == 16 { 65535.0 } else { 255.0 };
        let clear = values
            .chunks_exact(samples)
            .filter(|pixel| pixel[channels] != opaque)
            .count();
        notes.push(format!(
            "its alpha channel is left out ({clear} pixels are not opaque)"
        ));
    }
    let values: Vec<f64> = match channels == samples {
        true => values,
        false => values
            .chunks_exact(samples)
            .flat_map(|p| p[..channels].to_vec())
            .collect(),
    };
    let narrow = sample.bits < 8 && reading.content == Content::Intensities;
    let factor = if narrow {
        255 / ((1 << sample.bits) - 1)
    } else {
        1
    };
    let picture = Picture {
        width: extent[0],
        height: extent[1],
        channels,
        rgb: channels == 3,
        sample: if narrow { Sample::UINT8 } else { sample },
        values: match factor {
            1 => values,
            factor => values.into_iter().map(|v| v * f64::from(factor)).collect(),
        },
    };
    Ok((picture, notes))
}

#[cfg(test)]
mod tests {
    use png::BitDepth;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Picture, String> {
        read_png(bytes, Reading::of(Content::Intensities)).map(|mut stack| stack.slices.remove(0))
    }

    fn encode(color: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
        encoder.set_color(color);
        encoder.set_depth(depth);
        encoder
            .write_header()
            .unwrap()
            .write_image_data(data)
            .unwrap();
        bytes
    }

    #[test]
    fn greys_and_colors_of_both_depths_are_read() {
        let grey = read(&encode(
            ColorType::Grayscale,
            BitDepth::Eight,
            &[1, 2, 3, 4],
        ))
        .unwrap();
        assert_eq!((grey.at(0, 1, 0), grey.at(1, 0, 0)), (2.0, 3.0));
        let deep = [1, 0, 0, 2, 0, 3, 0, 4];
        let deep = read(&encode(ColorType::Grayscale, BitDepth::Sixteen, &deep)).unwrap();
        assert_eq!((deep.at(0, 0, 0), deep.sample), (256.0, Sample::UINT16));
        let color: Vec<u8> = (0..16).collect();
        let color = read(&encode(ColorType::Rgba, BitDepth::Eight, &color)).unwrap();
        assert_eq!((color.channels, color.at(1, 1, 2)), (3, 14.0));
        let alpha = read(&encode(ColorType::GrayscaleAlpha, BitDepth::Eight, &[9; 8])).unwrap();
        assert_eq!(alpha.channels, 1);
    }

    #[test]
    fn a_truncated_or_altered_file_is_a_fault_not_a_panic() {
        let whole = encode(ColorType::Grayscale, BitDepth::Eight, &[1, 2, 3, 4]);
        for end in 0..whole.len() - 12 {
            assert!(read(&whole[..end]).is_err(), "{end} bytes");
        }
        for position in 0..whole.len() {
            let mut altered = whole.clone();
            altered[position] ^= 0xff;
            // A flipped bit may hit what does not matter; it must only not panic.
            let _ = read(&altered);
        }
    }
}

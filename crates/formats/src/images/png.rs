//! PNG files.

use std::io::Cursor;

use png::{BitDepth, Decoder, Limits, Transformations};

use super::{Picture, Sample};

/// Largest picture to decode, in bytes.
const LARGEST_BYTES: usize = 1 << 30;

/// Reads a PNG file of any color type and bit depth; palettes become colors, an alpha channel is dropped.
///
/// # Errors
/// The fault of the file; the message does not name the file.
pub fn read_png(bytes: &[u8]) -> Result<Picture, String> {
    let fault = |e: png::DecodingError| format!("broken PNG: {e}");
    let mut decoder = Decoder::new_with_limits(
        Cursor::new(bytes),
        Limits {
            bytes: LARGEST_BYTES,
        },
    );
    decoder.set_transformations(Transformations::EXPAND);
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
    let info = reader.next_frame(&mut buffer).map_err(fault)?;
    buffer.truncate(info.buffer_size());
    let (sample, values) = match info.bit_depth {
        BitDepth::Sixteen => {
            let words = buffer
                .chunks_exact(2)
                .map(|b| f64::from(u16::from_be_bytes([b[0], b[1]])));
            (Sample::Uint16, words.collect())
        }
        _ => (
            Sample::Uint8,
            buffer.iter().map(|b| f64::from(*b)).collect(),
        ),
    };
    let extent = [info.width as usize, info.height as usize];
    Picture::new(extent, info.color_type.samples(), sample, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(color: png::ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
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
        let grey = read_png(&encode(
            png::ColorType::Grayscale,
            BitDepth::Eight,
            &[1, 2, 3, 4],
        ))
        .unwrap();
        assert_eq!((grey.at(0, 1, 0), grey.at(1, 0, 0)), (2.0, 3.0));
        let deep = [1, 0, 0, 2, 0, 3, 0, 4];
        let deep = read_png(&encode(png::ColorType::Grayscale, BitDepth::Sixteen, &deep)).unwrap();
        assert_eq!((deep.at(0, 0, 0), deep.sample), (256.0, Sample::Uint16));
        let color: Vec<u8> = (0..16).collect();
        let color = read_png(&encode(png::ColorType::Rgba, BitDepth::Eight, &color)).unwrap();
        assert_eq!((color.channels, color.at(1, 1, 2)), (3, 14.0));
        let alpha = read_png(&encode(
            png::ColorType::GrayscaleAlpha,
            BitDepth::Eight,
            &[9; 8],
        ))
        .unwrap();
        assert_eq!(alpha.channels, 1);
    }

    #[test]
    fn a_truncated_or_altered_file_is_a_fault_not_a_panic() {
        let whole = encode(png::ColorType::Grayscale, BitDepth::Eight, &[1, 2, 3, 4]);
        for end in 0..whole.len() - 12 {
            assert!(read_png(&whole[..end]).is_err(), "{end} bytes");
        }
        for position in 0..whole.len() {
            let mut altered = whole.clone();
            altered[position] ^= 0xff;
            // A flipped bit may hit what does not matter; it must only not panic.
            let _ = read_png(&altered);
        }
    }
}

//! Pictures as PNG files.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, PixelDimensions, Unit};

use crate::Picture;

/// Encodes a picture as an 8-bit RGB PNG with texts (keyword, text) in international text chunks.
///
/// Deterministic: the file contains no time.
///
/// # Errors
/// A keyword that PNG forbids (empty, longer than 79 bytes, not Latin-1); an empty picture.
pub fn encode(picture: &Picture, texts: &[(&str, &str)]) -> Result<Vec<u8>, EncodingError> {
    encode_sized(picture, None, texts)
}

/// As [`encode`], with the width in print in mm, from which programs know the size of a pixel.
///
/// # Errors
/// As [`encode`].
pub fn encode_sized(
    picture: &Picture,
    width_mm: Option<f64>,
    texts: &[(&str, &str)],
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, picture.width() as u32, picture.height() as u32);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_pixel_dims(width_mm.map(|mm| {
        let per_meter = (1000.0 * picture.width() as f64 / mm).round() as u32;
        PixelDimensions {
            xppu: per_meter,
            yppu: per_meter,
            unit: Unit::Meter,
        }
    }));
    for (keyword, text) in texts {
        encoder.add_itxt_chunk((*keyword).to_owned(), (*text).to_owned())?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.bytes())?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Color;

    #[test]
    fn a_png_decodes_to_the_same_pixels_and_texts() {
        let picture = Picture::from_fn(7, 5, |x, y| Color([x as u8 * 30, y as u8 * 50, 9]));
        let bytes = encode(&picture, &[("rsom", "µm ok")]).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        assert_eq!(pixels, picture.bytes());
        let chunk = &reader.info().utf8_text[0];
        assert_eq!(chunk.keyword, "rsom");
        assert_eq!(chunk.get_text().unwrap(), "µm ok");
    }

    #[test]
    fn an_empty_picture_is_an_error() {
        assert!(encode(&Picture::filled(0, 3, Color([0; 3])), &[]).is_err());
    }
}

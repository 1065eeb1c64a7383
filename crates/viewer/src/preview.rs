//! A view as pictures in a page, small enough for a page with many scans.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use miniz_oxide::deflate::compress_to_vec_zlib;
use ndarray::{ArrayView3, s};
use serde::Serialize;

use crate::mosaic::Mosaic;
use crate::reduction::Reduction;
use crate::{Description, View};

/// A view as pictures: all B-scans of an image as tiles of one JPEG, and of eight masks as tiles of bytes, compressed by zlib. The script
/// decodes them. (Masks are no PNG: browsers that protect from fingerprints change the low bits of pictures that a script reads.)
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    #[serde(flatten)]
    description: Description,
    /// Every how many voxels along x, y, z one is in the preview.
    step: [usize; 3],
    /// Pixels across and down from one tile to the next.
    pitch: [usize; 2],
    columns: usize,
    /// `data:` addresses.
    pictures: Vec<String>,
    /// Bytes in base64.
    mask_pictures: Vec<String>,
}

/// Why a view has no preview.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PreviewError {
    /// Even the coarsest is larger than allowed.
    #[error("its smallest preview is larger than {0} KiB")]
    TooLarge(usize),
    /// An axis is so long that its pictures are too large for a browser, also without other voxels.
    #[error("it is larger than the pictures that browsers show")]
    TooLong,
    /// A picture cannot be written.
    #[error("{0}")]
    Encoding(String),
}

/// Quality of JPEG: edges of layers stay sharp. Scans are mostly noise, which a higher quality would keep at twice the bytes.
const QUALITY: u8 = 70;
/// Level of compression: masks are small, and pages are sent.
const LEVEL: u8 = 9;
/// Largest width and height in pixels that all browsers show.
const MOST_PIXELS: usize = 16_384;
/// Most pixels of a picture that all browsers show.
const MOST_AREA: usize = 1 << 26;

impl Preview {
    /// The best preview of a view that takes at most `most_bytes` of a page.
    ///
    /// B-scans are left out first, then made coarser. Masks are exact at the voxels that stay.
    ///
    /// # Errors
    /// Even the coarsest preview is too large.
    pub fn of(view: &View, most_bytes: usize) -> Result<Self, PreviewError> {
        let shape = view.shape();
        let mut is_ever_shown = false;
        for reduction in Reduction::all(shape) {
            let mosaic = Mosaic::of(shape, reduction);
            let [width, height] = mosaic.pixels();
            let is_shown = width.max(height) <= MOST_PIXELS && width * height <= MOST_AREA;
            is_ever_shown |= is_shown;
            if !is_shown || estimated(view, reduction)? > most_bytes {
                continue;
            }
            let preview = Self::reduced(view, reduction, mosaic)?;
            if preview.bytes() <= most_bytes {
                return Ok(preview);
            }
        }
        Err(match is_ever_shown {
            true => PreviewError::TooLarge(most_bytes >> 10),
            false => PreviewError::TooLong,
        })
    }

    fn reduced(view: &View, reduction: Reduction, mosaic: Mosaic) -> Result<Self, PreviewError> {
        let pictures: Result<_, _> = view.images().map(|image| jpeg(&mosaic, &image)).collect();
        let mask_pictures = view.masks().map(|plane| packed(&mosaic, plane)).collect();
        Ok(Self {
            description: view.description(),
            step: reduction.0,
            pitch: mosaic.pitch,
            columns: mosaic.columns,
            pictures: pictures?,
            mask_pictures,
        })
    }

    /// The bytes that its pictures take in a page.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let pictures = self.pictures.iter().chain(&self.mask_pictures);
        pictures.map(String::len).sum()
    }

    /// Every how many voxels along x, y, z one is in the preview.
    #[must_use]
    pub fn step(&self) -> [usize; 3] {
        self.step
    }
}

/// About how many bytes of a page a preview takes, from the B-scan in the middle.
fn estimated(view: &View, reduction: Reduction) -> Result<usize, PreviewError> {
    let [x, y, z] = view.shape();
    let middle = y / 2;
    let one = Mosaic::of(
        [x, y.min(1), z],
        Reduction([reduction.0[0], 1, reduction.0[2]]),
    );
    let cut = |volume: ArrayView3<'_, u8>| {
        volume
            .slice_move(s![.., middle..(middle + 1).min(y), ..])
            .to_owned()
    };
    let mut bytes = 0;
    for image in view.images() {
        let slices: Vec<_> = image.into_iter().map(cut).collect();
        let slices: Vec<_> = slices.iter().map(|slice| slice.view()).collect();
        bytes += jpeg(&one, &slices)?.len();
    }
    for plane in view.masks() {
        bytes += packed(&one, cut(plane).view()).len();
    }
    // Headers and tables, about 1 kB each, are there once.
    let fixed = 1_000 * (view.images().count() + view.masks().count());
    Ok(bytes.saturating_sub(fixed) * reduction.size([x, y, z])[1])
}

fn jpeg(mosaic: &Mosaic, channels: &[ArrayView3<'_, u8>]) -> Result<String, PreviewError> {
    let kind = if channels.len() == 1 {
        ColorType::Luma
    } else {
        ColorType::Rgb
    };
    let [width, height] = mosaic
        .pixels()
        .map(|pixels| u16::try_from(pixels).unwrap_or(u16::MAX));
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, QUALITY);
    // Colors are channels of the scan: as sharp as gray.
    encoder.set_sampling_factor(SamplingFactor::R_4_4_4);
    encoder
        .encode(&mosaic.picture(channels, true), width, height, kind)
        .map_err(|e| PreviewError::Encoding(e.to_string()))?;
    Ok(format!(
        "data:image/jpeg;base64,{}",
        BASE64_STANDARD.encode(bytes)
    ))
}

/// Eight masks, by zlib and in base64.
fn packed(mosaic: &Mosaic, plane: ArrayView3<'_, u8>) -> String {
    let bytes = compress_to_vec_zlib(&mosaic.picture(&[plane], false), LEVEL);
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use rsom_volume::{Grid, Mask, Scan, Spacing};

    use super::*;

    fn view(shape: [usize; 3], channels: usize) -> View {
        let grid = Grid::new(shape, Spacing::Millimetres([0.02, 0.02, 0.01])).unwrap();
        let [x, y, z] = shape;
        let intensities = Array4::from_shape_fn((x, y, z, channels), |(x, y, z, c)| {
            // A layer on noise.
            let noise = (x * 7919 + y * 104_729 + z * 1_299_709 + c) % 97;
            noise as f32
                + if z.abs_diff(20 + y % 5) < 4 {
                    200.0
                } else {
                    0.0
                }
        });
        let names = (0..channels).map(|c| c.to_string()).collect();
        let mut view = View::new(grid.clone());
        view.add_image(
            "scan",
            &Scan::new(grid.clone(), names, intensities).unwrap(),
        )
        .unwrap();
        for shift in 0..3 {
            let voxels =
                Array3::from_shape_fn((x, y, z), |(_, y, z)| z.abs_diff(20 + y % 5 + shift) < 4);
            view.add_mask(
                "mask",
                shift == 0,
                &Mask::new(grid.clone(), voxels).unwrap(),
            )
            .unwrap();
        }
        view
    }

    #[test]
    fn a_small_view_stays_whole_and_a_limit_is_kept() {
        let view = view([64, 40, 64], 1);
        let whole = Preview::of(&view, usize::MAX).unwrap();
        assert_eq!(whole.step(), [1, 1, 1]);
        let mut last = whole.bytes();
        for share in [2, 4, 10] {
            let limit = whole.bytes() / share;
            let less = Preview::of(&view, limit).unwrap();
            assert!(less.bytes() <= limit && less.bytes() < last, "{share}");
            last = less.bytes();
        }
        assert_eq!(
            Preview::of(&view, 1500).unwrap_err(),
            PreviewError::TooLarge(1)
        );
    }

    #[test]
    fn masks_are_exact() {
        let view = view([40, 9, 50], 2);
        let preview = Preview::of(&view, usize::MAX).unwrap();
        let bytes = BASE64_STANDARD.decode(&preview.mask_pictures[0]).unwrap();
        let pixels = miniz_oxide::inflate::decompress_to_vec_zlib(&bytes).unwrap();
        let width = preview.columns * preview.pitch[0];
        let masks = view.masks().next().unwrap();
        for ((x, y, z), bits) in masks.indexed_iter() {
            let row = y / preview.columns * preview.pitch[1] + z;
            let column = y % preview.columns * preview.pitch[0] + x;
            assert_eq!(pixels[row * width + column], *bits);
        }
    }

    #[test]
    fn the_same_view_gives_the_same_bytes() {
        let view = view([33, 5, 70], 3);
        let text = |p: Preview| format!("{p:?}");
        let [a, b] = [(); 2].map(|()| text(Preview::of(&view, 1 << 20).unwrap()));
        assert_eq!(a, b);
    }
}

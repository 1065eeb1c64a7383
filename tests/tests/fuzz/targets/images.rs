//! PNG files and TIFF stacks.

use std::io::Cursor;
use std::path::Path;

use rsom_formats::images::{Content, Picture, Reading, read_pictures};
use rsom_io::bscans::{labels_from_pictures, stack_bscans, stack_pages};
use rsom_io::inspect::inspect;
use tiff::encoder::{Compression, TiffEncoder, colortype};

use crate::harness::Target;
use crate::seed::{Seed, png_checksums};
use crate::verdict::{require, told};

fn png(color: png::ColorType, depth: png::BitDepth, rows: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4, 3);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == png::ColorType::Indexed {
        encoder.set_palette((0..12).collect::<Vec<u8>>());
        encoder.set_trns(vec![255, 0]);
    }
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(rows));
    written.expect("the picture is written");
    bytes
}

fn tiff(compression: Compression) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = TiffEncoder::new(&mut bytes).expect("a TIFF file");
    let mut encoder = encoder.with_compression(compression);
    for page in 0..3 {
        let samples = [page; 12];
        let written = encoder.write_image::<colortype::Gray16>(4, 3, &samples);
        written.expect("the page is written");
    }
    bytes.into_inner()
}

fn tiff_in_color() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).expect("a TIFF file");
    let written = encoder.write_image::<colortype::RGB8>(2, 2, &[7; 12]);
    written.expect("the page is written");
    bytes.into_inner()
}

fn check(path: &Path) -> Result<bool, String> {
    let mut good = false;
    for content in [Content::Intensities, Content::Mask, Content::Labels] {
        let palette = None;
        if let Some(stack) = told(read_pictures(path, Reading { content, palette }))? {
            check_pictures(&stack.slices)?;
            good = true;
        }
    }
    told(inspect(path))?;
    Ok(good)
}

fn check_pictures(pictures: &[Picture]) -> Result<(), String> {
    for picture in pictures {
        let count = picture.width * picture.height * picture.channels;
        let fits = picture.values.len() == count && count > 0;
        require(fits, || {
            format!("{} of {count} samples", picture.values.len())
        })?;
    }
    for stack in [stack_bscans(pictures), stack_pages(pictures)] {
        if let Some(stack) = told(stack)? {
            require(!stack.is_empty(), || "an empty stack".into())?;
        }
    }
    told(labels_from_pictures(pictures, &[0, 1, 7])).map(drop)
}

#[test]
fn images_png() {
    use png::BitDepth::{Eight, Four, Sixteen};
    use png::ColorType::{Grayscale, Indexed, Rgba};
    let pictures = [
        png(Grayscale, Eight, &[7; 12]),
        png(Grayscale, Sixteen, &[7; 24]),
        png(Rgba, Eight, &[9; 48]),
        png(Indexed, Four, &[0x12; 6]),
    ];
    let sealed = pictures
        .into_iter()
        .map(|bytes| Seed::sealed("a.png", bytes, png_checksums));
    let target = Target {
        name: "png",
        seeds: sealed.collect(),
        text: false,
        check,
    };
    target.run();
}

#[test]
fn images_tiff() {
    let target = Target {
        name: "tiff",
        seeds: vec![
            Seed::new("a.tif", tiff(Compression::Uncompressed)),
            Seed::new("b.tif", tiff(Compression::Lzw)),
            Seed::new("c.tif", tiff(Compression::Deflate(Default::default()))),
            Seed::new("d.tif", tiff(Compression::Packbits)),
            Seed::new("e.tif", tiff_in_color()),
        ],
        text: false,
        check,
    };
    target.run();
}

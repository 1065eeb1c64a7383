//! PNG files: what color type, bit depth, palette and other chunks mean for the values.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use png::{BitDepth, ColorType, Encoder};
use rsom_formats::images::{Content, PaletteUse, Picture, Reading, Sample, Stack, read_png};

const IMAGE: Reading = Reading::of(Content::Intensities);
const LABELS: Reading = Reading::of(Content::Labels);

/// A picture of 4 × 1 pixels; `change` adds what the test is about.
fn encode(
    color: ColorType,
    depth: BitDepth,
    data: &[u8],
    change: impl FnOnce(&mut Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 4, 1);
    encoder.set_color(color);
    encoder.set_depth(depth);
    change(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    bytes
}

fn plain(color: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
    encode(color, depth, data, |_| {})
}

fn read(bytes: &[u8], reading: Reading) -> (Picture, Vec<String>) {
    let Stack {
        mut slices, notes, ..
    } = read_png(bytes, reading).unwrap();
    (slices.remove(0), notes)
}

#[test]
fn narrow_grays_are_widened_as_intensities_and_stored_as_labels() {
    let nibbles = plain(ColorType::Grayscale, BitDepth::Four, &[0x01, 0x2f]);
    let (picture, _) = read(&nibbles, IMAGE);
    assert_eq!(
        (picture.values, picture.sample),
        (vec![0.0, 17.0, 34.0, 255.0], Sample::UINT8)
    );
    let (labels, _) = read(&nibbles, LABELS);
    assert_eq!(
        (labels.values, labels.sample),
        (vec![0.0, 1.0, 2.0, 15.0], Sample::unsigned(4))
    );
    let bits = plain(ColorType::Grayscale, BitDepth::One, &[0b1010_0000]);
    assert_eq!(read(&bits, LABELS).0.values, [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(read(&bits, IMAGE).0.values, [255.0, 0.0, 255.0, 0.0]);
}

#[test]
fn values_do_not_follow_gamma_and_alpha_is_left_out_with_a_note() {
    let data = [1, 9, 2, 255, 3, 255, 4, 255];
    let bytes = encode(
        ColorType::GrayscaleAlpha,
        BitDepth::Eight,
        &data,
        |encoder| {
            encoder.set_source_gamma(png::ScaledFloat::new(1.0));
        },
    );
    let (picture, notes) = read(&bytes, IMAGE);
    assert_eq!(
        (picture.values, picture.rgb),
        (vec![1.0, 2.0, 3.0, 4.0], false)
    );
    assert!(
        notes[0].contains("alpha channel is left out (1 pixels are not opaque)"),
        "{notes:?}"
    );
    let deep = plain(
        ColorType::Grayscale,
        BitDepth::Sixteen,
        &[1, 0, 0, 1, 255, 255, 0, 0],
    );
    assert_eq!(read(&deep, IMAGE).0.values, [256.0, 1.0, 65535.0, 0.0]);
}

fn indexed(palette: &[u8]) -> Vec<u8> {
    let palette = palette.to_vec();
    encode(
        ColorType::Indexed,
        BitDepth::Two,
        &[0b00_01_10_01],
        |encoder| encoder.set_palette(palette),
    )
}

#[test]
fn a_palette_of_colors_is_indices_for_labels_and_colors_for_intensities() {
    let bytes = indexed(&[0, 0, 0, 128, 0, 0, 0, 128, 0]);
    assert_eq!(read(&bytes, LABELS).0.values, [0.0, 1.0, 2.0, 1.0]);
    let (picture, _) = read(&bytes, IMAGE);
    assert_eq!((picture.channels, picture.rgb), (3, true));
    assert_eq!(
        picture.values,
        [
            0.0, 0.0, 0.0, 128.0, 0.0, 0.0, 0.0, 128.0, 0.0, 128.0, 0.0, 0.0
        ]
    );
    let indices = Reading {
        palette: Some(PaletteUse::Indices),
        ..IMAGE
    };
    assert_eq!(read(&bytes, indices).0.values, [0.0, 1.0, 2.0, 1.0]);
    assert!(read_png(&indexed(&[0, 0, 0, 9, 9, 9]), LABELS).is_err());
}

#[test]
fn a_palette_of_grays_needs_a_choice_where_indices_and_grays_disagree() {
    let bytes = indexed(&[0, 0, 0, 127, 127, 127, 255, 255, 255]);
    let error = read_png(&bytes, LABELS).unwrap_err();
    assert!(
        error.contains("--palette indices or --palette colors"),
        "{error}"
    );
    let colors = Reading {
        palette: Some(PaletteUse::Colors),
        ..LABELS
    };
    assert_eq!(read(&bytes, colors).0.values, [0.0, 127.0, 255.0, 127.0]);
    // As a mask both say the same; a mask whose index 0 is white does not.
    assert_eq!(
        read(&bytes, Reading::of(Content::Mask)).0.values,
        [0.0, 1.0, 2.0, 1.0]
    );
    assert!(
        read_png(
            &indexed(&[255, 255, 255, 0, 0, 0, 0, 0, 0]),
            Reading::of(Content::Mask)
        )
        .is_err()
    );
    assert_eq!(
        read(&indexed(&[0, 0, 0, 1, 1, 1, 2, 2, 2]), LABELS)
            .0
            .values[2],
        2.0
    );
}

#[test]
fn an_animation_is_refused() {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 4, 1);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1; 4]).unwrap();
    writer.write_image_data(&[2; 4]).unwrap();
    writer.finish().unwrap();
    assert!(
        read_png(&bytes, IMAGE)
            .unwrap_err()
            .contains("an animation of 2 frames")
    );
}

#[test]
fn a_picture_that_exif_declares_to_be_turned_is_refused() {
    let turned = |orientation: u8| {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 4, 1);
        encoder.set_color(ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        // A directory with one tag, 274.
        let tag = [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
        let exif = [&b"II*\0\x08\0\0\0\x01\0"[..], &tag, &[0; 4]].concat();
        writer.write_chunk(png::chunk::eXIf, &exif).unwrap();
        writer.write_image_data(&[1; 4]).unwrap();
        writer.finish().unwrap();
        bytes
    };
    assert!(read_png(&turned(1), IMAGE).is_ok());
    assert!(
        read_png(&turned(6), IMAGE)
            .unwrap_err()
            .contains("Orientation 6")
    );
}

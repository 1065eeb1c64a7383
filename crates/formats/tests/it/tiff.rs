//! TIFF files laid out by hand, and written by the `tiff` crate: what each tag means for the values.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::Cursor;

use rsom_formats::images::{
    Content, PaletteUse, Picture, Reading, Sample, SampleKind, Stack, read_tiff,
};
use tiff::encoder::{Compression, DeflateLevel, Predictor, TiffEncoder, colortype};

use crate::common::tiff::{Field, Page, file};

const IMAGE: Reading = Reading::of(Content::Intensities);
const LABELS: Reading = Reading::of(Content::Labels);

fn read(pages: &[Page]) -> Result<Stack, String> {
    read_tiff(&file(pages, false, &[]), IMAGE)
}

fn only(pages: &[Page]) -> Picture {
    let mut slices = read(pages).unwrap().slices;
    assert_eq!(slices.len(), 1);
    slices.remove(0)
}

fn refused(page: Page) -> String {
    read(&[page]).unwrap_err()
}

fn gray() -> Page {
    Page::gray(3, 2, &[0, 1, 2, 3, 4, 255])
}

const STORED: [f64; 6] = [0.0, 1.0, 2.0, 3.0, 4.0, 255.0];

#[test]
fn stored_values_are_the_data_whatever_is_black() {
    for interpretation in [0, 1] {
        let stack = read(&[gray().short(262, interpretation)]).unwrap();
        assert_eq!(stack.slices[0].values, STORED, "{interpretation}");
        assert_eq!(stack.notes.len(), 1 - usize::from(interpretation));
    }
    let signed = Page::gray(2, 1, &[255, 5]).short(262, 0).short(339, 2);
    assert_eq!(only(&[signed]).values, [-1.0, 5.0]);
    let float = Page::gray(1, 1, &0.25_f32.to_le_bytes())
        .short(262, 0)
        .short(339, 3)
        .short(258, 32);
    assert_eq!(only(&[float]).values, [0.25]);
}

#[test]
fn only_alpha_is_left_out() {
    let two = |extra: &[u16]| {
        let page = Page::gray(2, 1, &[1, 200, 2, 201]).short(277, 2);
        match extra {
            [] => page,
            extra => page.with(338, Field::Shorts(extra.to_vec())),
        }
    };
    for unspecified in [&[][..], &[0]] {
        let picture = only(&[two(unspecified)]);
        assert_eq!(
            (picture.channels, picture.values),
            (2, vec![1.0, 200.0, 2.0, 201.0])
        );
    }
    for alpha in [1, 2] {
        let stack = read(&[two(&[alpha])]).unwrap();
        assert_eq!(
            (stack.slices[0].channels, stack.slices[0].values.clone()),
            (1, vec![1.0, 2.0])
        );
        assert!(stack.notes[0].contains("alpha"), "{:?}", stack.notes);
    }
    let five = Page::gray(1, 1, &[1, 2, 3, 4, 5])
        .short(277, 5)
        .short(262, 2);
    let five = only(&[five.with(338, Field::Shorts(vec![1, 0]))]);
    assert_eq!((five.rgb, five.values), (true, vec![1.0, 2.0, 3.0, 5.0]));
    assert!(refused(two(&[0, 0])).contains("ExtraSamples"));
}

#[test]
fn planes_and_strips_come_together() {
    let mut page = Page::gray(2, 2, &[])
        .short(277, 2)
        .short(284, 2)
        .short(278, 1);
    page.strips = vec![vec![1, 2], vec![3, 4], vec![10, 20], vec![30, 40]];
    assert_eq!(
        only(&[page]).values,
        [1.0, 10.0, 2.0, 20.0, 3.0, 30.0, 4.0, 40.0]
    );
}

#[test]
fn bits_are_unpacked_row_by_row_in_both_fill_orders() {
    // Rows of 10 pixels take two bytes each.
    let page = Page::gray(10, 2, &[0b1000_0001, 0b0100_0000, 0, 0b1000_0000]).short(258, 1);
    let picture = only(std::slice::from_ref(&page));
    let set: Vec<usize> = (0..20).filter(|i| picture.values[*i] == 1.0).collect();
    assert_eq!(
        (set, picture.sample),
        (vec![0, 7, 9, 18], Sample::unsigned(1))
    );
    let bytes = [0b1000_0001_u8, 0b0000_0010, 0, 0b0000_0001];
    let reversed = Page {
        strips: vec![bytes.to_vec()],
        ..page
    }
    .short(266, 2);
    let picture = only(&[reversed]);
    let set: Vec<usize> = (0..20).filter(|i| picture.values[*i] == 1.0).collect();
    assert_eq!(set, [0, 7, 9, 18]);
    let nibbles = Page::gray(3, 1, &[0x1f, 0xa0]).short(258, 4);
    assert_eq!(only(&[nibbles]).values, [1.0, 15.0, 10.0]);
    let twelve = Page::gray(2, 1, &[0xab, 0xcd, 0xef]).short(258, 12);
    assert_eq!(only(&[twelve]).values, [2748.0, 3567.0]);
    assert!(refused(Page::gray(1, 1, &[0; 3]).short(258, 24)).contains("24 bits"));
}

#[test]
fn sample_formats_are_honored_or_refused() {
    let sixteen = |bytes: [u8; 2]| Page::gray(1, 1, &bytes).short(258, 16);
    assert_eq!(only(&[sixteen([0, 0x80])]).values, [32768.0]);
    let signed = only(&[sixteen([0, 0x80]).short(339, 2)]);
    assert_eq!(
        (signed.values, signed.sample.kind),
        (vec![-32768.0], SampleKind::Signed)
    );
    // 1.5 in half precision is 0x3e00.
    assert_eq!(only(&[sixteen([0, 0x3e]).short(339, 3)]).values, [1.5]);
    for (format, word) in [
        (4, "undefined"),
        (5, "complex"),
        (6, "complex"),
        (9, "SampleFormat 9"),
    ] {
        assert!(refused(sixteen([0, 0]).short(339, format)).contains(word));
    }
    let mixed = gray().short(277, 2).with(258, Field::Shorts(vec![8, 16]));
    assert!(refused(mixed).contains("different types"));
    let big = file(&[sixteen([1, 2])], true, &[]);
    assert_eq!(read_tiff(&big, IMAGE).unwrap().slices[0].values, [258.0]);
}

#[test]
fn interpretations_and_tags_that_change_the_picture_are_refused_by_name() {
    for (interpretation, name) in [
        (4, "mask"),
        (5, "CMYK"),
        (6, "YCbCr"),
        (8, "CIELab"),
        (77, "77"),
    ] {
        assert!(refused(gray().short(262, interpretation)).contains(name));
    }
    assert!(refused(gray().short(262, 2)).contains("RGB of 1"));
    assert!(refused(gray().short(274, 6)).contains("Orientation 6"));
    assert!(refused(gray().short(32997, 5)).contains("5 slices"));
    assert!(refused(gray().short(317, 3)).contains("Predictor 3"));
    assert!(refused(gray().short(284, 3)).contains("PlanarConfiguration 3"));
    for (code, name) in [
        (4, "fax group 4"),
        (7, "JPEG"),
        (50000, "Zstandard"),
        (99, "Compression 99"),
    ] {
        assert!(refused(gray().short(259, code)).contains(name));
    }
    assert!(refused(gray().with(33629, Field::Longs(vec![0; 5]))).contains("5 planes"));
    assert!(refused(gray().short(34361, 0)).contains("FluoView"));
}

/// The first lines as ScanImage 3 and ScanImage 2016 write them. Its frames alternate between channels.
#[test]
fn frames_of_scan_image_are_no_slices() {
    for (tag, text) in [
        (
            270,
            "state.configName='default'\rstate.acq.numberOfChannelsSave=2",
        ),
        (
            305,
            "SI.VERSION_MAJOR = '2016'\nSI.hChannels.channelSave = [1;2]",
        ),
    ] {
        let first = || gray().with(tag, Field::Text(text));
        let said = read(&[first(), gray()]).unwrap_err();
        assert!(
            said.contains("ScanImage") && said.contains("2 pages"),
            "{said}"
        );
        assert_eq!(only(&[first()]).values, STORED);
    }
    let other = gray().with(305, Field::Text("SIMPLE 1.0"));
    assert!(read(&[other, gray()]).is_ok());
}

#[test]
fn a_palette_is_indices_for_labels_and_a_choice_for_intensities() {
    let mut map = vec![0_u16; 768];
    (map[1], map[256 + 2]) = (65535, 257);
    let page = Page::gray(2, 1, &[1, 2])
        .short(262, 3)
        .with(320, Field::Shorts(map));
    let bytes = file(&[page], false, &[]);
    let values = |reading| read_tiff(&bytes, reading).map(|stack| stack.slices[0].values.clone());
    assert_eq!(values(LABELS).unwrap(), [1.0, 2.0]);
    assert!(values(IMAGE).unwrap_err().contains("--palette"));
    let chosen = |palette| Reading {
        palette: Some(palette),
        ..IMAGE
    };
    assert_eq!(values(chosen(PaletteUse::Indices)).unwrap(), [1.0, 2.0]);
    assert_eq!(
        values(chosen(PaletteUse::Colors)).unwrap(),
        [255.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    );
}

#[test]
fn pages_must_be_alike_and_copies_are_left_out() {
    let other = Page::gray(3, 2, &[0; 12]).short(258, 16);
    let error = read(&[gray(), gray(), other]).unwrap_err();
    assert!(
        error.contains("page 3 has 3 × 2 pixels of 1 uint16, but page 1"),
        "{error}"
    );
    let small = Page::gray(1, 1, &[9]).short(254, 1);
    let mask = gray().short(254, 4);
    let stack = read(&[gray(), small.clone(), mask, gray()]).unwrap();
    assert_eq!(stack.slices.len(), 2);
    assert!(
        stack.notes[0].starts_with("2 reduced copies"),
        "{:?}",
        stack.notes
    );
    assert!(refused(small).contains("reduced copy"));
}

fn numbered(count: u8) -> Vec<Page> {
    (0..count).map(|n| Page::gray(1, 1, &[n])).collect()
}

fn described(count: u8, text: &'static str) -> Result<Stack, String> {
    let mut pages = numbered(count);
    pages[0] = pages[0].clone().with(270, Field::Text(text));
    read(&pages)
}

fn values(stack: &Stack) -> Vec<Vec<f64>> {
    stack
        .slices
        .iter()
        .map(|slice| slice.values.clone())
        .collect()
}

#[test]
fn channels_and_slices_of_imagej_are_told_apart() {
    let text = "ImageJ=1.54f\nimages=6\nchannels=2\nslices=3\nhyperstack=true\n";
    let stack = described(6, text).unwrap();
    assert_eq!(values(&stack), [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]);
    assert_eq!(
        described(2, "ImageJ=1.54f\nimages=2\n")
            .unwrap()
            .slices
            .len(),
        2
    );
    for (text, word) in [
        ("ImageJ=1\nimages=6\nframes=6\n", "6 time points"),
        ("ImageJ=1\nimages=5\nslices=5\n", "6 pages"),
        ("ImageJ=1\nimages=6\nchannels=4\nslices=2\n", "channels=4"),
        ("ImageJ=1\nimages=6\nslices=six\n", "slices=six"),
    ] {
        let error = described(6, text).unwrap_err();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn the_voxel_size_of_imagej_is_in_its_unit() {
    let text = "ImageJ=1\nimages=2\nslices=2\nunit=\\u00B5m\nspacing=2.5\n";
    let pages = [0, 1].map(|n| Page::gray(1, 1, &[n]));
    let first = pages[0].clone().with(270, Field::Text(text));
    let first = first
        .with(282, Field::Ratio(4, 1))
        .with(283, Field::Ratio(2, 1));
    let stack = read(&[first, pages[1].clone()]).unwrap();
    assert_eq!(stack.spacing_mm(), Some([0.000_25, 0.000_5, 0.002_5]));
    let unknown = described(1, "ImageJ=1\nunit=pixel\nspacing=1\n").unwrap();
    assert_eq!(unknown.pixel_mm, [None; 3]);
}

#[test]
fn a_stack_behind_one_directory_is_read() {
    let page = Page::gray(2, 1, &[1, 2]);
    let text = Field::Text("ImageJ=1\nimages=3\nslices=3\n");
    let bytes = |tail: &[u8]| file(&[page.clone().with(270, text.clone())], false, tail);
    let stack = read_tiff(&bytes(&[3, 4, 5, 6]), IMAGE).unwrap();
    assert_eq!(values(&stack), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    assert!(
        read_tiff(&bytes(&[3, 4, 5]), IMAGE)
            .unwrap_err()
            .contains("truncated")
    );
    let packed = Page {
        strips: vec![vec![1, 1, 2]],
        ..page.clone()
    }
    .short(259, 32773);
    let error = read(&[packed.with(270, text.clone())]).unwrap_err();
    assert!(error.contains("compressed"), "{error}");
    let shape = Field::Text("{\"shape\": [2, 1, 2], \"truncated\": true}");
    let bytes = file(&[page.with(270, shape)], false, &[3, 4]);
    assert_eq!(read_tiff(&bytes, IMAGE).unwrap().slices.len(), 2);
}

const OME: &str = "<?xml version=\"1.0\"?><OME xmlns=\"http://www.openmicroscopy.org/Schemas/OME/2016-06\"><Image><Pixels DimensionOrder=\"XYZCT\" SizeX=\"1\" SizeY=\"1\" SizeZ=\"3\" SizeC=\"2\" SizeT=\"1\" PhysicalSizeX=\"0.65\" PhysicalSizeY=\"0.5\" PhysicalSizeYUnit=\"mm\" PhysicalSizeZ=\"2\" PhysicalSizeZUnit=\"nm\"><Channel/><Channel/><TiffData/></Pixels></Image></OME>";

fn ome(count: u8, from: &str, to: &str) -> Result<Stack, String> {
    assert!(OME.contains(from));
    described(count, OME.replace(from, to).leak())
}

#[test]
fn ome_says_which_page_is_which_slice_and_channel() {
    let stack = ome(6, "", "").unwrap();
    assert_eq!(values(&stack), [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]);
    assert_eq!(stack.spacing_mm(), Some([0.000_65, 0.5, 0.000_002]));
    let turned = ome(6, "XYZCT", "XYCZT").unwrap();
    assert_eq!(values(&turned)[1], [2.0, 3.0]);
    let blocks =
        "<TiffData FirstC=\"1\" IFD=\"0\" PlaneCount=\"3\"/><TiffData IFD=\"3\" PlaneCount=\"3\"/>";
    assert_eq!(
        values(&ome(6, "<TiffData/>", blocks).unwrap())[0],
        [3.0, 0.0]
    );
}

#[test]
fn ome_that_contradicts_the_file_is_refused() {
    let other = "<TiffData><UUID FileName=\"b.tif\">urn:b</UUID></TiffData><TiffData><UUID FileName=\"c.tif\">urn:c</UUID></TiffData>";
    for (count, from, to, word) in [
        (5, "", "", "6 planes, but the file has 5 pages"),
        (7, "", "", "6 planes, but the file has 7 pages"),
        (
            6,
            "SizeZ=\"3\" SizeC=\"2\" SizeT=\"1\"",
            "SizeZ=\"1\" SizeC=\"2\" SizeT=\"3\"",
            "3 time points",
        ),
        (6, "<TiffData/>", other, "several files"),
        (
            6,
            "</Image>",
            "</Image><Image><Pixels/></Image>",
            "2 images",
        ),
        (6, "XYZCT", "XYZZT", "DimensionOrder"),
        (6, "SizeC=\"2\"", "SizeC=\"-2\"", "SizeC"),
        (
            6,
            "<TiffData/>",
            "<TiffData IFD=\"0\" PlaneCount=\"5\"/>",
            "plane",
        ),
    ] {
        let error = ome(count, from, to).unwrap_err();
        assert!(error.contains(word), "{word}: {error}");
    }
}

#[test]
fn arrays_of_tifffile_need_names_where_several_axes_are_pages() {
    assert_eq!(
        described(6, "{\"shape\": [6, 1, 1]}").unwrap().slices.len(),
        6
    );
    let named = described(6, "{\"shape\": [3, 2, 1, 1], \"axes\": \"ZCYX\"}").unwrap();
    assert_eq!(values(&named), [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]);
    let error = described(6, "{\"shape\": [3, 2, 1, 1]}").unwrap_err();
    assert!(error.contains("[3, 2, 1, 1]"), "{error}");
    let stale = described(6, "{\"shape\": [9, 9, 1]}").unwrap();
    assert_eq!((stale.slices.len(), stale.notes.len()), (6, 1));
}

#[test]
fn compressions_and_predictors_give_back_what_was_written() {
    let values: Vec<u16> = (0..35_u16).map(|i| i.wrapping_mul(2003)).collect();
    for compression in [
        Compression::Uncompressed,
        Compression::Packbits,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Fast),
    ] {
        for predictor in [Predictor::None, Predictor::Horizontal] {
            let mut bytes = Cursor::new(Vec::new());
            let encoder = TiffEncoder::new_big(&mut bytes).unwrap();
            let mut encoder = encoder
                .with_compression(compression)
                .with_predictor(predictor);
            encoder
                .write_image::<colortype::Gray16>(7, 5, &values)
                .unwrap();
            let stack = read_tiff(&bytes.into_inner(), IMAGE).unwrap();
            assert!(
                stack.slices[0]
                    .values
                    .iter()
                    .zip(&values)
                    .all(|(a, b)| *a == f64::from(*b))
            );
        }
    }
}

#[test]
fn a_truncated_or_altered_file_is_a_fault_not_a_panic() {
    let text = Field::Text("ImageJ=1.54f\nimages=2\nchannels=2\nunit=mm\nspacing=1\n");
    let first = gray().with(270, text).with(282, Field::Ratio(3, 1));
    for big_endian in [false, true] {
        let whole = file(&[first.clone(), gray()], big_endian, &[]);
        assert_eq!(read_tiff(&whole, IMAGE).unwrap().slices[0].channels, 2);
        for end in 0..whole.len() {
            assert!(read_tiff(&whole[..end], IMAGE).is_err(), "{end} bytes");
        }
        for place in 0..whole.len() {
            for flip in [1, 0x80, 0xff] {
                let mut altered = whole.clone();
                altered[place] ^= flip;
                let _ = read_tiff(&altered, IMAGE);
            }
        }
    }
}

/// Two pages of one unsigned 16-bit pixel with an ImageDescription of ImageJ.
fn calibrated(lines: &str, values: [u16; 2]) -> Result<Stack, String> {
    let text = format!("ImageJ=1.54f\nimages=2\nslices=2\n{lines}");
    let page = |value: u16| Page {
        strips: vec![value.to_le_bytes().to_vec()],
        ..Page::gray(1, 1, &[]).short(258, 16)
    };
    let first = page(values[0]).with(270, Field::Text(text.leak()));
    read(&[first, page(values[1])])
}

#[test]
fn a_straight_line_of_imagej_calibrates_the_values() {
    let signed = calibrated("cf=0\nc0=-32768.0\nc1=1.0\n", [32768 - 100, 32768 + 7]).unwrap();
    assert_eq!(values(&signed), [[-100.0], [7.0]]);
    assert_eq!(signed.slices[0].sample.to_string(), "int16");
    assert!(
        signed.notes[0].contains("-32768 + 1 × stored value"),
        "{:?}",
        signed.notes
    );
    let line = calibrated("cf=0\nc0=10.0\nc1=0.5\n", [0, 3]).unwrap();
    assert_eq!(values(&line), [[10.0], [11.5]]);
    let none = calibrated("cf=20\n", [0, 3]).unwrap();
    assert_eq!(
        (values(&none), none.notes.len()),
        (vec![vec![0.0], vec![3.0]], 0)
    );
    for (lines, word) in [
        ("cf=21\n", "function 21"),
        ("cf=1\nc0=0\nc1=1\nc2=2\n", "function 1 "),
        ("cf=0\nc0=1\n", "cf=0 without two numbers"),
    ] {
        let error = calibrated(lines, [0, 3]).unwrap_err();
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn pages_of_two_polarities_are_refused_and_any_inverted_page_is_noted() {
    let white = || gray().short(262, 0);
    let error = read(&[gray(), white(), gray()]).unwrap_err();
    assert!(error.contains("1 of 3 pages, such as page 2"), "{error}");
    let stack = read(&[white(), white()]).unwrap();
    assert!(stack.notes[0].contains("not inverted"), "{:?}", stack.notes);
}

#[test]
fn ome_that_contradicts_size_or_type_or_has_more_axes_is_refused() {
    for (from, to, word) in [
        (
            "SizeX=\"1\"",
            "SizeX=\"2\"",
            "SizeX=2, but the pages have 1",
        ),
        (
            "SizeY=\"1\"",
            "SizeY=\"3\"",
            "SizeY=3, but the pages have 1",
        ),
        (
            "SizeT=\"1\"",
            "SizeT=\"1\" Type=\"int8\"",
            "Type=int8, but the tags of the pages say uint8",
        ),
        ("SizeT=\"1\"", "SizeT=\"1\" Type=\"bit\"", ""),
        (
            "</OME>",
            "<X><ModuloAlongZ Type=\"angle\" End=\"2\"/></X></OME>",
            "ModuloAlongZ (type angle)",
        ),
    ] {
        match ome(6, from, to) {
            Ok(_) => assert_eq!(word, ""),
            Err(error) => assert!(!word.is_empty() && error.contains(word), "{error}"),
        }
    }
}

#[test]
fn sizes_of_ome_have_any_unit_of_length_and_others_are_noted() {
    let stack = ome(6, "PhysicalSizeYUnit=\"mm\"", "PhysicalSizeYUnit=\"Å\"").unwrap();
    assert_eq!(stack.pixel_mm[1], Some(0.5e-7));
    let stack = ome(
        6,
        "PhysicalSizeYUnit=\"mm\"",
        "PhysicalSizeYUnit=\"&#x03BC;m\"",
    )
    .unwrap();
    assert_eq!(stack.pixel_mm[1], Some(0.0005));
    let stack = ome(6, "PhysicalSizeYUnit=\"mm\"", "PhysicalSizeYUnit=\"pixel\"").unwrap();
    assert_eq!((stack.pixel_mm[1], stack.spacing_mm()), (None, None));
    assert!(
        stack.notes[0].contains("PhysicalSizeY of 0.5 pixel"),
        "{:?}",
        stack.notes
    );
}

#[test]
fn several_arrays_of_tifffile_are_refused_unless_each_is_a_page() {
    let alone = |n: u8, text| Page::gray(1, 1, &[n]).with(270, Field::Text(text));
    let plain = |n: u8| Page::gray(1, 1, &[n]);
    let two = "{\"shape\": [2, 1, 1]}";
    let error = read(&[alone(0, two), plain(1), alone(2, two), plain(3)]).unwrap_err();
    assert!(
        error.contains("2 arrays in 4 pages, the first of shape [2, 1, 1]"),
        "{error}"
    );
    let one = "{\"shape\": [1, 1]}";
    let stack = read(&[alone(0, one), alone(1, one), alone(2, one)]).unwrap();
    assert_eq!((values(&stack).len(), stack.notes.len()), (3, 0));
}

#[test]
fn values_that_gdal_scales_are_refused() {
    let text =
        "<GDALMetadata><Item name=\"SCALE\" sample=\"0\" role=\"scale\">0.5</Item></GDALMetadata>";
    let error = refused(gray().with(42112, Field::Text(text)));
    assert!(error.contains("GDAL_METADATA (tag 42112)"), "{error}");
    let plain = gray().with(42112, Field::Text("<GDALMetadata/>"));
    assert_eq!(read(&[plain]).unwrap().slices.len(), 1);
}

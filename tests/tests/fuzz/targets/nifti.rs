//! NIfTI: single files, packed files and pairs of header and image.

use std::path::Path;

use rsom_formats::nifti::{
    Storage, read_channels, read_doubts, read_grid, read_header, read_labels, read_mask, read_scan,
    states_orientation, summarize, write_scan,
};
use rsom_io::{inspect::inspect, rsom_mat};

use crate::harness::Target;
use crate::seed::{Seed, gzip};
use crate::verdict::{require, told};

/// A NIfTI-1 header of 348 bytes: extents, datatype with its bits, and the magic.
fn header(shape: &[i16], [datatype, bits]: [i16; 2], magic: &[u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0; 348];
    let mut put = |place: usize, field: &[u8]| {
        bytes[place..place + field.len()].copy_from_slice(field);
    };
    put(0, &348_i32.to_le_bytes());
    let extents = std::iter::once(shape.len() as i16).chain(shape.iter().copied());
    for (i, extent) in extents.chain([1; 7]).take(8).enumerate() {
        put(40 + 2 * i, &extent.to_le_bytes());
        put(76 + 4 * i, &1_f32.to_le_bytes());
    }
    put(70, &datatype.to_le_bytes());
    put(72, &bits.to_le_bytes());
    let offset = if magic == b"n+1\0" { 352_f32 } else { 0.0 };
    put(108, &offset.to_le_bytes());
    put(112, &2_f32.to_le_bytes());
    put(116, &(-1_f32).to_le_bytes());
    put(123, &[2]);
    put(254, &1_i16.to_le_bytes());
    for (place, value) in [(280, 0.5_f32), (300, 0.5), (320, -0.25)] {
        put(place, &value.to_le_bytes());
    }
    put(344, magic);
    bytes
}

fn file(shape: &[i16], kind: [i16; 2], voxels: Vec<u8>) -> Vec<u8> {
    let mut bytes = header(shape, kind, b"n+1\0");
    bytes.extend([0; 4]);
    bytes.extend(voxels);
    bytes
}

/// A NIfTI-2 file of 2 × 3 × 4 voxels of 16 bits.
fn version_2() -> Vec<u8> {
    let mut bytes = vec![0; 544];
    let mut put = |place: usize, field: &[u8]| {
        bytes[place..place + field.len()].copy_from_slice(field);
    };
    put(0, &540_i32.to_le_bytes());
    put(4, b"n+2\0\r\n\x1a\n");
    put(12, &[4, 0, 16, 0]);
    for (i, extent) in [3_i64, 2, 3, 4, 1, 1, 1, 1].iter().enumerate() {
        put(16 + 8 * i, &extent.to_le_bytes());
        put(104 + 8 * i, &1_f64.to_le_bytes());
    }
    put(168, &544_i64.to_le_bytes());
    put(500, &2_i32.to_le_bytes());
    bytes.extend(0..48);
    bytes
}

fn seeds() -> Vec<Seed> {
    let floats: Vec<u8> = (0..60_u8)
        .flat_map(|i| f32::from(i).to_le_bytes())
        .collect();
    let pair = header(&[4, 3, 2], [4, 16], b"ni1\0");
    let mask: Vec<u8> = (0..24).map(|i| i % 2).collect();
    let sidecar = r#"{"Channels": ["LF", "HF"], "Labels": {"1": "epidermis"}}"#;
    vec![
        Seed::new("mask.nii", file(&[4, 3, 2], [2, 8], mask)),
        Seed::new("scan.nii", file(&[5, 3, 2, 2], [16, 32], floats)).next_to("scan.json", sidecar),
        Seed::new("colors.nii", file(&[2, 2, 2], [128, 24], (0..24).collect())),
        Seed::new("labels.nii", version_2()),
        Seed::sealed(
            "packed.nii.gz",
            file(&[4, 3, 2], [8, 32], vec![1; 96]),
            gzip,
        ),
        Seed::new(
            "cut.nii.gz",
            gzip(&file(&[4, 3, 2], [64, 64], vec![0; 192])),
        ),
        Seed::new("pair.hdr", pair.clone()).next_to("pair.img", [3; 48]),
        Seed::new("image.img", [3; 48]).next_to("image.hdr", pair),
    ]
}

fn check(path: &Path) -> Result<bool, String> {
    let header = told(read_header(path))?;
    if let Some(header) = &header {
        let product = header.shape.iter().product::<usize>();
        require(header.voxels() == product, || format!("{header:?}"))?;
    }
    told(read_doubts(path))?;
    told(states_orientation(path))?;
    told(summarize(path))?;
    let grid = told(read_grid(path))?;
    if let Some(scan) = told(read_scan(path))? {
        let shape = scan.intensities().shape();
        let fits = Some(scan.grid()) == grid.as_ref() && shape[..3] == scan.grid().shape();
        require(fits, || format!("{shape:?} on {grid:?}"))?;
        require(scan.count_non_finite() == 0, || "it is not finite".into())?;
        let copy = path.with_file_name("copy.nii");
        if told(write_scan(&copy, &scan, Storage::Float32))?.is_some() {
            let again = read_scan(&copy).map_err(|e| format!("its copy: {e}"))?;
            let same = again.intensities() == scan.intensities();
            require(same, || "its copy has other voxels".into())?;
        }
    }
    if let Some(mask) = told(read_mask(path))? {
        require(mask.voxels().shape() == mask.grid().shape(), || {
            "mask".into()
        })?;
    }
    if let Some(labels) = told(read_labels(path))? {
        let fits = labels.labels().shape() == labels.grid().shape();
        require(fits, || "labels".into())?;
    }
    for channel in told(read_channels(path))?.into_iter().flatten() {
        let fits = grid
            .as_ref()
            .is_none_or(|grid| grid.shape() == channel.shape());
        require(fits, || format!("a channel of {:?}", channel.shape()))?;
    }
    told(rsom_mat::load(path))?;
    told(inspect(path))?;
    Ok(header.is_some() && grid.is_some())
}

#[test]
fn nifti() {
    let target = Target {
        name: "nifti",
        seeds: seeds(),
        text: false,
        check,
    };
    target.run();
}

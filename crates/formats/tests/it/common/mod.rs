//! NIfTI files laid out by hand, byte by byte, independent of the code under test.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "helpers of several test files"
)]

pub mod hdf5;
pub mod tiff;

use std::io::Write;

/// A NIfTI-1 or NIfTI-2 file to be; the fields are those of the standard.
#[derive(Clone, Debug)]
pub struct Nifti {
    pub version: u8,
    pub big_endian: bool,
    pub magic: Vec<u8>,
    pub dim: [i64; 8],
    pub datatype: i16,
    pub bitpix: i16,
    pub pixdim: [f64; 8],
    pub vox_offset: f64,
    pub slope: f64,
    pub intercept: f64,
    pub units: u8,
    pub intent: i32,
    pub qform_code: i16,
    pub sform_code: i16,
    pub quaternion: [f64; 6],
    pub srow: [f64; 12],
    pub data: Vec<u8>,
}

impl Nifti {
    /// Unsigned bytes 0, 1, 2, … of the given extents, 2 mm voxels, an sform.
    pub fn bytes(shape: &[i64]) -> Self {
        let count: i64 = shape.iter().product();
        Self::new(shape, 2, 8, (0..count).map(|i| i as u8).collect())
    }

    pub fn new(shape: &[i64], datatype: i16, bitpix: i16, data: Vec<u8>) -> Self {
        let mut dim = [1; 8];
        dim[0] = shape.len() as i64;
        dim[1..=shape.len()].copy_from_slice(shape);
        Self {
            version: 1,
            big_endian: false,
            magic: b"n+1\0".to_vec(),
            dim,
            datatype,
            bitpix,
            pixdim: [1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0],
            vox_offset: 352.0,
            slope: 1.0,
            intercept: 0.0,
            units: 2,
            intent: 0,
            qform_code: 0,
            sform_code: 1,
            quaternion: [0.0; 6],
            srow: [
                2.0, 0.0, 0.0, -1.0, 0.0, 2.0, 0.0, -2.0, 0.0, 0.0, 2.0, -3.0,
            ],
            data,
        }
    }

    pub fn version_2(mut self) -> Self {
        self.version = 2;
        self.magic = b"n+2\0\r\n\x1a\n".to_vec();
        self.vox_offset = 544.0;
        self
    }

    pub fn header(&self) -> Vec<u8> {
        let mut h = Fields {
            bytes: vec![0; if self.version == 1 { 348 } else { 540 }],
            big: self.big_endian,
        };
        if self.version == 1 {
            h.i32(0, 348);
            for (i, d) in self.dim.iter().enumerate() {
                h.i16(40 + 2 * i, *d as i16);
            }
            h.i16(70, self.datatype);
            h.i16(72, self.bitpix);
            h.f32s(76, &self.pixdim);
            h.f32s(108, &[self.vox_offset, self.slope, self.intercept]);
            h.bytes[123] = self.units;
            h.i16(68, self.intent as i16);
            h.i16(252, self.qform_code);
            h.i16(254, self.sform_code);
            h.f32s(256, &self.quaternion);
            h.f32s(280, &self.srow);
            h.bytes[344..348].copy_from_slice(&self.magic);
        } else {
            h.i32(0, 540);
            h.bytes[4..12].copy_from_slice(&self.magic);
            h.i16(12, self.datatype);
            h.i16(14, self.bitpix);
            for (i, d) in self.dim.iter().enumerate() {
                h.put(16 + 8 * i, &d.to_le_bytes());
            }
            h.f64s(104, &self.pixdim);
            h.put(168, &(self.vox_offset as i64).to_le_bytes());
            h.f64s(176, &[self.slope, self.intercept]);
            h.i32(344, self.qform_code.into());
            h.i32(348, self.sform_code.into());
            h.f64s(352, &self.quaternion);
            h.f64s(400, &self.srow);
            h.i32(500, self.units.into());
            h.i32(504, self.intent);
        }
        h.bytes
    }

    /// Header, gap up to `vox_offset`, voxels.
    pub fn file(&self) -> Vec<u8> {
        let mut file = self.header();
        let start = (self.vox_offset.max(0.0) as usize).max(file.len());
        file.resize(start.min(1 << 20), 0);
        file.extend(&self.data);
        file
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

struct Fields {
    bytes: Vec<u8>,
    big: bool,
}

impl Fields {
    fn put(&mut self, place: usize, little_endian: &[u8]) {
        let mut field = little_endian.to_vec();
        if self.big {
            field.reverse();
        }
        self.bytes[place..place + field.len()].copy_from_slice(&field);
    }

    fn i16(&mut self, place: usize, v: i16) {
        self.put(place, &v.to_le_bytes());
    }

    fn i32(&mut self, place: usize, v: i32) {
        self.put(place, &v.to_le_bytes());
    }

    fn f32s(&mut self, place: usize, values: &[f64]) {
        for (i, v) in values.iter().enumerate() {
            self.put(place + 4 * i, &(*v as f32).to_le_bytes());
        }
    }

    fn f64s(&mut self, place: usize, values: &[f64]) {
        for (i, v) in values.iter().enumerate() {
            self.put(place + 8 * i, &v.to_le_bytes());
        }
    }
}

//! The tags that the reader looks at, with their names (TIFF 6.0, appendix A).

/// Declares the numbers of tags, and a function for their names.
macro_rules! tags {
    ($($constant:ident = $number:literal $name:literal)*) => {
        $(pub(super) const $constant: u16 = $number;)*

        /// Name and number of a tag, for messages.
        pub(super) fn name(tag: u16) -> String {
            match tag {
                $($number => format!("{} (tag {tag})", $name),)*
                _ => format!("tag {tag}"),
            }
        }
    };
}

tags! {
    NEW_SUBFILE_TYPE = 254 "NewSubfileType"
    SUBFILE_TYPE = 255 "SubfileType"
    WIDTH = 256 "ImageWidth"
    LENGTH = 257 "ImageLength"
    BITS_PER_SAMPLE = 258 "BitsPerSample"
    COMPRESSION = 259 "Compression"
    PHOTOMETRIC = 262 "PhotometricInterpretation"
    FILL_ORDER = 266 "FillOrder"
    DESCRIPTION = 270 "ImageDescription"
    STRIP_OFFSETS = 273 "StripOffsets"
    ORIENTATION = 274 "Orientation"
    SAMPLES_PER_PIXEL = 277 "SamplesPerPixel"
    ROWS_PER_STRIP = 278 "RowsPerStrip"
    STRIP_BYTE_COUNTS = 279 "StripByteCounts"
    X_RESOLUTION = 282 "XResolution"
    Y_RESOLUTION = 283 "YResolution"
    PLANAR = 284 "PlanarConfiguration"
    SOFTWARE = 305 "Software"
    PREDICTOR = 317 "Predictor"
    COLOR_MAP = 320 "ColorMap"
    TILE_WIDTH = 322 "TileWidth"
    TILE_LENGTH = 323 "TileLength"
    TILE_OFFSETS = 324 "TileOffsets"
    TILE_BYTE_COUNTS = 325 "TileByteCounts"
    SUB_DIRECTORIES = 330 "SubIFDs"
    EXTRA_SAMPLES = 338 "ExtraSamples"
    SAMPLE_FORMAT = 339 "SampleFormat"
    IMAGE_DEPTH = 32997 "ImageDepth"
    METAMORPH_PLANES = 33629 "UIC2Tag of MetaMorph"
    FLUOVIEW = 34361 "MMHeader of FluoView"
    GDAL_METADATA = 42112 "GDAL_METADATA"
    ZEISS_LSM = 34412 "CZ_LSMINFO of Zeiss"
}

//! Where the strips or tiles of a page stand in the file.

use super::directory::Directory;
use super::tag;

/// The strips or tiles of a page, all of one size, except that the last strip may be lower.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Chunks {
    /// Columns of a chunk.
    pub width: usize,
    /// Rows of a chunk.
    pub height: usize,
    /// Chunks from left to right.
    pub across: usize,
    /// Chunks from top to bottom.
    pub down: usize,
    /// Whether they are tiles, which are padded to their full size.
    pub tiles: bool,
    /// Bytes of a row of a chunk; rows begin at a byte (TIFF 6.0, section 3).
    pub row_bytes: usize,
    /// Place and size in bytes of each chunk: row by row, plane by plane.
    pub places: Vec<(u64, u64)>,
}

/// What chunks cover.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    /// Columns and rows of the page.
    pub extent: [usize; 2],
    /// Number of planes with chunks of their own.
    pub planes: usize,
    /// Bits of a pixel within a chunk.
    pub pixel_bits: u64,
    /// Whether the chunks are stored without compression.
    pub plain: bool,
}

impl Chunks {
    /// Reads the tags of strips or tiles.
    ///
    /// # Errors
    /// Missing or contradicting tags; a chunk that is not stored.
    pub(super) fn of(directory: &Directory, area: Area) -> Result<Self, String> {
        let tiles = directory.has(tag::TILE_OFFSETS);
        let [page_width, page_height] = area.extent;
        let extent = |tag, most: Option<usize>| match directory.one(tag)?.or(most.map(|n| n as u64))
        {
            Some(extent @ 1..) => {
                let extent = usize::try_from(extent).unwrap_or(usize::MAX);
                Ok(most.map_or(extent, |most| extent.min(most)))
            }
            _ => Err(format!("broken TIFF: {} is 0 or missing", tag::name(tag))),
        };
        let (width, height) = match tiles {
            true => (
                extent(tag::TILE_WIDTH, None)?,
                extent(tag::TILE_LENGTH, None)?,
            ),
            false => (page_width, extent(tag::ROWS_PER_STRIP, Some(page_height))?),
        };
        if width > 1 << 24 || height > 1 << 24 {
            return Err(format!("broken TIFF: tiles of {width} × {height} pixels"));
        }
        let mut chunks = Self {
            width,
            height,
            across: page_width.div_ceil(width),
            down: page_height.div_ceil(height),
            tiles,
            row_bytes: usize::try_from((width as u64 * area.pixel_bits).div_ceil(8))
                .unwrap_or(usize::MAX),
            places: Vec::new(),
        };
        chunks.places = places(directory, area, &chunks)?;
        Ok(chunks)
    }

    /// Rows stored in the chunks of a row of chunks.
    pub(super) fn rows(&self, row_of_chunks: usize, page_height: usize) -> usize {
        match self.tiles {
            true => self.height,
            false => self.height.min(page_height - row_of_chunks * self.height),
        }
    }
}

fn places(directory: &Directory, area: Area, chunks: &Chunks) -> Result<Vec<(u64, u64)>, String> {
    let (offsets_tag, counts_tag) = match chunks.tiles {
        true => (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS),
        false => (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS),
    };
    let offsets = directory
        .unsigned(offsets_tag)?
        .ok_or_else(|| format!("broken TIFF: {} is missing", tag::name(offsets_tag)))?;
    let expected = chunks.across * chunks.down * area.planes;
    if offsets.len() != expected {
        let found = offsets.len();
        return Err(format!(
            "broken TIFF: {} has {found} entries, not {expected}",
            tag::name(offsets_tag)
        ));
    }
    let size = |index: usize| {
        let rows = chunks.rows(index / chunks.across % chunks.down, area.extent[1]);
        chunks.row_bytes as u64 * rows as u64
    };
    let counts = match directory.unsigned(counts_tag)? {
        Some(counts) if counts.len() == expected => counts,
        // Some old writers leave the sizes of uncompressed strips out.
        None if area.plain => (0..expected).map(size).collect(),
        _ => {
            let name = tag::name(counts_tag);
            return Err(format!(
                "broken TIFF: {name} does not match the number of chunks"
            ));
        }
    };
    let places: Vec<(u64, u64)> = offsets.into_iter().zip(counts).collect();
    match places
        .iter()
        .position(|(offset, count)| *offset == 0 || *count == 0)
    {
        Some(index) => Err(format!(
            "TIFF: chunk {} is not stored; sparse files are not supported",
            index + 1
        )),
        None => Ok(places),
    }
}

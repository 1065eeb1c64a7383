//! Checks the counts in a Parquet file before polars allocates memory.
//!
//! polars converts a negative number of values in a page header to a huge number, and aborts the process when the
//! allocation fails; no caller can catch this. Therefore every page header is checked first.

use std::ops::Range;

use super::thrift::Reader;

/// Largest number of rows of a table, and bytes of a page.
const MOST_ROWS: i64 = 1 << 27;
const LARGEST_PAGE: i64 = 1 << 30;

/// Description of one column in one row group, from the footer.
pub(super) struct Chunk {
    /// Position of its bytes in the file.
    pub bytes: Range<u64>,
    /// Number of values, including missing ones.
    pub values: i64,
    /// Number of rows in its row group.
    pub rows: usize,
}

/// Checks the page headers of a column.
///
/// # Errors
/// The fault, in a few words.
pub(super) fn check(file: &[u8], chunk: &Chunk) -> Result<(), String> {
    let Chunk {
        bytes,
        values,
        rows,
    } = chunk;
    if !(0..=MOST_ROWS).contains(values) || i64::try_from(*rows) != Ok(*values) {
        return Err(format!("a column of {values} values in {rows} rows"));
    }
    let range = usize::try_from(bytes.start)
        .ok()
        .zip(usize::try_from(bytes.end).ok());
    let mut rest = range
        .and_then(|(start, end)| file.get(start..end))
        .ok_or("a column outside the file")?;
    let mut left = *values;
    while left > 0 {
        let mut reader = Reader::new(rest);
        let page = Page::read(&mut reader).ok_or("a broken page header")?;
        rest = reader.rest();
        let size = usize::try_from(page.compressed).ok();
        let Some(after) = size.and_then(|size| rest.get(size..)) else {
            return Err("a page outside its column".into());
        };
        page.check(left)?;
        if page.holds_data() {
            left -= page.values;
        }
        rest = after;
    }
    Ok(())
}

/// The fields of a page header; missing fields are 0.
#[derive(Default)]
struct Page {
    kind: i64,
    uncompressed: i64,
    compressed: i64,
    values: i64,
    nulls: i64,
    rows: i64,
    levels: [i64; 2],
}

impl Page {
    /// `PageHeader` of parquet.thrift.
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut page = Self::default();
        let mut last = 0;
        while let Some((field, kind)) = reader.field(&mut last)? {
            match field {
                1 => page.kind = reader.integer(kind)?,
                2 => page.uncompressed = reader.integer(kind)?,
                3 => page.compressed = reader.integer(kind)?,
                5 | 7 | 8 => page.read_counts(reader, kind)?,
                _ => reader.skip(kind)?,
            }
        }
        Some(page)
    }

    /// The header of a data page (both versions) or a dictionary page; all start with the number of values.
    fn read_counts(&mut self, reader: &mut Reader<'_>, kind: u8) -> Option<()> {
        reader.expect_struct(kind)?;
        let is_version_2 = self.kind == 3;
        let mut last = 0;
        while let Some((field, kind)) = reader.field(&mut last)? {
            match (field, is_version_2) {
                (1, _) => self.values = reader.integer(kind)?,
                (2, true) => self.nulls = reader.integer(kind)?,
                (3, true) => self.rows = reader.integer(kind)?,
                (5, true) => self.levels[0] = reader.integer(kind)?,
                (6, true) => self.levels[1] = reader.integer(kind)?,
                _ => reader.skip(kind)?,
            }
        }
        Some(())
    }

    fn holds_data(&self) -> bool {
        matches!(self.kind, 0 | 3)
    }

    fn check(&self, left: i64) -> Result<(), String> {
        let Self {
            kind,
            uncompressed,
            values,
            ..
        } = self;
        if !(0..=LARGEST_PAGE).contains(uncompressed) {
            return Err(format!("a page of {uncompressed} bytes"));
        }
        // Each dictionary value takes at least a bit; a page without values would make the loop endless.
        let most = match kind {
            0 | 3 => left,
            _ => uncompressed.saturating_mul(8),
        };
        let least = i64::from(self.holds_data());
        if !(least..=most).contains(values) {
            return Err(format!("a page of {values} values, but at most {most} fit"));
        }
        let inside = |count: &i64| (0..=*values).contains(count);
        if !inside(&self.nulls) || !inside(&self.rows) {
            return Err(format!(
                "a page of {values} values with {} nulls",
                self.nulls
            ));
        }
        let [a, b] = self.levels;
        if a < 0 || b < 0 || a.saturating_add(b) > self.compressed {
            return Err(format!("levels of {a} and {b} bytes"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zigzag(value: i64) -> Vec<u8> {
        let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
        let mut bytes = Vec::new();
        while rest > 0x7f {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
        bytes
    }

    /// A data page (version 1) of four bytes, as parquet.thrift lays it out.
    fn page(uncompressed: i64, compressed: i64, values: i64) -> Vec<u8> {
        let mut bytes = vec![0x15, 0x00, 0x15];
        bytes.extend(zigzag(uncompressed));
        bytes.push(0x15);
        bytes.extend(zigzag(compressed));
        // Field 5, a struct: number of values, encoding.
        bytes.extend([0x2c, 0x15]);
        bytes.extend(zigzag(values));
        bytes.extend([0x15, 0x00, 0x00, 0x00]);
        bytes.extend([9; 4]);
        bytes
    }

    fn fault(file: &[u8], values: i64) -> Option<String> {
        let chunk = Chunk {
            bytes: 0..file.len() as u64,
            values,
            rows: usize::try_from(values).unwrap_or(0),
        };
        check(file, &chunk).err()
    }

    #[test]
    fn counts_that_cannot_be_are_refused() {
        let good = page(4, 4, 3);
        assert_eq!(fault(&good, 3), None);
        assert_eq!(fault(&[good.clone(), good].concat(), 6), None);
        for (file, expected) in [
            (page(4, 4, -1), "a page of -1 values, but at most 3 fit"),
            (page(4, 4, 4), "a page of 4 values, but at most 3 fit"),
            (page(4, 4, 0), "a page of 0 values, but at most 3 fit"),
            (page(-4, 4, 3), "a page of -4 bytes"),
            (page(4, 5, 3), "a page outside its column"),
            (page(4, -4, 3), "a page outside its column"),
            (vec![0xff; 9], "a broken page header"),
            (page(4, 4, 2), "a broken page header"),
        ] {
            assert_eq!(fault(&file, 3).as_deref(), Some(expected));
        }
        assert!(fault(&[], -1).is_some());
    }
}

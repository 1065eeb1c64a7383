//! Parquet files with key-value metadata.
//!
//! Columns are read by the physical types of the file; the Arrow schema that some writers add is ignored. Categoricals
//! of pandas and factors of R are dictionary-encoded texts, and are read as texts.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{
    ArrowDataType, FileMetadata, KeyValueMetadata, ParallelStrategy, ParquetReader, ParquetWriter,
    SerReader,
};

use super::pages::{self, Chunk};
use super::{Aside, Table, frame};
use crate::{FormatError, guarded, opened};
use rsom_measures::column;

const FORMAT: &str = "Parquet";
const MAGIC: &[u8; 4] = b"PAR1";
/// Size of leading magic, footer length and trailing magic.
const SMALLEST: u64 = 12;
/// The metadata key of the Arrow schema.
const ARROW_SCHEMA: &str = "ARROW:schema";

/// The bytes of a Parquet file. Deterministic.
///
/// # Errors
/// Never for a table that keeps its invariants.
pub fn to_bytes(
    table: &Table,
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, FormatError> {
    let mut frame = frame::from_table(table, FORMAT)?;
    let mut bytes = Vec::new();
    let pairs = metadata.iter().map(|(k, v)| (k.clone(), v.clone()));
    ParquetWriter::new(&mut bytes)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(pairs.collect())))
        .set_parallel(false)
        .finish(&mut frame)
        .map_err(|e| FormatError::format(FORMAT, e))?;
    Ok(bytes)
}

/// Writes [`to_bytes`] to a file.
///
/// # Errors
/// The file cannot be written.
pub fn write(
    path: &Path,
    table: &Table,
    metadata: &BTreeMap<String, String>,
) -> Result<(), FormatError> {
    Ok(std::fs::write(path, to_bytes(table, metadata)?)?)
}

/// Reads a table from any writer: integers of any width, single and double precision, texts, booleans, categoricals.
/// NaN becomes null. Columns of other types are kept aside.
///
/// # Errors
/// A truncated or corrupt file; a column of the long table of measurements with an unsupported type, which the message
/// states.
pub fn read(path: &Path) -> Result<Table, FormatError> {
    let bytes = checked_bytes(path)?;
    guarded::catching(FORMAT, || table_of(&bytes))
}

/// Like [`read`], of the bytes of a file.
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: &[u8]) -> Result<Table, FormatError> {
    let other = || "it is no Parquet file".to_owned();
    let bytes = checked(Cursor::new(bytes), bytes.len() as u64, &other)?;
    guarded::catching(FORMAT, || table_of(&bytes))
}

/// The key-value metadata of a file, without the Arrow schema.
///
/// # Errors
/// A truncated or corrupt file.
pub fn metadata(path: &Path) -> Result<BTreeMap<String, String>, FormatError> {
    let bytes = checked_bytes(path)?;
    guarded::catching(FORMAT, move || {
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let footer = reader
            .get_metadata()
            .map_err(|e| FormatError::format(FORMAT, e))?;
        let pairs = footer.key_value_metadata.iter().flatten();
        Ok(pairs
            .filter(|pair| pair.key != ARROW_SCHEMA)
            .map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default()))
            .collect())
    })
}

fn table_of(bytes: &[u8]) -> Result<Table, FormatError> {
    let bad = |e| FormatError::format(FORMAT, e);
    let footer = ParquetReader::new(Cursor::new(bytes))
        .get_metadata()
        .map_err(bad)?
        .as_ref()
        .clone();
    let footer = Arc::new(FileMetadata {
        key_value_metadata: None,
        ..footer
    });
    let mut reader = ParquetReader::new(Cursor::new(bytes)).read_parallel(ParallelStrategy::None);
    reader.set_metadata(footer.clone());
    let schema = reader.schema().map_err(bad)?;
    let halves = halves(&footer);
    let (mut kept, mut aside) = (Vec::new(), Vec::new());
    for field in schema.iter_values() {
        let name = field.name.to_string();
        match unsupported(&field.dtype) {
            None => kept.push(name),
            Some(_) if halves.contains(&name) => aside.push(Aside {
                name,
                kind: "numbers of 16 bits".into(),
            }),
            Some(kind) => aside.push(Aside { name, kind }),
        }
    }
    check_counts(&footer, bytes, &kept)?;
    let reader = reader.with_columns(Some(kept));
    let mut table = frame::to_table(&reader.finish().map_err(bad)?, FORMAT)?;
    aside.into_iter().for_each(|aside| table.set_aside(aside));
    // Commands ask whether these columns exist, and would take them for missing.
    for name in column::ALL {
        if table.aside().iter().any(|aside| aside.name == name) {
            table.values(name)?;
        }
    }
    Ok(table)
}

/// The columns of half-precision numbers, which the schema calls bytes.
fn halves(footer: &FileMetadata) -> Vec<String> {
    let mut names = Vec::new();
    for column in footer.schema_descr.columns() {
        let logical = &column.descriptor.primitive_type.logical_type;
        // The enumeration itself is private to polars.
        if format!("{logical:?}") == "Some(Float16)" {
            names.extend(column.path_in_schema.first().map(ToString::to_string));
        }
    }
    names
}

/// Checks the pages of the columns that are read.
fn check_counts(footer: &FileMetadata, bytes: &[u8], kept: &[String]) -> Result<(), FormatError> {
    for group in &footer.row_groups {
        for column in group.parquet_columns() {
            let path = &column.descriptor().path_in_schema;
            if path
                .first()
                .is_none_or(|name| !kept.iter().any(|k| k == name.as_str()))
            {
                continue;
            }
            let chunk = Chunk {
                bytes: column.byte_range(),
                values: column.num_values(),
                rows: group.num_rows(),
            };
            pages::check(bytes, &chunk).map_err(|e| FormatError::format(FORMAT, e))?;
        }
    }
    Ok(())
}

/// What a file that is no Parquet file seems to be, and how to make one.
fn not_parquet(path: &Path) -> String {
    let mut start = [0_u8; 512];
    let read = opened::open(path).and_then(|mut file| Ok(file.read(&mut start)?));
    let start = &start[..read.unwrap_or(0)];
    let printed = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    let kind = match start {
        [b'P', b'K', 3, 4, ..] => "a spreadsheet (.xlsx) or another zip file",
        [0x1f, 0x8b, ..] => "a gzip file",
        text if text.iter().all(printed) => "a text, such as CSV",
        _ => return "it does not start with PAR1".to_owned(),
    };
    format!(
        "it does not start with PAR1 but is {kind}; tables are read as Parquet, which df.to_parquet('t.parquet') writes in pandas and arrow::write_parquet in R"
    )
}

/// Reads the file after checking both magics and the length of the footer: a truncated file then gets a clear message.
fn checked_bytes(path: &Path) -> Result<Vec<u8>, FormatError> {
    let file = opened::open(path)?;
    let size = file.metadata()?.len();
    checked(file, size, &|| not_parquet(path))
}

/// The bytes of a file of some size. `other` says what it is, if it is no Parquet file.
fn checked(
    mut file: impl Read + Seek,
    size: u64,
    other: &dyn Fn() -> String,
) -> Result<Vec<u8>, FormatError> {
    if size < SMALLEST {
        let fault = format_args!("{size} bytes are too few for a Parquet file");
        return Err(FormatError::format(FORMAT, fault));
    }
    let mut word = [0_u8; 4];
    file.read_exact(&mut word)?;
    if &word != MAGIC {
        return Err(FormatError::format(FORMAT, other()));
    }
    let mut tail = [0_u8; 8];
    file.seek(SeekFrom::End(-8))?;
    file.read_exact(&mut tail)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &magic != MAGIC {
        return Err(FormatError::format(
            FORMAT,
            "it does not end with PAR1; it is truncated",
        ));
    }
    let footer = u64::from(u32::from_le_bytes([a, b, c, d]));
    if footer + SMALLEST > size {
        let fault = format_args!("a footer of {footer} bytes does not fit into {size} bytes");
        return Err(FormatError::format(FORMAT, fault));
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Describes a column type that tables do not support.
fn unsupported(kind: &ArrowDataType) -> Option<String> {
    use ArrowDataType as A;
    match kind {
        A::Boolean | A::Utf8 | A::LargeUtf8 | A::Utf8View | A::Float32 | A::Float64 => None,
        A::Int8 | A::Int16 | A::Int32 | A::Int64 => None,
        A::UInt8 | A::UInt16 | A::UInt32 | A::UInt64 => None,
        A::Timestamp(..) => Some("times".into()),
        A::Time32(_) | A::Time64(_) => Some("times of day".into()),
        A::Duration(_) | A::Interval(_) => Some("durations".into()),
        A::Float16 => Some("numbers of 16 bits".into()),
        A::Date32 | A::Date64 => Some("dates".into()),
        A::Decimal(..) | A::Decimal32(..) | A::Decimal64(..) | A::Decimal256(..) => {
            Some("decimals".into())
        }
        A::Binary | A::LargeBinary | A::BinaryView | A::FixedSizeBinary(_) => Some("bytes".into()),
        A::List(_) | A::LargeList(_) | A::FixedSizeList(..) => Some("lists".into()),
        A::Struct(_) | A::Map(..) => Some("nested records".into()),
        other => Some(format!("{other:?}")),
    }
}

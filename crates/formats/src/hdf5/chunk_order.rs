//! Chunks that are numbered by the largest extents of a dataset, which the decoder numbers by the present ones.

use hdf5_reader::Dataset;
use hdf5_reader::messages::HdfMessage;
use hdf5_reader::messages::layout::{ChunkIndexing, DataLayout};

use super::context::Context;
use super::fault::{guard, unsupported};
use crate::FormatError;

/// Refuses a dataset whose chunks the decoder would mix up.
///
/// Implicit indices and fixed arrays number the chunks of the largest extents (HDF5 file format, section VII.C). The
/// numbers agree with the present extents unless an axis other than the first has more chunks at its largest extent.
///
/// # Errors
/// Such a dataset.
pub(super) fn refuse_mixed_up(
    path: &str,
    dataset: &Dataset,
    context: &Context,
) -> Result<(), FormatError> {
    let header = guard(path, || context.file.get_or_parse_header(dataset.address()))?;
    let chunks = header.messages.iter().find_map(|message| match message {
        HdfMessage::DataLayout(message) => match &message.layout {
            DataLayout::Chunked {
                dims,
                chunk_indexing: Some(ChunkIndexing::Implicit | ChunkIndexing::FixedArray { .. }),
                ..
            } => Some(dims),
            _ => None,
        },
        _ => None,
    });
    let (Some(chunks), Some(largest)) = (chunks, dataset.max_dims()) else {
        return Ok(());
    };
    let axes = dataset.shape().iter().zip(largest).zip(chunks).skip(1);
    let count = |extent: u64, chunk: u32| extent.div_ceil(u64::from(chunk.max(1)));
    let mut differs = axes.map(|((now, most), chunk)| count(*now, *chunk) != count(*most, *chunk));
    match differs.any(|differs| differs) {
        false => Ok(()),
        true => {
            let shape = dataset.shape();
            let what = format_args!(
                "chunks of extents {shape:?} that may grow to {largest:?} (h5repack -l CONTI stores the data without chunks)"
            );
            Err(unsupported(path, what))
        }
    }
}

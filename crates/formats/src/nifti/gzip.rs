//! Writes gzip on all cores: pieces are compressed in parallel and concatenated in one stream.
//!
//! Every piece but the last ends with a full flush (RFC 1951, an empty stored block): it ends at a whole byte, and the
//! next piece does not refer to it, so pieces can be compressed independently. The stream is a normal gzip member (RFC
//! 1952). The caller must choose the pieces independently of the number of threads; then the bytes are deterministic.

use std::io::Write;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::prelude::*;

use crate::FormatError;

/// Magic, deflate, no flags, no time, no hint, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// Number of bytes by which the output of a piece grows at a time.
const GROWTH: usize = 1 << 16;

/// A gzip stream that is being written.
pub(super) struct Gzip<W> {
    out: W,
    crc: Crc,
}

impl<W: Write> Gzip<W> {
    /// Starts a stream.
    pub(super) fn new(mut out: W) -> Result<Self, FormatError> {
        out.write_all(&HEADER)?;
        Ok(Self {
            out,
            crc: Crc::new(),
        })
    }

    /// Adds pieces in order.
    pub(super) fn pieces(&mut self, pieces: &[Vec<u8>]) -> Result<(), FormatError> {
        let packed: Vec<Result<(Vec<u8>, Crc), FormatError>> = pieces
            .par_iter()
            .map(|piece| {
                let mut crc = Crc::new();
                crc.update(piece);
                Ok((deflated(piece, FlushCompress::Full)?, crc))
            })
            .collect();
        for packed in packed {
            let (bytes, crc) = packed?;
            self.out.write_all(&bytes)?;
            self.crc.combine(&crc);
        }
        Ok(())
    }

    /// Ends the stream.
    pub(super) fn finish(mut self) -> Result<W, FormatError> {
        self.out.write_all(&deflated(&[], FlushCompress::Finish)?)?;
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.out)
    }
}

/// Compresses a piece as raw deflate.
fn deflated(piece: &[u8], flush: FlushCompress) -> Result<Vec<u8>, FormatError> {
    let mut compress = Compress::new(Compression::fast(), false);
    let mut bytes = Vec::with_capacity(piece.len() / 2 + GROWTH);
    loop {
        let rest = &piece[compress.total_in() as usize..];
        let status = compress.compress_vec(rest, &mut bytes, flush);
        let status = status.map_err(|e| FormatError::format("gzip", e))?;
        let all_in = compress.total_in() as usize == piece.len();
        // The flush is complete when the output has room after its last byte.
        if status == Status::StreamEnd
            || (flush != FlushCompress::Finish && all_in && bytes.len() < bytes.capacity())
        {
            return Ok(bytes);
        }
        bytes.reserve(GROWTH);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    fn written(pieces: &[Vec<u8>]) -> Vec<u8> {
        let mut gzip = Gzip::new(Vec::new()).unwrap();
        gzip.pieces(pieces).unwrap();
        gzip.finish().unwrap()
    }

    proptest! {
        #[test]
        fn pieces_come_back_as_one_stream(
            lengths in prop::collection::vec(0_usize..300_000, 0..5), step in 1_u32..70_000,
        ) {
            let piece = |len: usize| -> Vec<u8> {
                (0..len as u32).map(|i| (i.wrapping_mul(step) >> 9) as u8).collect()
            };
            let pieces: Vec<Vec<u8>> = lengths.into_iter().map(piece).collect();
            let bytes = written(&pieces);
            // A reader of a single member: there is nothing behind it.
            let mut back = Vec::new();
            let mut reader = flate2::bufread::GzDecoder::new(bytes.as_slice());
            reader.read_to_end(&mut back).unwrap();
            prop_assert!(reader.into_inner().is_empty());
            prop_assert_eq!(back, pieces.concat());
        }
    }

    #[test]
    fn the_bytes_do_not_depend_on_the_number_of_threads() {
        let pieces: Vec<Vec<u8>> = (0..9_u8)
            .map(|i| vec![i; 50_000 + usize::from(i)])
            .collect();
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| written(&pieces))
        };
        assert_eq!(with(1), with(3));
    }
}

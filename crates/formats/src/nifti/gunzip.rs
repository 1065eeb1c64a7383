//! Reads gzip files of one or several members, and tells what stands behind them (RFC 1952, section 2.2).

use std::cell::Cell;
use std::io::{BufRead, Read, Result};
use std::rc::Rc;

use flate2::bufread::GzDecoder;

/// The first bytes of a member.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// How many bytes stand behind the last member that are neither a member nor zero.
#[derive(Clone, Default)]
pub(super) struct Behind(Rc<Cell<u64>>);

impl Behind {
    /// Number of these bytes read so far.
    pub(super) fn others(&self) -> u64 {
        self.0.get()
    }
}

/// A reader of all members. Zeros behind them are padding, as of a tape; other bytes are left out, as gzip does.
pub(super) struct Gunzip<R> {
    member: Option<GzDecoder<Start<R>>>,
    behind: Behind,
}

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(file: R, behind: Behind) -> Self {
        let start = Start {
            file,
            peeked: Vec::new(),
        };
        Self {
            member: Some(GzDecoder::new(start)),
            behind,
        }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let read = member.read(into)?;
            if read > 0 {
                return Ok(read);
            }
            let Some(member) = self.member.take() else {
                break;
            };
            let mut rest = member.into_inner();
            match rest.starts_with_magic()? {
                true => self.member = Some(GzDecoder::new(rest)),
                false => self.behind.0.set(rest.count_others()?),
            }
        }
        Ok(0)
    }
}

/// A file of which a few bytes were read ahead.
struct Start<R> {
    file: R,
    peeked: Vec<u8>,
}

impl<R: BufRead> Start<R> {
    /// Whether the rest starts as a member does; the buffer of the file may end between the two bytes.
    fn starts_with_magic(&mut self) -> Result<bool> {
        while self.peeked.len() < MAGIC.len() {
            let buffer = self.file.fill_buf()?;
            let Some(byte) = buffer.first() else {
                return Ok(false);
            };
            self.peeked.push(*byte);
            self.file.consume(1);
        }
        Ok(self.peeked.starts_with(&MAGIC))
    }

    /// Number of bytes of the rest other than zero.
    fn count_others(&mut self) -> Result<u64> {
        let mut count = 0;
        loop {
            let buffer = self.fill_buf()?;
            let len = buffer.len();
            if len == 0 {
                return Ok(count);
            }
            count += buffer.iter().filter(|byte| **byte != 0).count() as u64;
            self.consume(len);
        }
    }
}

impl<R: BufRead> Read for Start<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let buffer = self.fill_buf()?;
        let len = buffer.len().min(into.len());
        into[..len].copy_from_slice(&buffer[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl<R: BufRead> BufRead for Start<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        match self.peeked.is_empty() {
            true => self.file.fill_buf(),
            false => Ok(&self.peeked),
        }
    }

    fn consume(&mut self, count: usize) {
        match self.peeked.is_empty() {
            true => self.file.consume(count),
            false => drop(self.peeked.drain(..count)),
        }
    }
}

//! A stored row as words: unpacks bits, and undoes predictors (TIFF 6.0, section 14; technical note 3).

use super::byte_order::ByteOrder;

/// The layout of a stored row.
pub(super) struct Row {
    /// Bits of a sample.
    pub bits: u8,
    /// Byte order of samples of whole bytes.
    pub order: ByteOrder,
    /// Samples of a pixel.
    pub samples: usize,
    /// Samples of the row.
    pub count: usize,
    /// Whether each sample is stored as the difference from its left neighbor.
    pub differences: bool,
    /// Whether the bytes of floats are sorted by significance.
    pub sorted_floats: bool,
}

/// The words of a row, which has exactly the bytes for them.
pub(super) fn row_of(stored: &[u8], row: &Row) -> Vec<u64> {
    if row.sorted_floats {
        return sorted_floats(stored, row);
    }
    let width = usize::from(row.bits / 8);
    let mut words: Vec<u64> = match row.bits {
        8 | 16 | 32 | 64 => (stored
            .chunks_exact(width)
            .map(|word| row.order.unsigned(word)))
        .collect(),
        _ => packed(stored, row),
    };
    if row.differences {
        let mask = u64::MAX >> (64 - u32::from(row.bits));
        for index in row.samples..words.len() {
            words[index] = words[index].wrapping_add(words[index - row.samples]) & mask;
        }
    }
    words
}

/// Words that are not whole bytes: most significant bit first, without gaps (TIFF 6.0, FillOrder).
fn packed(stored: &[u8], row: &Row) -> Vec<u64> {
    let bits = u32::from(row.bits);
    let mut words = Vec::with_capacity(row.count);
    let (mut held, mut word) = (0, 0_u64);
    for byte in stored {
        word = word << 8 | u64::from(*byte);
        held += 8;
        while held >= bits && words.len() < row.count {
            held -= bits;
            words.push(word >> held & (u64::MAX >> (64 - bits)));
        }
        // At most 15 bits are held over.
        word &= (1 << held) - 1;
    }
    words
}

fn sorted_floats(stored: &[u8], row: &Row) -> Vec<u64> {
    let mut bytes = stored.to_vec();
    for index in row.samples..bytes.len() {
        bytes[index] = bytes[index].wrapping_add(bytes[index - row.samples]);
    }
    let width = usize::from(row.bits / 8);
    let word = |index: usize| {
        let parts = (0..width).map(|part| bytes[part * row.count + index]);
        parts.fold(0, |word, byte| word << 8 | u64::from(byte))
    };
    (0..row.count).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bits: u8, count: usize) -> Row {
        Row {
            bits,
            order: ByteOrder::Little,
            samples: 1,
            count,
            differences: false,
            sorted_floats: false,
        }
    }

    #[test]
    fn bits_are_read_from_the_most_significant_one_on() {
        assert_eq!(row_of(&[0b1010_0000], &row(1, 5)), [1, 0, 1, 0, 0]);
        assert_eq!(row_of(&[0x1f, 0xa0], &row(4, 3)), [1, 15, 10]);
        assert_eq!(row_of(&[0xab, 0xcd, 0xef], &row(12, 2)), [0xabc, 0xdef]);
        assert_eq!(row_of(&[0x34, 0x12], &row(16, 1)), [0x1234]);
    }

    #[test]
    fn differences_are_added_up_and_wrap() {
        let differences = Row {
            differences: true,
            ..row(8, 3)
        };
        assert_eq!(row_of(&[250, 10, 1], &differences), [250, 4, 5]);
    }

    #[test]
    fn sorted_bytes_of_floats_come_together() {
        // 1.0 and 2.0 are 3f800000 and 40000000: bytes 3f 40, 80 00, 00 00, 00 00, then differences.
        let stored = [0x3f, 0x01, 0x40, 0x80, 0, 0, 0, 0];
        let sorted = Row {
            sorted_floats: true,
            ..row(32, 2)
        };
        assert_eq!(row_of(&stored, &sorted), [0x3f80_0000, 0x4000_0000]);
    }
}

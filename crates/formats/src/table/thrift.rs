//! The part of Thrift's compact protocol that Parquet's page headers use.

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const INTEGERS: std::ops::RangeInclusive<u8> = 4..=6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LISTS: std::ops::RangeInclusive<u8> = 9..=10;
const STRUCT: u8 = 12;
/// Largest nesting depth; page headers have two levels.
const DEEPEST: usize = 8;

/// Reads from the start of a byte slice; `None` for invalid Thrift.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The unread bytes.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Number and type of the next field of a struct; `Some(None)` at its end.
    #[expect(
        clippy::option_option,
        reason = "broken, ended and found are three things"
    )]
    pub(super) fn field(&mut self, last: &mut i64) -> Option<Option<(i64, u8)>> {
        let byte = self.byte()?;
        if byte == 0 {
            return Some(None);
        }
        *last = match byte >> 4 {
            0 => self.zigzag()?,
            delta => *last + i64::from(delta),
        };
        Some(Some((*last, byte & 0x0f)))
    }

    /// The value of an integer field.
    pub(super) fn integer(&mut self, kind: u8) -> Option<i64> {
        INTEGERS.contains(&kind).then(|| self.zigzag())?
    }

    /// Checks that a field is a struct.
    pub(super) fn expect_struct(&self, kind: u8) -> Option<()> {
        (kind == STRUCT).then_some(())
    }

    /// Skips a field's value.
    pub(super) fn skip(&mut self, kind: u8) -> Option<()> {
        self.skip_nested(kind, 0)
    }

    fn skip_nested(&mut self, kind: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            TRUE | FALSE => Some(()),
            BYTE => self.take(1),
            DOUBLE => self.take(8),
            BINARY => {
                let length = self.varint()?;
                self.take(usize::try_from(length).ok()?)
            }
            STRUCT => {
                let mut last = 0;
                while let Some((_, kind)) = self.field(&mut last)? {
                    self.skip_nested(kind, depth + 1)?;
                }
                Some(())
            }
            kind if INTEGERS.contains(&kind) => self.varint().map(|_| ()),
            kind if LISTS.contains(&kind) => {
                let byte = self.byte()?;
                let count = match byte >> 4 {
                    15 => self.varint()?,
                    few => u64::from(few),
                };
                for _ in 0..count {
                    self.skip_nested(byte & 0x0f, depth + 1)?;
                    // In a list a boolean takes a byte, in a struct none.
                    if byte & 0x0f <= FALSE {
                        self.take(1)?;
                    }
                }
                Some(())
            }
            // Page headers have no maps.
            _ => None,
        }
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<()> {
        self.rest = self.rest.get(count..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_zigzag_varints() {
        // Field 1, i32: −1; field 3, i64: 300; end.
        let mut reader = Reader::new(&[0x15, 0x01, 0x26, 0xd8, 0x04, 0x00, 0xaa]);
        let mut last = 0;
        assert_eq!(reader.field(&mut last), Some(Some((1, 5))));
        assert_eq!(reader.integer(5), Some(-1));
        assert_eq!(reader.field(&mut last), Some(Some((3, 6))));
        assert_eq!(reader.integer(6), Some(300));
        assert_eq!(reader.field(&mut last), Some(None));
        assert_eq!(reader.rest(), [0xaa]);
    }

    #[test]
    fn other_fields_are_passed_over() {
        // A binary of 2 bytes, a list of 2 i32, a struct with a double.
        let bytes = [
            0x18, 2, 9, 9, 0x19, 0x25, 2, 4, 0x1c, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x15, 6, 0,
        ];
        let mut reader = Reader::new(&bytes);
        let mut last = 0;
        for _ in 0..3 {
            let (_, kind) = reader.field(&mut last).flatten().unwrap();
            reader.skip(kind).unwrap();
        }
        assert_eq!(reader.field(&mut last), Some(Some((4, 5))));
        assert_eq!(reader.integer(5), Some(3));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = Reader::new(&bytes).skip(STRUCT);
        }
    }
}

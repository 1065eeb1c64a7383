//! Places in a file, more often where headers and footers are.

use proptest::prelude::*;
use proptest::sample::Index;

/// Size of the parts at both ends that are chosen more often.
const END: usize = 400;

/// A place in a file of any size.
#[derive(Debug, Clone)]
pub enum Place {
    /// Anywhere.
    Anywhere(Index),
    /// Among the first bytes.
    Early(Index),
    /// Among the last bytes.
    Late(Index),
}

impl Place {
    /// Places, half of them near the ends.
    pub fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            2 => any::<Index>().prop_map(Self::Anywhere),
            2 => any::<Index>().prop_map(Self::Early),
            1 => any::<Index>().prop_map(Self::Late),
        ]
    }

    /// The place in a file of `length` bytes, from 0 to `length`.
    pub fn of(&self, length: usize) -> usize {
        let end = END.min(length);
        match self {
            Self::Anywhere(index) => index.index(length + 1),
            Self::Early(index) => index.index(end + 1),
            Self::Late(index) => length - index.index(end + 1),
        }
    }
}

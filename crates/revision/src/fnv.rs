//! The hash of revisions: 128-bit FNV-1a.
//!
//! Revisions protect against mistakes, not attacks; without a hash library, build scripts compile in a second.

/// Parameters of <http://www.isthe.com/chongo/tech/comp/fnv/>.
const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A running hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fnv128(u128);

impl Default for Fnv128 {
    fn default() -> Self {
        Self(OFFSET)
    }
}

impl Fnv128 {
    /// Adds bytes and their number, so that different splits give different hashes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// The hash as 32 hexadecimal digits.
    pub(crate) fn hexadecimal(self) -> String {
        format!("{:032x}", self.0)
    }
}

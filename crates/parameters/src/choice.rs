//! Enums as parameters with a fixed set of words.

/// An enum whose variants are words; derive it.
pub trait Choice: Sized {
    /// The words, in the order of the variants.
    fn words() -> Vec<&'static str>;

    /// The word of this variant.
    fn as_str(&self) -> &'static str;

    /// The variant of this word.
    fn from_word(word: &str) -> Option<Self>;
}

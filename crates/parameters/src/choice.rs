//! An enum that is one of a few words.

/// An enum that is one of a few words; derive it.
pub trait Choice: Sized {
    /// The words, in the order of the variants.
    fn words() -> Vec<&'static str>;

    /// The word of this variant.
    fn as_str(&self) -> &'static str;

    /// The variant of that word.
    fn from_word(word: &str) -> Option<Self>;
}

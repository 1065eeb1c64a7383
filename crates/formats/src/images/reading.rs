//! How to read pictures.

use rsom_parameters::Choice;

/// How to read pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Meaning of the values.
    pub content: Content,
    /// Which values a picture with a palette has; `None` decides by content, or refuses where both are possible.
    pub palette: Option<PaletteUse>,
}

/// Meaning of the values of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Intensities.
    Intensities,
    /// A mask: every value except 0 is set.
    Mask,
    /// Labels.
    Labels,
}

/// Which values a picture with a palette has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PaletteUse {
    /// The indices, as they are stored.
    Indices,
    /// The colors that the palette gives to the indices.
    Colors,
}

impl Reading {
    /// The values as they are stored, whatever they mean.
    pub const STORED: Self = Self {
        content: Content::Labels,
        palette: Some(PaletteUse::Indices),
    };

    /// A content, with the default use of palettes.
    #[must_use]
    pub const fn of(content: Content) -> Self {
        Self {
            content,
            palette: None,
        }
    }
}

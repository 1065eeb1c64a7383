//! The languages in which a table is written.

use super::cells::Cells;
use super::{html, latex, markdown, typst};

/// A language for tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// GitHub-flavored Markdown.
    Markdown,
    /// A LaTeX `tabular` with booktabs rules.
    Latex,
    /// Typst.
    Typst,
    /// An HTML page.
    Html,
}

impl Markup {
    /// The texts in this language.
    pub(super) fn written(self, cells: Cells) -> String {
        match self {
            Markup::Markdown => markdown::rendered(cells),
            Markup::Latex => latex::rendered(&cells),
            Markup::Typst => typst::rendered(&cells),
            Markup::Html => html::rendered(&cells),
        }
    }
}

//! The formats of tables for a paper.

use std::path::Path;

use rsom_parameters::Choice;
use rsom_stage::StageError;

use crate::publication::Markup;

/// A format, by its name or by the ending of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub(super) enum Format {
    Markdown,
    Latex,
    Typst,
    Html,
    Csv,
    Md,
    Tex,
    Typ,
}

impl Format {
    /// The language of the format; `None` for CSV.
    pub(super) fn markup(self) -> Option<Markup> {
        Some(match self {
            Self::Markdown | Self::Md => Markup::Markdown,
            Self::Latex | Self::Tex => Markup::Latex,
            Self::Typst | Self::Typ => Markup::Typst,
            Self::Html => Markup::Html,
            Self::Csv => return None,
        })
    }

    /// The format: the given one, or that of the output's ending, else Markdown.
    ///
    /// # Errors
    /// Exit code 2: the ending is that of another format.
    pub(super) fn of(given: Option<Self>, output: Option<&Path>) -> Result<Self, StageError> {
        let ending = output
            .and_then(Path::extension)
            .map(|e| e.to_string_lossy());
        let by_ending = match ending.as_deref() {
            Some("md") => Some(Self::Markdown),
            Some("tex") => Some(Self::Latex),
            Some("typ") => Some(Self::Typst),
            Some("html" | "htm") => Some(Self::Html),
            Some("csv") => Some(Self::Csv),
            _ => None,
        };
        let given = given.map(|given| match given {
            Self::Md => Self::Markdown,
            Self::Tex => Self::Latex,
            Self::Typ => Self::Typst,
            other => other,
        });
        match (given, by_ending) {
            (Some(given), Some(ending)) if given != ending => Err(StageError::usage(format_args!(
                "--format {} does not fit the ending of --output, which means {}; change one of them, or leave --format out",
                given.as_str(),
                ending.as_str()
            ))),
            (given, ending) => Ok(given.or(ending).unwrap_or(Self::Markdown)),
        }
    }
}

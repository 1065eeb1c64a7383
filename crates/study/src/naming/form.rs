//! Names of one form: the same separators in the same order.

use std::ops::Range;

/// Names of one form, cut at their separators.
pub(super) struct Form<'n> {
    stems: Vec<&'n str>,
    /// The places of the pieces in each name.
    pieces: Vec<Vec<Range<usize>>>,
}

/// Where names are cut.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(c, '/' | '_' | '-' | '.' | ' ')
}

impl<'n> Form<'n> {
    /// Cuts names; `None` if they have no common form.
    pub(super) fn of(stems: &[&'n str]) -> Option<Self> {
        let separators =
            |stem: &str| -> String { stem.chars().filter(|c| is_separator(*c)).collect() };
        let wanted = separators(stems.first()?);
        let is_alike = stems.iter().all(|stem| separators(stem) == wanted);
        is_alike.then(|| Self {
            stems: stems.to_vec(),
            pieces: stems.iter().map(|stem| pieces(stem)).collect(),
        })
    }

    /// The number of pieces of each name.
    pub(super) fn len(&self) -> usize {
        self.pieces.first().map_or(0, Vec::len)
    }

    /// The text of neighboring pieces of each name, with what stands between them.
    pub(super) fn column(&self, span: &Range<usize>) -> Vec<&'n str> {
        let names = self.stems.iter().zip(&self.pieces);
        names
            .map(|(stem, pieces)| &stem[pieces[span.start].start..pieces[span.end - 1].end])
            .collect()
    }
}

fn pieces(stem: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut found = Vec::new();
    for (at, c) in stem.char_indices().filter(|(_, c)| is_separator(*c)) {
        found.push(start..at);
        start = at + c.len_utf8();
    }
    found.push(start..stem.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_form_are_cut_at_separators() {
        let form = Form::of(&["a/S01_v1", "b/Ü2_v2"]).unwrap();
        assert_eq!(form.len(), 3);
        assert_eq!(form.column(&(1..2)), ["S01", "Ü2"]);
        assert_eq!(form.column(&(1..3)), ["S01_v1", "Ü2_v2"]);
        assert!(Form::of(&["a_1", "b"]).is_none() && Form::of(&[]).is_none());
    }
}

//! Which rows share a random intercept.

use std::collections::BTreeMap;

use crate::{Level, StatsError};

/// Subjects, and what is nested in them.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    /// The smallest group of each row: the visit in a subject, or the subject. Groups of one subject are neighbors.
    pub inner_of_row: Vec<usize>,
    /// The subject of each smallest group. Without nesting, the groups themselves.
    pub outer_of_inner: Vec<usize>,
    /// Number of levels of random intercepts: 0, 1 or 2.
    pub levels: usize,
    /// The name of each smallest group, as `subject/visit`.
    pub inner_names: Vec<String>,
    /// The name of each subject.
    pub outer_names: Vec<String>,
}

impl Grouping {
    /// The groups of rows from the levels of their columns, the subject first. Without columns, all rows are one group
    /// without an effect.
    ///
    /// # Errors
    /// Groups that a random intercept cannot use: one subject, one row in each group, one visit in each subject.
    pub(crate) fn of(
        names: &[String],
        columns: &[Vec<Level>],
        rows: usize,
    ) -> Result<Self, StatsError> {
        let keys = |row: usize| -> Vec<&Level> { columns.iter().map(|c| &c[row]).collect() };
        let mut groups: BTreeMap<Vec<&Level>, usize> =
            (0..rows).map(|row| (keys(row), 0)).collect();
        for (place, index) in groups.values_mut().enumerate() {
            *index = place;
        }
        let mut outer_names: Vec<String> = Vec::new();
        let mut outer_of_inner = Vec::new();
        let mut previous: Option<&Level> = None;
        for key in groups.keys() {
            let subject = key.first().copied();
            if subject != previous || outer_names.is_empty() {
                outer_names.push(subject.map_or(String::new(), Level::to_string));
                previous = subject;
            }
            outer_of_inner.push(outer_names.len() - 1);
        }
        let joined = |key: &Vec<&Level>| {
            let parts: Vec<String> = key.iter().map(|level| level.to_string()).collect();
            parts.join("/")
        };
        let grouping = Self {
            inner_of_row: (0..rows).map(|row| groups[&keys(row)]).collect(),
            inner_names: groups.keys().map(joined).collect(),
            outer_of_inner,
            levels: columns.len(),
            outer_names,
        };
        grouping.check(names)?;
        Ok(grouping)
    }

    fn check(&self, names: &[String]) -> Result<(), StatsError> {
        let (rows, inner, outer) = (
            self.inner_of_row.len(),
            self.inner_names.len(),
            self.outer_names.len(),
        );
        let problem = match names {
            [] => return Ok(()),
            [subject, ..] if outer < 2 => format!(
                "all rows have the same {subject}; a random intercept needs at least two, so remove (1|{subject})"
            ),
            [subject] if inner == rows => format!(
                "every {subject} has one row, so a random intercept cannot be told from the residual; remove (1|{subject}), or use rows that are not averaged"
            ),
            [subject, nested] if inner == rows => format!(
                "every {nested} of a {subject} has one row, so its random intercept cannot be told from the residual; write (1|{subject})"
            ),
            [subject, nested] if inner == outer => format!(
                "every {subject} has one {nested}, so their random intercepts cannot be told apart; write (1|{subject})"
            ),
            _ => return Ok(()),
        };
        Err(StatsError::BadModel(problem))
    }
}

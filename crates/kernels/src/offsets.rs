//! Where the terms of sums start in a flat slice.

/// One offset for each term, and the largest of them, which is found once: kernels are called many times with the same offsets, and check
/// each time that they stay inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offsets {
    all: Vec<usize>,
    largest: usize,
}

impl Offsets {
    /// The offsets, in elements.
    pub(super) fn all(&self) -> &[usize] {
        &self.all
    }

    /// Number of offsets.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The largest offset; 0 if there is none.
    pub(super) fn largest(&self) -> usize {
        self.largest
    }
}

impl FromIterator<usize> for Offsets {
    fn from_iter<I: IntoIterator<Item = usize>>(offsets: I) -> Self {
        let all: Vec<usize> = offsets.into_iter().collect();
        let largest = all.iter().copied().max().unwrap_or(0);
        Self { all, largest }
    }
}

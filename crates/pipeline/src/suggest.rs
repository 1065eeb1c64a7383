//! Suggests a name for a misspelled one.

use std::collections::BTreeSet;

/// ` (did you mean 'x'?)` if a known name is close to the given one, else the list of known names.
pub(crate) fn hint<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let length = given.chars().count();
    let best = close(given, known.iter().copied()).min();
    let given = given.to_lowercase();
    // A name without its first or last word, as thickness_um for layer_thickness_um.
    let longer = known
        .iter()
        .filter(|name| length >= LEAST_PART && name.to_lowercase().contains(&given));
    let best = best.or_else(|| longer.map(|name| (name.len(), *name)).min());
    match best {
        Some((_, name)) => format!(" (did you mean '{name}'?)"),
        None if known.is_empty() => String::new(),
        None => format!(" (known: {})", known.join(", ")),
    }
}

/// The only known name that is close to the given one. `None` if none is, or several are: then it is not certain which one is meant.
pub(crate) fn only<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found: BTreeSet<&str> = close(given, known).map(|(_, name)| name).collect();
    let mut found = found.into_iter();
    found.next().filter(|_| found.next().is_none())
}

/// The known names that are close to the given one, with the number of edits.
fn close<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    let length = given.chars().count();
    // A word of one letter is close to any other.
    let allowed = if length < 2 { 0 } else { (length / 3).max(1) };
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(move |name| (distance(&given, &name.to_lowercase()), name))
        .filter(move |(distance, _)| *distance <= allowed)
}

/// Fewest letters of a part of a name that suggest the whole name.
const LEAST_PART: usize = 4;

/// Number of edits between two words: insertions, deletions, replacements and swaps of neighbors (optimal string
/// alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbors_is_one_edit() {
        assert_eq!(distance("trian", "train"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn a_close_name_is_suggested_and_a_far_one_lists_all() {
        assert_eq!(
            hint("trian", ["train", "predict"]),
            " (did you mean 'train'?)"
        );
        assert_eq!(hint("x", ["train", "predict"]), " (known: train, predict)");
        assert_eq!(hint("x", ["y"]), " (known: y)");
        assert_eq!(hint("S", ["s"]), " (did you mean 's'?)");
        assert_eq!(hint("x", []), "");
    }

    #[test]
    fn a_name_is_certain_only_if_no_other_is_close() {
        assert_eq!(only("trian", ["train", "predict"]), Some("train"));
        assert_eq!(only("sees", ["seed", "seeds"]), None);
        assert_eq!(only("thickness", ["layer_thickness"]), None);
        assert_eq!(only("x", ["y"]), None);
    }
}

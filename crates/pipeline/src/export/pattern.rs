//! The paths of a step's outputs as patterns with one wildcard, where they are alike.

use std::collections::BTreeSet;

/// A path with one part that differs from task to task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub before: String,
    pub after: String,
}

impl Pattern {
    /// Whether a path is of this form, with any text at the place of the wildcard.
    pub fn fits(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&*self.before);
        rest.and_then(|rest| rest.strip_suffix(&*self.after))
            .is_some_and(|middle| !middle.is_empty())
    }
}

/// One pattern for each output, and the text at its wildcard for each task, the same in all outputs of a task.
///
/// `paths` has, for each task, the path of each output. `None` if there is no such pattern, or if it fits a path of another task.
pub(crate) fn patterns(paths: &[Vec<&str>]) -> Option<(Vec<Pattern>, Vec<String>)> {
    let outputs = paths.first()?.len();
    let mut patterns = Vec::new();
    let mut wildcards: Option<Vec<String>> = None;
    for output in 0..outputs {
        let of_output: Vec<&str> = paths
            .iter()
            .filter_map(|task| task.get(output).copied())
            .collect();
        let pattern = common(&of_output)?;
        let middle = |path: &&str| {
            let end = path.len() - pattern.after.len();
            path[pattern.before.len()..end].to_owned()
        };
        let own: Vec<String> = of_output.iter().map(middle).collect();
        if wildcards.as_ref().is_some_and(|known| *known != own) || own.len() != paths.len() {
            return None;
        }
        wildcards = Some(own);
        patterns.push(pattern);
    }
    let wildcards = wildcards?;
    let different: BTreeSet<&String> = wildcards.iter().collect();
    (different.len() == wildcards.len()).then_some((patterns, wildcards))
}

/// What all paths begin and end with, so that something is left of each.
fn common(paths: &[&str]) -> Option<Pattern> {
    let first = paths.first()?;
    let shortest = paths.iter().map(|path| path.chars().count()).min()?;
    let same_at_start = |n: usize, c: char| paths.iter().all(|path| path.chars().nth(n) == Some(c));
    let before: String = (first.chars().take(shortest - 1).enumerate())
        .take_while(|(n, c)| same_at_start(*n, *c))
        .map(|(_, c)| c)
        .collect();
    let left = shortest - 1 - before.chars().count();
    let same_at_end = |n: usize, c: char| {
        paths
            .iter()
            .all(|path| path.chars().rev().nth(n) == Some(c))
    };
    let mut after: Vec<char> = (first.chars().rev().take(left).enumerate())
        .take_while(|(n, c)| same_at_end(*n, *c))
        .map(|(_, c)| c)
        .collect();
    after.reverse();
    Some(Pattern {
        before,
        after: after.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_of_a_step_share_their_wildcard() {
        let paths = [
            vec![
                "prepared/p1_layer4.nii.gz",
                "prepared/p1_layer4_mask.nii.gz",
            ],
            vec![
                "prepared/p2_layer5.nii.gz",
                "prepared/p2_layer5_mask.nii.gz",
            ],
        ];
        let (patterns, wildcards) = patterns(&paths).unwrap();
        assert_eq!(wildcards, ["1_layer4", "2_layer5"]);
        assert_eq!(
            (&*patterns[1].before, &*patterns[1].after),
            ("prepared/p", "_mask.nii.gz")
        );
        assert!(patterns[0].fits("prepared/p1_layer4_mask.nii.gz"));
        assert!(!patterns[1].fits("prepared/p1_layer4.nii.gz"));
    }

    #[test]
    fn something_is_left_of_each_path_whatever_is_alike() {
        for (one, other, wildcards) in [
            ("a.txt", "ab.txt", ["a", "ab"]),
            ("aa", "aaa", ["a", "aa"]),
            ("ü1", "ü2", ["1", "2"]),
            ("x/1/1.txt", "x/2/2.txt", ["1/1", "2/2"]),
        ] {
            let (patterns, found) = patterns(&[vec![one], vec![other]]).unwrap();
            let whole =
                |middle: &String| format!("{}{middle}{}", patterns[0].before, patterns[0].after);
            assert_eq!([whole(&found[0]), whole(&found[1])], [one, other]);
            assert!(
                found.iter().all(|middle| !middle.is_empty()),
                "{wildcards:?} {found:?}"
            );
        }
    }

    #[test]
    fn outputs_with_different_parts_have_no_pattern() {
        assert!(patterns(&[vec!["a1", "b2"], vec!["a2", "b1"]]).is_none());
        assert!(patterns(&[]).is_none());
        assert!(patterns(&[vec![], vec![]]).is_none());
    }
}

//! Deals subjects to folds, at random and balanced by group.

use std::collections::BTreeMap;

use rsom_stage::fingerprint;

use crate::ScanEntry;
use crate::natural::natural;

/// How to deal subjects to folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folds {
    /// Number of folds. 0 for none.
    pub count: u32,
    /// Seed of the random order.
    pub seed: u64,
}

impl Folds {
    /// Sets the fold of each scan. All scans of a subject get the same one.
    ///
    /// The subjects of each group are dealt to the folds in turn, in the order of the SHA-256 of seed and name, which is the
    /// same on every machine. Each group goes on where the one before it ended. So two folds differ by at most one subject of
    /// each group, and by at most one subject in all.
    pub fn deal(self, scans: &mut [ScanEntry]) {
        if self.count == 0 {
            return;
        }
        let mut groups: BTreeMap<Option<String>, BTreeMap<String, String>> = BTreeMap::new();
        for scan in scans.iter() {
            let order = fingerprint::of_bytes(format!("{} {}", self.seed, scan.subject).as_bytes());
            let subjects = groups.entry(scan.group.clone()).or_default();
            subjects.insert(order, scan.subject.clone());
        }
        let mut folds: BTreeMap<String, u32> = BTreeMap::new();
        let mut next = 0;
        for subject in groups.into_values().flat_map(BTreeMap::into_values) {
            // A subject in two groups keeps its first fold.
            folds.entry(subject).or_insert_with(|| {
                let fold = next % self.count;
                next += 1;
                fold
            });
        }
        for scan in scans {
            scan.fold = folds.get(&scan.subject).copied();
        }
    }
}

/// The number of subjects of each group in each fold, in words: `fold 0: 2 control, 1 patient; fold 1: …`. Empty without
/// folds.
#[must_use]
pub fn fold_counts(scans: &[ScanEntry]) -> String {
    let mut subjects: BTreeMap<(u32, Option<&str>), BTreeMap<Vec<_>, ()>> = BTreeMap::new();
    for scan in scans {
        if let Some(fold) = scan.fold {
            let of_group = subjects.entry((fold, scan.group.as_deref())).or_default();
            of_group.insert(natural(&scan.subject), ());
        }
    }
    let mut folds: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for ((fold, group), names) in subjects {
        let count = names.len();
        let group = group.unwrap_or(if count == 1 { "subject" } else { "subjects" });
        folds
            .entry(fold)
            .or_default()
            .push(format!("{count} {group}"));
    }
    let line = |(fold, counts): (u32, Vec<String>)| format!("fold {fold}: {}", counts.join(", "));
    folds.into_iter().map(line).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scans(groups: &[&str], visits: usize) -> Vec<ScanEntry> {
        let subjects = groups.iter().enumerate();
        let scans = subjects.flat_map(|(n, group)| {
            (0..visits).map(move |visit| {
                let mut scan = ScanEntry::new(&format!("s{n}_{visit}"), &format!("s{n}"));
                scan.group = (!group.is_empty()).then(|| (*group).to_owned());
                scan
            })
        });
        scans.collect()
    }

    fn dealt(groups: &[&str], count: u32, seed: u64) -> Vec<ScanEntry> {
        let mut scans = scans(groups, 2);
        Folds { count, seed }.deal(&mut scans);
        scans
    }

    fn counts(scans: &[ScanEntry], count: u32, is_in: impl Fn(&ScanEntry) -> bool) -> Vec<usize> {
        let of = |fold| {
            (scans.iter())
                .filter(|s| s.fold == Some(fold) && is_in(s))
                .count()
        };
        (0..count).map(of).collect()
    }

    /// Patients and controls enrolled in turn, as in the fold per parity that a plain deal gives.
    #[test]
    fn groups_enrolled_in_turn_are_in_every_fold() {
        let groups: Vec<&str> = (0..12).map(|n| ["patient", "control"][n % 2]).collect();
        let scans = dealt(&groups, 2, 0);
        let said = fold_counts(&scans);
        assert_eq!(
            said,
            "fold 0: 3 control, 3 patient; fold 1: 3 control, 3 patient"
        );
        assert_eq!(
            fold_counts(&dealt(&["", "", ""], 2, 0)),
            "fold 0: 2 subjects; fold 1: 1 subject"
        );
    }

    #[test]
    fn another_seed_deals_otherwise_and_the_same_one_alike() {
        let groups = [""; 20];
        let folds = |seed| {
            dealt(&groups, 4, seed)
                .iter()
                .map(|s| s.fold)
                .collect::<Vec<_>>()
        };
        assert_eq!(folds(1), folds(1));
        assert_ne!(folds(1), folds(2));
        let in_turn: Vec<_> = (0..20).flat_map(|n| [Some(n % 4); 2]).collect();
        assert_ne!(folds(1), in_turn);
    }

    proptest! {
        #[test]
        fn folds_are_balanced_and_keep_subjects_together(
            groups in proptest::collection::vec(prop_oneof!["a", "b", "c"], 1..40),
            count in 1_u32..8,
            seed in any::<u64>(),
        ) {
            let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
            let scans = dealt(&groups, count, seed);
            for pair in scans.chunks(2) {
                prop_assert_eq!(pair[0].fold, pair[1].fold);
            }
            let balanced = |counts: Vec<usize>| counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 2;
            prop_assert!(balanced(counts(&scans, count, |_| true)));
            for group in ["a", "b", "c"] {
                prop_assert!(balanced(counts(&scans, count, |s| s.group.as_deref() == Some(group))));
            }
        }
    }
}

//! Deals subjects to folds, at random and balanced by group and other attributes.

use std::collections::BTreeMap;

use rsom_stage::fingerprint;
use serde_json::Value;

use crate::ScanEntry;
use crate::natural::natural;

/// How to deal subjects to folds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folds {
    /// Number of folds. 0 for none.
    pub count: u32,
    /// Seed of the random order.
    pub seed: u64,
    /// Attributes by which folds are balanced, the most important one first.
    pub balance: Vec<String>,
}

/// Most folds that subjects are dealt to.
pub const MOST_FOLDS: u32 = 1000;
/// Numbers with more values than this are balanced by the thirds of the subjects: low, middle, high.
const MOST_LEVELS: usize = 5;

impl Folds {
    /// Sets the fold of each scan that has none. All scans of a subject get the same one; folds that are set already stay, and
    /// count.
    ///
    /// The subjects are dealt in the order of the first attribute, and within each of its values in the order of the SHA-256 of
    /// seed and name, which is the same on every machine. Each goes to one of the folds with the fewest subjects: to the one with
    /// the fewest subjects of its value of the first attribute, among equals of the second one, and so on; then to the first.
    /// So two folds differ by at most one subject in all, and with one attribute by at most one subject of each value.
    ///
    /// A subject has the attributes of its first scan. Numbers of more than five values count as low, middle or high.
    pub fn deal(&self, scans: &mut [ScanEntry]) {
        if self.count == 0 {
            return;
        }
        let known: BTreeMap<String, u32> = (scans.iter())
            .filter_map(|scan| Some((scan.subject.clone(), scan.fold?)))
            .collect();
        let (dealt, new): (Vec<_>, Vec<_>) = (self.subjects(scans).into_iter())
            .partition(|(subject, _)| known.contains_key(subject));
        let mut sizes = vec![0_usize; self.count as usize];
        let mut levels: BTreeMap<(usize, usize, &Option<String>), usize> = BTreeMap::new();
        for (subject, values) in &dealt {
            let fold = known[subject] as usize;
            if let Some(size) = sizes.get_mut(fold) {
                *size += 1;
            }
            for (which, value) in values.iter().enumerate() {
                *levels.entry((fold, which, value)).or_default() += 1;
            }
        }
        let mut folds: BTreeMap<&str, u32> = BTreeMap::new();
        for (subject, values) in &new {
            let least = sizes.iter().min().copied().unwrap_or(0);
            let crowd = |fold: &usize| -> Vec<usize> {
                let of = |(which, value)| levels.get(&(*fold, which, value)).copied().unwrap_or(0);
                values.iter().enumerate().map(of).collect()
            };
            let free = (0..sizes.len()).filter(|fold| sizes[*fold] == least);
            let Some(fold) = free.min_by_key(crowd) else {
                continue;
            };
            sizes[fold] += 1;
            for (which, value) in values.iter().enumerate() {
                *levels.entry((fold, which, value)).or_default() += 1;
            }
            folds.insert(subject, fold as u32);
        }
        for scan in scans {
            if let Some(fold) = folds.get(scan.subject.as_str()) {
                scan.fold = Some(*fold);
            }
        }
    }

    /// The subjects with the levels of their attributes, in the order in which they are dealt.
    fn subjects(&self, scans: &[ScanEntry]) -> Vec<(String, Vec<Option<String>>)> {
        let mut first: BTreeMap<&str, &ScanEntry> = BTreeMap::new();
        for scan in scans {
            first.entry(&scan.subject).or_insert(scan);
        }
        let of_subjects: Vec<&ScanEntry> = first.into_values().collect();
        let columns: Vec<Vec<Option<String>>> = (self.balance.iter())
            .map(|name| {
                levels(
                    of_subjects
                        .iter()
                        .map(|scan| scan.attribute(name))
                        .collect(),
                )
            })
            .collect();
        let mut subjects: Vec<_> = (of_subjects.iter().enumerate())
            .map(|(row, scan)| {
                let values: Vec<_> = columns.iter().map(|column| column[row].clone()).collect();
                let order = format!("{} {}", self.seed, scan.subject);
                let order = fingerprint::of_bytes(order.as_bytes());
                (
                    (values.first().cloned(), order),
                    (scan.subject.clone(), values),
                )
            })
            .collect();
        subjects.sort_by(|(a, _), (b, _)| a.cmp(b));
        subjects.into_iter().map(|(_, subject)| subject).collect()
    }
}

/// The level of each value: the value itself, or the third of a number.
fn levels(values: Vec<Option<Value>>) -> Vec<Option<String>> {
    let mut numbers: Vec<f64> = values.iter().flatten().filter_map(Value::as_f64).collect();
    numbers.sort_by(f64::total_cmp);
    let present = values.iter().flatten().count();
    let mut distinct = numbers.clone();
    distinct.dedup();
    let is_graded = numbers.len() == present && distinct.len() > MOST_LEVELS;
    let third = |value: &Value| {
        let below = |number: f64| numbers.partition_point(|other| *other < number);
        let rank = value.as_f64().map_or(0, below);
        ["low", "middle", "high"][(3 * rank / numbers.len().max(1)).min(2)].to_owned()
    };
    let level = |value: Value| match value {
        value if is_graded => third(&value),
        Value::String(text) => text,
        other => other.to_string(),
    };
    values.into_iter().map(|value| value.map(level)).collect()
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

    fn by(balance: &[&str], count: u32, seed: u64) -> Folds {
        let balance = balance.iter().map(|name| (*name).to_owned()).collect();
        Folds {
            count,
            seed,
            balance,
        }
    }

    fn dealt(groups: &[&str], count: u32, seed: u64) -> Vec<ScanEntry> {
        let mut scans = scans(groups, 2);
        by(&["group"], count, seed).deal(&mut scans);
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

    #[test]
    fn several_attributes_are_balanced_at_once_and_ages_by_thirds() {
        // Two groups of 15, of whom every third smokes; ages from 20 to 78.
        let of_group: Vec<&str> = (0..30).map(|n| ["patient", "control"][n % 2]).collect();
        let mut scans = scans(&of_group, 1);
        for (n, scan) in scans.iter_mut().enumerate() {
            let [smokes, age] = [(n % 3 == 0).into(), (20 + 2 * n).into()];
            scan.attributes = [("smokes".to_owned(), smokes), ("age".to_owned(), age)].into();
        }
        by(&["group", "smokes", "age"], 5, 0).deal(&mut scans);
        let within = |is_in: &dyn Fn(&ScanEntry) -> bool| {
            let counts = counts(&scans, 5, is_in);
            counts.iter().max().unwrap() - counts.iter().min().unwrap()
        };
        assert_eq!(within(&|_| true), 0);
        assert_eq!(within(&|s| s.group.as_deref() == Some("patient")), 0);
        assert!(within(&|s| s.attributes["smokes"] == true) <= 1);
        for ages in [20..40, 40..60, 60..80] {
            assert!(within(&|s| ages.contains(&s.attributes["age"].as_i64().unwrap())) <= 2);
        }
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

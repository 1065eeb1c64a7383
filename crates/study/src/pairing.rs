//! Finds the files of several folders that belong to one scan, by their names.
//!
//! Two names pair if they are equal after the start and the end that all names of a folder share are taken off:
//! `drawn/S01_mask.nii.gz` and `unet/S01.nii.gz`. Starts and ends are taken off at `_`, `-`, `.` and `/` only.

use std::collections::{BTreeMap, BTreeSet};

use crate::naming::{Marks, is_separator};
use crate::valid_name::valid_name;

/// The files of one scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PairedScan {
    /// What the names share.
    pub name: String,
    /// The same, as the name of the scan.
    pub id: String,
    /// The reference first, then one file of each method. Relative to their folders.
    pub files: Vec<String>,
}

/// What was paired, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pairing {
    /// The scans with a file in each folder, in the order of the references.
    pub scans: Vec<PairedScan>,
    /// The other files of each folder.
    pub alone: Vec<Vec<String>>,
}

/// What is taken off the names of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cut {
    /// Number of bytes in all; the least that pairs is taken off.
    length: usize,
    /// Whether folders are taken off.
    folders: bool,
    start: String,
    end: String,
}

/// Pairs the files of folders, the first of which holds the references. `endings` are those of masks, such as `.nii.gz`.
pub(crate) fn pair(folders: &[Vec<String>], endings: &[&str]) -> Pairing {
    let stems: Vec<Vec<&str>> = (folders.iter())
        .map(|names| names.iter().map(|name| stem(name, endings)).collect())
        .collect();
    let keyed: Vec<Vec<(Cut, BTreeMap<String, usize>)>> =
        stems.iter().map(|stems| readings(stems)).collect();
    let Some((references, methods)) = keyed.split_first() else {
        return Pairing::default();
    };
    // The reading of the references that pairs the most, and the best readings of the methods for it.
    let mut best: Option<(usize, Vec<&BTreeMap<String, usize>>)> = None;
    for (_, reference) in references {
        let mut total = 0;
        let mut chosen = vec![reference];
        for readings in methods {
            let shared = |keys: &BTreeMap<String, usize>| {
                keys.keys()
                    .filter(|key| reference.contains_key(*key))
                    .count()
            };
            // Readings are in the order of what they take off, and the first of the best is kept.
            let mut most: Option<(usize, &BTreeMap<String, usize>)> = None;
            for (_, keys) in readings {
                let count = shared(keys);
                if most.is_none_or(|(least, _)| count > least) {
                    most = Some((count, keys));
                }
            }
            if let Some((count, keys)) = most {
                total += count;
                chosen.push(keys);
            }
        }
        if best.as_ref().is_none_or(|(least, _)| total > *least) {
            best = Some((total, chosen));
        }
    }
    let chosen = best.map(|(_, chosen)| chosen).unwrap_or_default();
    collected(folders, &chosen)
}

impl Pairing {
    /// Two files of one scan whose names state two visits, sides, runs or dates, such as `S01_v1` and `S01_v2`.
    pub(crate) fn contradiction(&self, endings: &[&str]) -> Option<[&str; 2]> {
        let of_scan = |scan: &'_ PairedScan| -> Option<(usize, usize)> {
            let marks: Vec<Marks> = (scan.files.iter())
                .map(|name| Marks::of(stem(name, endings)))
                .collect();
            let pairs = (0..marks.len()).flat_map(|a| (a + 1..marks.len()).map(move |b| (a, b)));
            pairs
                .into_iter()
                .find(|(a, b)| marks[*a].contradict(&marks[*b]))
        };
        self.scans.iter().find_map(|scan| {
            let (a, b) = of_scan(scan)?;
            Some([scan.files[a].as_str(), scan.files[b].as_str()])
        })
    }
}

/// The scans that have a file in each folder, and the files that are left.
fn collected(folders: &[Vec<String>], chosen: &[&BTreeMap<String, usize>]) -> Pairing {
    let mut used: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); folders.len()];
    let mut scans: BTreeMap<usize, PairedScan> = BTreeMap::new();
    if chosen.len() == folders.len() {
        for (key, reference) in chosen[0] {
            let places: Option<Vec<usize>> =
                chosen.iter().map(|keys| keys.get(key).copied()).collect();
            let Some(places) = places else { continue };
            let files = places.iter().zip(folders).zip(&mut used);
            let files = files.map(|((place, names), used)| {
                used.insert(*place);
                names[*place].clone()
            });
            let scan = PairedScan {
                name: key.clone(),
                id: valid_name(key),
                files: files.collect(),
            };
            scans.insert(*reference, scan);
        }
    }
    let alone = folders.iter().zip(&used).map(|(names, used)| {
        let others = names.iter().enumerate();
        let others = others.filter(|(place, _)| !used.contains(place));
        others.map(|(_, name)| name.clone()).collect()
    });
    Pairing {
        alone: alone.collect(),
        scans: scans.into_values().collect(),
    }
}

/// A name without the ending of its format.
fn stem<'n>(name: &'n str, endings: &[&str]) -> &'n str {
    let mut stems = endings
        .iter()
        .filter_map(|ending| name.strip_suffix(ending));
    stems.next().unwrap_or(name)
}

/// All ways to take the shared start and end off the names of a folder, the least first: the names that are left, with their
/// places. Ways that leave nothing of a name, or the same of two, are left out.
fn readings(stems: &[&str]) -> Vec<(Cut, BTreeMap<String, usize>)> {
    let mut cuts = BTreeSet::new();
    for folders in [false, true] {
        let names: Vec<&str> = stems.iter().map(|stem| base(stem, folders)).collect();
        let saved = match folders {
            true => stems
                .iter()
                .zip(&names)
                .map(|(s, n)| s.len() - n.len())
                .max(),
            false => Some(0),
        };
        for start in starts(&names) {
            for end in ends(&names) {
                cuts.insert(Cut {
                    length: start.len() + end.len() + saved.unwrap_or(0),
                    folders,
                    start: start.clone(),
                    end,
                });
            }
        }
    }
    let keys = |cut: &Cut| -> Option<BTreeMap<String, usize>> {
        let mut keys = BTreeMap::new();
        for (place, stem) in stems.iter().enumerate() {
            let name = base(stem, cut.folders).strip_prefix(&cut.start)?;
            let name = name
                .strip_suffix(&cut.end)
                .filter(|name| !name.is_empty())?;
            if keys.insert(name.to_owned(), place).is_some() {
                return None;
            }
        }
        Some(keys)
    };
    let readings = cuts.into_iter();
    readings
        .filter_map(|cut| keys(&cut).map(|keys| (cut, keys)))
        .collect()
}

/// A name without its folders, if asked.
fn base(stem: &str, without_folders: bool) -> &str {
    match stem.rfind('/') {
        Some(slash) if without_folders => &stem[slash + 1..],
        _ => stem,
    }
}

/// The shared starts of names, each up to a separator, and nothing. A single name shares nothing.
fn starts(names: &[&str]) -> Vec<String> {
    let mut found = vec![String::new()];
    let [first, others @ ..] = names else {
        return found;
    };
    if others.is_empty() {
        return found;
    }
    let is_shared = |start: &&str| others.iter().all(|name| name.starts_with(start));
    let cuts = first.char_indices().filter(|(_, c)| is_separator(*c));
    let all = cuts.map(|(place, c)| &first[..place + c.len_utf8()]);
    found.extend(all.take_while(is_shared).map(str::to_owned));
    found
}

/// The shared ends of names, each from a separator on, and nothing.
fn ends(names: &[&str]) -> Vec<String> {
    let mut found = vec![String::new()];
    let [first, others @ ..] = names else {
        return found;
    };
    let is_shared = |end: &&str| others.iter().all(|name| name.ends_with(end));
    let cuts = first.char_indices().rev().filter(|(_, c)| is_separator(*c));
    let all = cuts.map(|(place, _)| &first[place..]);
    found.extend(all.take_while(is_shared).map(str::to_owned));
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENDINGS: [&str; 2] = [".nii.gz", ".nii"];

    fn paired(folders: &[&[&str]]) -> Pairing {
        let owned = |names: &&[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let folders: Vec<Vec<String>> = folders.iter().map(owned).collect();
        pair(&folders, &ENDINGS)
    }

    fn ids(pairing: &Pairing) -> Vec<&str> {
        pairing.scans.iter().map(|scan| scan.id.as_str()).collect()
    }

    #[test]
    fn equal_names_pair_whatever_their_endings() {
        let pairing = paired(&[
            &["S1_v1.nii.gz", "S1_v2.nii.gz"],
            &["S1_v2.nii", "S1_v1.nii"],
        ]);
        assert_eq!(ids(&pairing), ["S1_v1", "S1_v2"]);
        assert_eq!(pairing.scans[0].files, ["S1_v1.nii.gz", "S1_v1.nii"]);
        assert_eq!(pairing.alone, [vec![], Vec::<String>::new()]);
    }

    #[test]
    fn shared_starts_and_ends_do_not_matter() {
        let drawn = ["sub-01_ses-1_mask.nii.gz", "sub-02_ses-1_mask.nii.gz"];
        let unet = ["unet/01.nii.gz", "unet/02.nii.gz"];
        let fcn = ["sub-01_ses-1.nii.gz", "sub-02_ses-1.nii.gz"];
        assert_eq!(ids(&paired(&[&drawn, &unet])), ["01", "02"]);
        // As little is taken off as pairs all.
        assert_eq!(
            ids(&paired(&[&drawn, &fcn])),
            ["sub-01_ses-1", "sub-02_ses-1"]
        );
        assert_eq!(ids(&paired(&[&drawn, &unet, &fcn])), ["01", "02"]);
        // One file in each folder.
        assert_eq!(ids(&paired(&[&["S1_mask.nii"], &["S1_unet.nii"]])), ["S1"]);
    }

    #[test]
    fn folders_in_folders_do_not_matter_if_the_names_tell_files_apart() {
        let drawn = ["a.nii", "b.nii", "c.nii"];
        let by_fold = ["fold0/a.nii", "fold0/c.nii", "fold1/b.nii"];
        assert_eq!(ids(&paired(&[&drawn, &by_fold])), ["a", "b", "c"]);
        let by_subject = ["a/mask.nii", "b/mask.nii", "c/mask.nii"];
        assert_eq!(ids(&paired(&[&by_subject, &drawn])), ["a", "b", "c"]);
    }

    #[test]
    fn other_subjects_and_other_visits_never_pair() {
        let pairing = paired(&[&["S1_a.nii"], &["S2_a.nii"]]);
        assert_eq!(pairing.scans, []);
        assert_eq!(pairing.alone, [["S1_a.nii"], ["S2_a.nii"]]);
        let visits = ["S1_v1.nii", "S1_v2.nii", "S2_v1.nii"];
        let pairing = paired(&[&visits, &["S1_v1.nii", "S2_v1.nii"]]);
        assert_eq!(ids(&pairing), ["S1_v1", "S2_v1"]);
        assert_eq!(pairing.alone, [vec!["S1_v2.nii"], vec![]]);
        // 1 is not 10.
        let pairing = paired(&[&["S1.nii", "S2.nii"], &["S10.nii", "S2.nii"]]);
        assert_eq!(ids(&pairing), ["S2"]);
    }

    proptest! {
        /// Any start and end that the names of a folder share changes nothing, for several scans and any order of the files.
        #[test]
        fn a_renamed_folder_pairs_the_same(
            ids in proptest::collection::btree_set("[A-Z][0-9]{2}(_v[1-9])?", 2..9),
            start in "([a-z]{1,4}[_-])?",
            end in "([_-][a-z]{1,4})?",
            turned in any::<bool>(),
        ) {
            let reference: Vec<String> = ids.iter().map(|id| format!("{id}.nii.gz")).collect();
            let mut other: Vec<String> = ids.iter().map(|id| format!("{start}{id}{end}.nii")).collect();
            if turned {
                other.reverse();
            }
            let pairing = pair(&[reference.clone(), other], &ENDINGS);
            prop_assert_eq!(pairing.scans.len(), ids.len());
            for (scan, name) in pairing.scans.iter().zip(&reference) {
                let [first, second] = [&scan.files[0], &scan.files[1]];
                prop_assert_eq!(first, name);
                let middle = second.strip_prefix(&start).unwrap().strip_suffix(".nii").unwrap();
                prop_assert_eq!(middle.strip_suffix(&end).unwrap(), stem(first, &ENDINGS));
            }
        }
    }
}

//! A cohort of phantoms: subjects, scans and their seeds.

use crate::random::streams::{Purpose, Streams};

/// One scan of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Number of the subject, from 1.
    pub subject: usize,
    /// Number of the scan among the subject's, from 1.
    pub scan: usize,
    /// Seed of the properties that the subject's scans share, for [`crate::Subject::draw`].
    pub subject_seed: u32,
    /// Seed of the scan itself, for [`crate::generate`].
    pub seed: u32,
}

/// The members of a cohort, subject by subject.
///
/// A member does not depend on the size of the cohort: a larger cohort contains the smaller one.
#[must_use]
pub fn cohort(seed: u64, subjects: usize, scans_per_subject: usize) -> Vec<Member> {
    let streams = Streams::new(seed);
    (1..=subjects)
        .flat_map(|subject| {
            let mut draw = streams.open(Purpose::Cohort, subject);
            let subject_seed = draw.word();
            (1..=scans_per_subject).map(move |scan| Member {
                subject,
                scan,
                subject_seed,
                seed: draw.word(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_grows_without_changing() {
        let (small, large) = (cohort(7, 2, 2), cohort(7, 3, 3));
        for member in &small {
            assert!(large.contains(member));
        }
        assert_eq!(large.len(), 9);
    }

    #[test]
    fn a_subject_has_one_seed_and_every_scan_its_own() {
        let members = cohort(7, 20, 3);
        assert!(
            members
                .chunks(3)
                .all(|c| c[0].subject_seed == c[2].subject_seed)
        );
        let mut seeds: Vec<u32> = members.iter().map(|m| m.seed).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 60);
    }
}

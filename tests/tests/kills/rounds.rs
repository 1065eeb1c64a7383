//! Kills at random moments.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::test_runner::{RngAlgorithm, TestRng};
use rand::RngExt;

use crate::kill::{KINDS, Kill};
use crate::study::{Study, finished, undisturbed};

/// Kills unless `RSOM_KILLS` says otherwise.
const KILLS: usize = 50;
/// Seed unless `RSOM_KILLS_SEED` says otherwise.
const SEED: u64 = 20_261_128;
/// Rounds at the same time.
const THREADS: usize = 2;
/// Most kills of one study before it is finished.
const MOST_IN_A_ROW: usize = 3;

/// Kills of one study, each at a part of the time of an undisturbed run.
type Round = Vec<(Kill, f64)>;

#[test]
fn a_killed_study_is_finished_by_the_next_run() {
    let started = Instant::now();
    let expected = undisturbed();
    // Two runs, one of which did nothing.
    let whole = started.elapsed();
    let rounds = rounds();
    let killed: usize = std::thread::scope(|scope| {
        let shares = (0..THREADS).map(|share| {
            let (rounds, expected) = (rounds.iter().skip(share).step_by(THREADS), &expected);
            scope.spawn(move || rounds.map(|r| disturbed(r, whole, expected)).sum::<usize>())
        });
        let shares: Vec<_> = shares.collect();
        let counts = shares.into_iter().map(|share| match share.join() {
            Ok(count) => count,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        counts.sum()
    });
    let planned = rounds.iter().map(Vec::len).sum::<usize>();
    assert!(
        2 * killed > planned,
        "{killed} of {planned} kills found a process"
    );
}

/// Runs a study, kills it, perhaps again, and finishes it. Returns the number of kills that found a process.
fn disturbed(round: &Round, whole: Duration, expected: &BTreeMap<String, Vec<u8>>) -> usize {
    let study = Study::new();
    let mut found = 0;
    for (kill, part) in round {
        let before = study.leftovers();
        let runner = study.start();
        std::thread::sleep(whole.mul_f64(*part));
        found += usize::from(kill.apply(&runner) > 0);
        let end = finished(runner);
        let what = format!("{round:?}: {end:?}");
        assert!(matches!(end.code, None | Some(0 | 1 | 130)), "{what}");
        if kill.runner && end.code == Some(130) {
            // The runner stops its tasks before it ends. One that is stopped before it listens to signals has none, but a
            // task of the round before may still write.
            let mut left = study.leftovers();
            left.retain(|name| name.contains(".partial") && !before.contains(name));
            assert_eq!(left, Vec::<String>::new(), "{what}");
        }
    }
    study.finish(expected, &format!("{round:?}"));
    found
}

/// The rounds of a seed.
fn rounds() -> Vec<Round> {
    let kills = number("RSOM_KILLS", KILLS as u64) as usize;
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number("RSOM_KILLS_SEED", SEED).to_le_bytes());
    let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut rounds = Vec::new();
    let mut planned = 0;
    while planned < kills {
        let in_a_row = random.random_range(1..=MOST_IN_A_ROW).min(kills - planned);
        let round = (0..in_a_row).map(|i| {
            (
                KINDS[(planned + i) % KINDS.len()],
                random.random_range(0.0..1.0),
            )
        });
        rounds.push(round.collect());
        planned += in_a_row;
    }
    rounds
}

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => (text.parse().ok()).unwrap_or_else(|| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

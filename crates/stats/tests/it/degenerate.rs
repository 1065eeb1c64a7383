//! Samples that show nothing or nearly nothing: each has a row with a reason, or one clear error.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::table::Table;

use crate::desk::{Desk, dice, outcomes};

const SUBJECTS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Paired values at `x` and `y`, by place and subject.
fn pairs(n: usize, value: impl Fn(usize, usize) -> f64) -> Table {
    let mut rows = Vec::new();
    for (place, arm) in ["x", "y"].iter().enumerate() {
        for (i, subject) in SUBJECTS.iter().take(n).enumerate() {
            rows.push((*subject, 1, None, *arm, value(place, i)));
        }
    }
    dice(&rows)
}

/// Independent groups of these sizes.
fn groups(sizes: [usize; 2], value: impl Fn(usize) -> f64) -> Table {
    let arms = [vec!["x"; sizes[0]], vec!["y"; sizes[1]]].concat();
    let rows = SUBJECTS.iter().zip(arms).enumerate();
    let rows: Vec<_> = rows
        .map(|(i, (s, arm))| (*s, 1, None, arm, value(i)))
        .collect();
    dice(&rows)
}

/// The value of a column in the first row, as text.
fn first(table: &Table, name: &str) -> String {
    table.values(name).unwrap().cell(0).to_string()
}

const COMMANDS: [&str; 6] = [
    "compare --factor arm --baseline x",
    "equivalence --factor arm --baseline x --margin dice=0.1",
    "equivalence --factor arm --baseline x --margin dice=0.1 --test means",
    "agreement --factor arm --baseline x",
    "ranking --factor arm --higher-is-better true",
    "model --formula dice~arm+(1|subject)",
];

/// Runs every paired command; each succeeds with a row, or says in one line what is wrong, with exit code 2 or 3.
fn each(table: &Table) -> Vec<Option<Table>> {
    COMMANDS
        .iter()
        .map(|command| {
            let desk = Desk::with(table);
            let metric = if command.starts_with("model") {
                ""
            } else {
                "--metric dice"
            };
            let output = desk.run(&format!(
                "{command} {metric} --input m.parquet --output t.parquet"
            ));
            if desk.at("t.parquet").exists() {
                output.expect_code(0);
                let found = outcomes(&desk.at("t.parquet"));
                for column in found.columns() {
                    let texts = column.values.cells().map(|cell| cell.to_string());
                    assert!(
                        texts.into_iter().all(|t| t != "NaN" && t != "inf"),
                        "{command}"
                    );
                }
                return Some(found);
            }
            assert!(
                matches!(output.code, Some(2 | 3)),
                "{command}: {:?}",
                output.code
            );
            let lines = output.stderr.lines().filter(|l| l.starts_with("error:"));
            assert_eq!(lines.count(), 1, "{command}: {}", output.stderr);
            None
        })
        .collect()
}

#[test]
fn one_pair_shows_nothing_and_says_so() {
    let found = each(&pairs(1, |place, _| place as f64));
    let compared = found[0].as_ref().unwrap();
    assert_eq!(
        (first(compared, "n"), first(compared, "p_value")),
        ("1".into(), "1".into())
    );
    assert!(first(compared, "note").contains("can never reach p < 0.05"));
    // A t test, a ranking and a model need two.
    assert!(found[4].is_none() && found[5].is_none());
}

#[test]
fn equal_values_have_a_p_of_one() {
    let found = each(&pairs(6, |_, _| 0.5));
    let compared = found[0].as_ref().unwrap();
    assert_eq!(
        (first(compared, "p_value"), first(compared, "n_zero")),
        ("1".into(), "6".into())
    );
    assert!(first(compared, "note").contains("all differences are zero"));
    let equivalent = found[1].as_ref().unwrap();
    assert_eq!(first(equivalent, "equivalent"), "true");
    // Constant differences have no t, a constant outcome has no model.
    assert!(found[2].is_none() && found[5].is_none());
}

#[test]
fn all_zeros_and_constant_differences_are_no_faults() {
    let zeros = each(&pairs(6, |_, _| 0.0));
    assert!(zeros[0].is_some() && zeros[3].is_none());
    let shifted = each(&pairs(6, |place, i| i as f64 + 0.25 * place as f64));
    let compared = shifted[0].as_ref().unwrap();
    assert_eq!(
        (first(compared, "hl"), first(compared, "p_value")),
        ("0.25".into(), "0.03125".into())
    );
    // The bootstrap has nothing to resample: the mean stands without an interval.
    assert_eq!(first(compared, "mean_difference"), "0.25");
    assert_eq!(first(compared, "mean_difference_low"), "");
}

#[test]
fn values_that_are_not_finite_are_missing_results() {
    let found = each(&pairs(6, |place, i| match (place, i) {
        (1, 0) => f64::NAN,
        (1, 1) => f64::INFINITY,
        _ => i as f64 + 0.1 * place as f64 * (i as f64 + 1.0),
    }));
    let compared = found[0].as_ref().unwrap();
    assert_eq!(
        (first(compared, "n"), first(compared, "n_missing")),
        ("4".into(), "2".into())
    );
    assert!(found[3].is_some() && found[5].is_some());
}

#[test]
fn a_group_of_one_is_tested_and_the_smallest_p_is_stated() {
    let desk = Desk::with(&groups([1, 5], |i| i as f64));
    let line =
        "groups --metric dice --factor arm --baseline y --input m.parquet --output t.parquet";
    desk.run(line).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    // The smallest of six values: 2 of 6 places.
    assert!(first(&t, "p_value").starts_with("0.3333333333"));
    assert!(first(&t, "note").contains("can never reach p < 0.05"));
    std::fs::remove_file(desk.at("t.parquet")).unwrap();
    desk.fails(
        &format!("{line} --test brunner_munzel"),
        3,
        "one_value_in_a_group",
    );
    // One level alone.
    desk.fails(
        &format!("{line} --where arm=y"),
        3,
        "no test was made: no level of arm other than the baseline y",
    );
}

#[test]
fn equal_groups_have_a_p_of_one() {
    let desk = Desk::with(&groups([3, 3], |_| 0.5));
    let line =
        "groups --metric dice --factor arm --baseline x --input m.parquet --output t.parquet";
    desk.run(line).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    assert_eq!(
        (first(&t, "p_value"), first(&t, "effect_size")),
        ("1".into(), "0".into())
    );
}

#[test]
fn a_model_that_the_data_do_not_determine_says_why() {
    let desk = Desk::with(&pairs(6, |place, i| {
        (i * i) as f64 + place as f64 * (i as f64)
    }));
    let line = "model --input m.parquet --output t.parquet --formula";
    // A factor with one level; a constant column.
    desk.fails(
        &format!("{line} dice~arm+(1|subject) --where arm=x"),
        3,
        "no model was fitted",
    );
    desk.fails(
        &format!("{line} dice~arm+scan+(1|subject)"),
        3,
        "no model was fitted",
    );
}

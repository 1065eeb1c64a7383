//! From measurements to compared levels: units, pairs, missing values, families.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_stats::bootstrap::MeanInterval;
use rsom_stats::{
    Adjustment, Against, Aggregate, Alternative, Comparison, ComparisonConfig, ComparisonPlan,
    Family, Level, Measurement, Method, Missing, PairedTest, Quantity, StatsError, WilcoxonConfig,
    ZeroMethod, compare, gather, note,
};

const CONFIG: ComparisonConfig = ComparisonConfig {
    kind: PairedTest::SignedRank,
    test: WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method: ZeroMethod::Wilcox,
        method: Method::Exact,
        continuity_correction: false,
    },
    adjustment: Adjustment::Holm,
    family: Family::Metric,
    confidence: 0.95,
    missing: Missing::LeaveOut,
    replicates: 0,
    mean_interval: MeanInterval::StudentT,
    seed: 0,
};

fn measured(metric: &str, s: &str, place: (usize, usize), value: Option<f64>) -> Measurement {
    let (subject, slice) = place;
    let subject = Level::text(&format!("eye{subject}"));
    Measurement {
        quantity: Quantity {
            metric: metric.to_owned(),
            label: None,
            surface: None,
        },
        condition: vec![Level::text("unet"), Level::parse(s)],
        unit: vec![subject.clone()],
        occasion: vec![Some(subject), Some(Level::number(slice as f64))],
        value,
        status: if value.is_some() {
            "ok"
        } else {
            "empty_prediction"
        }
        .to_owned(),
    }
}

/// Three slices of each of `subjects`, whose value grows with the subject and drops by `gain` against s = 0.
fn slices(metric: &str, s: &str, subjects: usize, gain: f64) -> Vec<Measurement> {
    (0..subjects)
        .flat_map(|subject| {
            (0..3).map(move |slice| {
                let value =
                    subject as f64 + slice as f64 * 0.1 - gain * (1.0 + subject as f64 / 8.0);
                measured(metric, s, (subject, slice), Some(value))
            })
        })
        .collect()
}

fn run(measurements: &[Measurement]) -> Vec<Comparison> {
    run_with(measurements, CONFIG)
}

fn run_with(measurements: &[Measurement], config: ComparisonConfig) -> Vec<Comparison> {
    let samples = gather(measurements, Aggregate::Mean).unwrap();
    compare(
        &samples,
        "s",
        Against::Baseline(&Level::parse("0")),
        &ComparisonPlan::of(config),
    )
    .unwrap()
}

#[test]
fn slices_of_a_subject_count_once() {
    let rows = [slices("dice", "0", 6, 0.0), slices("dice", "10", 6, 1.0)].concat();
    let outcome = &run(&rows)[0];
    let test = outcome.test.as_ref().unwrap();
    assert_eq!((test.n, test.p_value), (6, 0.03125));
    assert_eq!(outcome.baseline_summary.mean, Some(2.6));
    assert_eq!(outcome.contrast.level, Level::number(10.0));
}

#[test]
fn all_pairs_of_levels_are_one_family_and_swapping_two_levels_only_flips_the_sign() {
    let rows = [
        slices("dice", "0", 8, 0.0),
        slices("dice", "10", 8, 0.3),
        slices("dice", "100", 8, 1.0),
    ];
    let samples = gather(&rows.concat(), Aggregate::Mean).unwrap();
    let levels = ["0", "10", "100"].map(Level::parse);
    let compared = |order: &[Level]| {
        compare(
            &samples,
            "s",
            Against::EachBefore(order),
            &ComparisonPlan::of(CONFIG),
        )
        .unwrap()
    };
    let outcomes = compared(&levels);
    let pairs: Vec<String> = outcomes
        .iter()
        .map(|c| format!("{}-{}", c.contrast.level, c.contrast.baseline))
        .collect();
    assert_eq!(pairs, ["10-0", "100-0", "100-10"]);
    // Eight differences of one sign, three tests: 3 · 2 / 2^8.
    assert!(
        outcomes
            .iter()
            .all(|c| c.family_size == 3 && c.p_adjusted == Some(0.0234375))
    );
    // A pair gives what a test against that baseline gives.
    let against_ten = compare(
        &samples,
        "s",
        Against::Baseline(&levels[1]),
        &ComparisonPlan::of(CONFIG),
    )
    .unwrap();
    let alone = against_ten
        .iter()
        .find(|c| c.contrast.level == levels[2])
        .unwrap();
    assert_eq!(outcomes[2].shift, alone.shift);
    assert_eq!(outcomes[2].test, alone.test);
    let mut turned = levels.clone();
    turned.reverse();
    let back = compared(&turned);
    assert_eq!(back[0].contrast.level, levels[1]);
    assert_eq!(back[0].contrast.baseline, levels[2]);
    let shifts = (back[0].shift.unwrap(), outcomes[2].shift.unwrap());
    assert!((shifts.0.estimate + shifts.1.estimate).abs() < 1e-12);
    assert!((shifts.0.low + shifts.1.high).abs() < 1e-12);
    assert_eq!(
        back[0].test.as_ref().unwrap().p_value,
        outcomes[2].test.as_ref().unwrap().p_value
    );
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let mut rows = [slices("dice", "0", 7, 0.0), slices("dice", "10", 7, 0.3)].concat();
    let before = run(&rows);
    rows.reverse();
    rows.swap(3, 17);
    assert_eq!(run(&rows), before);
}

#[test]
fn a_collapsed_network_gives_an_outcome_without_test_and_says_why() {
    let mut rows = [slices("ra_um", "0", 6, 0.0), slices("ra_um", "10", 6, 0.5)].concat();
    rows.extend((0..6).map(|subject| measured("ra_um", "1000", (subject, 0), None)));
    let outcomes = run(&rows);
    let collapsed = &outcomes[1];
    assert_eq!(collapsed.contrast.level, Level::number(1000.0));
    assert_eq!(collapsed.status, "empty_prediction");
    assert_eq!(
        (collapsed.test.as_ref(), collapsed.p_adjusted),
        (None, None)
    );
    assert_eq!(
        (collapsed.pairs.missing.len(), collapsed.n_undefined),
        (6, 6)
    );
    assert!(
        note(collapsed, CONFIG, 0.05)
            .unwrap()
            .starts_with("no pairs: empty_prediction")
    );
    // It counts in the family: R's p.adjust(0.03125, "holm", n = 2).
    assert_eq!(
        (outcomes[0].family_size, outcomes[0].p_adjusted),
        (2, Some(0.0625))
    );
}

#[test]
fn missing_partners_are_counted_and_named() {
    let mut rows = [slices("dice", "0", 8, 0.0), slices("dice", "10", 7, 1.0)].concat();
    rows.retain(|m| !(m.unit[0] == Level::text("eye2") && m.condition[1] == Level::number(0.0)));
    let outcome = &run(&rows)[0];
    let named: Vec<String> = outcome
        .pairs
        .missing
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(named, ["eye2 (baseline absent)", "eye7 (absent)"]);
    assert_eq!(outcome.pairs.level.len(), 6);
    let note = note(outcome, CONFIG, 0.05).unwrap();
    assert!(
        note.contains("without a pair: eye7 (absent), eye2 (baseline absent)"),
        "{note}"
    );
}

#[test]
fn undefined_slices_are_left_out_of_their_subject_and_counted() {
    let mut rows = [slices("dice", "0", 6, 0.0), slices("dice", "10", 6, 1.0)].concat();
    rows[0].value = None;
    rows[1].value = Some(f64::NAN);
    let outcome = &run(&rows)[0];
    assert_eq!(outcome.n_undefined, 2);
    assert_eq!(outcome.test.as_ref().unwrap().n, 6);
    // Subject 0 keeps its third slice only: 0.2 instead of 0.1.
    let mean = outcome.baseline_summary.mean.unwrap();
    assert!((mean - (2.6 + 0.1 / 6.0)).abs() < 1e-12);
}

#[test]
fn five_subjects_are_told_that_they_cannot_reach_significance() {
    let rows = [slices("dice", "0", 5, 0.0), slices("dice", "10", 5, 1.0)].concat();
    let note = note(&run(&rows)[0], CONFIG, 0.05).unwrap();
    assert!(
        note.contains("5 non-zero differences can never reach p < 0.05"),
        "{note}"
    );
    assert!(note.contains("0.0625"), "{note}");
}

#[test]
fn what_a_sample_can_reach_is_told_for_the_method_in_use() {
    let normal = ComparisonConfig {
        test: WilcoxonConfig {
            method: Method::Normal,
            ..CONFIG.test
        },
        ..CONFIG
    };
    let outcome = |subjects| {
        let rows = [
            slices("dice", "0", subjects, 0.0),
            slices("dice", "10", subjects, 1.0),
        ];
        run_with(&rows.concat(), normal).remove(0)
    };
    // W+ = 15, mean 7.5, variance 13.75; 2 · scipy.stats.norm.sf(7.5 / sqrt(13.75)) = 0.0431144….
    let five = outcome(5);
    assert!((five.test.as_ref().unwrap().smallest_attainable_p - 0.043_114_446).abs() < 1e-8);
    let said = note(&five, normal, 0.05).unwrap_or_default();
    assert!(!said.contains("can never reach"), "{said}");
    // W+ = 6, mean 3, variance 3.5: 0.1088….
    let three = note(&outcome(3), normal, 0.05).unwrap();
    assert!(
        three.contains(
            "3 non-zero differences can never reach p < 0.05: the smallest attainable p is 0.1088"
        ),
        "{three}"
    );
}

#[test]
fn a_family_too_large_for_its_sample_is_told_so() {
    let mut rows = slices("dice", "0", 6, 0.0);
    rows.extend(slices("dice", "1", 6, 0.5));
    rows.extend(slices("dice", "10", 6, 1.0));
    let outcomes = run(&rows);
    // 6 pairs reach 0.03125, two tests of them 0.0625.
    assert_eq!(outcomes[0].smallest_attainable_p_adjusted, Some(0.0625));
    let note = note(&outcomes[0], CONFIG, 0.05).unwrap();
    assert!(
        note.contains("2 tests can never reach an adjusted p < 0.05"),
        "{note}"
    );
}

#[test]
fn a_level_whose_measurements_share_a_status_is_told_so() {
    let mut rows = [slices("dice", "0", 6, 0.0), slices("dice", "1000", 6, 1.0)].concat();
    for row in &mut rows[18..] {
        (row.value, row.status) = (Some(0.0), "empty_prediction".to_owned());
    }
    let outcome = &run(&rows)[0];
    assert_eq!(outcome.status, "ok");
    assert_eq!(outcome.level_status.as_deref(), Some("empty prediction"));
    let note = note(outcome, CONFIG, 0.05).unwrap();
    assert!(
        note.contains("level: all measurements are empty prediction"),
        "{note}"
    );
}

#[test]
fn families_are_adjusted_as_declared() {
    let mut rows = Vec::new();
    for metric in ["dice", "ra_um"] {
        rows.extend(slices(metric, "0", 6, 0.0));
        rows.extend(slices(metric, "1", 6, 0.5));
        rows.extend(slices(metric, "10", 6, 1.0));
    }
    let samples = gather(&rows, Aggregate::Mean).unwrap();
    for (family, size) in [(Family::All, 4), (Family::Metric, 2), (Family::Group, 2)] {
        let config = ComparisonConfig { family, ..CONFIG };
        for outcome in compare(
            &samples,
            "s",
            Against::Baseline(&Level::parse("0")),
            &ComparisonPlan::of(config),
        )
        .unwrap()
        {
            assert_eq!(outcome.family_size, size, "{family:?}");
            assert_eq!(outcome.p_adjusted, Some(0.03125 * size as f64));
        }
    }
}

#[test]
fn a_measurement_that_stands_twice_is_refused() {
    let mut rows = slices("dice", "0", 2, 0.0);
    rows.push(rows[4].clone());
    let error = gather(&rows, Aggregate::Mean).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("dice is measured twice for eye1, 1 (unet, 0)"),
        "{error}"
    );
}

#[test]
fn several_values_of_a_unit_are_refused_without_an_aggregate() {
    let rows = slices("dice", "0", 2, 0.0);
    let error = gather(&rows, Aggregate::None).unwrap_err();
    assert!(matches!(error, StatsError::SeveralValues { .. }));
}

#[test]
fn a_baseline_that_does_not_occur_is_refused_with_the_levels_that_do() {
    let rows = slices("dice", "10", 2, 0.0);
    let samples = gather(&rows, Aggregate::Mean).unwrap();
    let error = compare(
        &samples,
        "s",
        Against::Baseline(&Level::parse("0")),
        &ComparisonPlan::of(CONFIG),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no row has the baseline s = 0; the levels are 10"
    );
}

#[test]
fn a_unit_is_compared_over_the_slices_that_both_sides_measured() {
    // Every slice is as rough at s = 100 as at s = 0, but the smooth first slices come out empty there: compared over
    // all slices of the baseline, each eye would look rougher.
    let mut rows = slices("ra_vox", "0", 8, 0.0);
    rows.extend(slices("ra_vox", "100", 8, 0.0));
    for row in &mut rows {
        let is_first = row.occasion[1] == Some(Level::number(0.0));
        if is_first && row.condition[1] == Level::parse("100") {
            row.value = None;
            row.status = "empty_prediction".to_owned();
        }
    }
    let outcome = &run(&rows)[0];
    assert_eq!(outcome.median_difference, Some(0.0));
    assert_eq!(outcome.pairs.left_out, 8);
    assert_eq!(outcome.test.as_ref().unwrap().p_value, 1.0);
    let said = note(outcome, CONFIG, 0.05).unwrap();
    assert!(said.contains("8 measurements left out"), "{said}");
}

#[test]
fn a_level_that_is_absent_from_a_group_has_a_result_and_counts_in_the_family() {
    let in_net = |net: &str, rows: Vec<Measurement>| {
        let of_net = rows.into_iter().map(|mut m| {
            m.condition[0] = Level::text(net);
            m
        });
        of_net.collect::<Vec<_>>()
    };
    let level = |s: &str, gain: f64| slices("dice", s, 6, gain);
    let rows = [
        in_net(
            "u",
            [level("0", 0.0), level("1", 0.5), level("10", 1.0)].concat(),
        ),
        in_net("v", [level("0", 0.0), level("1", 0.5)].concat()),
    ];
    let config = ComparisonConfig {
        family: Family::Group,
        ..CONFIG
    };
    let outcomes = run_with(&rows.concat(), config);
    assert_eq!(outcomes.len(), 4);
    let gone = outcomes
        .iter()
        .find(|c| c.contrast.group == [Level::text("v")] && c.contrast.level == Level::number(10.0))
        .unwrap();
    assert_eq!(
        (gone.status.as_str(), gone.pairs.level.len()),
        ("absent", 0)
    );
    assert_eq!((gone.test.as_ref(), gone.p_adjusted), (None, None));
    let said = note(gone, config, 0.05).unwrap();
    assert!(
        said.starts_with("no pairs: no measurement at this level"),
        "{said}"
    );
    // R's p.adjust(0.03125, "holm", n = 2) in both nets.
    for outcome in outcomes.iter().filter(|c| c.test.is_some()) {
        assert_eq!((outcome.family_size, outcome.p_adjusted), (2, Some(0.0625)));
    }
}

#[test]
fn a_partial_collapse_is_told_with_its_share() {
    let mut rows = [slices("dice", "0", 8, 0.0), slices("dice", "10", 8, 1.0)].concat();
    rows.retain(|m| m.occasion[1] == Some(Level::number(0.0)));
    for row in &mut rows[8..11] {
        (row.value, row.status) = (Some(0.0), "empty_prediction".to_owned());
    }
    let outcome = &run(&rows)[0];
    let said = note(outcome, CONFIG, 0.05).unwrap();
    assert!(said.contains("level: 3 of 8 empty prediction"), "{said}");
    assert_eq!(outcome.baseline_status, None);
}

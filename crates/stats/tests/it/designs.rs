//! The commands for other designs than pairs: groups, several levels, clusters, agreement, equivalence, ranking, planning.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::table::Table;

use crate::desk::{Desk, dice, number, outcomes, three_arms};

const PATIENTS: [f64; 5] = [1.2, 3.4, 2.2, 5.1, 4.8];
const CONTROLS: [f64; 4] = [2.0, 0.3, 1.1, 2.1];

/// Patients and controls, each with two scans whose mean is the value.
fn two_groups() -> Table {
    let mut rows = Vec::new();
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let groups = PATIENTS.iter().map(|v| (*v, "patient"));
    let groups = groups.chain(CONTROLS.iter().map(|v| (*v, "control")));
    for (subject, (value, group)) in names.iter().zip(groups) {
        rows.push((*subject, 1, None, group, value - 0.25));
        rows.push((*subject, 2, None, group, value + 0.25));
    }
    dice(&rows)
}

fn text(table: &Table, name: &str, row: usize) -> String {
    table.texts(name).unwrap()[row].clone().unwrap_or_default()
}

#[test]
fn groups_of_different_subjects_have_the_p_of_r() {
    let desk = Desk::with(&two_groups());
    let line =
        "groups --input m.parquet --metric dice --factor arm --baseline control --output t.parquet";
    desk.run(line).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    // R 4.2: coin::pvalue(wilcox_test(v ~ g, distribution = "exact")); U = 18 of 20.
    assert!((number(&t, "p_value", 0) - 0.063_492_063_492_063_5).abs() < 1e-14);
    assert_eq!(number(&t, "statistic", 0), 18.0);
    assert_eq!(
        (number(&t, "n_level", 0), number(&t, "n_baseline", 0)),
        (5.0, 4.0)
    );
    assert!((number(&t, "effect_size", 0) - 0.8).abs() < 1e-12);
    assert!((number(&t, "superiority", 0) - 0.9).abs() < 1e-12);
    // The median of the twenty differences: 1.45 is between the tenth, 1.4, and the eleventh, 1.5.
    let mut differences: Vec<f64> = PATIENTS
        .iter()
        .flat_map(|p| CONTROLS.iter().map(move |c| p - c))
        .collect();
    differences.sort_by(f64::total_cmp);
    let median = f64::midpoint(differences[9], differences[10]);
    assert!((number(&t, "hl", 0) - median).abs() < 1e-12);
    let mean = PATIENTS.iter().sum::<f64>() / 5.0 - CONTROLS.iter().sum::<f64>() / 4.0;
    assert!((number(&t, "mean_difference", 0) - mean).abs() < 1e-12);
    let markdown = desk.run("tests --input t.parquet").expect_code(0).stdout;
    assert!(
        markdown.contains("| 5, 4 |") && markdown.contains("Mann–Whitney"),
        "{markdown}"
    );
}

#[test]
fn units_of_one_subject_do_not_count_as_several_unless_asked_for() {
    let desk = Desk::with(&two_groups());
    let line = "groups --input m.parquet --metric dice --factor arm --baseline control --output t.parquet --unit-by subject,scan";
    desk.fails(
        line,
        2,
        "18 units come from 9 subjects and are not independent",
    );
    desk.run(&format!("{line} --treat-slices-as-independent"))
        .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    assert_eq!(number(&t, "n", 0), 18.0);
    assert!(text(&t, "note", 0).contains("18 units of 9 subjects are taken for independent"));
}

#[test]
fn repeated_measures_are_no_groups_and_separated_groups_need_the_exact_test() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y", "z"]));
    let line =
        "groups --input m.parquet --metric dice --factor arm --baseline x --output t.parquet";
    desk.fails(line, 2, "have values at more than one level of arm");
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let place = |i: usize| if i < 4 { ("low", 0.1) } else { ("high", 0.8) };
    let rows: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(i, s)| (*s, 1, None, place(i).0, place(i).1 + i as f64 / 100.0))
        .collect();
    let desk = Desk::with(&dice(&rows));
    let line = "groups --input m.parquet --metric dice --factor arm --baseline low --output t.parquet --test brunner_munzel";
    desk.fails(
        &format!("{line} --method normal"),
        3,
        "groups_do_not_overlap",
    );
    desk.run(line).expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    // Two of the 70 splits separate the groups.
    assert!((number(&t, "p_value", 0) - 2.0 / 70.0).abs() < 1e-14);
    assert_eq!(t.numbers("statistic").unwrap()[0], None);
}

#[test]
fn levels_that_all_subjects_rank_alike_have_full_concordance() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y", "z"]));
    desk.run(
        "omnibus --input m.parquet --metric dice --factor arm --output o.parquet --pairs p.parquet",
    )
    .expect_code(0);
    let o = outcomes(&desk.at("o.parquet"));
    assert_eq!(
        (number(&o, "statistic", 0), number(&o, "effect_size", 0)),
        (16.0, 1.0)
    );
    // All eight blocks in one of six orders: 6 / 6^8.
    assert!((number(&o, "p_value", 0) - 6f64.powi(-7)).abs() < 1e-18);
    let p = outcomes(&desk.at("p.parquet"));
    assert_eq!(p.rows(), 3);
    // Signed-rank tests of eight differences of one sign, three of them.
    assert_eq!(
        (number(&p, "p_value", 0), number(&p, "p_adjusted", 0)),
        (2.0 / 256.0, 6.0 / 256.0)
    );
    assert_eq!(
        (text(&p, "level", 2), text(&p, "baseline", 2)),
        ("z".to_owned(), "y".to_owned())
    );
    desk.fails(
        "omnibus --input m.parquet --metric dice --factor arm --output t.parquet --post-hoc dunn",
        2,
        "--post-hoc dunn is not for --design repeated",
    );
    desk.fails(
        "omnibus --input m.parquet --metric dice --factor arm --output t.parquet --where arm=x|y",
        3,
        "two levels are compared by `stats compare`",
    );
}

#[test]
fn three_independent_groups_have_the_kruskal_wallis_statistic() {
    let groups = [
        ("x", [1.0, 2.0, 3.0]),
        ("y", [4.0, 5.0, 6.0]),
        ("z", [7.0, 8.0, 9.0]),
    ];
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let values = groups
        .iter()
        .flat_map(|(arm, v)| v.iter().map(move |v| (*arm, *v)));
    let rows: Vec<_> = names
        .iter()
        .zip(values)
        .map(|(s, (arm, v))| (*s, 1, None, arm, v))
        .collect();
    let desk = Desk::with(&dice(&rows));
    desk.run("omnibus --input m.parquet --metric dice --factor arm --design independent --output o.parquet")
        .expect_code(0);
    let o = outcomes(&desk.at("o.parquet"));
    // R 4.2: kruskal.test(list(1:3, 4:6, 7:9)): 7.2. Exact p: 3! orders of the groups of 9!/(3!)³ splits.
    assert!((number(&o, "statistic", 0) - 7.2).abs() < 1e-12);
    assert!((number(&o, "p_value", 0) - 6.0 / 1680.0).abs() < 1e-12);
    assert!((number(&o, "effect_size", 0) - 0.9).abs() < 1e-12);
}

const D: [f64; 13] = [
    0.3, -0.1, 0.5, 0.2, 0.4, 0.6, -0.2, 0.1, 0.7, 0.25, -0.35, 0.15, 0.45,
];
const CLUSTERS: [&str; 13] = [
    "s1", "s1", "s1", "s1", "s2", "s2", "s2", "s3", "s3", "s3", "s4", "s4", "s4",
];

// The example of clustered pairs: Z = 1.8509408076, p = 0.0641780692; enumerated exact p = 0.125.
#[test]
fn scans_within_subjects_are_tested_as_clusters() {
    let mut rows = Vec::new();
    for (i, (d, subject)) in D.iter().zip(CLUSTERS).enumerate() {
        rows.push((subject, i as i64, None, "0", 1.0));
        rows.push((subject, i as i64, None, "1", 1.0 + d));
    }
    let desk = Desk::with(&dice(&rows));
    let line = "compare --input m.parquet --metric dice --factor arm --baseline 0 --pair-by subject,scan --output t.parquet";
    desk.fails(
        line,
        2,
        "13 units come from 4 subjects and are not independent",
    );
    desk.fails(
        &format!("{line} --cluster-by subject"),
        2,
        "--cluster-by needs a test of clusters",
    );
    let tested = |more: &str| {
        desk.run(&format!("{line} {more}")).expect_code(0);
        outcomes(&desk.at("t.parquet"))
    };
    let exact = tested("--test clustered_signed_rank");
    assert_eq!(
        (
            number(&exact, "p_value", 0),
            number(&exact, "n_clusters", 0)
        ),
        (0.125, 4.0)
    );
    assert_eq!(text(&exact, "cluster_by", 0), "subject");
    let normal = tested("--test clustered_signed_rank --method normal --cluster-by subject");
    assert!((number(&normal, "p_value", 0) - 0.064_178_069_2).abs() < 1e-10);
    let flipped = tested("--test sign_flip");
    assert_eq!(number(&flipped, "p_value", 0), 0.125);
    assert!((number(&flipped, "mean_difference", 0) - 0.231_25).abs() < 1e-12);
    let markdown = desk.run("tests --input t.parquet").expect_code(0).stdout;
    assert!(markdown.contains("in clusters by subject"), "{markdown}");
}

/// Ten subjects; the level is a little better, and fails in three of them.
fn failing() -> Table {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut rows = Vec::new();
    for (i, subject) in names.iter().enumerate() {
        rows.push((*subject, 1, None, "0", 0.5 + i as f64 / 100.0));
        let value = if i < 3 {
            f64::NAN
        } else {
            0.52 + i as f64 / 90.0
        };
        rows.push((*subject, 1, None, "1", value));
    }
    let mut table = dice(&rows);
    let status = rows.iter().map(|r| {
        Some(if r.4.is_nan() {
            "empty_prediction"
        } else {
            "ok"
        })
    });
    table
        .push(rsom_formats::table::Column::text("status", status))
        .unwrap();
    let higher =
        rsom_formats::table::Column::boolean("higher_is_better", rows.iter().map(|_| Some(true)));
    table.push(higher).unwrap();
    table
}

#[test]
fn missing_results_are_left_out_or_replaced_and_the_table_says_when_that_decides() {
    let desk = Desk::with(&failing());
    let line =
        "compare --input m.parquet --metric dice --factor arm --baseline 0 --output t.parquet";
    let tested = |more: &str| {
        desk.run(&format!("{line} {more}")).expect_code(0);
        outcomes(&desk.at("t.parquet"))
    };
    let out = tested("");
    // Seven differences of one sign.
    assert_eq!(
        (number(&out, "p_value", 0), number(&out, "n_missing", 0)),
        (2.0 / 128.0, 3.0)
    );
    let note = text(&out, "note", 0);
    assert!(
        note.contains("the missing results decide (before adjustment): leave out p 0.016"),
        "{note}"
    );
    let worst = tested("--missing worst_rank");
    assert_eq!(number(&worst, "n_imputed", 0), 3.0);
    assert!(
        number(&worst, "p_value", 0) > 0.5,
        "{}",
        number(&worst, "p_value", 0)
    );
    assert!(text(&worst, "note", 0).contains("3 missing results replaced (worst rank)"));
    // Dice has the worst value 0; the ranks are the same.
    let value = tested("--missing worst_value");
    assert_eq!(number(&value, "p_value", 0), number(&worst, "p_value", 0));
    let stated = tested("--missing worst_value --worst-value dice=0.2");
    assert_eq!(number(&stated, "p_value", 0), number(&worst, "p_value", 0));
    std::fs::remove_file(desk.at("t.parquet")).unwrap();
    desk.fails(
        &format!("{line} --missing worst_rank --test sign_flip"),
        2,
        "--test sign_flip compares means",
    );
    desk.fails(
        &format!("{line} --missing worst_value --worst-value dice=low"),
        2,
        "'low' is no number",
    );
}

#[test]
fn every_p_comes_with_effects_and_their_intervals() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y"]));
    desk.run(
        "compare --input m.parquet --metric dice --factor arm --baseline x --output t.parquet",
    )
    .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    // Differences 0.01 to 0.08.
    let mean = number(&t, "mean_difference", 0);
    assert!((mean - 0.045).abs() < 1e-12);
    assert!(
        number(&t, "mean_difference_low", 0) < mean && number(&t, "mean_difference_high", 0) > mean
    );
    assert_eq!(number(&t, "effect_size", 0), 1.0);
    assert!(number(&t, "effect_low", 0) > 0.0 && number(&t, "effect_high", 0) <= 1.0);
    let line = "compare --input m.parquet --metric dice --factor arm --baseline x --output t.parquet --replicates";
    desk.run(&format!("{line} 0 --mean-interval bca"))
        .expect_code(0);
    assert_eq!(
        outcomes(&desk.at("t.parquet"))
            .numbers("mean_difference")
            .unwrap(),
        [None]
    );
    std::fs::remove_file(desk.at("t.parquet")).unwrap();
    desk.fails(&format!("{line} 5"), 2, "5 are too few");
}

#[test]
fn agreement_lists_limits_and_correlations() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y", "z"]));
    let line = "agreement --input m.parquet --metric dice --factor arm --output t.parquet";
    desk.run(&format!("{line} --baseline x --points points.parquet"))
        .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    let measures = t.texts("measure").unwrap();
    let place = measures
        .iter()
        .position(|m| m.as_deref() == Some("bias"))
        .unwrap();
    assert!((number(&t, "value", place) - 0.045).abs() < 1e-12);
    for name in [
        "limit_lower",
        "icc_a_1",
        "lin_concordance",
        "spearman",
        "passing_bablok_slope",
    ] {
        assert!(
            measures.iter().any(|m| m.as_deref() == Some(name)),
            "{name}"
        );
    }
    let points = outcomes(&desk.at("points.parquet"));
    assert_eq!(points.rows(), 16);
    assert!((number(&points, "difference", 0) - 0.01).abs() < 1e-12);
    // Three raters have correlations of all of them.
    desk.run(&format!("{line} --contrasts all_pairs"))
        .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    assert_eq!(text(&t, "level", t.rows() - 1), "all levels");
}

#[test]
fn equivalence_needs_a_margin_and_says_what_is_shown() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y"]));
    let line =
        "equivalence --input m.parquet --metric dice --factor arm --baseline x --output t.parquet";
    desk.fails(line, 2, "margin");
    desk.fails(
        &format!("{line} --margin dice=0"),
        2,
        "the margin must be a positive number",
    );
    desk.fails(&format!("{line} --margin iou=0.1"), 2, "no margin for dice");
    let equivalent = |margin: &str| {
        desk.run(&format!("{line} --margin dice={margin}"))
            .expect_code(0);
        let t = outcomes(&desk.at("t.parquet"));
        (
            t.booleans("equivalent").unwrap()[0],
            number(&t, "p_value", 0),
        )
    };
    // Differences 0.01 to 0.08 lie within 0.1: eight of one sign on each side.
    assert_eq!(equivalent("0.1"), (Some(true), 1.0 / 256.0));
    assert_eq!(equivalent("0.03").0, Some(false));
}

#[test]
fn a_ranking_says_whether_the_first_is_separated() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y", "z"]));
    desk.run("ranking --input m.parquet --metric dice --factor arm --higher-is-better true --output t.parquet")
        .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    assert_eq!(text(&t, "level", 0), "z");
    assert_eq!(
        (number(&t, "rank", 0), number(&t, "probability_best", 0)),
        (1.0, 1.0)
    );
    assert_eq!(t.booleans("winner_separated").unwrap()[0], Some(true));
    // z leads y by 0.045 on average.
    assert!((number(&t, "lead", 1) - 0.045).abs() < 1e-12);
    std::fs::remove_file(desk.at("t.parquet")).unwrap();
    desk.fails(
        "ranking --input m.parquet --metric dice --factor arm --output t.parquet",
        2,
        "state it with --higher-is-better",
    );
}

#[test]
fn a_plan_gives_power_size_or_effect() {
    let desk = Desk::with(&dice(&[]));
    let answer = |line: &str| {
        let output = desk.run(&format!("plan {line} --json"));
        output.expect_code(0).json()["result"]["plans"][0].clone()
    };
    let power = answer("--test signed_rank --n 20 --effect 0.6");
    // A t test of 20 pairs at 0.6 sd has 71 %; the signed-rank test is a little weaker.
    assert!(
        (power["power"].as_f64().unwrap() - 0.68).abs() < 0.04,
        "{power}"
    );
    let size = answer("--test signed_rank --effect 0.6 --power 0.8");
    assert!((22..=28).contains(&size["n"].as_u64().unwrap()), "{size}");
    let effect = answer("--test rank_sum --n 20 --sd 10");
    // Two groups of 20 detect 0.91 sd with 80 % by a t test.
    assert!(
        (effect["effect"].as_f64().unwrap() - 9.2).abs() < 0.5,
        "{effect}"
    );
    let hopeless = answer("--test signed_rank --n 5 --effect 3");
    assert_eq!(hopeless["smallest_attainable_p"].as_f64(), Some(0.0625));
    assert!(
        hopeless["note"]
            .as_str()
            .unwrap()
            .contains("can never be significant")
    );
    desk.fails("plan --test signed_rank", 2, "give --n, or --effect");
    desk.fails("plan --test equivalence --n 9", 2, "--margin is missing");
}

#[test]
fn a_mixed_model_of_pairs_is_the_paired_t_test() {
    let desk = Desk::with(&three_arms("1", 8, &["x", "y"]));
    let line = "model --input m.parquet --output t.parquet";
    desk.run(&format!(
        "{line} --formula dice~arm+(1|subject) --terms f.parquet --fit fit.parquet --residuals r.parquet --means-of arm --means n.parquet"
    ))
    .expect_code(0);
    let t = outcomes(&desk.at("t.parquet"));
    // Differences 0.01 to 0.08: mean 0.045, sd 0.01·√6, n = 8.
    let expected = 0.045 / (0.01 * 6f64.sqrt() / 8f64.sqrt());
    assert_eq!(text(&t, "coefficient", 1), "army");
    assert!((number(&t, "estimate", 1) - 0.045).abs() < 1e-12);
    assert!((number(&t, "t", 1) / expected - 1.0).abs() < 1e-6);
    assert!((number(&t, "df", 1) - 7.0).abs() < 1e-3);
    let f = outcomes(&desk.at("f.parquet"));
    assert!((number(&f, "f", 0) / expected.powi(2) - 1.0).abs() < 1e-6);
    let means = outcomes(&desk.at("n.parquet"));
    assert_eq!(
        (means.rows(), text(&means, "kind", 2)),
        (3, "difference".to_owned())
    );
    assert_eq!(outcomes(&desk.at("r.parquet")).rows(), 16);
    assert!(outcomes(&desk.at("fit.parquet")).rows() >= 6);
    desk.run("coefficients --input t.parquet --output c.tex")
        .expect_code(0);
    let tex = std::fs::read_to_string(desk.at("c.tex")).unwrap();
    // One model: no rule between its coefficients.
    assert_eq!(tex.matches("\\midrule").count(), 1, "{tex}");
    assert!(
        tex.contains("Dice & army & ") && tex.contains("16 rows of 8 subjects"),
        "{tex}"
    );
    std::fs::remove_file(desk.at("t.parquet")).unwrap();
    desk.fails(
        &format!("{line} --formula dice~arm"),
        2,
        "16 rows come from 8 subjects and are not independent; add a random intercept",
    );
    desk.fails(&format!("{line} --formula dice~age+(1|subject)"), 2, "age");
    desk.fails(&format!("{line} --formula dice~arm~x"), 2, "with one ~");
    desk.fails(
        &format!("{line} --formula iou~arm"),
        2,
        "no row has the metric iou",
    );
    desk.fails(
        &format!("{line} --formula dice~arm+(1|subject) --reference net=unet"),
        2,
        "'net' is not a term of the formula",
    );
}

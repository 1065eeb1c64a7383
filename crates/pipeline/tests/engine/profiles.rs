//! A profile sets params; `--set` overrides it.

use crate::study::Study;

const PIPELINE: &str = "\
name: demo
params: { text: long, more: x }
profiles:
  quick: { text: short }
  slow: { text: longer, more: y }
stages:
  make:
    uses: demo make
    with: { text: \"${text} ${more}\" }
    out: { output: a.txt }
";

#[test]
fn a_profile_overrides_params_and_set_overrides_the_profile() {
    let study = Study::new(PIPELINE);
    for (options, expected) in [
        (&[][..], "long x"),
        (&["--profile", "quick"][..], "short x"),
        (&["--profile", "slow"][..], "longer y"),
        (&["--profile", "slow", "--set", "more=z"][..], "longer z"),
    ] {
        study.run(options).good();
        let made = study.output("a.txt");
        assert!(made.starts_with(expected), "{options:?}: {made}");
    }
}

#[test]
fn an_unknown_profile_is_wrong_usage() {
    let study = Study::new(PIPELINE);
    let ran = study.run(&["--profile", "fast"]);
    assert_eq!(ran.code, Some(2));
    ran.finished.expect_said(&[
        "--profile fast: the pipeline has no such profile; its profiles are quick, slow",
    ]);
}

#[test]
fn a_profile_can_only_set_params_that_exist() {
    let study = Study::new(&PIPELINE.replace("text: short", "texd: short"));
    assert_eq!(
        study.problems(),
        ["p.yaml:4:12: the pipeline has no param 'texd' (did you mean 'text'?)"]
    );
}

//! A recipe sets the parameters of all steps that belong to it.

use crate::study::Study;

const PIPELINE: &str = "\
name: demo
recipe: ours
stages:
  make:
    uses: demo make
    with: { numbers: [3] }
    out: { output: a.txt }
  join:
    uses: demo join
    in: { input: make.output }
    out: { output: b.txt }
";

#[test]
fn a_recipe_replaces_defaults_and_with_overrides_it() {
    let study = Study::new(PIPELINE);
    study.run(&[]).good();
    assert!(
        study.output("a.txt").starts_with("kept3"),
        "{}",
        study.output("a.txt")
    );
    study.edit("    with: { numbers: [3] }\n", "");
    study.run(&[]).good();
    assert!(
        study.output("a.txt").starts_with("kept1"),
        "{}",
        study.output("a.txt")
    );
}

#[test]
fn another_recipe_makes_its_tasks_again() {
    let study = Study::new(PIPELINE);
    study.run(&[]).good();
    study.edit("recipe: ours\n", "");
    let plan = study.command("plan", &[]).good();
    assert!(
        plan.stdout
            .contains("parameters changed: text \"kept\" → \"\""),
        "{}",
        plan.stdout
    );
}

#[test]
fn a_recipe_without_effect_is_a_problem_with_its_place() {
    let study = Study::new(&PIPELINE.replace("ours", "hers"));
    assert_eq!(
        study.problems(),
        ["p.yaml:2:1: no step belongs to the recipe 'hers'; the recipes of its steps are ours"]
    );
    let study = Study::new(
        "name: demo\nrecipe: ours\nstages:\n  one:\n    run: sh -c true\n    out: { x: a.txt }\n",
    );
    assert_eq!(
        study.problems(),
        ["p.yaml:2:1: no step of this pipeline belongs to a recipe; remove 'recipe: ours'"]
    );
}

//! `rsom recipes`: the values of all recipes side by side.

use clap::Command;
use rsom_stage::recipe::RECIPES;
use rsom_stage::{CommandSpec, ExitCode, Spec, to_word};
use serde_json::Value;

/// Name of the command.
pub(crate) const NAME: &str = "recipes";

/// The declaration of the command.
pub(crate) fn command_line() -> Command {
    Command::new(NAME)
        .about("Show the recipes: named sets of parameter values, side by side")
        .after_help(
            "Examples:\n  rsom recipes\n  rsom layerseg train --recipe rsom --manifest study.yaml --output net\n\nIn a pipeline, the line 'recipe: rsom' sets the values for all its steps; 'with:' overrides them.",
        )
}

/// Prints the recipes.
pub(crate) fn run(specs: &[Spec]) -> ExitCode {
    rsom_stage::print(&text(specs))
}

/// The meaning of each recipe, and one table with a row for each parameter that a recipe sets.
fn text(specs: &[Spec]) -> String {
    let names = RECIPES.iter().map(|(name, _)| name.len());
    let width = names.max().unwrap_or_default();
    let meanings = RECIPES
        .iter()
        .map(|(name, meaning)| format!("{name:width$}  {meaning}\n"));
    let mut rows = vec![header()];
    for spec in specs {
        for command in &spec.commands {
            rows.extend(rows_of(&spec.stage, command));
        }
    }
    format!("{}\n{}", meanings.collect::<String>(), aligned(&rows))
}

fn header() -> Vec<String> {
    let recipes = RECIPES.iter().map(|(name, _)| *name);
    let titles = ["command", "parameter", "default"].into_iter();
    titles.chain(recipes).map(str::to_owned).collect()
}

/// A row for each parameter of a command that a recipe sets, in the order of the help text.
fn rows_of(stage: &str, command: &CommandSpec) -> Vec<Vec<String>> {
    let value = |recipe: &str, parameter: &str| command.recipe(recipe)?.get(parameter);
    let is_set = |name: &str| {
        RECIPES
            .iter()
            .any(|(recipe, _)| value(recipe, name).is_some())
    };
    let parameters = command.parameters.iter().filter(|p| is_set(&p.name));
    let row = |parameter: &rsom_stage::Parameter| {
        let default = shown(parameter.default.as_ref(), "unset");
        let first = [
            format!("{stage} {}", command.name),
            parameter.name.clone(),
            default,
        ];
        let recipes = RECIPES
            .iter()
            .map(|(recipe, _)| shown(value(recipe, &parameter.name), "–"));
        first.into_iter().chain(recipes).collect()
    };
    parameters.map(row).collect()
}

fn shown(value: Option<&Value>, missing: &str) -> String {
    match value {
        None | Some(Value::Null) => missing.to_owned(),
        // One written as 1 and as 1.0 looks the same.
        Some(Value::Number(number)) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |n| n.to_string()),
        Some(value) => to_word(value),
    }
}

/// The rows with columns of equal width.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths);
        let padded: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages;

    fn specs() -> Vec<Spec> {
        let stages = stages::all();
        stages.iter().map(rsom_stage::Definition::spec).collect()
    }

    #[test]
    fn every_value_of_a_recipe_is_one_that_its_parameter_accepts() {
        for spec in specs() {
            for command in &spec.commands {
                for recipe in &command.recipes {
                    let place = format!("{} {} {}", spec.stage, command.name, recipe.name);
                    assert!(
                        RECIPES.iter().any(|(name, _)| *name == recipe.name),
                        "{place}"
                    );
                    for (name, value) in &recipe.parameters {
                        let parameter = command
                            .parameter(name)
                            .unwrap_or_else(|| panic!("{place}: {name}"));
                        let checked = parameter.schema.check(value.clone());
                        assert!(checked.is_ok(), "{place}: {name}: {checked:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_recipes_stand_side_by_side() {
        let text = text(&specs());
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        let values = |start: &[&str]| {
            let line = lines.iter().find(|line| line.starts_with(start));
            line.map(|line| line[start.len()..].to_vec())
                .unwrap_or_default()
        };
        assert_eq!(
            values(&["command"]),
            [
                "parameter",
                "default",
                "gerl2020",
                "gerl2019-released",
                "rsom"
            ]
        );
        assert_eq!(
            values(&["layerseg", "train", "dropout"]),
            ["0.5", "0.5", "–", "0"]
        );
    }
}

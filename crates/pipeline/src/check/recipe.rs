//! Checks that the recipe of a pipeline has an effect.

use std::collections::BTreeSet;

use crate::read::place::Place;

use crate::check::link::ResolvedStep;
use crate::check::tool::Tool;
use crate::problem::Problems;

/// Reports a recipe that no command of the pipeline belongs to.
pub(crate) fn check_recipe(
    recipe: Option<&(Place, String)>,
    steps: &[ResolvedStep],
    problems: &mut Problems,
) {
    let Some((place, name)) = recipe else { return };
    let commands = steps.iter().filter_map(|step| match step.tool.as_deref() {
        Some(Tool::Stage(tool)) => Some(&tool.command),
        _ => None,
    });
    let recipes = commands.flat_map(|command| &command.recipes);
    let known: BTreeSet<&str> = recipes.map(|recipe| recipe.name.as_str()).collect();
    if known.contains(name.as_str()) {
        return;
    }
    let message = match known.is_empty() {
        true => format!("no step of this pipeline belongs to a recipe; remove 'recipe: {name}'"),
        false => {
            let names: Vec<&str> = known.into_iter().collect();
            format!(
                "no step belongs to the recipe '{name}'; the recipes of its steps are {}",
                names.join(", ")
            )
        }
    };
    problems.add(*place, message);
}

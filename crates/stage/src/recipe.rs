//! Recipes: named sets of parameter values, so that a study says in one word which method it follows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Values for parameters of a command, under the name of a recipe. They take the place of defaults: flags, a configuration
/// file and the `with:` of a pipeline override them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Name, the same for all commands that belong to the recipe.
    pub name: String,
    /// Values by the name of the parameter.
    pub parameters: Map<String, Value>,
}

/// The flag of a command, and the key of a configuration and of a pipeline, that chooses a recipe.
pub const KEY: &str = "recipe";

/// The recipe of the paper's training code, with its quirks.
pub const GERL2020: &str = "gerl2020";
/// The recipe of the pipeline that the authors released with trained weights.
pub const GERL2019_RELEASED: &str = "gerl2019-released";
/// The recipe of this project: without the quirks, and with what made training more robust.
pub const RSOM: &str = "rsom";

/// Names and meanings of the recipes of the built-in stages.
pub const RECIPES: [(&str, &str); 3] = [
    (
        GERL2020,
        "the training code of the paper, with its quirks; layer networks see raw intensities",
    ),
    (
        GERL2019_RELEASED,
        "the pipeline that the authors released: equal to it voxel for voxel",
    ),
    (
        RSOM,
        "this project: without the quirks; the smoothness weight grows, the learning rate decays",
    ),
];

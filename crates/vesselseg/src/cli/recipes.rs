//! What the recipes mean for the commands of this stage.

use rsom_stage::Command;
use rsom_stage::recipe::{GERL2019_RELEASED, GERL2020, RSOM};

/// Adds the recipes of `train`.
pub(super) fn of_train(command: Command) -> Command {
    command
        .recipe(
            GERL2020,
            [
                ("network", "deepvesselnet"),
                ("filter", "cubic"),
                ("positive_weight", "10"),
                ("bce_weight", "1"),
                ("dice_weight", "0"),
                ("cldice_weight", "0"),
                ("input_offset", "0"),
                ("input_scale", "1"),
                ("epochs", "25"),
                ("batch_size", "3"),
                ("learning_rate", "0.0001"),
                ("plateau_patience", "4"),
                ("decay", "none"),
                ("flip_x", "false"),
                ("flip_y", "false"),
                ("gain", "1,1"),
                ("knee", "0"),
            ],
        )
        .recipe(
            RSOM,
            [
                ("positive_weight", "2"),
                ("bce_weight", "1"),
                ("dice_weight", "1"),
                ("input_offset", "0"),
                ("input_scale", "0.00392156862745098"),
                ("learning_rate", "0.003"),
                ("flip_x", "true"),
                ("flip_y", "true"),
                ("gain", "0.7,1.4"),
                ("knee", "0.3"),
            ],
        )
}

/// Adds the recipe of `predict`: the released pipeline cuts scans into two halves along x.
pub(super) fn of_predict(command: Command) -> Command {
    command.recipe(
        GERL2019_RELEASED,
        [("threshold", "0.97"), ("blocks", "2,1,1")],
    )
}

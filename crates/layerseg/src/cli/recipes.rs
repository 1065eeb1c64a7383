//! What the recipes mean for the commands of this stage.

use rsom_stage::Command;
use rsom_stage::recipe::{GERL2019_RELEASED, GERL2020, RSOM};

/// Adds the recipes of `train`.
///
/// `gerl2020` states what the training code of the paper does. `rsom` differs in what makes a large s work
/// (docs/results/paper.md): s grows first, and no dropout disturbs the smoothness of the probabilities.
pub(super) fn of_train(command: Command) -> Command {
    command
        .recipe(
            GERL2020,
            [
                ("dropout", "0.5"),
                ("input_offset", "0"),
                ("input_scale", "1"),
                ("smoothness_window", "5"),
                ("s_warm_up", "0"),
                ("reduction", "sum"),
                ("z_shift", "-0.1,0.4"),
                ("mirror", "false"),
                ("learning_rate", "0.0001"),
                ("plateau_factor", "0.1"),
                ("plateau_patience", "3"),
                ("plateau_threshold", "0.0001"),
                ("decay", "none"),
            ],
        )
        .recipe(
            RSOM,
            [
                ("dropout", "0"),
                ("input_offset", "0"),
                ("input_scale", "0.00392156862745098"),
                ("smoothness_window", "5"),
                ("s_warm_up", "0.8"),
                ("s_first", "1"),
                ("reduction", "sum"),
                ("z_shift", "-0.05,0.05"),
                ("mirror", "true"),
                ("learning_rate", "0.003"),
                ("decay", "cosine"),
                ("decay_from", "0.5"),
            ],
        )
}

/// Adds the recipes of `predict`: the code of the paper cleans no masks, the released pipeline does.
pub(super) fn of_predict(command: Command) -> Command {
    let values =
        |postprocess, odd_slices| [("postprocess", postprocess), ("odd_slices", odd_slices)];
    command
        .recipe(GERL2020, values("none", "predict"))
        .recipe(GERL2019_RELEASED, values("gerl2019", "repeat"))
        .recipe(RSOM, values("rsom", "predict"))
}

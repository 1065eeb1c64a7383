//! The command line `rsom-stats`.

mod agreement;
mod appearance;
mod coefficients;
mod compare;
mod compared_table;
mod contrast_columns;
mod equivalence;
mod factor;
mod fault;
mod fitted;
mod format;
mod gathered;
mod grouped_table;
mod groups;
mod levels;
mod measurements;
mod model;
mod model_data;
mod model_means;
mod model_settings;
mod model_table;
mod omnibus;
mod omnibus_settings;
mod omnibus_table;
mod one_subject;
mod plan;
mod published;
mod ranking;
mod rows;
mod sampling;
mod shown_tests;
mod subjects;
mod table;
mod table_contents;
mod test_words;
mod tests_table;

use rsom_stage::Definition;

/// The stage `stats`.
#[must_use]
pub fn definition() -> Definition {
    Definition::new(
        "stats",
        env!("CARGO_PKG_VERSION"),
        "Compare conditions and groups, fit models, plan studies; write publication tables",
    )
    .revision(env!("RSOM_REVISION"))
    .command(compare::command())
    .command(groups::command())
    .command(omnibus::command())
    .command(equivalence::command())
    .command(agreement::command())
    .command(coefficients::command())
    .command(ranking::command())
    .command(plan::command())
    .command(model::command())
    .command(tests_table::command())
    .command(table::command())
}

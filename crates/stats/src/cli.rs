//! The command line `rsom-stats`: `compare`, `tests` and `table`.

mod appearance;
mod compare;
mod compared_table;
mod factor;
mod fault;
mod format;
mod measurements;
mod one_subject;
mod published;
mod sampling;
mod shown_tests;
mod table;
mod tests_table;

use rsom_stage::Definition;

/// The stage `stats`.
#[must_use]
pub fn definition() -> Definition {
    Definition::new(
        "stats",
        env!("CARGO_PKG_VERSION"),
        "Compare conditions by paired tests; write publication tables",
    )
    .revision(env!("RSOM_REVISION"))
    .command(compare::command())
    .command(tests_table::command())
    .command(table::command())
}

//! The list of built-in stages. A new stage adds one line.

use rsom_stage::Definition;

/// The built-in stages, in the order of a typical study.
pub(crate) fn all() -> Vec<Definition> {
    vec![
        rsom_io::cli::definition(),
        rsom_phantom::cli::definition(),
        rsom_preprocess::cli::definition(),
        rsom_layerseg::cli::definition(),
        rsom_vesselseg::cli::definition(),
        rsom_frangi::cli::definition(),
        rsom_metrics::cli::definition(),
        rsom_stats::cli::definition(),
        rsom_report::cli::definition(),
    ]
}

//! The metrics that stand for each word of the parameter `measures` in tables and tests.

/// Metrics in tables and tests: those of each word of `measures`, of which a unit is chosen.
pub(super) const METRICS: [(&str, &[&str]); 7] = [
    ("overlap", &["dice", "precision", "recall"]),
    ("cldice", &["cldice"]),
    ("roughness", &["ra"]),
    ("boundary", &["boundary_error", "boundary_error_p95"]),
    ("holes", &["hole_count"]),
    ("thickness", &["thickness_bias"]),
    ("normals", &[]),
];

/// The metrics of some measures, in µm, or in voxels where a voxel size is unknown.
pub(super) fn metrics(measures: &[String], unknown_size: bool) -> Vec<String> {
    let unit = if unknown_size { "vox" } else { "um" };
    let has_unit = |name: &str| {
        [
            "ra",
            "boundary_error",
            "boundary_error_p95",
            "thickness_bias",
        ]
        .contains(&name)
    };
    let of_words = METRICS
        .iter()
        .filter(|(word, _)| measures.iter().any(|m| m == word));
    let names = of_words.flat_map(|(_, names)| names.iter());
    names
        .map(|name| match has_unit(name) {
            true => format!("{name}_{unit}"),
            false => (*name).to_owned(),
        })
        .collect()
}

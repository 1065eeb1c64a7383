//! Names and marks of tables for a paper.

use std::collections::BTreeMap;

use rsom_measures::{Metric, column};

/// Names and marks of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Printing {
    /// Significance level: adjusted p-values below it are marked.
    pub alpha: f64,
    /// Printed names of metrics, factors and levels: `ra_vox` → `Ra`.
    pub names: BTreeMap<String, String>,
}

impl Printing {
    /// The printed name of a metric, a factor or a level.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        let known = || KNOWN_NAMES.iter().find(|(k, _)| *k == name);
        let known = || known().map(|(_, v)| *v).or_else(|| heading_of(name));
        let declared = self.names.get(name).map(String::as_str);
        declared.or_else(known).unwrap_or(name).to_owned()
    }
}

fn heading_of(metric: &str) -> Option<&'static str> {
    Metric::named(metric).map(|known| known.heading)
}

/// Printed names of factors and networks; those of metrics come from `measures`.
const KNOWN_NAMES: [(&str, &str); 6] = [
    ("net", "Network"),
    ("loss", "Loss"),
    ("unet", "U-Net"),
    ("fcn7", "7FCN"),
    (column::SUBJECT, "Subject"),
    (column::SURFACE, "Surface"),
];

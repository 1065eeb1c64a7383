//! What a factor figure shows.

use std::collections::BTreeMap;

use super::brackets::PValues;
use super::cells::Order;
use super::levels::ordered;
use super::marks::{Drawn, Marks};
use super::placing::Placing;
use super::record::Panel;
use super::summary::Spread;

/// Content of a factor figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Title of the horizontal axis.
    pub factor: String,
    /// What groups are, such as `s`; empty for one group.
    pub group: String,
    /// The unit of a record, such as `subject`.
    pub unit: String,
    /// The measures.
    pub panels: Vec<Panel>,
    /// Order of levels and groups, as in the records; those that are missing here follow in their own order.
    pub levels: Vec<String>,
    /// Printed names of levels and groups.
    pub names: BTreeMap<String, String>,
    /// Where levels stand.
    pub placing: Placing,
    /// Statistic of points and bars.
    pub spread: Spread,
    /// What is drawn of the values.
    pub drawn: Drawn,
    /// How p-values are written.
    pub p_values: PValues,
    /// What the p-values are, such as `Wilcoxon signed-rank, holm`; empty if unknown.
    pub test: String,
}

impl Figure {
    /// The printed name of a level or group.
    #[must_use]
    pub fn name(&self, word: &str) -> String {
        self.names
            .get(word)
            .cloned()
            .unwrap_or_else(|| word.to_owned())
    }

    /// The order of levels and groups.
    pub(super) fn order(&self) -> Order<'_> {
        let records = || self.panels.iter().flat_map(|p| &p.records);
        Order {
            levels: self.levels.iter().map(String::as_str).collect(),
            groups: ordered(records().map(|r| r.group.as_str())),
            placing: self.placing.clone(),
            is_dodged: self.drawn.marks != Marks::Band,
        }
    }
}

//! Tests as sentences for a manuscript.

use super::cells::heading;
use super::numbers::fixed;
use super::{ContrastRow, ContrastTable, Printing};

impl ContrastTable {
    /// One sentence for each comparison: what changed, from what to what, by how much, and how sure that is.
    ///
    /// "Ra (µm) fell from a median of 0.31 at s = 0 to 0.16 at s = 100 (Hodges–Lehmann −0.10, 95 % CI −0.18 to −0.08, n = 24, W =
    /// 3.0, p < 0.001, adjusted p < 0.001)."
    #[must_use]
    pub fn to_sentences(&self, printing: &Printing) -> String {
        let first = self.rows.first();
        let has_labels = self
            .rows
            .iter()
            .any(|row| first.is_some_and(|f| f.metric.quantity.label != row.metric.quantity.label));
        let sentences = self.rows.iter().map(|row| {
            let group: String = (row.group.iter().zip(&self.groups))
                .filter_map(|(level, name)| Some((level.as_ref()?, name)))
                .map(|(level, name)| {
                    format!(
                        "{} {}, ",
                        printing.name(name),
                        printing.name(&level.to_string())
                    )
                })
                .collect();
            let metric = heading(&row.metric, has_labels, printing);
            format!("{group}{metric} {}.\n", self.said(row, printing))
        });
        sentences.collect()
    }

    /// What is said of the metric.
    fn said(&self, row: &ContrastRow, printing: &Printing) -> String {
        let at = |level: &crate::Level| {
            let level = printing.name(&level.to_string());
            match row.factor.is_empty() {
                true => level,
                false => format!("{} = {level}", printing.name(&row.factor)),
            }
        };
        let (level, baseline) = (at(&row.level), at(&row.baseline));
        let (Some(p), Some((at_level, at_baseline))) = (row.p, row.medians) else {
            let note = row.note.as_deref().unwrap_or("no values");
            return format!("could not be tested at {level} against {baseline}: {note}");
        };
        let number = |value: f64| fixed(value, row.metric.decimals).replace('-', "−");
        let decides = row.p_adjusted.unwrap_or(p);
        let is_significant = decides < printing.alpha;
        let direction = row.shift.unwrap_or(at_level - at_baseline);
        let verb = match (self.is_of_groups, is_significant) {
            (_, false) => "did not differ significantly:",
            (false, true) if direction < 0.0 => "fell from",
            (false, true) => "rose from",
            (true, true) if direction < 0.0 => "was lower:",
            (true, true) => "was higher:",
        };
        let medians = match verb.ends_with("from") {
            true => format!(
                "a median of {} at {baseline} to {} at {level}",
                number(at_baseline),
                number(at_level)
            ),
            false => format!(
                "median {} at {level}, {} at {baseline}",
                number(at_level),
                number(at_baseline)
            ),
        };
        format!(
            "{verb} {medians} ({})",
            self.evidence(row, printing, number)
        )
    }

    /// The shift with its interval, the numbers of units, the statistic and p.
    fn evidence(
        &self,
        row: &ContrastRow,
        printing: &Printing,
        number: impl Fn(f64) -> String,
    ) -> String {
        let mut parts = Vec::new();
        parts.extend(
            row.shift
                .map(|shift| format!("Hodges–Lehmann {}", number(shift))),
        );
        parts.extend(row.interval.map(|(low, high, confidence)| {
            // Rounded down: at least this much.
            let percent = (confidence * 1000.0).floor() / 10.0;
            format!("{percent} % CI {} to {}", number(low), number(high))
        }));
        let replaced = row.n_replaced.filter(|n| *n > 0);
        let replaced = replaced.map_or(String::new(), |n| {
            format!(" with {n} missing results replaced")
        });
        parts.extend(match (row.n_of_groups, row.n_tested()) {
            (Some((level, baseline)), _) => Some(format!("n = {level} and {baseline}")),
            (None, n) => n.map(|n| format!("n = {n}{replaced}")),
        });
        parts.extend(row.statistic.map(|statistic| {
            let letter = if self.is_of_groups { "U" } else { "W" };
            format!("{letter} = {}", fixed(statistic, 1).trim_end_matches(".0"))
        }));
        parts.extend(row.p.map(|p| printing.p_sentence(p)));
        if self.is_adjusted {
            let adjusted = row.p_adjusted.map(|p| printing.p_sentence(p));
            parts.extend(adjusted.map(|p| format!("adjusted {p}")));
        }
        parts.join(", ")
    }
}

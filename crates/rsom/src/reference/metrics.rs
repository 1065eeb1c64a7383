//! The reference page of all metrics.

use std::fmt::Write;

use rsom_measures::{Metric, schema};
use rsom_stage::Spec;

use super::markdown::{MADE, anchor, row};

/// The page: one table for each group of metrics.
pub(super) fn page(specs: &[Spec]) -> String {
    let mut text = format!(
        "{MADE}# Metrics\n\nThe values of the column `metric` of the tables. Names of lengths, volumes and angles end with their \
         unit. A value that cannot be computed is missing, with a status that says why.\n\nThe column 'empty' has the values where \
         both masks, only the prediction, and only the reference are empty: missing, a number, or measured as usual. Measures of one \
         scan without a reference treat its mask as a prediction.\n"
    );
    for group in schema::GROUPS {
        let _ = write!(
            text,
            "\n## {}\n\n| metric | definition | unit | better | empty | measured by |\n|---|---|---|---|---|---|\n",
            group.title
        );
        for metric in group.metrics {
            let better = match metric.higher_is_better {
                Some(true) => "higher",
                Some(false) => "lower",
                None => "",
            };
            let empty = metric.empty;
            row(
                &mut text,
                &[
                    name(metric),
                    metric.meaning.to_owned(),
                    metric.unit.to_string(),
                    better.to_owned(),
                    format!("{}, {}, {}", empty.both, empty.prediction, empty.reference),
                    measured_by(specs, metric.name).join(", "),
                ],
            );
        }
    }
    text
}

/// The name in tables, and what figures and publications call it.
fn name(metric: &Metric) -> String {
    let mut others: Vec<&str> = vec![metric.title, metric.heading];
    others.extend(metric.symbol);
    others.dedup();
    others.retain(|other| *other != metric.name);
    let name = format!("`{}`", metric.name);
    match others.is_empty() {
        true => name,
        false => format!("{name}: {}", others.join("; ")),
    }
}

/// The commands whose tables contain a metric, with the words of the parameter that selects it.
fn measured_by(specs: &[Spec], metric: &str) -> Vec<String> {
    let mut found = Vec::new();
    for spec in specs {
        for command in &spec.commands {
            let name = format!("{} {}", spec.stage, command.name);
            let link = format!("[{name}]({}.md#{})", spec.stage, anchor(&name));
            let tables = command
                .outputs
                .iter()
                .filter_map(|port| port.table.as_ref());
            for table in tables {
                if table.metrics.iter().any(|known| known == metric) && !found.contains(&link) {
                    found.push(link.clone());
                }
                for (parameter, words) in &table.metrics_of {
                    let with = words
                        .iter()
                        .filter(|(_, metrics)| metrics.iter().any(|m| m == metric));
                    let with: Vec<&str> = with.map(|(word, _)| word.as_str()).collect();
                    if !with.is_empty() {
                        found.push(format!("{link} with `{parameter}: {}`", with.join(", ")));
                    }
                }
            }
        }
    }
    found
}

//! Values that the panels compare with.

use std::collections::BTreeMap;

use rsom_stage::StageError;

use crate::factor::{Panel, Reference};

/// Adds the values of `--reference` to their panels.
///
/// # Errors
/// Exit code 2: a value that is no number, an unknown metric, or no metric where there are several.
pub fn add(panels: &mut [Panel], given: &BTreeMap<String, String>) -> Result<(), StageError> {
    for (name, value) in given {
        let wrong =
            |fault: String| StageError::usage(format_args!("--reference {name}={value}: {fault}"));
        let number: Option<f64> = value.parse().ok().filter(|v: &f64| v.is_finite());
        let number = number.ok_or_else(|| wrong(format!("'{value}' is no number")))?;
        let known: Vec<String> = panels.iter().map(|panel| panel.metric.clone()).collect();
        let (words, metric) = match (name.rsplit_once('@'), &known[..]) {
            (Some((words, metric)), _) => (words, metric),
            (None, [only]) => (name.as_str(), only.as_str()),
            (None, _) => {
                let first = known.first().map_or("", String::as_str);
                return Err(wrong(format!(
                    "the figure has several measures; say which one: '{name}@{first}={value}'"
                )));
            }
        };
        let panel = panels
            .iter_mut()
            .find(|panel| panel.metric == metric)
            .ok_or_else(|| {
                wrong(format!(
                    "the figure does not show '{metric}', but {}",
                    known.join(", ")
                ))
            })?;
        panel.references.push(Reference {
            words: words.to_owned(),
            value: number,
            cell: None,
        });
    }
    Ok(())
}

//! Attributes of scans: values and how many scans have them.

use std::collections::{BTreeMap, BTreeSet};

use rsom_manifest::ScanEntry;
use serde_json::Value;

/// Most values of an attribute to count one by one.
const MOST_VALUES: usize = 8;

/// The values of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeSummary {
    /// The attribute.
    pub name: String,
    /// Number of scans without it.
    pub missing: usize,
    /// Its values.
    pub contents: Contents,
}

/// The values of an attribute over the scans.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// Few values, each with the number of scans.
    Few(Vec<(String, usize)>),
    /// Numbers: the smallest, the median and the largest.
    Numbers([f64; 3]),
    /// Other values: their number.
    Many(usize),
}

pub(super) fn of(scans: &[ScanEntry]) -> Vec<AttributeSummary> {
    let names: BTreeSet<&String> = scans
        .iter()
        .flat_map(|scan| scan.attributes.keys())
        .collect();
    let summary = |name: &String| {
        let values = scans.iter().filter_map(|scan| scan.attributes.get(name));
        let values: Vec<&Value> = values.collect();
        AttributeSummary {
            name: name.clone(),
            missing: scans.len() - values.len(),
            contents: contents(&values),
        }
    };
    names.into_iter().map(summary).collect()
}

fn contents(values: &[&Value]) -> Contents {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in values {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        *counts.entry(text).or_default() += 1;
    }
    let mut numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
    numbers.sort_by(f64::total_cmp);
    let is_numeric = numbers.len() == values.len();
    match (counts.len() <= MOST_VALUES, numbers.as_slice()) {
        (true, _) => Contents::Few(counts.into_iter().collect()),
        (false, [first, .., last]) if is_numeric => {
            let half = numbers.len() / 2;
            let median = match numbers.len().is_multiple_of(2) {
                true => f64::midpoint(numbers[half - 1], numbers[half]),
                false => numbers[half],
            };
            Contents::Numbers([*first, median, *last])
        }
        _ => Contents::Many(counts.len()),
    }
}

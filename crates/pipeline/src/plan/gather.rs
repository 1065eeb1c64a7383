//! Finds the tasks of another step whose outputs a task takes.
//!
//! Dimensions (scan, factors) that both steps share are matched. Dimensions that only the other step has are gathered, in
//! the order of its tasks. A condition on a dimension replaces the matching.

use std::collections::BTreeMap;

use crate::plan::condition::{Candidate, Condition};
use crate::plan::expand::Instance;
use crate::plan::scans::{Scan, Scans};
use crate::plan::scope::Scope;
use crate::problem::Problems;
use crate::read::model::{self, Step};
use crate::value;

/// Finds the tasks of the upstream step for each task of a step.
#[derive(Debug)]
pub(crate) struct Gather<'a> {
    conditions: &'a [model::Condition],
    upstream: &'a [Instance],
    scans: &'a Scans,
    matched: Vec<Dimension>,
    /// Indices of upstream tasks by their values of the matched dimensions.
    index: BTreeMap<Vec<String>, Vec<usize>>,
}

/// A dimension in which a step has several tasks.
#[derive(Debug, Clone, PartialEq)]
enum Dimension {
    Scan,
    Factor(String),
}

impl<'a> Gather<'a> {
    /// Prepares the search from `step` to `upstream`, whose tasks are `instances`.
    pub fn new(
        step: &Step,
        upstream: &Step,
        instances: &'a [Instance],
        conditions: &'a [model::Condition],
        scans: &'a Scans,
    ) -> Self {
        let conditioned: Vec<Dimension> = conditions
            .iter()
            .map(|condition| match upstream.factor(&condition.key) {
                Some(_) => Dimension::Factor(condition.key.clone()),
                None => Dimension::Scan,
            })
            .collect();
        let factors = upstream.matrix.iter().map(|f| f.name.clone());
        let mut matched: Vec<Dimension> = factors
            .filter(|name| step.factor(name).is_some())
            .map(Dimension::Factor)
            .collect();
        if upstream.foreach_scan && step.foreach_scan {
            matched.push(Dimension::Scan);
        }
        matched.retain(|dimension| !conditioned.contains(dimension));
        let mut index: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        for (number, instance) in instances.iter().enumerate() {
            index
                .entry(key(&matched, instance))
                .or_default()
                .push(number);
        }
        Self {
            conditions,
            upstream: instances,
            scans,
            matched,
            index,
        }
    }

    /// Indices of the upstream tasks for one task, in order. Reports unknown placeholders.
    pub fn find(
        &self,
        instance: &Instance,
        scope: &Scope<'_>,
        problems: &mut Problems,
    ) -> Vec<usize> {
        let mut filled = Vec::new();
        for condition in self.conditions {
            match Condition::fill(condition, scope) {
                Ok(condition) => filled.push(condition),
                Err(message) => problems.add(condition.place, message),
            }
        }
        let candidates = self.index.get(&key(&self.matched, instance));
        candidates
            .into_iter()
            .flatten()
            .copied()
            .filter(|number| self.holds(*number, &filled))
            .collect()
    }

    fn holds(&self, number: usize, conditions: &[Condition]) -> bool {
        let instance = &self.upstream[number];
        let candidate = Candidate {
            factors: &instance.factors,
            scan: scan_of(instance, self.scans),
        };
        conditions
            .iter()
            .all(|condition| condition.holds(&candidate))
    }
}

/// The scan of an instance.
pub(crate) fn scan_of<'a>(instance: &Instance, scans: &'a Scans) -> Option<&'a Scan> {
    instance.scan.and_then(|index| scans.all().get(index))
}

fn key(dimensions: &[Dimension], instance: &Instance) -> Vec<String> {
    dimensions
        .iter()
        .map(|dimension| match dimension {
            Dimension::Scan => instance.scan.map_or_else(String::new, |s| s.to_string()),
            Dimension::Factor(name) => instance
                .factors
                .iter()
                .find(|(own, _)| own == name)
                .map_or_else(String::new, |(_, v)| value::key_of(v)),
        })
        .collect()
}

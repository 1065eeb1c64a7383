//! Which tasks of another stage a task takes its inputs from.
//!
//! Dimensions (scan, factors) that both stages have are matched; those that only the other stage has are gathered, in
//! the order of its tasks. A condition on a dimension takes the place of matching it.

use std::collections::BTreeMap;

use crate::plan::condition::{Condition, Subject};
use crate::plan::expand::Instance;
use crate::plan::scans::{Scan, Scans};
use crate::plan::scope::Scope;
use crate::problem::Problems;
use crate::read::model::{self, Stage};
use crate::value;

/// Finds tasks of one stage for the tasks of another.
#[derive(Debug)]
pub(crate) struct Gather<'a> {
    conditions: &'a [model::Condition],
    upstream: &'a [Instance],
    scans: &'a Scans,
    matched: Vec<Dimension>,
    /// Tasks of the other stage by their values of the matched dimensions.
    index: BTreeMap<Vec<String>, Vec<usize>>,
}

/// A direction in which a stage fans out.
#[derive(Debug, Clone, PartialEq)]
enum Dimension {
    Scan,
    Factor(String),
}

impl<'a> Gather<'a> {
    /// For the tasks of `stage`, from the tasks of `upstream`, which are `instances`.
    pub fn new(
        stage: &Stage,
        upstream: &Stage,
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
            .filter(|name| stage.factor(name).is_some())
            .map(Dimension::Factor)
            .collect();
        if upstream.foreach_scan && stage.foreach_scan {
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

    /// The tasks that one task takes from, in order.
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
        let subject = Subject {
            factors: &instance.factors,
            scan: scan_of(instance, self.scans),
        };
        conditions.iter().all(|condition| condition.holds(&subject))
    }
}

/// The scan of a task.
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

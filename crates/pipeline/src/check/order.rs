//! The order of stages: each after those that it takes from.

use crate::problem::Problems;
use crate::read::model::{Origin, Stage};

/// Indices of the stages in an order in which each follows those that it takes from; stages that wait for each other
/// are reported and left out, and so are those that wait for them.
pub(crate) fn order(stages: &[Stage], problems: &mut Problems) -> Vec<usize> {
    let needs: Vec<Vec<usize>> = stages.iter().map(|stage| needs(stage, stages)).collect();
    let mut ordered: Vec<usize> = Vec::new();
    let ready = |i: &usize, done: &[usize]| {
        !done.contains(i) && needs[*i].iter().all(|need| done.contains(need))
    };
    while let Some(next) = (0..stages.len()).find(|i| ready(i, &ordered)) {
        ordered.push(next);
    }
    if let Some(cycle) = cycle(&needs, &ordered) {
        let names: Vec<&str> = cycle.iter().map(|i| stages[*i].name.as_str()).collect();
        let message = format!("stages wait for each other: {}", names.join(" needs "));
        problems.add(stages[cycle[0]].place, message);
    }
    ordered
}

/// Stages that a stage takes from.
fn needs(stage: &Stage, stages: &[Stage]) -> Vec<usize> {
    stage
        .inputs
        .iter()
        .flat_map(|input| &input.sources)
        .filter_map(|source| match &source.origin {
            Origin::Output { stage, .. } => stages.iter().position(|s| s.name == *stage),
            Origin::Path(_) | Origin::ScanFiles { .. } => None,
        })
        .collect()
}

/// A cycle among the stages that could not be ordered, from its first stage back to it.
fn cycle(needs: &[Vec<usize>], ordered: &[usize]) -> Option<Vec<usize>> {
    let waits = |i: &usize| !ordered.contains(i);
    let mut current = (0..needs.len()).find(waits)?;
    // Each of them waits for another one that waits, so that following them must come back.
    let mut path = Vec::new();
    while !path.contains(&current) {
        path.push(current);
        current = needs[current].iter().copied().find(waits)?;
    }
    path.drain(..path.iter().position(|i| *i == current)?);
    let first = path.iter().enumerate().min_by_key(|(_, i)| **i)?.0;
    path.rotate_left(first);
    path.push(path[0]);
    Some(path)
}

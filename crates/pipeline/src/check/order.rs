//! Sorts the steps so that each follows the steps it depends on.

use crate::problem::Problems;
use crate::read::model::{Origin, Step};

/// Indices of the steps, sorted so that each follows the steps it depends on.
///
/// Reports a cycle. Leaves out the steps of a cycle and all steps that depend on them.
pub(crate) fn order(steps: &[Step], problems: &mut Problems) -> Vec<usize> {
    let needs: Vec<Vec<usize>> = steps.iter().map(|step| needs(step, steps)).collect();
    let mut ordered: Vec<usize> = Vec::new();
    let ready = |i: &usize, done: &[usize]| {
        !done.contains(i) && needs[*i].iter().all(|need| done.contains(need))
    };
    while let Some(next) = (0..steps.len()).find(|i| ready(i, &ordered)) {
        ordered.push(next);
    }
    if let Some(cycle) = cycle(&needs, &ordered) {
        let names: Vec<&str> = cycle.iter().map(|i| steps[*i].name.as_str()).collect();
        let message = format!(
            "steps depend on each other in a cycle: {}",
            names.join(" needs ")
        );
        problems.add(steps[cycle[0]].place, message);
    }
    ordered
}

/// Indices of the steps whose outputs a step takes.
fn needs(step: &Step, steps: &[Step]) -> Vec<usize> {
    step.inputs
        .iter()
        .flat_map(|input| &input.sources)
        .filter_map(|source| match &source.origin {
            Origin::Output { step, .. } => steps.iter().position(|s| s.name == *step),
            Origin::Path(_) | Origin::ScanFiles { .. } => None,
        })
        .collect()
}

/// A cycle among the steps that could not be ordered, from its first step back to it.
fn cycle(needs: &[Vec<usize>], ordered: &[usize]) -> Option<Vec<usize>> {
    let waits = |i: &usize| !ordered.contains(i);
    let mut current = (0..needs.len()).find(waits)?;
    // Each remaining step needs another remaining step, so this walk must return to a step it has seen.
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

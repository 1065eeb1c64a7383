//! What tasks need, from the records of earlier runs: time and memory.

use crate::assess::records::Records;
use crate::plan::tasks::Task;
use crate::read::limits::Limits;

/// Where nothing is known: a minute, and 4 GiB.
const UNKNOWN_S: f64 = 60.0;
const UNKNOWN_MIB: f64 = 4096.0;
/// Room above what was measured: another machine may be slower.
const TIMES: f64 = 4.0;
const MEMORY: f64 = 1.5;
const LEAST_MINUTES: u64 = 10;
const LEAST_MIB: f64 = 1024.0;

/// What each task of a step needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    /// Mean time of a task in s.
    pub mean_s: f64,
    /// Longest time of a task in s.
    pub longest_s: f64,
    /// Largest memory of a task in MiB.
    pub memory_mib: f64,
    /// Whether a task of the step was recorded.
    pub is_known: bool,
    /// What the pipeline states.
    pub limits: Limits,
}

impl Estimate {
    /// What the last runs of these tasks took, or of other tasks that wrote to the same paths.
    pub fn of<'a>(tasks: impl Iterator<Item = &'a Task> + Clone, records: &Records) -> Self {
        let limits = tasks
            .clone()
            .next()
            .map(|task| task.limits)
            .unwrap_or_default();
        let first = tasks.filter_map(|task| task.outputs.first());
        let recorded: Vec<_> = first
            .filter_map(|output| records.latest(&output.path))
            .collect();
        let times: Vec<f64> = recorded.iter().map(|record| record.wall_time_s).collect();
        let memory = recorded.iter().filter_map(|record| record.peak_memory_mib);
        let largest = memory.fold(0.0, f64::max);
        if times.is_empty() {
            return Self {
                mean_s: UNKNOWN_S,
                longest_s: UNKNOWN_S,
                memory_mib: UNKNOWN_MIB,
                is_known: false,
                limits,
            };
        }
        Self {
            mean_s: times.iter().sum::<f64>() / times.len() as f64,
            longest_s: times.iter().copied().fold(0.0, f64::max),
            memory_mib: if largest > 0.0 { largest } else { UNKNOWN_MIB },
            is_known: true,
            limits,
        }
    }

    /// Memory to ask for, in MiB.
    pub fn asked_mib(&self) -> u64 {
        if let Some(declared) = self.limits.memory_mib {
            return declared;
        }
        let factor = if self.is_known { MEMORY } else { 1.0 };
        (self.memory_mib * factor).max(LEAST_MIB).ceil() as u64
    }

    /// Time to ask for `count` tasks one after the other, in minutes.
    pub fn asked_minutes(&self, count: usize) -> u64 {
        if let Some(each) = self.limits.minutes {
            return each * count as u64;
        }
        let mean = self.mean_s * count as f64;
        let minutes = mean.max(self.longest_s) * TIMES / 60.0;
        (minutes.ceil() as u64).max(LEAST_MINUTES)
    }

    /// How many tasks, one after the other, take so many minutes; at least one.
    pub fn tasks_in(&self, minutes: f64) -> usize {
        (minutes * 60.0 / self.mean_s.max(0.1)).floor().max(1.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_leaves_room() {
        let known = Estimate {
            mean_s: 30.0,
            longest_s: 90.0,
            memory_mib: 2000.0,
            is_known: true,
            limits: Limits::default(),
        };
        assert_eq!(known.asked_mib(), 3000);
        assert_eq!(known.asked_minutes(1), 10);
        assert_eq!(known.asked_minutes(20), 40);
        assert_eq!((known.tasks_in(10.0), known.tasks_in(0.1)), (20, 1));
        let declared = Estimate {
            limits: Limits {
                memory_mib: Some(500),
                minutes: Some(3),
                ..Limits::default()
            },
            ..known
        };
        assert_eq!((declared.asked_mib(), declared.asked_minutes(4)), (500, 12));
    }
}

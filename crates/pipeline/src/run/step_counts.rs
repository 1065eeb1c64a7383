//! The tasks of each step: how many are done, and the time that is left.

use std::time::Duration;

use crate::plan::tasks::Task;

/// The tasks of a run, step by step, in the order of the pipeline.
#[derive(Debug)]
pub(crate) struct StepCounts {
    pub steps: Vec<StepCount>,
    /// Number of tasks at the same time.
    jobs: u32,
}

/// The tasks of a step that were not up to date at the start of the run.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct StepCount {
    pub name: String,
    pub total: u32,
    /// Done, failed, or not to run any more.
    pub ended: u32,
    pub failed: u32,
    /// Number and sum of the run times that are known.
    times: (u32, Duration),
}

impl StepCounts {
    /// Counts the tasks of a run, with `jobs` of them at the same time.
    pub fn new<'a>(tasks: impl Iterator<Item = &'a Task>, jobs: usize) -> Self {
        let mut counts = Self {
            steps: Vec::new(),
            jobs: u32::try_from(jobs).unwrap_or(1).max(1),
        };
        for task in tasks {
            counts.of(&task.step).total += 1;
        }
        counts
    }

    /// The tasks of a step.
    pub fn of(&mut self, step: &str) -> &mut StepCount {
        let known = self.steps.iter().rposition(|count| count.name == step);
        let place = known.unwrap_or_else(|| {
            self.steps.push(StepCount {
                name: step.to_owned(),
                ..StepCount::default()
            });
            self.steps.len() - 1
        });
        &mut self.steps[place]
    }

    /// Estimated time left: the mean run time of each step for its unfinished tasks (the overall mean for a step without
    /// finished tasks), minus the time that running tasks have spent, divided by the number of jobs.
    pub fn time_left(&self, spent: Duration) -> Option<Duration> {
        let (count, sum) = (self.steps.iter()).fold((0, Duration::ZERO), |(n, t), step| {
            (n + step.times.0, t + step.times.1)
        });
        let overall = sum.checked_div(count)?;
        let left = |step: &StepCount| {
            let mean = step.times.1.checked_div(step.times.0);
            mean.unwrap_or(overall) * step.total.saturating_sub(step.ended)
        };
        let work: Duration = self.steps.iter().map(left).sum();
        Some(work.saturating_sub(spent) / self.jobs)
    }
}

impl StepCount {
    /// Notes the run time of a task.
    pub fn add_time(&mut self, time: Duration) {
        self.times.0 += 1;
        self.times.1 += time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_uses_the_mean_of_each_step() {
        let mut counts = StepCounts::new(std::iter::empty(), 2);
        counts.of("train").add_time(Duration::from_secs(60));
        counts.of("predict").add_time(Duration::from_secs(2));
        for (step, total, ended) in [("train", 3, 1), ("predict", 4, 1), ("compare", 1, 0)] {
            counts.of(step).total = total;
            counts.of(step).ended = ended;
        }
        // 2 · 60 + 3 · 2 + 1 · 31 = 157 s of work, 17 s of it done, on two jobs.
        let left = counts.time_left(Duration::from_secs(17));
        assert_eq!(left, Some(Duration::from_secs(70)));
    }
}

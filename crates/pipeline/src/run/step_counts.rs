//! The tasks of each step: how many are done, and the time that is left.

use std::time::Duration;

use crate::plan::tasks::Task;
use crate::run::running::Running;

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

    /// Estimated time left: the time of each step for its unfinished tasks, minus the time that running tasks have spent, divided
    /// by the number of jobs. The time of a step is the mean of its finished tasks, else that which its running tasks expect, else
    /// the lower median of the other steps: most steps are short.
    pub fn time_left(&self, running: &[Running<'_>]) -> Option<Duration> {
        let known: Vec<Option<Duration>> = (self.steps.iter())
            .map(|step| step.mean().or_else(|| expected(&step.name, running)))
            .collect();
        let mut sorted: Vec<Duration> = known.iter().flatten().copied().collect();
        sorted.sort_unstable();
        let typical = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
        let steps = self.steps.iter().zip(known);
        let work: Duration = steps
            .map(|(step, time)| time.unwrap_or(typical) * step.total.saturating_sub(step.ended))
            .sum();
        let spent: Duration = running.iter().map(|task| task.elapsed).sum();
        Some(work.saturating_sub(spent) / self.jobs)
    }
}

/// The mean time that the running tasks of a step expect.
fn expected(step: &str, running: &[Running<'_>]) -> Option<Duration> {
    let of_step = running.iter().filter(|task| task.step == step);
    let times: Vec<Duration> = of_step.filter_map(Running::expected).collect();
    let count = u32::try_from(times.len()).ok()?;
    times.iter().sum::<Duration>().checked_div(count)
}

impl StepCount {
    /// Notes the run time of a task.
    pub fn add_time(&mut self, time: Duration) {
        self.times.0 += 1;
        self.times.1 += time;
    }

    /// The mean run time of its finished tasks.
    fn mean(&self) -> Option<Duration> {
        self.times.1.checked_div(self.times.0)
    }
}

#[cfg(test)]
mod tests {
    use rsom_stage::Reported;

    use super::*;

    fn running(step: &str, seconds: u64, reported: Option<Reported>) -> Running<'_> {
        Running {
            label: step,
            step,
            elapsed: Duration::from_secs(seconds),
            reported,
        }
    }

    #[test]
    fn the_time_left_uses_what_is_known_of_each_step() {
        let mut counts = StepCounts::new(std::iter::empty(), 2);
        assert_eq!(counts.time_left(&[]), None);
        counts.of("train").add_time(Duration::from_secs(60));
        counts.of("predict").add_time(Duration::from_secs(2));
        for (step, total, ended) in [("train", 3, 1), ("predict", 4, 1), ("compare", 1, 0)] {
            counts.of(step).total = total;
            counts.of(step).ended = ended;
        }
        // 2 · 60 + 3 · 2 + 1 · 2 (the lower median) = 128 s of work, 18 s of it done, on two jobs.
        let now = [running("train", 18, None)];
        assert_eq!(counts.time_left(&now), Some(Duration::from_secs(55)));
        // A running task of a step without finished ones expects 10 s · 4 / 1.
        let reported = Some(Reported { done: 1, total: 4 });
        let now = [running("compare", 10, reported)];
        // 120 + 6 + 40 = 166 s of work, 10 s of it done.
        assert_eq!(counts.time_left(&now), Some(Duration::from_secs(78)));
    }
}

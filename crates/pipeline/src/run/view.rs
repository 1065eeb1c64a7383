//! The live view of a run as lines of text: the whole, the running tasks, the steps.

use std::time::Duration;

use rsom_stage::Reported;

use crate::run::duration::seconds;
use crate::run::running::Running;
use crate::run::step_counts::{StepCount, StepCounts};

/// The whole of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    /// Tasks that ended, of how many.
    pub ended: usize,
    pub total: usize,
    pub warnings: usize,
    pub elapsed: Duration,
    pub left: Option<Duration>,
}

/// Most running tasks and most steps to show.
const SHOWN: usize = 8;
/// Width of a bar in characters.
const BAR: u64 = 16;
/// Width of what stands around a name: a bar, `146/192`, a time and spaces.
const AROUND: usize = 44;
/// Least width of a name.
const NAME: usize = 16;

/// The lines, the most important one first: a small terminal cuts the last ones. Long names are shortened, so that the bars find
/// their place in `columns`.
pub(crate) fn lines(
    whole: &Whole,
    running: &[Running<'_>],
    counts: &StepCounts,
    columns: usize,
) -> Vec<String> {
    let mut lines = vec![line(whole)];
    let most = columns.saturating_sub(AROUND).max(NAME);
    let width = running.iter().map(|task| task.label.chars().count()).max();
    let width = width.unwrap_or(0).min(most);
    lines.extend(running.iter().take(SHOWN).map(|task| of_task(task, width)));
    if running.len() > SHOWN {
        lines.push(format!("  and {} more", running.len() - SHOWN));
    }
    let open: Vec<&StepCount> = (counts.steps.iter())
        .filter(|step| step.ended < step.total)
        .collect();
    let width = open.iter().map(|step| step.name.chars().count()).max();
    let width = width.unwrap_or(0).min(most);
    lines.extend(open.iter().take(SHOWN).map(|step| of_step(step, width)));
    let (hidden, done) = (
        open.len().saturating_sub(SHOWN),
        counts.steps.len() - open.len(),
    );
    let said = [(done, "complete"), (hidden, "to come")];
    let said = said.iter().filter(|(count, _)| *count > 0);
    let said: Vec<String> = said
        .map(|(count, what)| {
            format!(
                "{count} {} {what}",
                if *count == 1 { "step" } else { "steps" }
            )
        })
        .collect();
    if !said.is_empty() {
        lines.push(format!("  {}", said.join(", ")));
    }
    lines
}

/// One line for a log: what runs, and how far the whole is.
pub(crate) fn heartbeat(whole: &Whole, running: &[Running<'_>]) -> String {
    let Some(first) = running.first() else {
        return line(whole);
    };
    let how_far = first.reported.map_or_else(String::new, |reported| {
        format!("{}/{}, ", reported.done, reported.total)
    });
    let others = match running.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let time = seconds(first.elapsed);
    format!(
        "running {} ({how_far}{time}){others}; {}",
        first.label,
        line(whole)
    )
}

fn line(whole: &Whole) -> String {
    let mut parts = vec![format!("{} of {} tasks", whole.ended, whole.total)];
    let minutes = whole.elapsed.as_secs_f64() / 60.0;
    if whole.ended > 0 && minutes > 0.0 {
        let rate = whole.ended as f64 / minutes;
        parts.push(match rate >= 10.0 {
            true => format!("{rate:.0} a minute"),
            false => format!("{rate:.1} a minute"),
        });
    }
    if let Some(left) = whole.left {
        parts.push(format!("about {} left", seconds(left)));
    }
    if whole.warnings > 0 {
        parts.push(format!("warnings: {}", whole.warnings));
    }
    parts.join(", ")
}

/// The name in `width` characters: what tells tasks of one step apart stands at its end, the step at its start.
fn shortened(name: &str, width: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= width {
        return name.to_owned();
    }
    let start = width / 3;
    let end = letters.len() - (width - start).saturating_sub(1);
    let (start, end): (String, String) = (
        letters[..start].iter().collect(),
        letters[end..].iter().collect(),
    );
    format!("{start}…{end}")
}

fn of_task(task: &Running<'_>, width: usize) -> String {
    let (label, time) = (shortened(task.label, width), seconds(task.elapsed));
    match task.reported {
        Some(Reported { done, total }) => {
            let bar = bar(done, total);
            format!("  {label:width$}  {bar} {done}/{total}  {time}")
        }
        None => format!("  {label:width$}  {time}"),
    }
}

fn of_step(step: &StepCount, width: usize) -> String {
    let failed = match step.failed {
        0 => String::new(),
        failed => format!("  {failed} failed"),
    };
    let bar = bar(u64::from(step.ended), u64::from(step.total));
    let name = shortened(&step.name, width);
    format!(
        "  {name:width$}  {bar} {}/{}{failed}",
        step.ended, step.total
    )
}

fn bar(done: u64, total: u64) -> String {
    let full = done * BAR / total.max(1);
    (0..BAR).map(|i| if i < full { '█' } else { '░' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Whole {
        Whole {
            ended: 52,
            total: 328,
            warnings: 2,
            elapsed: Duration::from_secs(240),
            left: Some(Duration::from_secs(1260)),
        }
    }

    fn running() -> [Running<'static>; 2] {
        [
            Running {
                label: "train net=unet",
                step: "train",
                elapsed: Duration::from_secs(200),
                reported: Some(Reported { done: 8, total: 16 }),
            },
            Running {
                label: "import p1",
                step: "import",
                elapsed: Duration::from_millis(300),
                reported: None,
            },
        ]
    }

    #[test]
    fn the_view_shows_the_whole_the_running_tasks_and_the_open_steps() {
        let mut counts = StepCounts::new(std::iter::empty(), 2);
        for (step, total, ended, failed) in [("import", 40, 40, 0), ("train", 48, 12, 1)] {
            let count = counts.of(step);
            (count.total, count.ended, count.failed) = (total, ended, failed);
        }
        assert_eq!(
            lines(&whole(), &running(), &counts, 79),
            [
                "52 of 328 tasks, 13 a minute, about 21 min 0 s left, warnings: 2",
                "  train net=unet  ████████░░░░░░░░ 8/16  3 min 20 s",
                "  import p1       0.3 s",
                "  train  ████░░░░░░░░░░░░ 12/48  1 failed",
                "  1 step complete",
            ]
        );
    }

    #[test]
    fn long_names_leave_room_for_bars_and_times() {
        let label = "predict R_20261101120000_SYN001 net=unet s=10 fold=0 seed=1";
        let mut running = running();
        running[0].label = label;
        running[0].reported = Some(Reported {
            done: 1460,
            total: 1920,
        });
        let mut counts = StepCounts::new(std::iter::empty(), 2);
        counts.of("a_step_with_a_name_as_long_as_a_sentence").total = 100;
        for columns in [59, 79, 200] {
            let lines = lines(&whole(), &running, &counts, columns);
            let longest = lines[1..].iter().map(|line| line.chars().count()).max();
            assert!(longest.unwrap() <= columns, "{columns}: {lines:#?}");
            assert_eq!(lines[1].contains(label), columns == 200);
            assert!(lines[1].ends_with(" 1460/1920  3 min 20 s"), "{lines:#?}");
        }
        let narrow = &lines(&whole(), &running, &counts, 79)[1];
        assert!(
            narrow.starts_with("  predict R_2…unet s=10 fold=0 seed=1  "),
            "{narrow}"
        );
    }

    #[test]
    fn a_heartbeat_is_one_line() {
        assert_eq!(
            heartbeat(&whole(), &running()),
            "running train net=unet (8/16, 3 min 20 s) and 1 more; 52 of 328 tasks, 13 a minute, about 21 min 0 s left, warnings: 2"
        );
    }
}

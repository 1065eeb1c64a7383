//! The warnings of a run's tasks, each text once.

use std::collections::BTreeMap;

/// Warnings that tasks wrote into their logs.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    /// By the text without names of files and numbers.
    groups: BTreeMap<String, Group>,
}

/// Warnings that differ only in names of files and numbers.
#[derive(Debug)]
struct Group {
    /// Place of the first one among all groups.
    place: usize,
    first: String,
    task: String,
    /// Labels of all tasks that gave it.
    tasks: usize,
}

impl Warnings {
    /// Adds the warnings of a task. Returns those that are unlike all earlier ones.
    pub fn add(&mut self, task: &str, texts: &[String]) -> Vec<String> {
        let mut new = Vec::new();
        let mut counted: Vec<String> = Vec::new();
        for text in texts {
            let key = alike(text);
            if counted.contains(&key) {
                continue;
            }
            let place = self.groups.len();
            let group = self.groups.entry(key.clone()).or_insert_with(|| {
                new.push(text.clone());
                Group {
                    place,
                    first: text.clone(),
                    task: task.to_owned(),
                    tasks: 0,
                }
            });
            group.tasks += 1;
            counted.push(key);
        }
        new
    }

    /// One line for each group, in the order of their first warnings: the task, the warning, and how many tasks gave it.
    pub fn lines(&self) -> Vec<String> {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by_key(|group| group.place);
        let line = |group: &Group| match group.tasks {
            1 => format!("{}: {}", group.task, group.first),
            2 => format!("{}: {} (and 1 more task)", group.task, group.first),
            n => format!("{}: {} (and {} more tasks)", group.task, group.first, n - 1),
        };
        groups.into_iter().map(line).collect()
    }
}

/// A warning without what differs between tasks: words with digits or slashes.
fn alike(text: &str) -> String {
    let word = |word: &str| {
        let varies = word.contains('/') || word.chars().any(|c| c.is_ascii_digit());
        if varies {
            "*".to_owned()
        } else {
            word.to_owned()
        }
    };
    text.split_whitespace()
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_that_differ_in_files_and_numbers_are_one() {
        let mut warnings = Warnings::default();
        let texts = |n: u32| {
            vec![
                format!("/data/s{n}.nii.gz: the reference is empty"),
                "collapsed".to_owned(),
            ]
        };
        assert_eq!(warnings.add("a", &texts(1)).len(), 2);
        assert_eq!(warnings.add("b", &texts(2)), [""; 0]);
        assert_eq!(warnings.add("c", &["another".to_owned()]), ["another"]);
        assert_eq!(warnings.add("d", &texts(3)[..1]), [""; 0]);
        let lines = warnings.lines();
        assert_eq!(
            lines[0],
            "a: /data/s1.nii.gz: the reference is empty (and 2 more tasks)"
        );
        assert_eq!(lines[1], "a: collapsed (and 1 more task)");
        assert_eq!(lines[2], "c: another");
    }
}

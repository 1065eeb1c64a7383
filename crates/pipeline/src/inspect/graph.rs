//! `rsom graph`: a pipeline as a picture, step by step or task by task, in Mermaid, DOT or SVG.

use std::collections::{BTreeMap, BTreeSet};

use clap::{Arg, ArgAction, ArgMatches};
use rsom_stage::{ExitCode, StageError};

use crate::inspect::nodes::{Graph, Node};
use crate::inspect::svg;
use crate::plan::tasks::Plan;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  rsom graph study.yaml                                       for a page that shows Mermaid, such as a README
  rsom graph study.yaml --format svg > study.svg              a picture of the steps
  rsom graph study.yaml --format dot | dot -Tpdf > study.pdf  laid out by Graphviz
  rsom graph study.yaml --tasks --where scan=p1 --format svg > p1.svg
                                                              the tasks of one scan, and what they need";

/// Most tasks that a picture can show.
const MOST_TASKS: usize = 400;

/// The arguments of the command.
pub(crate) fn arguments() -> [Arg; 2] {
    [
        Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .value_parser(["mermaid", "dot", "svg"])
            .default_value("mermaid")
            .help("Language of the picture"),
        Arg::new("tasks")
            .long("tasks")
            .action(ArgAction::SetTrue)
            .help("Draw each task instead of each step"),
    ]
}

/// Prints the picture.
///
/// # Errors
/// Exit code 2: there are too many tasks for a picture.
pub(crate) fn print(plan: &Plan, matches: &ArgMatches) -> Result<ExitCode, StageError> {
    let graph = match matches.get_flag("tasks") {
        true => Graph::of_tasks(plan)?,
        false => Graph::of_steps(plan),
    };
    let format = matches.get_one::<String>("format").map(String::as_str);
    let text = match format {
        Some("svg") => svg::draw(&graph),
        Some("dot") => graph.dot(&plan.name),
        _ => graph.mermaid(),
    };
    Ok(rsom_stage::print(&text))
}

impl Graph {
    /// A box for each step of the selected tasks.
    fn of_steps(plan: &Plan) -> Self {
        let mut graph = Self::default();
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut counts: Vec<usize> = Vec::new();
        for (_, task) in plan.selected_tasks() {
            let number = *numbers.entry(&task.step).or_insert_with(|| {
                graph.boxes.push(Node {
                    name: task.step.clone(),
                    about: task.tool.command_name(),
                });
                counts.push(0);
                counts.len() - 1
            });
            counts[number] += 1;
            let before = task
                .after
                .iter()
                .map(|before| plan.tasks[*before].step.as_str());
            for step in before.collect::<BTreeSet<_>>() {
                if let Some(from) = numbers.get(step).filter(|from| **from != number) {
                    graph.arrows.insert((*from, number));
                }
            }
        }
        for (of_step, count) in graph.boxes.iter_mut().zip(counts) {
            if count > 1 {
                of_step.about.push_str(&format!(" × {count}"));
            }
        }
        graph
    }

    /// A box for each selected task.
    fn of_tasks(plan: &Plan) -> Result<Self, StageError> {
        let mut graph = Self::default();
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, task) in plan.selected_tasks() {
            let own = graph.boxes.len();
            if own == MOST_TASKS {
                return Err(StageError::usage(format_args!(
                    "more than {MOST_TASKS} tasks are too many for a picture; select some, such as by --where scan=p1 --where seed=0"
                )));
            }
            graph.boxes.push(Node {
                name: task.label.clone(),
                about: task.tool.command_name(),
            });
            numbers.insert(number, own);
            let before = task.after.iter().filter_map(|before| numbers.get(before));
            graph.arrows.extend(before.map(|from| (*from, own)));
        }
        Ok(graph)
    }

    fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (number, of) in self.boxes.iter().enumerate() {
            let (name, about) = (mermaid_text(&of.name), mermaid_text(&of.about));
            text.push_str(&format!("  n{number}[\"{name}<br/>{about}\"]\n"));
        }
        for (from, to) in &self.arrows {
            text.push_str(&format!("  n{from} --> n{to}\n"));
        }
        text
    }

    fn dot(&self, name: &str) -> String {
        let mut text = format!(
            "digraph {} {{\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
            dot_text(name)
        );
        for (number, of) in self.boxes.iter().enumerate() {
            let label = dot_text(&format!("{}\n{}", of.name, of.about));
            text.push_str(&format!("  n{number} [label={label}];\n"));
        }
        for (from, to) in &self.arrows {
            text.push_str(&format!("  n{from} -> n{to};\n"));
        }
        text.push_str("}\n");
        text
    }
}

/// A text inside quotes of Mermaid, where characters with a meaning are written as numbers.
fn mermaid_text(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '#' | '<' | '>' | '&' | ';' | '`' | '\\' => format!("#{};", u32::from(c)),
        c if c.is_control() => " ".to_owned(),
        c => c.to_string(),
    });
    escaped.collect()
}

/// A text of DOT, in quotes.
fn dot_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let of = |name: &str| Node {
            name: name.to_owned(),
            about: "demo make".to_owned(),
        };
        Graph {
            boxes: vec![of("a"), of("say \"b\" <c> #1\\")],
            arrows: BTreeSet::from([(0, 1)]),
        }
    }

    #[test]
    fn names_with_special_characters_stay_inside_their_box() {
        assert_eq!(
            graph().mermaid(),
            "flowchart LR\n  n0[\"a<br/>demo make\"]\n  n1[\"say #34;b#34; #60;c#62; #35;1#92;<br/>demo make\"]\n  n0 --> n1\n"
        );
        let dot = graph().dot("x\"y");
        assert!(dot.starts_with("digraph \"x\\\"y\" {"), "{dot}");
        assert!(
            dot.contains("[label=\"say \\\"b\\\" <c> #1\\\\\\ndemo make\"]"),
            "{dot}"
        );
    }
}

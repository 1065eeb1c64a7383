//! A study as a Snakefile: one rule for each step, whose jobs call `rsom task`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_stage::{Kind, StageError, atomic};
use serde_json::{Map, Value, json};

use crate::assess::records::Records;
use crate::assess::survey::Outlook;
use crate::export::call::Call;
use crate::export::estimate::Estimate;
use crate::export::names::names;
use crate::export::pattern::{Pattern, patterns};
use crate::plan::tasks::{Plan, Task};

/// Tasks that take less are put together, so that a job takes about as many minutes as the user wants.
const SHORT_S: f64 = 120.0;

/// What is known of a study when it is exported.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub records: &'a Records,
    /// The state of each task.
    pub outlooks: &'a [Outlook],
}

/// The files of an export: their names and contents.
type Files = Vec<(&'static str, String)>;

/// Writes a Snakefile, its list of tasks and a profile into a folder.
///
/// # Errors
/// Exit code 2: Snakemake cannot name a file. Exit code 4: a file cannot be written.
pub(crate) fn write(
    plan: &Plan,
    call: &Call,
    (known, minutes): (Known<'_>, f64),
    folder: &Path,
) -> Result<(), StageError> {
    check_paths(plan)?;
    check_folders(plan, (call, folder))?;
    for (name, content) in files(plan, call, known, minutes)? {
        atomic::write_bytes(&folder.join(name), content.as_bytes())?;
    }
    Ok(())
}

/// Refuses paths that Snakemake would read as patterns: it knows no way to write a brace as such.
fn check_paths(plan: &Plan) -> Result<(), StageError> {
    let tasks = plan.selected_tasks().map(|(_, task)| task);
    let paths = tasks.flat_map(|task| {
        let outputs = task.outputs.iter().map(|output| output.path.clone());
        outputs.chain(needs(plan, task))
    });
    let is_pattern = |path: &String| {
        path.split_once('{')
            .is_some_and(|(_, rest)| rest.contains('}'))
    };
    match paths.into_iter().find(is_pattern) {
        Some(path) => Err(StageError::usage(format_args!(
            "'{path}': Snakemake reads text in braces as a wildcard; give the file another name"
        ))),
        None => Ok(()),
    }
}

/// Refuses folders with braces, which Snakemake would read as wildcards or as parts of a format.
fn check_folders(plan: &Plan, (call, folder): (&Call, &Path)) -> Result<(), StageError> {
    let folders = [
        ("the folder of this export", call.folder.as_path()),
        ("the pipeline file", &plan.pipeline),
        ("the output folder of the study", &plan.workdir),
        ("--output", folder),
    ];
    let has_braces = |path: &Path| path.to_string_lossy().contains(['{', '}']);
    match folders.iter().find(|(_, path)| has_braces(path)) {
        Some((what, path)) => Err(StageError::usage(format_args!(
            "{what} {}: Snakemake reads braces as a wildcard; give the folder another name",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// A rule of the Snakefile: the tasks of a step, or one of them.
struct Rule<'a> {
    name: String,
    /// The wildcard of each task; of a single task, none.
    tasks: Vec<(String, &'a Task)>,
    /// The pattern of each output of a step with a wildcard.
    patterns: Option<Vec<Pattern>>,
    /// The wildcards as a list, where the patterns also fit paths of other rules.
    is_listed: bool,
    estimate: Estimate,
}

fn files(plan: &Plan, call: &Call, known: Known<'_>, minutes: f64) -> Result<Files, StageError> {
    let rules = rules(plan, known.records);
    let made: BTreeMap<&String, bool> = (plan.tasks.iter().zip(known.outlooks))
        .map(|(task, outlook)| (&task.label, outlook.is_up_to_date()))
        .collect();
    let mut lists = Map::new();
    for rule in &rules {
        let entries = rule.tasks.iter().map(|(wildcard, task)| {
            let entry = json!({
                "task": task.label,
                "identity": identity(task),
                "needs": needs(plan, task),
                "made": made[&task.label],
            });
            (wildcard.clone(), entry)
        });
        lists.insert(rule.name.clone(), Value::Object(entries.collect()));
    }
    let outputs = plan.selected_tasks().flat_map(|(_, task)| &task.outputs);
    let outputs: Vec<&str> = outputs.map(|output| output.path.as_str()).collect();
    let lists = json!({ "outputs": outputs, "rules": lists });
    let lists = serde_json::to_string(&lists).map_err(StageError::failure)?;
    Ok(vec![
        ("tasks.json", lists),
        ("Snakefile", snakefile(plan, call, &rules)),
        ("profiles/default/config.yaml", profile(&rules, minutes)),
        (
            "exported",
            "The time of this file is that of the export.\n".to_owned(),
        ),
    ])
}

/// One rule for each step whose outputs are alike, else one for each task.
fn rules<'a>(plan: &'a Plan, records: &Records) -> Vec<Rule<'a>> {
    let mut steps: Vec<(&str, Vec<&Task>)> = Vec::new();
    for (_, task) in plan.selected_tasks() {
        match steps.last_mut() {
            Some((step, tasks)) if *step == task.step => tasks.push(task),
            _ => steps.push((&task.step, vec![task])),
        }
    }
    let mut rules = Vec::new();
    for (step, tasks) in steps {
        let estimate = Estimate::of(tasks.iter().copied(), records);
        let rule = |name: &str, tasks, patterns| Rule {
            name: name.to_owned(),
            tasks,
            patterns,
            is_listed: false,
            estimate,
        };
        let paths: Vec<Vec<&str>> = (tasks.iter())
            .map(|task| {
                task.outputs
                    .iter()
                    .map(|output| output.path.as_str())
                    .collect()
            })
            .collect();
        match patterns(&paths).filter(|_| tasks.len() > 1) {
            Some((patterns, wildcards)) => {
                let tasks = wildcards.into_iter().zip(tasks).collect();
                rules.push(rule(step, tasks, Some(patterns)));
            }
            None => rules.extend(
                (tasks.into_iter())
                    .map(|task| rule(&task.label, vec![(String::new(), task)], None)),
            ),
        }
    }
    let all: Vec<String> = names(rules.iter().map(|rule| rule.name.as_str()));
    for (rule, name) in rules.iter_mut().zip(all) {
        rule.name = name;
    }
    mark_ambiguous(&mut rules);
    rules
}

/// Finds rules whose patterns fit an output of another rule, or of their own where it is another task's.
fn mark_ambiguous(rules: &mut [Rule<'_>]) {
    let paths: Vec<(usize, &str)> = (rules.iter().enumerate())
        .flat_map(|(number, rule)| {
            let outputs = rule.tasks.iter().flat_map(|(_, task)| &task.outputs);
            outputs.map(move |output| (number, output.path.as_str()))
        })
        .collect();
    let is_listed: Vec<bool> = (rules.iter().enumerate())
        .map(|(number, rule)| {
            let patterns = rule.patterns.as_deref().unwrap_or_default();
            let others = || paths.iter().filter(|(of, _)| *of != number);
            let fits_other = |pattern: &Pattern| others().any(|(_, path)| pattern.fits(path));
            // Of two outputs of one rule, the pattern of one may fit the other.
            let fits_own = |a: usize, pattern: &Pattern| {
                let outputs = rule
                    .tasks
                    .iter()
                    .flat_map(|(_, task)| task.outputs.iter().enumerate());
                outputs
                    .into_iter()
                    .any(|(b, output)| a != b && pattern.fits(&output.path))
            };
            patterns
                .iter()
                .enumerate()
                .any(|(a, pattern)| fits_other(pattern) || fits_own(a, pattern))
        })
        .collect();
    for (rule, is_listed) in rules.iter_mut().zip(is_listed) {
        rule.is_listed = is_listed;
    }
}

/// What determines a task beside the content of its inputs: with another one, its outputs are old.
fn identity(task: &Task) -> String {
    let document = crate::assess::identity::Identity::of(task, &BTreeMap::new());
    format!("{:.16}", document.hash())
}

/// The files that must be there before a task starts.
fn needs(plan: &Plan, task: &Task) -> BTreeSet<String> {
    let files = task.inputs.iter().flat_map(|input| &input.files);
    let paths = files.filter_map(|file| plan.path_of(file));
    paths
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

fn snakefile(plan: &Plan, call: &Call, rules: &[Rule<'_>]) -> String {
    let program = call.program.to_string_lossy();
    let mut text = format!(
        "# Made by 'rsom export snakemake'. After a change of the pipeline, export again.\n\
         #\n\
         #   snakemake --snakefile Snakefile --cores 8\n\
         #   snakemake --snakefile Snakefile --executor slurm --jobs 100\n\
         #\n\
         # Each job calls 'rsom task', which checks, runs and records its tasks. Afterwards, 'rsom run' finds nothing to do.\n\
         # Another program: --config rsom=/path/to/rsom. Threads: --set-threads train=8.\n\
         import json\n\
         import re\n\
         from pathlib import Path\n\n\
         LISTS = json.loads((Path(workflow.basedir) / \"tasks.json\").read_text(encoding=\"utf-8\"))\n\
         RULES = LISTS[\"rules\"]\n\
         RSOM = config.get(\"rsom\", {})\n\
         FOLDER = {}\n\n\n\
         EXPORTED = str(Path(workflow.basedir) / \"exported\")\n\n\n\
         def needs(rule, task):\n    \
             # A task that was not up to date at the time of the export is older than this file, whatever Snakemake knows of it.\n    \
             entry = RULES[rule][task]\n    \
             return entry[\"needs\"] + [ancient(EXPORTED) if entry[\"made\"] else EXPORTED]\n\n\n\
         workdir: {}\n\n\n\
         localrules: all\n\n\n\
         rule all:\n    input:\n        lambda w: LISTS[\"outputs\"],\n",
        python(&program),
        python(&call.folder.to_string_lossy()),
        python(&plan.workdir.to_string_lossy()),
    );
    for rule in rules {
        text.push_str(&rule.text(call));
    }
    text
}

impl Rule<'_> {
    fn text(&self, call: &Call) -> String {
        let name = &self.name;
        let key = match self.patterns {
            Some(_) => "w.task",
            None => "\"\"",
        };
        let mut text = format!(
            "\n\nrule {name}:\n    input:\n        lambda w: needs(\"{name}\", {key}),\n    output:\n"
        );
        let outputs = self.tasks.first().map(|(_, task)| task.outputs.as_slice());
        for (number, output) in outputs.unwrap_or_default().iter().enumerate() {
            let path = match self.patterns.as_ref().and_then(|all| all.get(number)) {
                Some(pattern) => format!("{}{{task}}{}", pattern.before, pattern.after),
                None => output.path.clone(),
            };
            let path = python(&path);
            match output.kind {
                Kind::Directory => text.push_str(&format!("        update(directory({path})),\n")),
                _ => text.push_str(&format!("        update({path}),\n")),
            }
        }
        if self.is_listed {
            let names = format!("\"|\".join(re.escape(name) for name in RULES[\"{name}\"])");
            text.push_str(&format!(
                "    wildcard_constraints:\n        task=\"(?:\" + {names} + \")\",\n"
            ));
        } else if self.patterns.is_some() {
            text.push_str("    wildcard_constraints:\n        task=\"(?s:.+)\",\n");
        }
        text.push_str(&format!(
            "    params:\n        task=lambda w: RULES[\"{name}\"][{key}][\"task\"],\n        identity=lambda w: RULES[\"{name}\"][{key}][\"identity\"],\n"
        ));
        text.push_str(&format!(
            "    threads: {}\n    resources:\n        mem_mb={},\n        runtime={},\n",
            self.estimate.limits.threads.unwrap_or(1),
            self.estimate.asked_mib(),
            self.estimate.asked_minutes(1)
        ));
        if self.is_short() {
            text.push_str(&format!("    group: \"{name}\"\n"));
        }
        let arguments = python(&unformatted(&call.arguments()));
        text.push_str(&format!(
            "    shell:\n        \"cd {{FOLDER:q}} && {{RSOM:q}} \" + {arguments} + \" --threads {{threads}} -- {{params.task:q}} && touch -c {{output:q}}\"\n"
        ));
        text
    }

    fn is_short(&self) -> bool {
        self.tasks.len() > 1 && self.estimate.mean_s < SHORT_S
    }
}

/// Puts so many short tasks into one job of a cluster that it takes about so many minutes.
fn profile(rules: &[Rule<'_>], minutes: f64) -> String {
    let mut text = "# Read by Snakemake if it is next to the Snakefile. Short tasks of a step form one job of a cluster.\n".to_owned();
    let short = rules.iter().filter(|rule| rule.is_short());
    let lines: Vec<String> = short
        .map(|rule| {
            let count = rule.estimate.tasks_in(minutes).min(rule.tasks.len());
            format!("  - {}={count}\n", rule.name)
        })
        .collect();
    if !lines.is_empty() {
        text.push_str(&format!("group-components:\n{}", lines.concat()));
    }
    // A folder that is shared over a network may show a new file late.
    text.push_str("latency-wait: 30\n");
    text
}

/// A text in Python.
fn python(text: &str) -> String {
    // JSON is Python here: the same quotes and escapes. Python has no surrogate pairs, and serde_json writes none.
    Value::from(text).to_string()
}

/// A text that str.format leaves as it is.
fn unformatted(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

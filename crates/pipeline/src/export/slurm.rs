//! A study as jobs of Slurm, for a site without another engine: an array of jobs for each step, and a last one that collects.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{StageError, atomic};

use crate::assess::records::Records;
use crate::export::call::Call;
use crate::export::estimate::Estimate;
use crate::export::names::names;
use crate::plan::tasks::{Plan, Task};
use crate::run::left_out;
use crate::run::shell_line::quoted;

/// Most jobs of an array that most sites allow.
const LARGEST_ARRAY: usize = 1000;

/// Writes the scripts of a study into a folder.
///
/// # Errors
/// Exit code 4: a file cannot be written.
pub(crate) fn write(
    plan: &Plan,
    call: &Call,
    (records, minutes): (&Records, f64),
    folder: &Path,
) -> Result<(), StageError> {
    let arrays = arrays(plan, records, minutes);
    for array in &arrays {
        let labels: Vec<&str> = array.tasks.iter().map(|task| task.label.as_str()).collect();
        let list = labels.join("\n") + "\n";
        atomic::write_bytes(
            &folder.join(format!("steps/{}.tasks", array.name)),
            list.as_bytes(),
        )?;
        let script = array.script(call, folder);
        atomic::write_bytes(
            &folder.join(format!("steps/{}.sh", array.name)),
            script.as_bytes(),
        )?;
    }
    std::fs::create_dir_all(folder.join("logs"))
        .map_err(|e| StageError::output(&folder.join("logs"), atomic::plain(&e)))?;
    atomic::write_bytes(&folder.join("collect.sh"), collector(call).as_bytes())?;
    let submit = submit(plan, call, &arrays, folder);
    atomic::write_bytes(&folder.join("submit.sh"), submit.as_bytes())
}

/// The jobs of a step.
struct Array<'a> {
    name: String,
    tasks: Vec<&'a Task>,
    /// Number of jobs.
    jobs: usize,
    estimate: Estimate,
    /// The steps that must have ended before, and whether all their tasks must have succeeded.
    needs: BTreeMap<&'a str, bool>,
}

fn arrays<'a>(plan: &'a Plan, records: &Records, minutes: f64) -> Vec<Array<'a>> {
    let mut steps: Vec<(&str, Vec<&Task>)> = Vec::new();
    for (_, task) in plan.selected_tasks() {
        match steps.last_mut() {
            Some((step, tasks)) if *step == task.step => tasks.push(task),
            _ => steps.push((&task.step, vec![task])),
        }
    }
    let names = names(steps.iter().map(|(step, _)| *step));
    let array = |((_, tasks), name): ((&'a str, Vec<&'a Task>), String)| {
        let estimate = Estimate::of(tasks.iter().copied(), records);
        let size = estimate.tasks_in(minutes);
        let mut needs = BTreeMap::new();
        for task in &tasks {
            for before in &task.after {
                let must_succeed = !left_out::can_run_without(task, *before);
                *needs
                    .entry(plan.tasks[*before].step.as_str())
                    .or_insert(false) |= must_succeed;
            }
        }
        Array {
            name,
            jobs: tasks.len().div_ceil(size).clamp(1, LARGEST_ARRAY),
            tasks,
            estimate,
            needs,
        }
    };
    steps.into_iter().zip(names).map(array).collect()
}

impl Array<'_> {
    /// The script of one job: a part of the tasks.
    fn script(&self, call: &Call, folder: &Path) -> String {
        let list = folder.join(format!("steps/{}.tasks", self.name));
        let (jobs, folder) = (self.jobs, quoted(&call.folder.to_string_lossy()));
        format!(
            "#!/bin/sh\n\
             # {} tasks in {jobs} jobs. Made by 'rsom export slurm'.\n\
             cd {folder} || exit 1\n\
             exec \"${{RSOM:-{}}}\" {} \\\n  --threads \"${{SLURM_CPUS_PER_TASK:-1}}\" --keep-going \\\n  --list {} --part \"$((${{SLURM_ARRAY_TASK_ID:-0}} + 1))/{jobs}\"\n",
            self.tasks.len(),
            in_double_quotes(&call.program.to_string_lossy()),
            call.arguments(),
            quoted(&list.to_string_lossy()),
        )
    }

    /// The line that submits the jobs.
    fn submission(&self, plan: &Plan, arrays: &[Array<'_>]) -> String {
        let per_job = self.tasks.len().div_ceil(self.jobs);
        let name = &self.name;
        let mut dependencies = Vec::new();
        for (step, must_succeed) in &self.needs {
            // Steps that were not selected have run already.
            let array = arrays
                .iter()
                .find(|array| array.tasks.first().is_some_and(|t| t.step == *step));
            if let Some(array) = array {
                let kind = if *must_succeed { "afterok" } else { "afterany" };
                dependencies.push(format!("{kind}:$job_{}", array.name));
            }
        }
        let dependency = match dependencies.as_slice() {
            [] => String::new(),
            all => format!(
                " --dependency=\"{}\" --kill-on-invalid-dep=yes",
                all.join(",")
            ),
        };
        let limits = self.estimate.limits;
        let at_once = limits
            .jobs
            .map_or_else(String::new, |most| format!("%{most}"));
        let threads = limits
            .threads
            .map_or_else(String::new, |n| format!(" --cpus-per-task={n}"));
        let job = quoted(&format!("{}-{name}", plan.name));
        format!(
            "job_{name}=$(submit --job-name={job} --array=0-{}{at_once} --mem={}M --time={}{threads} \\\n  --output=\"$logs/{name}-%a.log\"{dependency} \"$@\" \"$here/steps/{name}.sh\")\n",
            self.jobs - 1,
            self.estimate.asked_mib(),
            self.estimate.asked_minutes(per_job),
        )
    }
}

/// The script of the last job: takes the records over, and writes `run.json`.
fn collector(call: &Call) -> String {
    format!(
        "#!/bin/sh\n# Takes over what the jobs recorded, and writes run.json. Made by 'rsom export slurm'.\ncd {} || exit 1\nexec \"${{RSOM:-{}}}\" {}\n",
        quoted(&call.folder.to_string_lossy()),
        in_double_quotes(&call.program.to_string_lossy()),
        call.arguments_of("collect"),
    )
}

fn submit(plan: &Plan, call: &Call, arrays: &[Array<'_>], folder: &Path) -> String {
    let mut text = format!(
        "#!/bin/sh\n\
         # Submits the study. Options of sbatch for all jobs: sh submit.sh --partition=cpu --account=group\n\
         # Another program on the nodes: RSOM=/path/to/rsom sh submit.sh. Made by 'rsom export slurm'.\n\
         set -eu\n\
         here={}\n\
         # sbatch replaces what follows a percent sign.\n\
         logs={}\n\
         # With a cluster's name, sbatch prints it after the number of the job.\n\
         submit() {{ number=$(sbatch --parsable \"$@\"); echo \"${{number%%;*}}\"; }}\n\n",
        quoted(&folder.to_string_lossy()),
        quoted(&folder.join("logs").to_string_lossy().replace('%', "%%"))
    );
    for array in arrays {
        text.push_str(&array.submission(plan, arrays));
    }
    let all: Vec<String> = arrays
        .iter()
        .map(|array| format!("$job_{}", array.name))
        .collect();
    let job = quoted(&format!("{}-collect", plan.name));
    text.push_str(&format!(
        "collect=$(submit --job-name={job} --output=\"$logs/collect.log\" \\\n  --dependency=\"afterany:{}\" \"$@\" \"$here/collect.sh\")\n",
        all.join(":")
    ));
    let status = format!("rsom {}", call.arguments_of("status"));
    text.push_str(&format!(
        "echo \"submitted; the last job is $collect\"\nprintf 'progress: %s\\n' {}\n",
        quoted(&status)
    ));
    text
}

/// A text inside double quotes of a shell, as the default of a variable.
fn in_double_quotes(text: &str) -> String {
    let special = |c: char| "\\\"$`}".contains(c);
    text.chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
        .collect()
}

//! From a request to a plan: read, check, expand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rsom_stage::yaml::Place;
use rsom_stage::{Spec, atomic};

use crate::check::link::{Staged, check_references};
use crate::check::names::check_names;
use crate::check::order;
use crate::check::ports as check;
use crate::check::swap::Swaps;
use crate::check::tool::{Tool, Toolbox};
use crate::plan::draft::{Context, Made};
use crate::plan::expand::{Instance, expand};
use crate::plan::manifest;
use crate::plan::output_paths;
use crate::plan::scans::Scans;
use crate::plan::scope::Names;
use crate::plan::tasks::{Plan, Request};
use crate::problem::{Problem, Problems};
use crate::read::model::{Pipeline, Stage};
use crate::read::params;
use crate::read::pipeline as read;

/// The stages at hand: the binary that holds them, and what they say of themselves.
#[derive(Debug, Clone)]
pub struct BuiltIn<'a> {
    /// Started as `EXECUTABLE STAGE COMMAND …`.
    pub executable: &'a Path,
    /// Specifications of its stages.
    pub stages: &'a [Spec],
}

impl Plan {
    /// Reads, checks and expands a pipeline. Nothing is run but `PROGRAM spec` of foreign stages; nothing is written.
    ///
    /// # Errors
    /// Everything that is wrong with it, sorted by place.
    pub fn of(request: &Request, built_in: &BuiltIn<'_>) -> Result<Self, Vec<Problem>> {
        let file = request.pipeline.display().to_string();
        let mut problems = Problems::of_file(&file);
        let mut warnings = Problems::of_file(&file);
        let plan = build(request, built_in, &mut problems, &mut warnings);
        match plan {
            Some(mut plan) if problems.count() == 0 => {
                plan.warnings = warnings.into_sorted();
                Ok(plan)
            }
            _ => Err(problems.into_sorted()),
        }
    }
}

fn build(
    request: &Request,
    built_in: &BuiltIn<'_>,
    problems: &mut Problems,
    warnings: &mut Problems,
) -> Option<Plan> {
    let file = &request.pipeline;
    let text = std::fs::read_to_string(file)
        .map_err(|e| problems.add_usage(format_args!("{}: {}", file.display(), atomic::plain(&e))))
        .ok()?;
    let mut pipeline = read::read(&text, problems)?;
    let folder = folder_of(file);
    let params = params::params(&pipeline, &request.set, problems);
    let scans = manifest::scans(&pipeline, &folder, request, problems);
    let mut swaps = Swaps::read(&request.swap, &pipeline, problems);
    let mut toolbox = Toolbox {
        folder: &folder,
        executable: built_in.executable,
        built_in: built_in.stages,
        swaps: &mut swaps,
        asked: BTreeMap::new(),
    };
    let ordered = order::order(&pipeline.stages, problems);
    warn_of_unused(&pipeline, &text, warnings);
    let mut staged = Vec::new();
    for mut stage in std::mem::take(&mut pipeline.stages) {
        let tool = find_tool(&mut toolbox, &mut stage, problems, warnings);
        staged.push(Staged { stage, tool });
    }
    swaps.check_used(problems, warnings);
    for stage in &staged {
        let names = Names {
            params: &params,
            stage: &stage.stage,
            scans: &scans,
        };
        check_names(&stage.stage, stage.tool.as_deref(), &names, problems);
        check_references(stage, &staged, &scans, problems);
    }
    problems.close_places();
    let plan = Plan {
        workdir: workdir(request, &pipeline.name)?,
        data: request
            .data
            .as_ref()
            .and_then(|d| std::path::absolute(d).ok()),
        strict: request.strict,
        name: pipeline.name,
        params,
        tasks: Vec::new(),
        warnings: Vec::new(),
    };
    Some(add_tasks(
        plan,
        &staged,
        &ordered,
        Sources {
            scans: &scans,
            folder: &folder,
        },
        problems,
    ))
}

/// Finds what a stage starts and checks the stage against it.
fn find_tool(
    toolbox: &mut Toolbox<'_>,
    stage: &mut Stage,
    problems: &mut Problems,
    warnings: &mut Problems,
) -> Option<Rc<Tool>> {
    let tool = toolbox
        .find(stage)
        .map_err(|message| problems.add(stage.action_place, message))
        .ok()?;
    if let Tool::Stage(tool) = &tool {
        check::check_ports(stage, tool, problems, warnings);
    }
    Some(Rc::new(tool))
}

/// Where given files come from: the scans of the manifest, and the folder of the pipeline.
#[derive(Clone, Copy)]
struct Sources<'a> {
    scans: &'a Scans,
    folder: &'a Path,
}

/// Expands the stages in order and makes their tasks, as far as the stages that they take from could be expanded.
fn add_tasks(
    mut plan: Plan,
    staged: &[Staged],
    ordered: &[usize],
    sources: Sources<'_>,
    problems: &mut Problems,
) -> Plan {
    let Sources { scans, folder } = sources;
    let mut expanded: BTreeMap<String, (Vec<Instance>, usize)> = BTreeMap::new();
    let mut places: Vec<Vec<Place>> = Vec::new();
    for number in ordered {
        let Staged { stage, tool } = &staged[*number];
        let instances = expand(stage, &plan.params, scans, problems);
        let Some(tool) = tool else {
            continue;
        };
        let context = Context {
            staged: &staged[*number],
            tool,
            all: staged,
            params: &plan.params,
            scans,
            folder,
        };
        let made = Made {
            stages: &expanded,
            tasks: &plan.tasks,
        };
        let first = plan.tasks.len();
        let before = problems.count();
        let tasks = context.tasks(&instances, &made, problems);
        if tasks.len() == instances.len() && problems.count() == before {
            let outputs: Vec<Place> = stage.outputs.iter().map(|o| o.place).collect();
            places.extend(tasks.iter().map(|_| outputs.clone()));
            plan.tasks.extend(tasks);
            expanded.insert(stage.name.clone(), (instances, first));
        }
    }
    output_paths::check_collisions(&plan, &places, problems);
    plan
}

/// A param that no placeholder names is likely a misspelling.
fn warn_of_unused(pipeline: &Pipeline, text: &str, warnings: &mut Problems) {
    for param in &pipeline.params {
        let used = text.match_indices("${").any(|(start, _)| {
            let name = text[start + 2..].split('}').next().unwrap_or_default();
            name.trim() == param.name
        });
        if !used {
            warnings.add(param.place, format!("param '{}' is not used", param.name));
        }
    }
}

fn folder_of(file: &Path) -> PathBuf {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    absolute
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

fn workdir(request: &Request, name: &str) -> Option<PathBuf> {
    let default = || Path::new("runs").join(name);
    let workdir = request.workdir.clone().unwrap_or_else(default);
    std::path::absolute(workdir).ok()
}

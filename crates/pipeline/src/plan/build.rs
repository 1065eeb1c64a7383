//! Builds a plan from a request: read, check, expand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::read::place::Place;
use rsom_stage::{Spec, atomic, fingerprint, text};
use serde_json::Value;

use crate::check::link::{ResolvedStep, check_references};
use crate::check::names::check_names;
use crate::check::order;
use crate::check::ports as check;
use crate::check::recipe::check_recipe;
use crate::check::swap::Swaps;
use crate::check::tool::{Tool, Toolbox};
use crate::plan::draft::{Context, PlannedSteps};
use crate::plan::expand::{Instance, expand};
use crate::plan::local_files::prefer_files;
use crate::plan::manifest;
use crate::plan::output_paths;
use crate::plan::scans::Scans;
use crate::plan::scope::Names;
use crate::plan::table_names;
use crate::plan::tasks::{CheckOutput, Included, Plan, Request};
use crate::problem::{Problem, Problems};
use crate::read::defaults;
use crate::read::model::{Pipeline, Step};
use crate::read::params;
use crate::read::pipeline as read;
use crate::suggest;

/// The built-in stages and the binary that contains them.
#[derive(Debug, Clone)]
pub struct BuiltInStages<'a> {
    /// The binary. Started as `EXECUTABLE STAGE COMMAND …`.
    pub executable: &'a Path,
    /// Specifications of its stages.
    pub stages: &'a [Spec],
    /// Checks the outputs of foreign programs.
    pub check_output: CheckOutput,
}

impl Plan {
    /// Reads, checks and expands a pipeline. Writes nothing, and runs only `PROGRAM spec` of foreign stages.
    ///
    /// # Errors
    /// All problems of the pipeline, sorted by place.
    pub fn of(request: &Request, built_in: &BuiltInStages<'_>) -> Result<Self, Vec<Problem>> {
        let file = request.pipeline.display().to_string();
        let mut problems = Problems::of_file(&file);
        let mut warnings = Problems::of_file(&file);
        let plan = build(
            request,
            (built_in, &text::read),
            &mut problems,
            &mut warnings,
        );
        match plan {
            Some(mut plan) if problems.count() == 0 => {
                plan.warnings = warnings.into_sorted();
                Ok(plan)
            }
            _ => Err(problems.into_sorted()),
        }
    }
}

/// Reads a file of a pipeline. An error is one line.
pub(crate) type ReadText<'a> = &'a dyn Fn(&Path) -> Result<String, String>;

/// The problems of a pipeline whose files have the texts that `read` gives.
pub(crate) fn problems_of(
    request: &Request,
    built_in: &BuiltInStages<'_>,
    read: ReadText<'_>,
) -> Vec<Problem> {
    let file = request.pipeline.display().to_string();
    let mut problems = Problems::of_file(&file);
    let mut warnings = Problems::of_file(&file);
    build(request, (built_in, read), &mut problems, &mut warnings);
    problems.into_sorted()
}

fn build(
    request: &Request,
    (built_in, read): (&BuiltInStages<'_>, ReadText<'_>),
    problems: &mut Problems,
    warnings: &mut Problems,
) -> Option<Plan> {
    let file = &request.pipeline;
    let text = read(file)
        .map_err(|fault| problems.add_usage(format_args!("{}: {fault}", file.display())))
        .ok()?;
    let sha256 = sha256_of(file);
    let folder = folder_of(file);
    let mut pipeline = read_with_included(&text, (&folder, read), problems, warnings)?;
    prefer_files(&mut pipeline.steps, &folder);
    let params = params::params(
        &pipeline,
        request.profile.as_deref(),
        &request.set,
        problems,
    );
    let scans = manifest::scans(&pipeline, &folder, request, problems);
    let manifest = manifest::path(&pipeline, &folder, request);
    let mut swaps = Swaps::read(&request.swap, &pipeline, problems);
    let mut toolbox = Toolbox {
        folder: &folder,
        executable: built_in.executable,
        built_in: built_in.stages,
        swaps: &mut swaps,
        recipe: pipeline.recipe.as_ref().map(|(_, name)| name.as_str()),
        asked: BTreeMap::new(),
    };
    let included = included(&pipeline, &folder);
    let ordered = order::order(&pipeline.steps, problems);
    let mut resolved = Vec::new();
    for mut step in std::mem::take(&mut pipeline.steps) {
        let tool = find_tool(&mut toolbox, &mut step, problems, warnings);
        resolved.push(ResolvedStep { step, tool });
    }
    swaps.check_used(problems, warnings);
    check_recipe(pipeline.recipe.as_ref(), &resolved, problems);
    check_steps(&resolved, &params, &scans, problems);
    problems.close_places();
    let name = (pipeline.name, params);
    let mut plan = empty(request, built_in.check_output, name, problems)?;
    plan.pipeline_sha256 = sha256;
    plan.included = included;
    plan.manifest_sha256 = manifest.as_deref().and_then(sha256_of);
    plan.manifest = manifest;
    plan.data_root.clone_from(&scans.root);
    let mut plan = add_tasks(
        plan,
        &resolved,
        &ordered,
        Sources {
            scans: &scans,
            folder: &folder,
        },
        problems,
    );
    // With other problems, tasks may be missing.
    if problems.count() == 0 {
        plan.apply_corrections(&folder, &request.correct, problems);
        plan.select(&request.selection, &scans, problems);
    }
    Some(plan)
}

/// Reads a pipeline and the files that it includes, and completes its steps by the defaults of their commands.
fn read_with_included(
    text: &str,
    (folder, read_text): (&Path, ReadText<'_>),
    problems: &mut Problems,
    warnings: &mut Problems,
) -> Option<Pipeline> {
    let open = |path: &str| read_text(&folder.join(path));
    let mut pipeline = read::read(text, &open, problems)?;
    *warnings = problems.of_same_files();
    warn_of_unused(&pipeline, warnings);
    for (place, command) in defaults::apply(&mut pipeline) {
        warn_of_unused_defaults((place, &command), &pipeline, warnings);
    }
    Some(pipeline)
}

/// A plan without tasks, of a pipeline's name and params.
fn empty(
    request: &Request,
    check_output: CheckOutput,
    (name, params): (String, BTreeMap<String, Value>),
    problems: &mut Problems,
) -> Option<Plan> {
    Some(Plan {
        workdir: workdir(request, &name, problems)?,
        request: request.clone(),
        pipeline: absolute("pipeline", &request.pipeline, problems)?,
        pipeline_sha256: None,
        manifest: None,
        manifest_sha256: None,
        included: Vec::new(),
        data_root: None,
        data: match request.data.as_deref() {
            Some(data) => Some(absolute("--data", data, problems)?),
            None => None,
        },
        strict: request.strict,
        check_output,
        name,
        params,
        tasks: Vec::new(),
        selected: None,
        corrections: Vec::new(),
        warnings: Vec::new(),
    })
}

fn check_steps(
    resolved: &[ResolvedStep],
    params: &BTreeMap<String, Value>,
    scans: &Scans,
    problems: &mut Problems,
) {
    for step in resolved {
        let names = Names {
            params,
            step: &step.step,
            scans,
        };
        check_names(&step.step, step.tool.as_deref(), &names, problems);
        check_references(step, resolved, scans, problems);
    }
}

/// Finds the tool of a step and checks the step against its specification.
fn find_tool(
    toolbox: &mut Toolbox<'_>,
    step: &mut Step,
    problems: &mut Problems,
    warnings: &mut Problems,
) -> Option<Rc<Tool>> {
    let tool = toolbox
        .find(step)
        .map_err(|message| {
            let fix = toolbox.fix(step);
            problems.add_with(step.action_place, message, fix);
        })
        .ok()?;
    if let Tool::Stage(tool) = &tool {
        check::check_ports(step, tool, problems, warnings);
    }
    Some(Rc::new(tool))
}

/// Origins of input files: the scans of the manifest and the folder of the pipeline file.
#[derive(Clone, Copy)]
struct Sources<'a> {
    scans: &'a Scans,
    folder: &'a Path,
}

/// Adds the tasks of all steps, in order. Skips steps with errors and the steps that depend on them.
fn add_tasks(
    mut plan: Plan,
    resolved: &[ResolvedStep],
    ordered: &[usize],
    sources: Sources<'_>,
    problems: &mut Problems,
) -> Plan {
    let Sources { scans, folder } = sources;
    let mut expanded: BTreeMap<String, (Vec<Instance>, usize)> = BTreeMap::new();
    let mut places: Vec<Vec<Place>> = Vec::new();
    for number in ordered {
        let ResolvedStep { step, tool } = &resolved[*number];
        let instances = expand(step, &plan.params, scans, problems);
        let Some(tool) = tool else {
            continue;
        };
        let context = Context {
            resolved: &resolved[*number],
            tool,
            all: resolved,
            params: &plan.params,
            scans,
            folder,
        };
        let planned = PlannedSteps {
            steps: &expanded,
            tasks: &plan.tasks,
        };
        let first = plan.tasks.len();
        let before = problems.count();
        let tasks = context.tasks(&instances, &planned, problems);
        if tasks.len() == instances.len() && problems.count() == before {
            let outputs: Vec<Place> = step.outputs.iter().map(|o| o.place).collect();
            places.extend(tasks.iter().map(|_| outputs.clone()));
            plan.tasks.extend(tasks);
            expanded.insert(step.name.clone(), (instances, first));
        }
    }
    output_paths::check_collisions(&plan, &places, problems);
    table_names::check(&plan, resolved, problems);
    plan
}

/// Warns of params that no placeholder uses: likely misspellings. Included files may have params for other pipelines.
fn warn_of_unused(pipeline: &Pipeline, warnings: &mut Problems) {
    let text = &pipeline.text;
    for param in pipeline.params.iter().filter(|param| param.place.file == 0) {
        let used = text.match_indices("${").any(|(start, _)| {
            let name = text[start + 2..].split('}').next().unwrap_or_default();
            name.trim() == param.name
        });
        if !used {
            warnings.add(param.place, format!("param '{}' is not used", param.name));
        }
    }
}

/// Warns of defaults of a command that no step uses.
fn warn_of_unused_defaults(
    (place, command): (Place, &str),
    pipeline: &Pipeline,
    warnings: &mut Problems,
) {
    let commands = pipeline.steps.iter().filter_map(defaults::command_of);
    let commands: Vec<String> = commands.collect();
    let hint = suggest::hint(command, commands.iter().map(String::as_str));
    if place.file == 0 {
        warnings.add(place, format!("no step uses '{command}'{hint}"));
    }
}

/// The files that a pipeline includes.
fn included(pipeline: &Pipeline, folder: &Path) -> Vec<Included> {
    let paths = pipeline.included.iter();
    let paths = paths.map(|path| folder.join(path).components().collect::<PathBuf>());
    paths
        .map(|path| Included {
            sha256: sha256_of(&path),
            path,
        })
        .collect()
}

fn sha256_of(file: &Path) -> Option<String> {
    fingerprint::of_path(file).ok()
}

pub(crate) fn folder_of(file: &Path) -> PathBuf {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    absolute
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The absolute path of the output folder.
fn workdir(request: &Request, name: &str, problems: &mut Problems) -> Option<PathBuf> {
    let default = || match &request.profile {
        None => Path::new("runs").join(name),
        Some(profile) => Path::new("runs").join(format!("{name}-{profile}")),
    };
    let workdir = request.workdir.clone().unwrap_or_else(default);
    absolute("--workdir", &workdir, problems)
}

fn absolute(option: &str, path: &Path, problems: &mut Problems) -> Option<PathBuf> {
    std::path::absolute(path)
        .map_err(|error| {
            let reason = atomic::plain(&error);
            problems.add_usage(format_args!("{option} '{}': {reason}", path.display()));
        })
        .ok()
}

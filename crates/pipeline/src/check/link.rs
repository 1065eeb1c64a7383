//! Checks what the inputs of a stage refer to, before anything is expanded.

use rsom_stage::Kind;
use rsom_stage::yaml::Place;

use crate::check::names::check_conditions;
use crate::check::tool::Tool;
use crate::plan::output_paths::kind_of;
use crate::plan::scans::Scans;
use crate::problem::Problems;
use crate::read::model::{Action, Origin, Source, Stage};
use crate::suggest;

/// A stage and what it starts, which is unknown when it could not be found.
#[derive(Debug)]
pub(crate) struct Staged {
    pub stage: Stage,
    pub tool: Option<std::rc::Rc<Tool>>,
}

/// Checks the references of a stage's inputs: outputs that exist and are of the right kind, files that scans have,
/// conditions on what the other stage has.
pub(crate) fn check_references(
    stage: &Staged,
    all: &[Staged],
    scans: &Scans,
    problems: &mut Problems,
) {
    for input in &stage.stage.inputs {
        for source in &input.sources {
            match &source.origin {
                Origin::Path(_) => {}
                Origin::ScanFiles { role } => {
                    if let Err(message) = scans.check_role(role)
                        && !source.leave_out
                    {
                        problems.add(source.place, message);
                    }
                    check_conditions(&each_scan(), &source.conditions, scans, problems);
                }
                Origin::Output {
                    stage: name,
                    output,
                } => {
                    let Some(upstream) = all.iter().find(|other| other.stage.name == *name) else {
                        // Its own problems have been told.
                        continue;
                    };
                    check_output(upstream, output, source, problems);
                    check_conditions(&upstream.stage, &source.conditions, scans, problems);
                    if let Some(message) = misfit(stage, upstream, &input.port, output) {
                        problems.add(source.place, message);
                    }
                }
            }
        }
    }
}

/// A stage-like thing whose tasks are the scans: what `scan.files.<role>` gathers over.
pub(crate) fn each_scan() -> Stage {
    Stage {
        name: "scan".to_owned(),
        place: Place::default(),
        action: Action::Run { words: Vec::new() },
        action_place: Place::default(),
        foreach_scan: true,
        conditions: Vec::new(),
        matrix: Vec::new(),
        inputs: Vec::new(),
        parameters: Vec::new(),
        outputs: Vec::new(),
    }
}

fn check_output(upstream: &Staged, output: &str, source: &Source, problems: &mut Problems) {
    if upstream.stage.output(output).is_some() {
        return;
    }
    let name = &upstream.stage.name;
    let offered = match upstream.tool.as_deref() {
        Some(Tool::Stage(tool)) => tool.command.output(output).is_some(),
        _ => false,
    };
    let message = if offered {
        format!("stage '{name}' does not declare its output '{output}' under 'out'")
    } else {
        let declared = upstream.stage.outputs.iter().map(|o| o.port.as_str());
        format!(
            "stage '{name}' has no output '{output}'{}",
            suggest::hint(output, declared)
        )
    };
    problems.add(source.place, message);
}

/// The kind of an output: as its stage declares it, or by its name for a `run` line.
pub(crate) fn kind_of_output(staged: &Staged, output: usize) -> Kind {
    let output = &staged.stage.outputs[output];
    let declared = match staged.tool.as_deref() {
        Some(Tool::Stage(tool)) => tool.command.output(&output.port).map(|port| port.kind),
        _ => None,
    };
    declared.unwrap_or_else(|| kind_of(output.path.ending()))
}

/// What is wrong when the kind of an output is not that of the input it goes to.
fn misfit(stage: &Staged, upstream: &Staged, port: &str, output: &str) -> Option<String> {
    let Some(Tool::Stage(tool)) = stage.tool.as_deref() else {
        return None;
    };
    let port = tool.command.input(port)?;
    let output = upstream.stage.output(output)?;
    let made = kind_of_output(upstream, output);
    let (from, output) = (&upstream.stage.name, &upstream.stage.outputs[output].port);
    (!fits(made, port.kind)).then(|| {
        let (takes, is) = (port.kind.as_str(), made.as_str());
        format!(
            "'{}' is of the kind {takes}, and '{from}.{output}' of the kind {is}",
            port.name
        )
    })
}

/// Images of all kinds are NIfTI files and may stand for each other; a document may be anything.
fn fits(made: Kind, taken: Kind) -> bool {
    let is_image = |kind| {
        matches!(
            kind,
            Kind::Volume | Kind::Mask | Kind::Labels | Kind::Probabilities
        )
    };
    made == taken
        || taken == Kind::Document
        || made == Kind::Document
        || (is_image(made) && is_image(taken))
}

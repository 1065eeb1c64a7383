//! Checks the references of inputs to outputs of other steps and to files of scans.

use crate::read::place::Place;
use rsom_stage::Kind;

use crate::check::names::check_conditions;
use crate::check::tool::Tool;
use crate::plan::output_paths::kind_of;
use crate::plan::scans::Scans;
use crate::problem::{FixAt, Problems};
use crate::read::limits::Limits;
use crate::read::model::{Action, Origin, Source, Step};
use crate::suggest;

/// A step and its tool. `tool` is `None` if the tool was not found, which is reported elsewhere.
#[derive(Debug)]
pub(crate) struct ResolvedStep {
    pub step: Step,
    pub tool: Option<std::rc::Rc<Tool>>,
}

/// Checks the inputs of a step: outputs must exist and have the right kind, roles must exist, and conditions must use
/// factors or attributes of the other step.
pub(crate) fn check_references(
    resolved: &ResolvedStep,
    all: &[ResolvedStep],
    scans: &Scans,
    problems: &mut Problems,
) {
    for input in &resolved.step.inputs {
        for source in &input.sources {
            match &source.origin {
                Origin::Path(_) => {}
                Origin::ScanFiles { role } => {
                    if let Err(message) = scans.check_role(role)
                        && !source.leave_out
                    {
                        problems.add(source.place, message);
                    }
                    check_conditions(&scan_step(), &source.conditions, scans, problems);
                }
                Origin::Output { step: name, output } => {
                    let Some(upstream) = all.iter().find(|other| other.step.name == *name) else {
                        // The problems of that step are already reported.
                        continue;
                    };
                    check_output(upstream, output, source, problems);
                    check_conditions(&upstream.step, &source.conditions, scans, problems);
                    if let Some(message) = kind_mismatch(resolved, upstream, &input.port, output) {
                        problems.add(source.place, message);
                    }
                }
            }
        }
    }
}

/// A step with one task for each scan: the source of `scan.files.<role>`.
pub(crate) fn scan_step() -> Step {
    Step {
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
        limits: Limits::default(),
    }
}

fn check_output(upstream: &ResolvedStep, output: &str, source: &Source, problems: &mut Problems) {
    if upstream.step.output(output).is_some() {
        return;
    }
    let name = &upstream.step.name;
    let offered = match upstream.tool.as_deref() {
        Some(Tool::Stage(tool)) => tool.command.output(output).is_some(),
        _ => false,
    };
    let declared = upstream.step.outputs.iter().map(|o| o.port.as_str());
    let fix = FixAt::Value.only(output, declared.clone());
    let fix = fix.filter(|_| !offered);
    let message = if offered {
        format!("step '{name}' does not declare its output '{output}' under 'out'")
    } else {
        format!(
            "step '{name}' has no output '{output}'{}",
            suggest::hint(output, declared)
        )
    };
    problems.add_with(source.named_at, message, fix);
}

/// The kind of an output: from the specification of the stage, or from the file name for a `run` line.
pub(crate) fn kind_of_output(resolved: &ResolvedStep, output: usize) -> Kind {
    let output = &resolved.step.outputs[output];
    let declared = match resolved.tool.as_deref() {
        Some(Tool::Stage(tool)) => tool.command.output(&output.port).map(|port| port.kind),
        _ => None,
    };
    declared.unwrap_or_else(|| kind_of(output.path.ending()))
}

/// An error message if the kind of an output does not fit the input that takes it.
fn kind_mismatch(
    resolved: &ResolvedStep,
    upstream: &ResolvedStep,
    port: &str,
    output: &str,
) -> Option<String> {
    let Some(Tool::Stage(tool)) = resolved.tool.as_deref() else {
        return None;
    };
    let port = tool.command.input(port)?;
    let output = upstream.step.output(output)?;
    let output_kind = kind_of_output(upstream, output);
    let (from, output) = (&upstream.step.name, &upstream.step.outputs[output].port);
    (!fits(output_kind, port.kind)).then(|| {
        let (expected, found) = (port.kind.as_str(), output_kind.as_str());
        format!(
            "'{}' takes a file of kind {expected}, but '{from}.{output}' is of kind {found}",
            port.name
        )
    })
}

/// Whether an output may go to an input. All kinds of images are NIfTI files and fit each other. A document fits every
/// kind.
fn fits(output: Kind, input: Kind) -> bool {
    let is_image = |kind| {
        matches!(
            kind,
            Kind::Volume | Kind::Mask | Kind::Labels | Kind::Probabilities
        )
    };
    output == input
        || input == Kind::Document
        || output == Kind::Document
        || (is_image(output) && is_image(input))
}

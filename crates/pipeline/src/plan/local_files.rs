//! Inputs such as `smooth.py` in a step named `smooth`: a file next to the pipeline, and not an output of a step.

use std::path::Path;

use crate::read::model::{Origin, Source, Step};
use crate::read::template::Template;

/// Turns references to outputs that cannot be meant into paths.
///
/// `step.output` is a path if `step` is the step itself or has no such output, and such a file exists next to the pipeline. A
/// step that names an output of its own that it does not have means a file in any case.
pub(crate) fn prefer_files(steps: &mut [Step], folder: &Path) {
    let known: Vec<(String, Vec<String>)> = steps
        .iter()
        .map(|step| {
            let outputs = step.outputs.iter().map(|output| output.port.clone());
            (step.name.clone(), outputs.collect())
        })
        .collect();
    let has = |name: &str, output: &String| {
        let mut steps = known.iter();
        steps.any(|(step, outputs)| step == name && outputs.contains(output))
    };
    for step in steps {
        let own = step.name.clone();
        let sources = step.inputs.iter_mut().flat_map(|input| &mut input.sources);
        for source in sources {
            let Origin::Output { step, output } = &source.origin else {
                continue;
            };
            let path = format!("{step}.{output}");
            let is_own = *step == own;
            let is_missing = !has(step, output);
            let is_file = (is_own || is_missing) && folder.join(&path).exists();
            if is_plain(source)
                && (is_file || (is_own && is_missing))
                && let Ok(path) = Template::parse(&path)
            {
                source.origin = Origin::Path(path);
            }
        }
    }
}

/// Whether a source is a name without conditions.
fn is_plain(source: &Source) -> bool {
    source.conditions.is_empty() && source.when.is_empty() && !source.leave_out
}

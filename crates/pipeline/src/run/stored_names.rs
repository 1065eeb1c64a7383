//! The names of a task's outputs in a store. Other studies have them at other paths.
//!
//! `mask` is the output of this port, `mask.sidecar` the file next to it, and `figures/a/b.svg` a file in an output folder. A port
//! has letters, digits and `_` only.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use rsom_stage::Kind;

use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{Task, TaskOutput};

const SIDECAR: &str = ".sidecar";

/// The name of a file that a task wrote, by its path in the workdir. `None` of a path that is no file of an output.
pub(crate) fn name_of(task: &Task, path: &str) -> Option<String> {
    let name = |output: &TaskOutput| {
        let port = &output.port;
        if output.kind == Kind::Directory {
            let inside = path.strip_prefix(output.path.as_str())?;
            let inside = inside.strip_prefix('/')?;
            return Some(format!("{port}/{inside}"));
        }
        if output.path == path {
            return Some(port.clone());
        }
        (sidecar(&output.path)? == path).then(|| format!("{port}{SIDECAR}"))
    };
    task.outputs.iter().find_map(name)
}

/// The paths of the files that a task always writes: its outputs, and of a stage of rsom the sidecars of volumes. What is in a folder,
/// and whether another program writes sidecars, only an entry says.
pub(crate) fn needed(task: &Task) -> BTreeSet<String> {
    let writes_sidecars = !task.tool.is_foreign();
    let files = (task.outputs.iter()).filter(|output| output.kind != Kind::Directory);
    let paths = files.flat_map(|output| {
        let sidecar = sidecar(&output.path).filter(|_| writes_sidecars);
        sidecar.into_iter().chain([output.path.clone()])
    });
    paths.collect()
}

/// The path of a file in the workdir by its name. `None` if the task has no such output, or if the name leads out of it: nothing in a
/// store is trusted.
pub(crate) fn path_of(task: &Task, name: &str) -> Option<String> {
    let output = |port: &str| task.outputs.iter().find(|output| output.port == port);
    if let Some((port, inside)) = name.split_once('/') {
        let output = output(port).filter(|output| output.kind == Kind::Directory)?;
        let mut parts = Path::new(inside).components();
        let is_inside =
            !inside.is_empty() && parts.all(|part| matches!(part, Component::Normal(_)));
        return is_inside.then(|| format!("{}/{inside}", output.path));
    }
    if let Some(port) = name.strip_suffix(SIDECAR) {
        return sidecar(&output(port)?.path);
    }
    let output = output(name).filter(|output| output.kind != Kind::Directory)?;
    Some(output.path.clone())
}

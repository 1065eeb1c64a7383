//! A tool that calls `rsom job`.

use serde_json::{Map, Value, json};

use crate::export::call::Call;
use crate::run::job_files::JOB;

/// Name of the step and the tool that gather all outputs.
pub(crate) const GATHER: &str = "gather";

/// A tool that calls `rsom job` with all its inputs.
pub(crate) fn tool(
    call: &Call,
    about: &str,
    (inputs, outputs): (Map<String, Value>, Map<String, Value>),
) -> Value {
    json!({
        "cwlVersion": "v1.2",
        "class": "CommandLineTool",
        "doc": about,
        "baseCommand": [call.program.to_string_lossy(), "job", JOB],
        "arguments": ["--threads", "$(runtime.cores)"],
        "requirements": {
            "InitialWorkDirRequirement": {
                "listing": [{ "entryname": JOB, "entry": "$(inputs)", "writable": false }],
            },
        },
        "inputs": inputs,
        "outputs": outputs,
    })
}

/// The tool that gathers all outputs in one folder.
pub(crate) fn gather_tool(call: &Call) -> Value {
    let inputs = json!({
        "job": "string",
        "files": { "type": { "type": "array", "items": ["File", "Directory"] } },
        "records": "File[]",
    });
    let outputs = json!({ "study": "Directory" });
    let maps = (
        inputs.as_object().cloned().unwrap_or_default(),
        outputs.as_object().cloned().unwrap_or_default(),
    );
    tool(call, "All outputs in one folder", maps)
}

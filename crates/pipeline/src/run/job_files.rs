//! Names of the files between an engine and `rsom job`.

/// The file with the description of a job, in the folder of the task.
pub(crate) const JOB: &str = ".rsom/job.json";
/// The file with the record of a task, in the same folder.
pub(crate) const RECORD: &str = "record.json";
/// The file in which CWL finds the outputs.
pub(crate) const OUTPUTS: &str = "cwl.output.json";

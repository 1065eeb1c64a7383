//! What a stage starts: a command of the running binary, a foreign stage, or any command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{CommandSpec, Spec, atomic, fingerprint};

use crate::check::ask::ask;
use crate::check::swap::Swaps;
use crate::read::model::{Action, Stage};
use crate::read::template::Template;
use crate::suggest;

/// What a stage starts.
#[derive(Debug, Clone)]
pub(crate) enum Tool {
    /// A command of a stage that meets the stage contract.
    Stage(Box<StageTool>),
    /// Any command line.
    Line(LineTool),
}

/// A command of a stage that meets the stage contract.
#[derive(Debug, Clone)]
pub(crate) struct StageTool {
    pub program: PathBuf,
    /// The stage's name, before the command, when the program is the running binary.
    pub prefix: Option<String>,
    pub stage: String,
    pub version: String,
    /// Of the code that the stage is built from.
    pub revision: Option<String>,
    /// For a foreign stage, whose version says little.
    pub program_sha256: Option<String>,
    pub command: CommandSpec,
    /// Whether `--swap` put it here: what it does not know is then left out with a warning.
    pub swapped: bool,
}

/// Any command line.
#[derive(Debug, Clone)]
pub(crate) struct LineTool {
    pub program: PathBuf,
    /// For a program beside the pipeline file; not for one of the system.
    pub program_sha256: Option<String>,
    pub words: Vec<Template>,
}

impl Tool {
    /// The vector instructions that its last digits depend on, if they do.
    pub fn instruction_set(&self) -> Option<&str> {
        match self {
            Self::Stage(tool) => tool.command.instruction_set.as_deref(),
            Self::Line(_) => None,
        }
    }
}

/// Finds the tools of a pipeline's stages; asks each foreign program once.
#[derive(Debug)]
pub(crate) struct Toolbox<'a> {
    /// Folder of the pipeline file.
    pub folder: &'a Path,
    /// The binary that runs the built-in stages.
    pub executable: &'a Path,
    pub built_in: &'a [Spec],
    pub swaps: &'a mut Swaps,
    /// Foreign programs that have been asked.
    pub asked: BTreeMap<PathBuf, Result<(Spec, String), String>>,
}

impl Toolbox<'_> {
    /// The tool of a stage.
    ///
    /// # Errors
    /// An unknown stage or command, a program that is not there or does not meet the contract.
    pub fn find(&mut self, stage: &Stage) -> Result<Tool, String> {
        match &stage.action {
            Action::Run { words } => line(words, self.folder).map(Tool::Line),
            Action::Uses { tool, command } => self
                .stage(&stage.name, tool, command)
                .map(|tool| Tool::Stage(Box::new(tool))),
        }
    }

    fn stage(&mut self, stage: &str, tool: &str, command: &str) -> Result<StageTool, String> {
        if let Some(program) = self.swaps.of_stage(stage) {
            return self.foreign(&program, command, true);
        }
        if let Some(program) = self.swaps.of_tool(tool) {
            let swapped = self.foreign(&program, command, true);
            // A program that stands in for one command of a stage leaves the others as they are.
            let lacks_command = swapped.is_err() && self.ask(&program).is_ok();
            if !lacks_command {
                self.swaps.note_use(tool);
                return swapped;
            }
            self.swaps.note_kept(tool, command);
        }
        if tool.contains('/') {
            return self.foreign(&self.folder.join(tool), command, false);
        }
        let names = self.built_in.iter().map(|spec| spec.stage.as_str());
        let spec = (self.built_in.iter().find(|spec| spec.stage == tool))
            .ok_or_else(|| format!("there is no stage '{tool}'{}", suggest::hint(tool, names)))?;
        Ok(StageTool {
            program: self.executable.to_path_buf(),
            prefix: Some(tool.to_owned()),
            stage: spec.stage.clone(),
            version: spec.version.clone(),
            revision: spec.revision.clone(),
            program_sha256: None,
            command: find_command(spec, tool, command)?,
            swapped: false,
        })
    }

    fn foreign(
        &mut self,
        program: &Path,
        command: &str,
        swapped: bool,
    ) -> Result<StageTool, String> {
        let (spec, sha256) = self.ask(program)?;
        Ok(StageTool {
            program: program.to_path_buf(),
            prefix: None,
            command: find_command(&spec, &program.display().to_string(), command)?,
            stage: spec.stage,
            version: spec.version,
            revision: spec.revision,
            program_sha256: Some(sha256),
            swapped,
        })
    }

    /// The specification of a foreign program and its hash.
    fn ask(&mut self, program: &Path) -> Result<(Spec, String), String> {
        self.asked
            .entry(program.to_path_buf())
            .or_insert_with(|| ask(program))
            .clone()
    }
}

fn find_command(spec: &Spec, tool: &str, command: &str) -> Result<CommandSpec, String> {
    let names = spec.commands.iter().map(|c| c.name.as_str());
    spec.command(command).cloned().ok_or_else(|| {
        format!(
            "{tool} has no command '{command}'{}",
            suggest::hint(command, names)
        )
    })
}

fn line(words: &[Template], folder: &Path) -> Result<LineTool, String> {
    let (program, words) = words.split_first().ok_or("'run' names no program")?;
    let name = program.text(&|name| Err(format!("'${{{name}}}' in the program's name")))?;
    if name.contains('/') {
        let program = folder.join(&name);
        let sha256 =
            fingerprint::of_path(&program).map_err(|e| format!("{name}: {}", atomic::plain(&e)))?;
        return Ok(LineTool {
            program,
            program_sha256: Some(sha256),
            words: words.to_vec(),
        });
    }
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(&name).is_file())
    });
    if !found {
        return Err(format!(
            "there is no program '{name}'; one beside the pipeline file is written ./{name}"
        ));
    }
    Ok(LineTool {
        program: PathBuf::from(name),
        program_sha256: None,
        words: words.to_vec(),
    })
}

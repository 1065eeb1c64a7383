//! Finds the tool of a step: a command of a built-in or foreign stage, or any command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{CommandSpec, Spec, atomic, fingerprint};
use serde_json::{Map, Value};

use crate::check::ask::ask;
use crate::check::swap::Swaps;
use crate::problem::{Fix, FixAt};
use crate::read::model::{Action, Step};
use crate::read::template::Template;
use crate::suggest;

/// The program that a step starts.
#[derive(Debug, Clone)]
pub(crate) enum Tool {
    /// A command of a stage.
    Stage(Box<StageCommand>),
    /// Any command line.
    Line(CommandLine),
}

/// A command of a built-in or foreign stage.
#[derive(Debug, Clone)]
pub(crate) struct StageCommand {
    /// The executable to start.
    pub program: PathBuf,
    /// For a built-in stage, its name: the first argument of the `rsom` binary.
    pub prefix: Option<String>,
    pub stage: String,
    pub version: String,
    /// Revision of the stage's code, if the stage states one.
    pub revision: Option<String>,
    /// For a foreign stage, the sha256 of its program: its version may not change with its code.
    pub program_sha256: Option<String>,
    pub command: CommandSpec,
    /// Values that the recipe of the pipeline gives to parameters of the command.
    pub recipe: Map<String, Value>,
    /// Whether `--swap` chose this program. Then unknown ports and parameters are left out with a warning.
    pub swapped: bool,
}

/// Any command line.
#[derive(Debug, Clone)]
pub(crate) struct CommandLine {
    pub program: PathBuf,
    /// The sha256 of a program given by a path. `None` for a program on the `PATH`.
    pub program_sha256: Option<String>,
    /// The arguments, with placeholders.
    pub words: Vec<Template>,
}

impl Tool {
    /// The vector instructions in use, if they affect the last digits of the results.
    pub fn instruction_set(&self) -> Option<&str> {
        match self {
            Self::Stage(tool) => tool.command.instruction_set.as_deref(),
            Self::Line(_) => None,
        }
    }

    /// What it runs, in short: `layerseg train`, or the name of a program.
    pub fn command_name(&self) -> String {
        match self {
            Self::Stage(tool) => format!("{} {}", tool.stage, tool.command.name),
            Self::Line(line) => {
                let name = line.program.file_name();
                name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
            }
        }
    }

    /// The name of a built-in stage or the path of another program, and its revision if it is known.
    pub fn revision(&self) -> (String, Option<&str>) {
        match self {
            Self::Stage(tool) => {
                let revision = tool.revision.as_deref().or(tool.program_sha256.as_deref());
                match self.is_foreign() {
                    true => (tool.program.display().to_string(), revision),
                    false => (tool.stage.clone(), revision),
                }
            }
            Self::Line(line) => {
                let program = line.program.display().to_string();
                (program, line.program_sha256.as_deref())
            }
        }
    }

    /// Whether the program is none of the built-in stages.
    pub fn is_foreign(&self) -> bool {
        match self {
            Self::Stage(tool) => tool.prefix.is_none(),
            Self::Line(_) => true,
        }
    }
}

/// Finds the tools of steps. Asks each foreign program only once for its specification.
#[derive(Debug)]
pub(crate) struct Toolbox<'a> {
    /// Folder of the pipeline file.
    pub folder: &'a Path,
    /// The binary that contains the built-in stages.
    pub executable: &'a Path,
    /// Specifications of the built-in stages.
    pub built_in: &'a [Spec],
    pub swaps: &'a mut Swaps,
    /// Name of the pipeline's recipe.
    pub recipe: Option<&'a str>,
    /// Answers of foreign programs.
    pub asked: BTreeMap<PathBuf, Result<(Spec, String), String>>,
}

impl Toolbox<'_> {
    /// The tool of a step.
    ///
    /// # Errors
    /// An unknown stage or command, a missing program, or a program that does not meet the stage contract.
    pub fn find(&mut self, step: &Step) -> Result<Tool, String> {
        match &step.action {
            Action::Run { words } => line(words, self.folder).map(Tool::Line),
            Action::Uses { stage, command } => {
                let mut tool = self.stage_command(&step.name, stage, command)?;
                let values = self.recipe.and_then(|name| tool.command.recipe(name));
                tool.recipe = values.cloned().unwrap_or_default();
                Ok(Tool::Stage(Box::new(tool)))
            }
        }
    }

    /// The stage or command that a step means, if its own does not exist and only one is close.
    pub fn fix(&mut self, step: &Step) -> Option<Fix> {
        let Action::Uses { stage, command } = &step.action else {
            return None;
        };
        if self.swaps.of_step(&step.name).is_some() || self.swaps.of_stage(stage).is_some() {
            return None;
        }
        let spec = match stage.contains('/') {
            true => Some(self.ask(&self.folder.join(stage)).ok()?.0),
            false => self
                .built_in
                .iter()
                .find(|spec| spec.stage == *stage)
                .cloned(),
        };
        match spec {
            None => {
                let names = self.built_in.iter().map(|spec| spec.stage.as_str());
                FixAt::Value.only(stage, names)
            }
            Some(spec) if spec.command(command).is_some() => None,
            Some(spec) => FixAt::Value.only(command, spec.commands.iter().map(|c| c.name.as_str())),
        }
    }

    fn stage_command(
        &mut self,
        step: &str,
        stage: &str,
        command: &str,
    ) -> Result<StageCommand, String> {
        if let Some(program) = self.swaps.of_step(step) {
            return self.replacing(stage, &program, command);
        }
        if let Some(program) = self.swaps.of_stage(stage) {
            let swapped = self.replacing(stage, &program, command);
            // A program may replace only some commands of a stage.
            let lacks_command = swapped.is_err() && self.ask(&program).is_ok();
            if !lacks_command {
                self.swaps.note_use(stage);
                return swapped;
            }
            self.swaps.note_kept(stage, command);
        }
        if stage.contains('/') {
            return self.foreign(&self.folder.join(stage), command, false);
        }
        let names = self.built_in.iter().map(|spec| spec.stage.as_str());
        let spec = (self.built_in.iter().find(|spec| spec.stage == stage))
            .ok_or_else(|| format!("there is no stage '{stage}'{}", suggest::hint(stage, names)))?;
        Ok(StageCommand {
            program: self.executable.to_path_buf(),
            prefix: Some(stage.to_owned()),
            stage: spec.stage.clone(),
            version: spec.version.clone(),
            revision: spec.revision.clone(),
            program_sha256: None,
            command: find_command(spec, stage, command)?,
            recipe: Map::new(),
            swapped: false,
        })
    }

    /// The command of a program that replaces a stage. Its outputs lie on the same grids as those of the stage.
    fn replacing(
        &mut self,
        stage: &str,
        program: &Path,
        command: &str,
    ) -> Result<StageCommand, String> {
        let mut replacing = self.foreign(program, command, true)?;
        let replaced = self.built_in.iter().find(|spec| spec.stage == stage);
        let replaced = replaced.and_then(|spec| spec.command(command));
        for output in &mut replacing.command.outputs {
            let of_stage = replaced.and_then(|command| command.output(&output.name));
            if output.grid_of.is_none() {
                output.grid_of = of_stage.and_then(|port| port.grid_of.clone());
            }
        }
        Ok(replacing)
    }

    fn foreign(
        &mut self,
        program: &Path,
        command: &str,
        swapped: bool,
    ) -> Result<StageCommand, String> {
        let (spec, sha256) = self.ask(program)?;
        Ok(StageCommand {
            program: program.to_path_buf(),
            prefix: None,
            command: find_command(&spec, &program.display().to_string(), command)?,
            stage: spec.stage,
            version: spec.version,
            revision: spec.revision,
            program_sha256: Some(sha256),
            recipe: Map::new(),
            swapped,
        })
    }

    /// The specification of a foreign program and the sha256 of the program.
    fn ask(&mut self, program: &Path) -> Result<(Spec, String), String> {
        self.asked
            .entry(program.to_path_buf())
            .or_insert_with(|| ask(program))
            .clone()
    }
}

fn find_command(spec: &Spec, stage: &str, command: &str) -> Result<CommandSpec, String> {
    let names = spec.commands.iter().map(|c| c.name.as_str());
    spec.command(command).cloned().ok_or_else(|| {
        format!(
            "{stage} has no command '{command}'{}",
            suggest::hint(command, names)
        )
    })
}

fn line(words: &[Template], folder: &Path) -> Result<CommandLine, String> {
    let (program, words) = words.split_first().ok_or("'run' names no program")?;
    let name = program.text(&|name| Err(format!("'${{{name}}}' in the program's name")))?;
    if name.contains('/') {
        let program = folder.join(&name);
        let sha256 =
            fingerprint::of_path(&program).map_err(|e| format!("{name}: {}", atomic::plain(&e)))?;
        return Ok(CommandLine {
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
            "there is no program '{name}' on the PATH; write ./{name} for a program next to the pipeline file"
        ));
    }
    Ok(CommandLine {
        program: PathBuf::from(name),
        program_sha256: None,
        words: words.to_vec(),
    })
}

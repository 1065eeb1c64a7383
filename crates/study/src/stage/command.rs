//! Checks one command of a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_io::output_check::check_output;
use rsom_stage::{CommandSpec, Kind, Port, StageError, atomic, fingerprint, folder, sidecar};

use super::findings::Findings;
use super::materials::Materials;
use super::program::{Ended, Program};

const UNCHANGED: &str = "it changes no input";

/// A command that is checked.
pub(super) struct Checked<'a> {
    pub program: &'a Program,
    pub command: &'a CommandSpec,
    /// The command of a built-in stage of the same name: its outputs lie on the grids of inputs.
    pub stands_for: Option<&'a CommandSpec>,
    /// Values of parameters by name.
    pub with: &'a BTreeMap<String, String>,
    /// Folder of its files.
    pub folder: PathBuf,
}

/// What is left out of a call, or put into it.
#[derive(Clone, Copy, Default)]
struct Twist<'a> {
    /// Required input to leave out.
    without: Option<&'a str>,
    /// Input that is this file instead.
    instead: Option<(&'a str, &'a Path)>,
    /// Words to add.
    extra: &'a [&'a str],
    /// Where the outputs go, instead of a folder `out`.
    to: Option<&'a Path>,
    threads: usize,
}

impl Checked<'_> {
    /// Runs all checks.
    ///
    /// # Errors
    /// Exit code 4: the files of the checks cannot be written.
    pub fn check(
        &self,
        materials: &mut Materials,
        findings: &mut Findings,
    ) -> Result<(), StageError> {
        if let Some(why) = self.obstacle(materials) {
            return findings.skip("all checks", &why);
        }
        self.usage(materials, findings)?;
        // Some commands need options that their specification does not call required.
        let trial = self.call("trial", materials, Twist::default());
        if let Err(why) = materials.unchanged() {
            // Without its inputs, nothing else can be said.
            return findings.add(UNCHANGED, Err(why));
        }
        if let Ok((ended, _)) = &trial
            && ended.code == Some(2)
        {
            let said = ended.stderr.trim().lines().last().unwrap_or_default();
            let why = format!("give options with --input and --with ({said})");
            return findings.skip("the checks on a scan", &why);
        }
        self.bad_inputs(materials, findings)?;
        self.good(materials, findings)
    }

    /// Why the command cannot be checked.
    fn obstacle(&self, materials: &Materials) -> Option<String> {
        let mut inputs = self.command.inputs.iter().filter(|port| port.required);
        if let Some(port) = inputs.find(|port| materials.of(port).is_none()) {
            return Some(format!(
                "no {} for the input '{}'; give one with --input {}=FILE",
                port.kind.as_str(),
                port.name,
                port.name
            ));
        }
        let parameters = self.command.parameters.iter();
        let mut open = parameters.filter(|p| p.required && !self.with.contains_key(&p.name));
        let name = &open.next()?.name;
        Some(format!(
            "no value for '{name}'; give one with --with {name}=VALUE"
        ))
    }

    /// Wrong usage.
    fn usage(&self, materials: &Materials, findings: &mut Findings) -> Result<(), StageError> {
        let refused = |name: &str, twist: Twist<'_>| -> Result<(), String> {
            let (ended, folder) = self.call(name, materials, twist)?;
            ended
                .expect(2)
                .and_then(|()| nothing_in(&folder.join("out")))
        };
        let extra = ["--no-such-parameter", "1"];
        findings.add(
            "an unknown parameter is exit code 2",
            refused(
                "unknown",
                Twist {
                    extra: &extra,
                    ..Twist::default()
                },
            ),
        )?;
        if let Some(port) = self.command.inputs.iter().find(|port| port.required) {
            let twist = Twist {
                without: Some(&port.name),
                ..Twist::default()
            };
            findings.add("a missing input is exit code 2", refused("missing", twist))?;
        }
        let bounded = self.command.parameters.iter().find_map(|parameter| {
            let above = parameter.schema.maximum? + 1.0;
            Some((flag(&parameter.name), above.to_string()))
        });
        if let Some((flag, value)) = bounded {
            let extra = [flag.as_str(), value.as_str()];
            let twist = Twist {
                extra: &extra,
                ..Twist::default()
            };
            findings.add(
                &format!("{flag} {value}, above its maximum, is exit code 2"),
                refused("above", twist),
            )?;
        }
        Ok(())
    }

    /// Inputs that are absent or broken, and outputs that cannot be written.
    fn bad_inputs(&self, materials: &Materials, findings: &mut Findings) -> Result<(), StageError> {
        let Some(port) = self.command.inputs.iter().find(|port| port.required) else {
            return Ok(());
        };
        let absent = self.folder.join(format!("absent{}", port.kind.extension()));
        let broken = self.folder.join(format!("broken{}", port.kind.extension()));
        let noise: Vec<u8> = (0..4096_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        atomic::write_bytes(&broken, &noise)?;
        let named = |ended: &Ended, path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            match ended.stderr.contains(&*name) {
                true => Ok(()),
                false => Err(format!(
                    "its message does not name the file: {}",
                    ended.stderr.trim()
                )),
            }
        };
        let refused = |path: &Path| -> Result<(), String> {
            let twist = Twist {
                instead: Some((&port.name, path)),
                ..Twist::default()
            };
            let (ended, folder) = self.call("input", materials, twist)?;
            ended.expect(3)?;
            named(&ended, path)?;
            nothing_in(&folder.join("out"))
        };
        findings.add(
            "an input that is not there is exit code 3, and named",
            refused(&absent),
        )?;
        if !matches!(port.kind, Kind::Document | Kind::Directory) {
            findings.add("a broken input is exit code 3, and named", refused(&broken))?;
        }
        // A file where the folder of the output should be.
        let place = self.folder.join("file");
        atomic::write_bytes(&place, b"")?;
        let twist = Twist {
            to: Some(&place),
            ..Twist::default()
        };
        let unwritable = self
            .call("output", materials, twist)
            .and_then(|(ended, _)| ended.expect(4));
        findings.add(
            "an output that cannot be written is exit code 4",
            unwritable,
        )
    }

    /// The command as it is meant.
    fn good(&self, materials: &mut Materials, findings: &mut Findings) -> Result<(), StageError> {
        let run = |name: &str, threads| {
            let twist = Twist {
                threads,
                ..Twist::default()
            };
            let (ended, folder) = self.call(name, materials, twist)?;
            ended.expect(0).map(|()| (ended, folder.join("out")))
        };
        let (ended, out) = match run("good", 2) {
            Ok(done) => done,
            Err(why) => return findings.add("it works on a scan", Err(why)),
        };
        findings.add("it works on a scan", Ok(()))?;
        findings.add("--json prints one line of JSON on stdout", one_line(&ended))?;
        for port in self.outputs() {
            let path = out.join(file_name(port));
            let what = format!("the output '{}' is {}", port.name, port.kind.as_str());
            findings.add(&what, self.output(port, &path, materials))?;
        }
        findings.add("it writes nothing but its outputs", self.only_outputs(&out))?;
        findings.add(UNCHANGED, materials.unchanged())?;
        let same = run("again", 1).and_then(|(_, again)| same_bytes(&out, &again));
        findings.add(
            "the same again, with one thread, gives the same bytes",
            same,
        )?;
        for port in self.outputs() {
            materials.take(port, &out.join(file_name(port)));
        }
        Ok(())
    }

    /// The outputs to ask for: the required ones, or all if none is.
    fn outputs(&self) -> impl Iterator<Item = &Port> {
        let all = &self.command.outputs;
        let none_required = !all.iter().any(|port| port.required);
        all.iter()
            .filter(move |port| port.required || none_required)
    }

    /// Checks an output: that it is there, of its kind, and on its grid.
    fn output(&self, port: &Port, path: &Path, materials: &Materials) -> Result<(), String> {
        if !path.exists() {
            return Err("it was not written".to_owned());
        }
        let of_stage = self
            .stands_for
            .and_then(|command| command.output(&port.name));
        let grid = port
            .grid_of
            .as_ref()
            .or(of_stage.and_then(|port| port.grid_of.as_ref()));
        let input = grid.and_then(|name| self.command.input(name));
        check_output(path, port.kind, input.and_then(|input| materials.of(input)))
    }

    fn only_outputs(&self, out: &Path) -> Result<(), String> {
        let mut known = Vec::new();
        for port in self.outputs() {
            let path = out.join(file_name(port));
            known.push(sidecar::path_of(&path));
            known.push(path);
        }
        let top = out.parent().unwrap_or(out);
        let files = folder::files(top).map_err(|e| atomic::plain(&e))?;
        let is_known = |path: &Path| known.iter().any(|known| path.starts_with(known));
        match files.iter().find(|file| !is_known(&top.join(&file.name))) {
            Some(file) => Err(format!("it also wrote {}", folder::slashed(&file.name))),
            None => Ok(()),
        }
    }

    /// Calls the command in a new folder, whose name has a space and a letter outside of ASCII. Returns the folder, too.
    fn call(
        &self,
        name: &str,
        materials: &Materials,
        twist: Twist<'_>,
    ) -> Result<(Ended, PathBuf), String> {
        let here = self.folder.join(format!("{name} é"));
        let _ = std::fs::remove_dir_all(&here);
        std::fs::create_dir_all(here.join("out")).map_err(|e| atomic::plain(&e))?;
        let words = self.words(materials, twist);
        Ok((self.program.run(&here, &words)?, here))
    }

    /// The words of a call, as a run puts them.
    fn words(&self, materials: &Materials, twist: Twist<'_>) -> Vec<String> {
        let mut words: Vec<String> = self.command.name.split(' ').map(str::to_owned).collect();
        let given = self.command.inputs.iter().filter(|port| {
            let is_wanted = port.required || materials.is_given(port);
            is_wanted && Some(port.name.as_str()) != twist.without
        });
        let mut flagged = Vec::new();
        for port in given {
            let path = match twist.instead {
                Some((name, path)) if name == port.name => Some(path),
                _ => materials.of(port),
            };
            let path = path.map(|path| path.to_string_lossy().into_owned());
            match port.positional {
                true => words.extend(path),
                false => flagged.extend([Some(flag(&port.name)), path].into_iter().flatten()),
            }
        }
        words.extend(flagged);
        let out = twist
            .to
            .map_or_else(|| PathBuf::from("out"), Path::to_path_buf);
        for port in self.outputs() {
            let path = out.join(file_name(port)).to_string_lossy().into_owned();
            words.extend([flag(&port.name), path]);
        }
        let known = self
            .with
            .iter()
            .filter(|(name, _)| self.command.parameter(name).is_some());
        words.extend(known.flat_map(|(name, value)| [flag(name), value.clone()]));
        words.extend(twist.extra.iter().map(|word| (*word).to_owned()));
        let threads = twist.threads.max(1).to_string();
        words.extend(["--threads".to_owned(), threads]);
        words.extend(["--quiet", "--json"].map(str::to_owned));
        words
    }
}

fn flag(name: &str) -> String {
    format!("--{}", name.replace('_', "-"))
}

fn file_name(port: &Port) -> String {
    format!("{}{}", port.name, port.kind.extension())
}

fn one_line(ended: &Ended) -> Result<(), String> {
    let lines: Vec<&str> = ended.stdout.trim_end().lines().collect();
    match lines.as_slice() {
        [line] => serde_json::from_str::<serde_json::Value>(line)
            .map(drop)
            .map_err(|e| format!("it is no JSON: {e}")),
        other => Err(format!("{} lines", other.len())),
    }
}

fn nothing_in(folder: &Path) -> Result<(), String> {
    let files = folder::files(folder).unwrap_or_default();
    match files.first() {
        Some(file) => Err(format!("it left {}", folder::slashed(&file.name))),
        None => Ok(()),
    }
}

/// Compares the files of two folders.
fn same_bytes(a: &Path, b: &Path) -> Result<(), String> {
    for file in folder::files(a).map_err(|e| atomic::plain(&e))? {
        let hash = |folder: &Path| fingerprint::of_path(&folder.join(&file.name)).ok();
        if hash(a) != hash(b) {
            return Err(format!("{} differs", folder::slashed(&file.name)));
        }
    }
    Ok(())
}

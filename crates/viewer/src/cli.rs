//! `rsom view`: scans with their masks in a browser.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_formats::nifti;
use rsom_io::ports::at_input;
use rsom_stage::{ExitCode, StageError, atomic, interrupt, log, print};

use crate::files::{Role, ViewFile};
use crate::pairs;
use crate::server::{Entry, Server};

/// Name of the command.
pub const NAME: &str = "view";

const EXAMPLES: &str = "\
Examples:
  rsom view scan.nii.gz                                   slices in three planes
  rsom view scan.nii.gz --reference drawn.nii.gz --mask unet.nii.gz --mask fcn.nii.gz
  rsom view scans --reference drawn --mask masks          folders: masks belong to the scan whose name is part of theirs
  rsom view scans --port 8123                             on a server; on your own computer: ssh -L 8123:127.0.0.1:8123 SERVER

Only programs on this computer that know the address can see the scans. Nothing is written. Ctrl-C ends it.";

/// The command line.
#[must_use]
pub fn command_line() -> Command {
    let files = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("PATH")
            .action(ArgAction::Append)
            .num_args(1..)
            .value_parser(value_parser!(PathBuf))
            .help(help)
    };
    Command::new(NAME)
        .about("Look at scans with their masks in a browser")
        .after_help(EXAMPLES)
        .arg_required_else_help(true)
        .arg(
            Arg::new("scan")
                .value_name("SCAN")
                .required(true)
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .help("NIfTI files, or folders of them"),
        )
        .arg(files("mask", "Masks or labels to draw; folders of them"))
        .arg(files("reference", "Masks that are drawn white"))
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("PORT")
                .default_value("0")
                .value_parser(value_parser!(u16))
                .help("Port on the loopback address; 0 for a free one"),
        )
}

/// Shows the scans until Ctrl-C. Prints errors on stderr.
#[must_use]
pub fn execute(matches: &ArgMatches) -> ExitCode {
    match show(matches) {
        Ok(()) => ExitCode::Done,
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn show(matches: &ArgMatches) -> Result<(), StageError> {
    let given = |name: &str| -> Result<Vec<Given>, StageError> {
        let paths = matches.get_many::<PathBuf>(name).unwrap_or_default();
        let files: Result<Vec<_>, _> = paths.map(|path| expanded(path)).collect();
        Ok(files?.concat())
    };
    let mut scans: Vec<PathBuf> = Vec::new();
    for given in given("scan")? {
        if !scans.contains(&given.path) {
            scans.push(given.path);
        }
    }
    if scans.is_empty() {
        return Err(StageError::usage("there is no NIfTI file in the folder"));
    }
    let mut entries: Vec<Entry> = scans.iter().map(|scan| entry(scan)).collect();
    for (name, reference) in [("reference", true), ("mask", false)] {
        for Given { path, is_named } in given(name)? {
            let place = match pairs::scan_of(&path, &scans) {
                Ok(place) => place,
                // Whoever names one scan and one mask means that they belong together.
                Err(_) if is_named && scans.len() == 1 => 0,
                Err(why) => {
                    return Err(StageError::usage(format_args!(
                        "{}: of which scan is it? {why}",
                        path.display()
                    )));
                }
            };
            entries[place].files.push(ViewFile {
                name: pairs::file_name(&path),
                path,
                role: Role::Mask { reference },
                is_named_by_sidecar: true,
            });
        }
    }
    for file in entries.iter().flat_map(|entry| &entry.files) {
        nifti::read_grid(&file.path).map_err(|fault| at_input(&file.path, fault))?;
    }
    let port = matches.get_one::<u16>("port").copied().unwrap_or(0);
    interrupt::install();
    let server = Server::start(port, entries)?;
    if print(&server.address()) != ExitCode::Done {
        return Err(StageError::failure("the address cannot be printed"));
    }
    log::info("open this address in a browser; Ctrl-C ends it");
    server.serve();
    Ok(())
}

fn entry(scan: &Path) -> Entry {
    Entry {
        name: scan.to_string_lossy().into_owned(),
        files: vec![ViewFile {
            path: scan.to_path_buf(),
            name: pairs::file_name(scan),
            role: Role::Image,
            is_named_by_sidecar: true,
        }],
    }
}

/// A file of the command line.
#[derive(Clone)]
struct Given {
    path: PathBuf,
    /// Whether it was named itself, and not found in a folder.
    is_named: bool,
}

/// A file itself; of a folder its NIfTI files, by name.
fn expanded(path: &Path) -> Result<Vec<Given>, StageError> {
    let failed = |e: std::io::Error| StageError::input(path, atomic::plain(&e));
    if !path.metadata().map_err(failed)?.is_dir() {
        let path = path.to_path_buf();
        return Ok(vec![Given {
            path,
            is_named: true,
        }]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        let name = pairs::file_name(&file).to_lowercase();
        if file.is_file() && (name.ends_with(".nii") || name.ends_with(".nii.gz")) {
            files.push(file);
        }
    }
    files.sort();
    let found = files.into_iter().map(|path| Given {
        path,
        is_named: false,
    });
    Ok(found.collect())
}

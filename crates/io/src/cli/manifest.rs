//! `rsom-io manifest create`, `update`, `annotate`, `show` and `verify`.

mod annotate;
mod create;
mod edited;
mod said;
mod show;
mod update;

use std::collections::BTreeSet;
use std::path::Path;

use rsom_manifest::Manifest;
use rsom_parameters::Parameters;
use rsom_stage::{
    Command, Invocation, Kind, Port, StageError, Summary, atomic, data_folder, folder, log,
};

pub(super) use create::refuse_existing;

use annotate::annotate;
use create::{CreateSettings, create};
use said::{counts, warn_of_leaks};
use show::show;
use update::{UpdateSettings, update};

use crate::finding::listed;

/// The commands of manifests.
pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("manifest create", "Describe a folder of scans: subjects, scans, and the sha256 of every file", create)
            .input(Port::required("input", Kind::Directory, "Folder with the data"))
            .input(Port::optional("table", Kind::Document, "Spreadsheet of the participants (CSV, TSV or Parquet): its columns become attributes of the scans"))
            .output(Port::required("output", Kind::Document, "Manifest to write (YAML)"))
            .parameters(CreateSettings::declare())
            .example("rsom-io manifest create --input data --output data.yaml --name demo --files 'image=images/Subject{subject}_{slice}.png' --folds 5")
            .example("rsom-io manifest create --input data --output data.yaml --name demo --files 'image={subject}.nii.gz' --table participants.csv --folds 5 --stratify group,sex,age"),
        Command::new("manifest update", "Bring a manifest up to date with its folder and spreadsheet; folds, attributes and comments stay", update)
            .input(Port::required("input", Kind::Document, "Manifest (YAML)").positional())
            .input(Port::optional("data", Kind::Directory, "Folder with the data (unset: the variable RSOM_DATA, else the folder of the manifest)"))
            .input(Port::optional("table", Kind::Document, "Spreadsheet of the participants (unset: the one that the manifest names)"))
            .output(Port::optional("output", Kind::Document, "Manifest to write, which may be the old one (unset: only say what would change)").may_replace("input"))
            .parameters(UpdateSettings::declare())
            .example("rsom-io manifest update data.yaml")
            .example("rsom-io manifest update data.yaml --output data.yaml"),
        Command::new("manifest annotate", "Set attributes of scans or subjects from a table, such as marks of their quality; comments stay", annotate)
            .input(Port::required("input", Kind::Document, "Manifest (YAML)").positional())
            .input(Port::required("table", Kind::Document, "Table (CSV, TSV or Parquet) with a column scan, or subject; its other columns become attributes, and an empty cell takes one away"))
            .output(Port::optional("output", Kind::Document, "Manifest to write, which may be the old one (unset: only say what would change)").may_replace("input"))
            .example("rsom-io manifest annotate data.yaml --table marks.csv --output data.yaml"),
        Command::new("manifest show", "Show a manifest at a glance: groups, folds, files with their geometry, attributes", show)
            .input(Port::required("input", Kind::Document, "Manifest (YAML)").positional())
            .input(Port::optional("data", Kind::Directory, "Folder with the data (unset: the variable RSOM_DATA, else the folder of the manifest)"))
            .example("rsom-io manifest show data-manifests/octlayers.yaml --data ../data"),
        Command::new("manifest verify", "Check every file of a manifest against its sha256", verify)
            .input(Port::required("input", Kind::Document, "Manifest (YAML)").positional())
            .input(Port::optional("data", Kind::Directory, "Folder with the data (unset: the variable RSOM_DATA, else the folder of the manifest)"))
            .example("rsom-io manifest verify data-manifests/octlayers.yaml --data ../data"),
    ]
}

fn verify(invocation: &Invocation) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let manifest = rsom_manifest::read(path)?;
    let variable = data_folder();
    let data = invocation.optional_input("data").or(variable.as_deref());
    let root = rsom_manifest::data_root(&manifest, path, data)?;
    warn_of_leaks(&rsom_manifest::leaks(&manifest));
    let faults = rsom_manifest::verify(&manifest, &root)?;
    match faults.as_slice() {
        [] => {
            let others = files_beside(&manifest, &root)?;
            if !others.is_empty() {
                log::warn(format_args!(
                    "{} files of the folder look like those of the manifest, but are not in it: {}",
                    others.len(),
                    listed(&others)
                ));
            }
            Ok(counts(&manifest)
                .with("files_not_in_manifest", others.len())
                .text(format!("{}: all files match their sha256", path.display())))
        }
        [first] => Err(StageError::input(path, first)),
        [first, rest @ ..] => {
            let more = rest.len();
            Err(StageError::input(
                path,
                format_args!("{first}, and {more} more files are missing or changed"),
            ))
        }
    }
}

/// The files below `root` that have the ending of a file of the manifest, but are not in it.
fn files_beside(manifest: &Manifest, root: &Path) -> Result<Vec<String>, StageError> {
    let ending = |path: &str| {
        let name = path.strip_suffix(".gz").unwrap_or(path);
        let ending = Path::new(name)
            .extension()
            .map(std::ffi::OsStr::to_os_string);
        (ending, name.len() == path.len())
    };
    let files = manifest
        .scans
        .iter()
        .flat_map(|scan| scan.files.values().flatten());
    let known: BTreeSet<&str> = files.map(|file| file.path.as_str()).collect();
    let endings: BTreeSet<_> = known.iter().map(|path| ending(path)).collect();
    let found = folder::files(root).map_err(|e| StageError::input(root, atomic::plain(&e)))?;
    let others = found
        .into_iter()
        .filter(|file| !folder::is_hidden(&file.name));
    let names = others.map(|file| folder::slashed(&file.name));
    Ok(names
        .filter(|name| !known.contains(name.as_str()) && endings.contains(&ending(name)))
        .collect())
}

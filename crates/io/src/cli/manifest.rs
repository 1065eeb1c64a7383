//! `rsom-io manifest create` and `manifest verify`.

use std::collections::BTreeMap;

use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, atomic, data_folder, log};

use rsom_manifest::{Description, Leak, Manifest, Pattern};

/// The commands that create and verify manifests.
pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("manifest create", "Describe a folder of scans: subjects, scans, and the sha256 of every file", create)
            .input(Port::required("input", Kind::Directory, "Folder with the data"))
            .output(Port::required("output", Kind::Document, "Manifest to write (YAML)"))
            .parameters(CreateSettings::declare())
            .example("rsom-io manifest create --input data --output data.yaml --name demo --files 'image=images/Subject{subject}_{slice}.png' --folds 5"),
        Command::new("manifest verify", "Check every file of a manifest against its sha256", verify)
            .input(Port::required("input", Kind::Document, "Manifest (YAML)").positional())
            .input(Port::optional("data", Kind::Directory, "Folder with the data (unset: the variable RSOM_DATA, else the folder of the manifest)"))
            .example("rsom-io manifest verify data-manifests/octlayers.yaml --data ../data"),
    ]
}

#[derive(Parameters)]
struct CreateSettings {
    /// Name of the data set.
    #[parameter(required)]
    name: String,
    /// Pattern for the files of a role, as role=pattern; {subject} and other {parts} match parts of the path.
    #[parameter(required)]
    files: BTreeMap<String, String>,
    /// Id of a scan, composed of {parts} of the pattern.
    #[parameter(default = "{subject}")]
    scan: String,
    /// Subject of a scan, composed of {parts} of the pattern.
    #[parameter(default = "{subject}")]
    subject: String,
    /// Second name of a subject, as alias=name: both names count as one subject.
    same_subject: BTreeMap<String, String>,
    /// Number of folds to distribute the subjects over; 0 for no folds.
    #[parameter(default = 0, min = 0, max = 1000)]
    folds: u32,
    /// Voxel size along x, y, z, if known.
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
}

fn create(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: CreateSettings = invocation.settings()?;
    let pattern = |text: &String| Pattern::parse(text).map_err(StageError::usage);
    let roles = settings
        .files
        .iter()
        .map(|(role, text)| Ok((role.clone(), pattern(text)?)));
    let description = Description {
        name: settings.name,
        roles: roles.collect::<Result<_, StageError>>()?,
        scan: pattern(&settings.scan)?,
        subject: pattern(&settings.subject)?,
        same_subject: settings.same_subject,
        folds: settings.folds,
        spacing_mm: settings.spacing_mm,
    };
    let manifest = rsom_manifest::create(invocation.input("input")?, &description)?;
    warn_of_leaks(&rsom_manifest::leaks(&manifest));
    let text = rsom_manifest::to_yaml(&manifest)?;
    atomic::write_bytes(invocation.output("output")?, text.as_bytes())?;
    Ok(counts(&manifest))
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
            Ok(counts(&manifest).text(format!("{}: all files match their sha256", path.display())))
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

fn counts(manifest: &Manifest) -> Summary {
    let files: usize = manifest
        .scans
        .iter()
        .flat_map(|s| s.files.values())
        .map(Vec::len)
        .sum();
    let leaks = rsom_manifest::leaks(manifest).len();
    Summary::new()
        .with("scans", manifest.scans.len())
        .with("files", files)
        .with("leaks", leaks)
}

fn warn_of_leaks(leaks: &[Leak]) {
    for Leak {
        subjects: [a, b],
        files,
    } in leaks
    {
        let (count, example) = (
            files.len(),
            files.first().map(|f| f.join(" = ")).unwrap_or_default(),
        );
        log::warn(format_args!(
            "subjects '{a}' and '{b}' have {count} files with equal content ({example}); if they are the same person, keep them in one split (--same-subject)"
        ));
    }
}

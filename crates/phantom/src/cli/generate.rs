//! `rsom-phantom generate`: a cohort of scans in a folder, with a manifest.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_io::manifest::{FileEntry, Manifest, ScanEntry};
use rsom_io::nifti::Storage;
use rsom_io::ports;
use rsom_stage::{
    Command, Invocation, Kind, Parameter, Port, Progress, StageError, Summary, atomic, fingerprint,
    interrupt, yaml,
};
use serde::Deserialize;
use serde_json::Value;

use super::{files, parameters};
use crate::{Config, Member, Subject, cohort, generate};

/// What the manifest says of where the data come from.
const SOURCE: &str = "rsom-phantom generate";

/// The command `generate`.
pub(super) fn command() -> Command {
    let about = "Make up the scans of several subjects: a folder of files and manifest.yaml";
    Command::new("generate", about, run)
        .output(Port::required(
            "output",
            Kind::Directory,
            "Folder for the scans and manifest.yaml",
        ))
        .parameter(Parameter::text("name", "Name of the data set").default("phantoms"))
        .parameter(
            Parameter::integer("seed", "Seed of the cohort")
                .default(1)
                .at_least(0.0),
        )
        .parameter(
            Parameter::integer("subjects", "Number of subjects")
                .default(6)
                .at_least(1.0)
                .at_most(100_000.0),
        )
        .parameter(
            Parameter::integer("scans_per_subject", "Scans of each subject")
                .default(2)
                .at_least(1.0)
                .at_most(1000.0),
        )
        .parameter(
            Parameter::integer("folds", "Deal the subjects into folds; 0 for none")
                .default(0)
                .at_least(0.0)
                .at_most(1000.0),
        )
        .parameters(parameters::parameters())
        .example("rsom-phantom generate --config phantom.yaml --output phantoms")
        .example("rsom-phantom generate --subjects 4 --shape 96,16,128 --output phantoms")
}

#[derive(Deserialize)]
struct Settings {
    name: String,
    seed: u64,
    subjects: usize,
    scans_per_subject: usize,
    folds: u32,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.parameters()?;
    let population: Config = invocation.parameters()?;
    population.check().map_err(files::fault)?;
    let folder = invocation.output("output")?;
    let place = folder.join("manifest.yaml");
    refuse_foreign(&place)?;
    let members = cohort(settings.seed, settings.subjects, settings.scans_per_subject);
    let mut progress = Progress::start("scans", members.len() as u64);
    let mut scans = Vec::with_capacity(members.len());
    for member in &members {
        interrupt::check()?;
        scans.push(one(invocation, &settings, &population, *member)?);
        progress.advance(1);
    }
    progress.finish();
    let manifest = Manifest {
        name: settings.name,
        title: "Made-up scans of skin with known truth".into(),
        source: SOURCE.into(),
        license: String::new(),
        citation: String::new(),
        obtain: String::new(),
        root: ".".into(),
        spacing_mm: Some(population.spacing_mm),
        scans,
    };
    let text = rsom_io::manifest::to_yaml(&manifest)?;
    // Last, so that a folder with a manifest is complete.
    atomic::write_bytes(&place, text.as_bytes())?;
    Ok(Summary::new()
        .with("subjects", settings.subjects)
        .with("scans", manifest.scans.len()))
}

/// Makes one scan and writes its files.
fn one(
    invocation: &Invocation,
    settings: &Settings,
    population: &Config,
    member: Member,
) -> Result<ScanEntry, StageError> {
    let subject = numbered("s", member.subject, settings.subjects);
    let id = numbered(
        &format!("{subject}_"),
        member.scan,
        settings.scans_per_subject,
    );
    let config =
        Subject::draw(u64::from(member.subject_seed), population.subject_spread).apply(population);
    let phantom = generate(&config, u64::from(member.seed)).map_err(files::fault)?;
    let folder = invocation.output("output")?;
    let mut entries = BTreeMap::new();
    for role in ["image", "layer", "vessels", "surface"] {
        let name = format!("{id}_{role}.nii.gz");
        let path = folder.join(&name);
        match role {
            "image" => ports::save_scan(invocation, &path, &phantom.scan, Storage::Uint8)?,
            "layer" => ports::save_mask(invocation, &path, &phantom.layer)?,
            "vessels" => ports::save_mask(invocation, &path, &phantom.vessels)?,
            _ => {
                let surface = files::surface(&phantom)?;
                ports::save_scan(invocation, &path, &surface, Storage::Float32)?;
            }
        }
        let sha256 = fingerprint::of_path(&path)
            .map_err(|e| StageError::output(&path, atomic::plain(&e)))?;
        entries.insert(role.to_owned(), vec![FileEntry { path: name, sha256 }]);
    }
    let fold = (member.subject - 1) as u32;
    Ok(ScanEntry {
        id,
        subject,
        group: None,
        split: None,
        fold: (settings.folds > 0).then(|| fold % settings.folds),
        attributes: [
            ("seed".to_owned(), Value::from(member.seed)),
            ("subject_seed".to_owned(), Value::from(member.subject_seed)),
        ]
        .into(),
        files: entries,
    })
}

/// A name with a number, padded with zeros so that names sort as numbers do.
fn numbered(name: &str, number: usize, largest: usize) -> String {
    let width = largest.to_string().len();
    format!("{name}{number:0width$}")
}

/// Refuses to write over a manifest that describes other data.
fn refuse_foreign(place: &Path) -> Result<(), StageError> {
    if !place.exists() {
        return Ok(());
    }
    let ours = std::fs::read_to_string(place)
        .ok()
        .and_then(|text| yaml::from_str::<Manifest>(&text).ok())
        .is_some_and(|manifest| manifest.source == SOURCE);
    if ours {
        return Ok(());
    }
    let fault = "the file is there and rsom-phantom did not write it; choose another folder";
    Err(StageError::output(place, fault))
}

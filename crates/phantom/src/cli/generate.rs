//! `rsom-phantom generate`: a cohort of scans in a folder, with a manifest.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_io::ports;
use rsom_io::rsom_mat;
use rsom_manifest::{FileEntry, Manifest, ScanEntry};
use rsom_parameters::Parameters;
use rsom_stage::{
    Command, Invocation, Kind, Port, Progress, StageError, Summary, atomic, fingerprint, generated,
    interrupt,
};
use serde_json::Value;

use super::files::{self, Format, Place, Precision, RoleFile};
use super::groups::{self, Group, Groups};
use super::settings::parameters;
use super::truth::{Names, Rows};
use crate::{Member, Subject, cohort, generate, generate_raw};

/// Source of the data in the manifest.
const SOURCE: &str = "rsom-phantom generate";
/// What to do about an edited manifest.
const WAY_OUT: &str = "choose another folder, or add --force";

/// The command `generate`.
pub(super) fn command() -> Command {
    let about = "Generate the scans of several subjects: a folder of files, truth.parquet and manifest.yaml";
    Command::new("generate", about, run)
        .output(Port::required(
            "output",
            Kind::Directory,
            "Folder for the scans and manifest.yaml",
        ))
        .parameters(Settings::declare())
        .parameters(parameters())
        .example("rsom-phantom generate --config phantom.yaml --output phantoms")
        .example("rsom-phantom generate --rendering physical --format mat --groups healthy,diabetic --effects diabetic.loops_per_mm2=0.6 --output phantoms")
        .example("rsom-phantom generate --subjects 4 --shape 96,16,128 --output phantoms")
}

#[derive(Parameters)]
struct Settings {
    /// Name of the data set.
    #[parameter(default = "phantoms")]
    name: String,
    /// Seed of the cohort.
    #[parameter(default = 1, min = 0)]
    seed: u64,
    /// Number of subjects.
    #[parameter(default = 6, min = 1, max = 100_000)]
    subjects: usize,
    /// Number of scans of each subject.
    #[parameter(default = 2, min = 1, max = 1000)]
    scans_per_subject: usize,
    /// Number of folds to distribute the subjects over; 0 for no folds.
    #[parameter(default = 0, min = 0, max = 1000)]
    folds: u32,
    /// File format: 'nifti' has channels from 0 to 255; 'mat' writes R_<stamp>_<subject>_<scan>_LF.mat, …_HF.mat and
    /// Surf_<stamp>_.mat, as the software of the scanner does.
    #[parameter(default = Format::Nifti)]
    format: Format,
    /// Precision of MATLAB files (unset: single).
    #[parameter(advanced)]
    precision: Option<Precision>,
    /// Compress MATLAB files.
    #[parameter(advanced)]
    compressed: bool,
    /// Replace a manifest that was edited.
    force: bool,
    #[parameter(flatten)]
    groups: Groups,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let groups = groups::read(invocation, &settings.groups)?;
    let spacing_mm = groups.first().map(|group| group.population.spacing_mm);
    settings.check_format(spacing_mm)?;
    settings.check_members(groups.len())?;
    let folder = invocation.output("output")?;
    let place = folder.join("manifest.yaml");
    generated::require_unedited(&place, settings.force, WAY_OUT)?;
    let members = cohort(settings.seed, settings.subjects, settings.scans_per_subject);
    let mut progress = Progress::start("scans", members.len() as u64);
    let mut scans = Vec::with_capacity(members.len());
    let mut truth = Rows::default();
    for member in &members {
        interrupt::check()?;
        scans.push(one(invocation, &settings, &groups, *member, &mut truth)?);
        progress.advance(1);
    }
    progress.finish();
    ports::save_table(invocation, &folder.join("truth.parquet"), &truth.table()?)?;
    let manifest = Manifest {
        title: "Made-up scans of skin with known truth".into(),
        source: SOURCE.into(),
        ..Manifest::new(&settings.name, spacing_mm, scans)
    };
    let text = rsom_manifest::to_yaml(&manifest)?;
    // The manifest comes last, so that a folder with a manifest is complete.
    generated::write(&place, &text, settings.force, WAY_OUT)?;
    Ok(Summary::new()
        .with("subjects", settings.subjects)
        .with("scans", manifest.scans.len()))
}

impl Settings {
    /// Refuses numbers of subjects for which a group or a fold would be empty.
    fn check_members(&self, groups: usize) -> Result<(), StageError> {
        let subjects = self.subjects;
        if subjects < groups {
            return Err(StageError::usage(format_args!(
                "{groups} groups need at least {groups} subjects, but there are {subjects}"
            )));
        }
        // All subjects of a round (one per group) go into the same fold.
        let rounds = subjects.div_ceil(groups);
        if self.folds as usize > rounds {
            return Err(StageError::usage(format_args!(
                "{subjects} subjects in {groups} group(s) allow {rounds} folds at most, not {}",
                self.folds
            )));
        }
        Ok(())
    }

    fn check_format(&self, spacing_mm: Option<[f64; 3]>) -> Result<(), StageError> {
        if self.format == Format::Nifti && (self.precision.is_some() || self.compressed) {
            let fault = "--precision and --compressed need MATLAB files; add --format mat";
            return Err(StageError::usage(fault));
        }
        if self.format == Format::Mat && spacing_mm != Some(rsom_mat::SPACING_MM) {
            return Err(StageError::usage(format_args!(
                "MATLAB files do not store the voxel size: with --format mat it must be {:?} mm",
                rsom_mat::SPACING_MM
            )));
        }
        Ok(())
    }
}

/// Generates one scan and writes its files.
fn one(
    invocation: &Invocation,
    settings: &Settings,
    groups: &[Group],
    member: Member,
    truth: &mut Rows,
) -> Result<ScanEntry, StageError> {
    let subject = numbered("s", member.subject, settings.subjects);
    let stamp = format!("{:08}{:06}", member.subject, member.scan);
    let scan = numbered("", member.scan, settings.scans_per_subject);
    let id = match settings.format {
        Format::Nifti => format!("{subject}_{scan}"),
        // The id that 'io manifest sessions' gives to the scan.
        Format::Mat => format!("R_{stamp}_{subject}_{scan}"),
    };
    let turn = member.subject - 1;
    let group = &groups[turn % groups.len()];
    let spread = group.population.subject_spread;
    let config = Subject::draw(u64::from(member.subject_seed), spread).apply(&group.population);
    let folder = invocation.output("output")?;
    let place = Place {
        invocation,
        folder,
        id: &id,
    };
    let seed = u64::from(member.seed);
    let (phantom, mut written) = match settings.format {
        Format::Nifti => {
            let phantom = generate(&config, seed).map_err(files::fault)?;
            let written = place.nifti(&phantom)?;
            (phantom, written)
        }
        Format::Mat => {
            let phantom = generate_raw(&config, seed).map_err(files::fault)?;
            let precision = settings.precision.unwrap_or(Precision::Single);
            let written = place.mat(&phantom, &stamp, precision, settings.compressed)?;
            (phantom, written)
        }
    };
    written.extend(place.truth(&phantom)?);
    let names = Names {
        subject: Some(subject.clone()),
        scan: Some(id.clone()),
        group: group.name.clone(),
    };
    truth.add(&names, &phantom.truth);
    // All subjects of a round (one per group) go into the same fold, so each fold has subjects of each group.
    let fold = (turn / groups.len()) as u32;
    let files = hashed(folder, written)?;
    Ok(ScanEntry {
        group: names.group,
        fold: (settings.folds > 0).then(|| fold % settings.folds),
        attributes: [
            ("seed".to_owned(), Value::from(member.seed)),
            ("subject_seed".to_owned(), Value::from(member.subject_seed)),
        ]
        .into(),
        files,
        ..ScanEntry::new(&id, &subject)
    })
}

/// The files of a scan by role, with their hashes.
fn hashed(
    folder: &Path,
    written: Vec<RoleFile>,
) -> Result<BTreeMap<String, Vec<FileEntry>>, StageError> {
    let entry = |(role, name): RoleFile| {
        let path = folder.join(&name);
        let sha256 = fingerprint::of_path(&path)
            .map_err(|e| StageError::output(&path, atomic::plain(&e)))?;
        Ok((role.to_owned(), vec![FileEntry { path: name, sha256 }]))
    };
    written.into_iter().map(entry).collect()
}

/// A name with a number, padded with zeros so that names sort in numerical order.
fn numbered(name: &str, number: usize, largest: usize) -> String {
    let width = largest.to_string().len();
    format!("{name}{number:0width$}")
}

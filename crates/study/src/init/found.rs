//! What `rsom init` found: the manifest, and what the pipeline is about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsom_formats::nifti;
use rsom_io::finding::{find, listed};
use rsom_io::participants::Participants;
use rsom_manifest::{Creation, FileEntry, MOST_FOLDS, Manifest, ScanEntry, relative};
use rsom_stage::StageError;

use super::doubts::doubts;
use super::files::{Files, Format};
use super::folds::{annotated, deal};
use super::known::{Study, Subject};
use super::look;
use super::names::{Naming, naming, of_masks};
use super::other_subject::{lettered, other_subject};
use super::prefix::prefix;
use super::slices;
use crate::pairing::pair;
use crate::structures::Structures;

/// What a user asked for.
pub(super) struct Asked {
    pub scans: PathBuf,
    pub masks: Option<PathBuf>,
    pub table: Option<PathBuf>,
    pub subject_column: Option<String>,
    pub table_scan: Option<String>,
    pub stratify: Option<Vec<String>>,
    pub folds: Option<u32>,
    pub name: String,
    /// The folder of the study.
    pub study: PathBuf,
}

/// A study that was found.
pub(super) struct Found {
    pub manifest: Manifest,
    pub study: Study,
    /// What looks wrong, one line each.
    pub doubts: Vec<String>,
    /// Roles other than the chosen one.
    pub other_roles: Vec<String>,
}

/// Columns by which folds are balanced if the user names none.
const GROUP_COLUMNS: [&str; 5] = ["group", "diagnosis", "arm", "cohort", "disease"];
/// Folds of a cross-validation, as in the paper.
const FOLDS: u32 = 5;
/// Number of masks whose content is looked at.
const LOOKED_AT: usize = 40;

impl Found {
    /// Looks at the folders and the spreadsheet.
    ///
    /// # Errors
    /// Exit code 3: what is there makes no study. Exit code 2: settings that do not fit.
    pub(super) fn of(asked: &Asked) -> Result<Self, StageError> {
        let files = Files::of(&asked.scans, asked.masks.as_deref())?;
        let mut doubts = Vec::new();
        let creation = creation(asked, &files, &mut doubts)?;
        let mut finding = find(
            &files.root,
            &creation,
            (&asked.name, None),
            asked.table.as_deref(),
        )?;
        if let Some(table) = &asked.table {
            finding.leave_out(&files.root, table);
        }
        let mut manifest = finding.created.manifest.clone();
        leave_masks_alone(&mut manifest, &mut doubts);
        let role = files.role();
        let annotated = annotated(&manifest, role.as_deref());
        if role.is_some() && annotated < 2 {
            return Err(StageError::input(
                &asked.scans,
                format_args!(
                    "{annotated} subject has masks; a cross-validation needs two or more (names of masks and scans pair if they differ in a shared start or end only)"
                ),
            ));
        }
        let creation = Creation {
            folds: folds(asked, &manifest, annotated),
            stratify: Some(stratify(asked, &manifest)?),
            ..creation
        };
        deal(&creation.fold_plan(), &mut manifest, role.as_deref());
        manifest.data =
            relative(&files.root, &asked.study.join("manifest.yaml")).ok_or_else(|| {
                StageError::usage(
                    "the study is on another drive than the scans; choose a folder on theirs",
                )
            })?;
        let study = study(asked, &files, &manifest, (creation.folds, &mut doubts))?;
        manifest.create = Some(creation);
        rsom_manifest::check(&manifest)?;
        if role.is_some() && study.values.is_empty() {
            doubts.push(
                "the labels of the masks were not looked at; state them as 'labels' in pipeline.yaml"
                    .to_owned(),
            );
        }
        doubts.extend(self::doubts(&manifest, &files, &finding)?);
        let other_roles = files
            .masks
            .keys()
            .filter(|name| Some(*name) != role.as_ref());
        Ok(Self {
            study,
            doubts,
            other_roles: other_roles.cloned().collect(),
            manifest,
        })
    }
}

/// The patterns of the scans, and the subjects of the spreadsheet.
fn named(
    asked: &Asked,
    files: &Files,
    doubts: &mut Vec<String>,
) -> Result<(Naming, Vec<String>), StageError> {
    let known: Vec<String> = match &asked.table {
        Some(path) => Participants::read_silently(path, asked.subject_column.as_deref(), None)?
            .subjects()
            .collect(),
        None => Vec::new(),
    };
    let naming = naming(&files.images, files.format.endings(), &known).map_err(|doubt| {
        StageError::input(
            &asked.scans,
            format_args!("{doubt}; or say where it is by 'rsom io manifest create --files'"),
        )
    })?;
    let Some(naming) = naming else {
        return Err(no_form(&asked.scans, &files.images));
    };
    if known.is_empty() {
        doubts.extend(other_subject(&naming.parts));
        doubts.extend(lettered(&naming.parts));
    }
    let mut texts = naming.parts.iter().flat_map(BTreeMap::values);
    if texts.any(|text| text.contains(slices::NUMBER)) {
        return Err(no_form(&asked.scans, &files.images));
    }
    Ok((naming, known))
}

/// The section `create` of the manifest, without folds.
fn creation(
    asked: &Asked,
    files: &Files,
    doubts: &mut Vec<String>,
) -> Result<Creation, StageError> {
    let (naming, known) = named(asked, files, doubts)?;
    let endings = files.format.endings();
    let subject = format!("{}{{subject}}", prefix(&naming.parts, &known));
    let mut patterns = BTreeMap::from([("image".to_owned(), slices::pattern(&naming.image))]);
    for (role, masks) in &files.masks {
        let pairing = pair(&[files.images.clone(), masks.clone()], endings);
        if let Some([image, mask]) = pairing.contradiction(endings) {
            doubts.push(format!(
                "{image} has the {role} {mask}, whose name states another visit, side, run or day"
            ));
        }
        let alone = &pairing.alone[1];
        if !alone.is_empty() {
            doubts.push(format!("{role} without a scan: {}", listed(alone)));
        }
        let of_scan: BTreeMap<&String, usize> = files.images.iter().zip(0..).collect();
        let paired: Vec<String> = pairing
            .scans
            .iter()
            .map(|scan| scan.files[1].clone())
            .collect();
        let parts: Vec<_> = pairing
            .scans
            .iter()
            .filter_map(|scan| {
                of_scan
                    .get(&scan.files[0])
                    .map(|place| naming.parts[*place].clone())
            })
            .collect();
        let Some(pattern) = of_masks(&paired, endings, &parts) else {
            return Err(no_form(asked.masks.as_ref().unwrap_or(&asked.scans), masks));
        };
        patterns.insert(role.clone(), slices::pattern(&pattern));
    }
    let table = asked.table.as_ref().map(|table| {
        let whole = || table.to_string_lossy().into_owned();
        relative(table, &asked.study.join("manifest.yaml")).unwrap_or_else(whole)
    });
    Ok(Creation {
        files: patterns,
        scan: naming.scan.replacen("{subject}", &subject, 1),
        subject,
        same_subject: BTreeMap::new(),
        table,
        subject_column: asked.subject_column.clone(),
        table_scan: asked.table_scan.clone(),
        folds: 0,
        stratify: None,
        fold_seed: 0,
    })
}

fn no_form(folder: &Path, names: &[String]) -> StageError {
    StageError::input(
        folder,
        format_args!(
            "the names have no common form ({}); describe them by 'rsom io manifest create --files', where | separates several patterns",
            listed(names)
        ),
    )
}

impl Files {
    /// The role of the masks that the pipeline is about.
    fn role(&self) -> Option<String> {
        let order = ["layer", "mask", "vessels"];
        let mut roles = order.iter().filter(|role| self.masks.contains_key(**role));
        roles.next().map(|role| (*role).to_owned())
    }
}

/// Takes entries without a scan out of the manifest.
fn leave_masks_alone(manifest: &mut Manifest, doubts: &mut Vec<String>) {
    let without = |scan: &&ScanEntry| !scan.files.contains_key("image");
    let ids: Vec<String> = manifest
        .scans
        .iter()
        .filter(without)
        .map(|scan| scan.id.clone())
        .collect();
    if !ids.is_empty() {
        doubts.push(format!(
            "masks without a scan are not in the manifest: {}",
            listed(&ids)
        ));
    }
    manifest
        .scans
        .retain(|scan| scan.files.contains_key("image"));
}

/// Number of folds.
fn folds(asked: &Asked, manifest: &Manifest, annotated: u32) -> u32 {
    if manifest.scans.iter().all(|scan| scan.fold.is_some()) {
        return 0;
    }
    match annotated {
        0 => 0,
        annotated => asked.folds.unwrap_or(FOLDS).min(annotated),
    }
}

/// The attributes by which folds are balanced.
fn stratify(asked: &Asked, manifest: &Manifest) -> Result<Vec<String>, StageError> {
    let has = |name: &str| {
        manifest
            .scans
            .iter()
            .any(|scan| scan.attribute(name).is_some())
    };
    if let Some(named) = &asked.stratify {
        return match named.iter().find(|name| !has(name)) {
            Some(name) => Err(StageError::usage(format_args!(
                "--stratify {name}: no scan has this attribute; it can be a column of the table, with '_' for each space"
            ))),
            None => Ok(named.clone()),
        };
    }
    let attributes = manifest
        .scans
        .iter()
        .flat_map(|scan| scan.attributes.keys());
    let known = ["group".to_owned()];
    let mut names = known.iter().chain(attributes);
    let is_group =
        |name: &&String| GROUP_COLUMNS.contains(&name.to_lowercase().as_str()) && has(name);
    Ok(names.find(is_group).into_iter().cloned().collect())
}

/// What the pipeline is about.
fn study(
    asked: &Asked,
    files: &Files,
    manifest: &Manifest,
    (folds, doubts): (u32, &mut Vec<String>),
) -> Result<Study, StageError> {
    let role = files.role();
    let mut structures = Structures::default();
    if let Some(role) = &role {
        look_at(&mut structures, files, manifest, role)?;
        doubts.extend(of_labels(&structures, role));
    }
    let of_user = |scan: &ScanEntry| -> Vec<String> {
        let group = scan.group.as_ref().map(|_| "group".to_owned());
        group
            .into_iter()
            .chain(scan.attributes.keys().cloned())
            .collect()
    };
    let attributes: BTreeSet<String> = manifest.scans.iter().flat_map(of_user).collect();
    let (shape, knows_size) = smallest(files, manifest);
    let (subject, labels, structure) = match &role {
        None => (Subject::NoMasks, Vec::new(), String::new()),
        // Masks that were not looked at.
        Some(role) if structures.labels().is_empty() && role != "vessels" => {
            (Subject::Layer, vec![1], "layer".to_owned())
        }
        Some(_) => match structures.first_layer() {
            Some((label, name)) => (
                Subject::Layer,
                structures.alike(label),
                name.unwrap_or_else(|| "layer".to_owned()),
            ),
            None => (Subject::Vessels, structures.labels(), "vessels".to_owned()),
        },
    };
    let in_use = manifest.scans.iter().filter_map(|scan| scan.fold).max();
    if let Some(fold) = in_use.filter(|fold| *fold >= MOST_FOLDS) {
        return Err(StageError::usage(format_args!(
            "the spreadsheet or a name says fold {fold}; number the folds from 0"
        )));
    }
    let first = manifest.scans.iter().find(|scan| {
        role.as_ref()
            .is_none_or(|role| scan.files.contains_key(role))
    });
    Ok(Study {
        name: asked.name.clone(),
        subject,
        format: files.format,
        all_have_masks: (role.as_ref()).is_some_and(|role| {
            manifest
                .scans
                .iter()
                .all(|scan| scan.files.contains_key(role))
        }),
        values: structures.labels(),
        role: role.unwrap_or_else(|| "mask".to_owned()),
        labels,
        structure,
        folds: folds.max(in_use.map_or(0, |fold| fold + 1)),
        shape,
        knows_size,
        first: first.map_or_else(String::new, |scan| scan.id.clone()),
        attributes: attributes.into_iter().collect(),
    })
}

/// What the labels of the masks leave open.
fn of_labels(structures: &Structures, role: &str) -> Option<String> {
    let labels = structures.labels();
    if let Some([(one, first), (other, second)]) = structures.differing() {
        return Some(match structures.is_of_two_writers() {
            true => format!(
                "{role}: files hold {one} (such as {first}) or {other} (such as {second}); both are taken for the same structure"
            ),
            false => format!(
                "{role}: {first} has the label {one} alone, {second} the label {other}; if these are one structure, state both as 'labels' in pipeline.yaml"
            ),
        });
    }
    (labels.len() > 1).then(|| {
        format!(
            "{role}: the files have the labels {labels:?}; 'labels' in pipeline.yaml says which of them are the structure"
        )
    })
}

/// Looks at some of the masks.
fn look_at(
    structures: &mut Structures,
    files: &Files,
    manifest: &Manifest,
    role: &str,
) -> Result<(), StageError> {
    let with = manifest
        .scans
        .iter()
        .filter_map(|scan| scan.files.get(role));
    // Over the whole study: later masks may be by someone else.
    let all: Vec<&Vec<FileEntry>> = with.collect();
    let count = all.len().min(LOOKED_AT);
    for place in 0..count {
        let mask = all[place * (all.len() - 1) / count.saturating_sub(1).max(1)];
        if let Some(map) = look::labels(files.format, &paths(files, mask))? {
            structures.add(&map, mask.first().map_or("", |file| &file.path));
        }
    }
    Ok(())
}

/// The smallest extents of the scans along each axis, and whether all voxel sizes are known.
fn smallest(files: &Files, manifest: &Manifest) -> ([usize; 3], bool) {
    let (mut least, mut knows) = ([usize::MAX; 3], files.format == Format::Nifti);
    let scans = manifest.scans.iter();
    for image in scans.filter_map(|scan| scan.files.get("image")) {
        let image = paths(files, image);
        // A broken file is among the doubts.
        let Some(shape) = look::shape(files.format, &image) else {
            continue;
        };
        for (least, extent) in least.iter_mut().zip(shape) {
            *least = (*least).min(extent);
        }
        knows = knows
            && (image.iter())
                .filter_map(|path| nifti::read_grid(path).ok())
                .all(|grid| grid.spacing() != rsom_volume::Spacing::Unknown);
    }
    match least[0] {
        usize::MAX => ([64; 3], false),
        _ => (least, knows),
    }
}

fn paths(files: &Files, of_role: &[FileEntry]) -> Vec<PathBuf> {
    let paths = of_role.iter();
    paths.map(|file| files.root.join(&file.path)).collect()
}

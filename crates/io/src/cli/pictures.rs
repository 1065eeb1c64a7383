//! Files of pictures: which files, in which order, and what they hold together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::Array4;
use rsom_manifest::natural;
use rsom_stage::{StageError, atomic, log};
use rsom_volume::{Grid, Scan, Spacing};

use crate::ports;
use rsom_formats::Changed;
use rsom_formats::images::{Form, Picture, Reading, SampleKind, Stack, read_pictures};
use rsom_formats::nifti::Storage;

/// Endings of the names of pictures.
const PICTURES: [&str; 3] = ["png", "tif", "tiff"];
/// Largest number of notes about pictures that are printed.
const MOST_NOTES: usize = 5;

/// Reads the pictures of files as one stack, and prints what was left out.
///
/// # Errors
/// Exit code 3: a file is broken or unsupported; files that differ in size, channels or type of their pictures; values
/// that are not finite.
pub(super) fn read(files: &[PathBuf], reading: Reading) -> Result<Stack, StageError> {
    let mut whole = Stack::default();
    let mut first: Option<(&Path, Form)> = None;
    let mut notes: BTreeMap<String, (&Path, usize)> = BTreeMap::new();
    for path in files {
        rsom_stage::interrupt::check()?;
        let stack = finite(path, reading)?;
        let Some(form) = stack.slices.first().map(Picture::form) else {
            continue;
        };
        match first {
            Some((first, of_first)) if of_first != form => {
                let name = file_name(first);
                let fault = format_args!(
                    "it has {form}, but {name} has {of_first}; all pictures of a stack must be alike"
                );
                return Err(StageError::input(path, fault));
            }
            Some(_) => {}
            None => {
                first = Some((path, form));
                whole.pixel_mm = stack.pixel_mm;
            }
        }
        for note in stack.notes {
            notes.entry(note).or_insert((path, 0)).1 += 1;
        }
        whole.slices.extend(stack.slices);
    }
    print(&notes);
    Ok(whole)
}

fn print(notes: &BTreeMap<String, (&Path, usize)>) {
    for (note, (path, count)) in notes.iter().take(MOST_NOTES) {
        let more = match count {
            1 => String::new(),
            count => format!(" (also {} more files)", count - 1),
        };
        log::info(format_args!("{}: {note}{more}", path.display()));
    }
    if notes.len() > MOST_NOTES {
        log::info(format_args!(
            "{} more notes of this kind",
            notes.len() - MOST_NOTES
        ));
    }
}

/// Reads the pictures of a file and checks that all values are finite in single precision.
fn finite(path: &Path, reading: Reading) -> Result<Stack, StageError> {
    let stack = read_pictures(path, reading).map_err(|e| ports::at_input(path, e))?;
    let values = || stack.slices.iter().flat_map(|picture| &picture.values);
    let bad = values()
        .filter(|value| !(**value as f32).is_finite())
        .count();
    if bad > 0 {
        let fault = format!("{bad} values are NaN, infinite or outside single precision");
        return Err(StageError::input(path, fault));
    }
    let integers = stack
        .slices
        .first()
        .is_some_and(|p| p.sample.kind != SampleKind::Float);
    for note in Changed::of(values().copied(), integers).notes() {
        log::warn(format_args!("{}: {note}", path.display()));
    }
    Ok(stack)
}

/// The given files, or the files of the one given folder, in natural order of their names. Hidden files are left out.
///
/// # Errors
/// Exit code 3: a folder cannot be read, or has no files.
pub(super) fn files_in_order(paths: &[PathBuf]) -> Result<Vec<PathBuf>, StageError> {
    in_order(paths, &|_| true)
}

/// As [`files_in_order`], for pictures: other files of a folder are left out, and this is printed.
///
/// # Errors
/// As [`files_in_order`].
pub(super) fn pictures_in_order(paths: &[PathBuf]) -> Result<Vec<PathBuf>, StageError> {
    in_order(paths, &|path| {
        let ending = path.extension().unwrap_or_default();
        PICTURES
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// The given files, and the files of the given folders that are wanted.
fn in_order(paths: &[PathBuf], wanted: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, StageError> {
    let mut others = Vec::new();
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries =
            std::fs::read_dir(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
        let inside = entries.filter_map(Result::ok).map(|entry| entry.path());
        let inside = inside.filter(|p| !hidden(p));
        let (pictures, foreign): (Vec<_>, Vec<_>) = inside.partition(|p| wanted(p));
        files.extend(pictures.into_iter().filter(|p| kept(p)));
        others.extend(foreign.into_iter().filter(|p| p.is_file()));
    }
    if let Some(first) = others.iter().min() {
        log::info(format_args!(
            "{} files that are no pictures are left out, such as {}",
            others.len(),
            first.display()
        ));
    }
    files.sort_by_cached_key(|path| natural(&path.to_string_lossy()));
    match files.first() {
        Some(_) => Ok(files),
        None => Err(StageError::inputs(format_args!(
            "{paths:?}: the folder has no files"
        ))),
    }
}

/// Whether an entry of a folder is a file; links without their file are left out with a warning.
fn kept(path: &Path) -> bool {
    let there = path.exists();
    if !there {
        log::warn(format_args!(
            "{}: a link without its file is left out",
            path.display()
        ));
    }
    there && path.is_file()
}

fn hidden(path: &Path) -> bool {
    file_name(path).starts_with('.')
}

/// The name of a file without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A fault of several files, reported for the first one.
pub(super) fn of_first(files: &[PathBuf], fault: String) -> StageError {
    match files.first() {
        Some(path) => StageError::input(path, fault),
        None => StageError::inputs(fault),
    }
}

/// A scan of pictures; its channels are red, green and blue where the pictures say so.
///
/// # Errors
/// Exit code 2: a voxel size that is none. Exit code 3: the values are no scan.
pub(super) fn scan(
    intensities: Array4<f32>,
    rgb: bool,
    spacing_mm: Option<[f64; 3]>,
) -> Result<Scan, StageError> {
    let (x, y, z, channels) = intensities.dim();
    let spacing = spacing_mm.map_or(Spacing::Unknown, Spacing::Millimetres);
    let grid = Grid::new([x, y, z], spacing).map_err(StageError::usage)?;
    let colors: &[&str] = if rgb { &["red", "green", "blue"] } else { &[] };
    let name = |index: usize| match colors.get(index) {
        Some(color) => (*color).to_owned(),
        None => format!("channel {}", index + 1),
    };
    let names = match channels {
        1 => vec!["intensity".to_owned()],
        several => (0..several).map(name).collect(),
    };
    Scan::new(grid, names, intensities).map_err(StageError::inputs)
}

/// The narrowest type that represents the values of every picture.
pub(super) fn storage(pictures: &[Picture]) -> Storage {
    let within = |kind, bits| {
        let mut samples = pictures.iter().map(|p| p.sample);
        samples.all(|sample| sample.kind == kind && sample.bits <= bits)
    };
    if within(SampleKind::Unsigned, 8) {
        Storage::Uint8
    } else if within(SampleKind::Unsigned, 16) {
        Storage::Uint16
    } else if within(SampleKind::Signed, 16) {
        Storage::Int16
    } else {
        Storage::Float32
    }
}

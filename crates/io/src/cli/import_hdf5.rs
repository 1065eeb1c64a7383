//! `rsom-io import hdf5`.

use std::path::Path;

use ndarray::Array4;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Port, StageError, Summary};
use rsom_volume::{Grid, Scan, Spacing};

use super::as_content::write_as;
use super::content::Values;
use super::hdf5_axes::{About, Axes, attributes, scale_names, spacing_mm};
use super::hdf5_values::{Reading, fault_of_type, read};
use crate::inspect::hdf5_words;
use crate::ports::at_input;
use rsom_formats::FormatError;
use rsom_formats::hdf5::{Dataset, File, Node, ipasc};

/// Largest number of datasets that an error message lists.
const MOST_NAMED: usize = 20;

/// The command that imports HDF5 datasets.
pub(super) fn commands() -> Vec<Command> {
    let about = "Convert a dataset of an HDF5 file to a volume";
    vec![Command::new("import hdf5", about, run)
        .input(Port::required("input", rsom_stage::Kind::Document, "HDF5 file; also MATLAB 7.3, which stores its axes in reverse order"))
        .output(Port::required("output", rsom_stage::Kind::Volume, "Volume (x, y, z), or (x, y, z, channel) for a dataset with an axis c"))
        .parameters(Settings::declare())
        .example("rsom-io import hdf5 --input recon.h5 --dataset /recon/volume --axes zyx --spacing-mm 0.012,0.012,0.003 --output scan.nii.gz")
        .example("rsom-io import hdf5 --input mask.h5 --kind mask --output mask.nii.gz")]
}

#[derive(Parameters)]
struct Settings {
    /// Path of the dataset in the file (unset: the only dataset with two to four axes).
    dataset: Option<String>,
    /// Order of the axes of the dataset, as numpy and h5py count them, c for channels, such as zyx or zyxc (unset: the
    /// dataset's DIMENSION_LABELS, dimension scales or attribute axes, else xyz for three axes, xz for two; four axes need it).
    axes: Option<String>,
    /// Value of the voxels that the attributes _FillValue and missing_value mark as missing (unset: such voxels are refused).
    missing: Option<f64>,
    #[parameter(flatten)]
    values: Values,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.input("input")?;
    let file = File::open(path).map_err(|e| at_input(path, e))?;
    let dataset = chosen(path, &file, settings.dataset.as_deref())?;
    let extents = dataset.shape().len();
    if !(2..=4).contains(&extents) {
        let named = named(&[&dataset]).map_err(|e| at_input(path, e))?;
        let fault = format_args!("{named} is not a volume: it has {extents} axes, not two to four");
        return Err(StageError::input(path, fault));
    }
    let attributes = attributes(&dataset).map_err(|e| at_input(path, e))?;
    let scales = scale_names(&file, &dataset).map_err(|e| at_input(path, e))?;
    let about = About {
        dataset: &dataset,
        attributes: &attributes,
        scales: &scales,
    };
    let axes = Axes::of(&about, settings.axes.as_deref())?;
    let reading = Reading {
        content: settings.values.kind,
        missing: settings.missing,
        attributes: &attributes,
    };
    let (intensities, storage) = read(&dataset, &axes, &reading).map_err(|e| at_input(path, e))?;
    let spacing_mm = spacing_mm(&about, &axes, settings.values.spacing_mm);
    let scan = scan(path, intensities, spacing_mm)?;
    let summary = write_as(invocation, path, &scan, settings.values.kind, storage)?;
    Ok(summary.with("dataset", dataset.path()))
}

/// The requested dataset, or the only one of the file that can be a volume.
fn chosen(path: &Path, file: &File, wanted: Option<&str>) -> Result<Dataset, StageError> {
    let failed = |e: FormatError| at_input(path, e);
    let series = ipasc::time_series(file).map_err(failed)?;
    let wanted = wanted.map(|name| format!("/{}", name.trim_matches('/')));
    if let Some(series) = series.filter(|s| wanted.as_deref().is_none_or(|w| w == s.path())) {
        let words = hdf5_words(&series).map_err(failed)?;
        return Err(StageError::input(
            path,
            format_args!(
                "an IPASC file holds the recorded time series of the detectors ({}: {words}), not a volume; reconstruct it (PATATO and \
             IPASC's own tools read it) and import the result; rsom io inspect lists the metadata",
                series.path()
            ),
        ));
    }
    let objects = file.objects().map_err(failed)?.into_iter();
    let datasets: Vec<&Dataset> = objects
        .filter_map(|node| match node {
            Node::Dataset(dataset) => Some(dataset),
            Node::Group(_) => None,
        })
        .collect();
    match wanted {
        Some(wanted) => by_name(path, file, &wanted, &datasets),
        None => only(path, file, &datasets),
    }
}

/// The dataset of a name.
fn by_name(
    path: &Path,
    file: &File,
    wanted: &str,
    datasets: &[&Dataset],
) -> Result<Dataset, StageError> {
    if let Some(dataset) = datasets.iter().find(|dataset| dataset.path() == wanted) {
        return Ok((*dataset).clone());
    }
    // An object of several names is listed under one of them.
    if let Ok(dataset) = file.dataset(wanted) {
        return Ok(dataset);
    }
    let fault = missing(file, wanted, datasets).map_err(|e| at_input(path, e))?;
    Err(StageError::input(path, fault))
}

/// The only dataset that can be a volume. Objects that cannot be read count: one of them may be what is meant.
fn only(path: &Path, file: &File, datasets: &[&Dataset]) -> Result<Dataset, StageError> {
    let failed = |e: FormatError| at_input(path, e);
    let extended = |d: &&&Dataset| (2..=4).contains(&d.shape().len());
    let fits = |d: &&&Dataset| extended(d) && fault_of_type(d).is_none();
    let fitting: Vec<&Dataset> = datasets.iter().filter(fits).copied().collect();
    let others = unreadable(file).map_err(failed)?;
    let hidden = file.unreadable().map_err(failed)?;
    match fitting.as_slice() {
        [only] if !hidden.iter().any(|other| other.may_hold_data) => Ok((*only).clone()),
        [] => {
            let there = named(datasets).map_err(failed)?;
            let fault = match datasets.iter().filter(extended).find_map(|d| {
                fault_of_type(d).map(|why| format!("{} has no numbers to import: {why}", d.path()))
            }) {
                Some(of_type) => format!("{of_type}; the file has {there}{others}"),
                None => format!(
                    "there is no dataset with two to four axes; the file has {there}{others}"
                ),
            };
            Err(StageError::input(path, fault))
        }
        several => {
            let there = named(several).map_err(failed)?;
            Err(StageError::usage(format_args!(
                "the file has several datasets; choose one with --dataset: {there}{others}"
            )))
        }
    }
}

/// Why a wanted dataset cannot be read, or that it is not there.
fn missing(file: &File, wanted: &str, datasets: &[&Dataset]) -> Result<String, FormatError> {
    match file.unreadable()?.iter().find(|other| other.path == wanted) {
        Some(other) => Ok(format!("{wanted} cannot be read: {}", other.why)),
        None => {
            let there = named(datasets)?;
            Ok(format!(
                "there is no dataset {wanted}; the file has {there}"
            ))
        }
    }
}

/// The objects that cannot be read, as the end of a message.
fn unreadable(file: &File) -> Result<String, FormatError> {
    let others = file.unreadable()?.iter().take(MOST_NAMED);
    let words: Vec<String> = others
        .map(|other| format!("; {} cannot be read: {}", other.path, other.why))
        .collect();
    Ok(words.concat())
}

fn named(datasets: &[&Dataset]) -> Result<String, FormatError> {
    let mut words = Vec::new();
    for dataset in datasets.iter().take(MOST_NAMED) {
        words.push(format!("{} ({})", dataset.path(), hdf5_words(dataset)?));
    }
    match datasets.len() {
        0 => words.push("none".to_owned()),
        all if all > MOST_NAMED => words.push(format!("{} more", all - MOST_NAMED)),
        _ => {}
    }
    Ok(words.join(", ").replace(char::is_control, "?"))
}

fn scan(
    path: &Path,
    intensities: Array4<f32>,
    spacing_mm: Option<[f64; 3]>,
) -> Result<Scan, StageError> {
    let (x, y, z, channels) = intensities.dim();
    let spacing = spacing_mm.map_or(Spacing::Unknown, Spacing::Millimetres);
    let grid = Grid::new([x, y, z], spacing).map_err(StageError::usage)?;
    let names = match channels {
        1 => vec!["intensity".to_owned()],
        several => (1..=several).map(|n| format!("channel {n}")).collect(),
    };
    Scan::new(grid, names, intensities).map_err(|e| StageError::input(path, e))
}

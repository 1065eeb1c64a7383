//! `rsom-io import bscans` and `import tiff`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::Array4;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, atomic, log};
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};

use super::content::{Content, Values};
use crate::bscans::{self, Annotation};
use crate::ports;
use rsom_formats::images::{Picture, Sample, read_pictures};
use rsom_formats::nifti::Storage;
use rsom_manifest::natural;

/// The commands that import pictures.
pub(super) fn commands() -> Vec<Command> {
    vec![import_bscans(), import_tiff()]
}

fn import_bscans() -> Command {
    Command::new("import bscans", "Convert pictures of B-scans and their annotations to a volume and a label map", run_bscans)
        .input(Port::required("images", Kind::Document, "PNG or TIFF pictures, one per B-scan, or a folder of them; in natural order").many())
        .input(Port::optional("boundaries", Kind::Document, "Tables of boundary depths, from top to bottom, or a folder of them: one row per column of the picture, one value per B-scan").many())
        .input(Port::optional("label_images", Kind::Document, "Gray pictures with labels as values, instead of boundaries").many())
        .output(Port::required("output", Kind::Volume, "Volume (x: columns, y: B-scans, z: rows)"))
        .output(Port::optional("labels", Kind::Labels, "Label map: layer k lies between boundaries k and k + 1"))
        .parameters(BscansSettings::declare())
        .example("rsom-io import bscans --images 'images/Subject1_*.png' --boundaries 'data/Subject1_*.txt' --output scan.nii.gz --labels labels.nii.gz")
        .example("rsom-io import bscans --images image --label-images label --label-values 255=skin --label-values 127=vessel --output scan.nii.gz --labels labels.nii.gz")
}

fn import_tiff() -> Command {
    Command::new("import tiff", "Convert the pages of a TIFF stack to a volume", run_tiff)
        .input(Port::required("input", Kind::Document, "TIFF stack; pages are depth"))
        .output(Port::required("output", Kind::Volume, "Volume (x: columns, y: rows, z: pages)"))
        .parameters(Values::declare())
        .example("rsom-io import tiff --input stack.tif --spacing-mm 0.00062,0.00062,0.005 --output stack.nii.gz")
}

#[derive(Parameters)]
struct BscansSettings {
    /// Voxel size along x, y, z (unset: unknown).
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
    /// Names of the values in label pictures, as value=name; other values change to the nearest one.
    label_values: BTreeMap<String, String>,
    /// Names of the layers between the boundaries, from top to bottom.
    layer_names: Option<Vec<String>>,
}

fn run_bscans(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: BscansSettings = invocation.settings()?;
    let images = files_in_order(invocation.inputs("images"))?;
    let pictures = pictures_of(&images)?;
    let intensities = bscans::stack_bscans(&pictures).map_err(|e| of_first(&images, e))?;
    let scan = scan(intensities, settings.spacing_mm)?;
    let mut summary = Summary::new().with("shape", scan.grid().shape().to_vec());
    if let Some((annotation, names)) = annotation(invocation, &settings, &scan)? {
        let Annotation {
            labels,
            mended,
            missing,
        } = annotation;
        if mended + missing > 0 {
            log::info(format_args!(
                "annotation: {mended} places corrected, {missing} columns not annotated"
            ));
        }
        summary = summary.with("mended", mended).with("missing", missing);
        let labels =
            LabelMap::new(scan.grid().clone(), labels, names).map_err(StageError::inputs)?;
        ports::write_labels(invocation, "labels", &labels)?;
    }
    ports::write_scan(invocation, "output", &scan, storage(&pictures))?;
    Ok(summary)
}

/// An annotation, with the names of its labels by label.
type NamedAnnotation = (Annotation, BTreeMap<i32, String>);

fn annotation(
    invocation: &Invocation,
    settings: &BscansSettings,
    scan: &Scan,
) -> Result<Option<NamedAnnotation>, StageError> {
    let given = |name: &str| !invocation.inputs(name).is_empty();
    let wanted = invocation.optional_output("labels").is_some();
    match (given("boundaries"), given("label_images")) {
        (false, false) if wanted => Err(StageError::usage(
            "--labels needs --boundaries or --label-images",
        )),
        (false, false) => Ok(None),
        (true, true) => Err(StageError::usage(
            "give --boundaries or --label-images, not both",
        )),
        _ if !wanted => Err(StageError::usage(
            "an annotation is given, but no output for it; add --labels",
        )),
        (true, false) => from_boundaries(invocation, settings, scan.grid().shape()).map(Some),
        (false, true) => from_pictures(invocation, settings, scan.grid().shape()).map(Some),
    }
}

fn from_boundaries(
    invocation: &Invocation,
    settings: &BscansSettings,
    shape: [usize; 3],
) -> Result<NamedAnnotation, StageError> {
    let files = files_in_order(invocation.inputs("boundaries"))?;
    let mut tables = Vec::new();
    for path in &files {
        let text = std::fs::read(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
        let text = String::from_utf8(text)
            .map_err(|_| StageError::input(path, "it is not a text file"))?;
        tables.push(bscans::parse_boundary_table(&text).map_err(|e| StageError::input(path, e))?);
    }
    let annotation =
        bscans::labels_from_boundaries(&tables, shape).map_err(|e| of_first(&files, e))?;
    let given = settings.layer_names.clone().unwrap_or_default();
    if !given.is_empty() && given.len() + 1 != tables.len() {
        let (names, layers) = (given.len(), tables.len() - 1);
        return Err(StageError::usage(format_args!(
            "--layer-names: {names} names for {layers} layers; give one name per layer"
        )));
    }
    let name = |k: usize| given.get(k - 1).cloned().unwrap_or(format!("layer {k}"));
    let names = (1..tables.len()).map(|k| (k as i32, name(k))).collect();
    Ok((annotation, names))
}

fn from_pictures(
    invocation: &Invocation,
    settings: &BscansSettings,
    [width, count, height]: [usize; 3],
) -> Result<NamedAnnotation, StageError> {
    let mut names = BTreeMap::new();
    for (value, name) in &settings.label_values {
        let value: u16 = value.parse().map_err(|_| {
            StageError::usage(format_args!("--label-values: '{value}' is not a pixel value; write value=name with an integer value"))
        })?;
        names.insert(i32::from(value), name.clone());
    }
    if names.is_empty() {
        return Err(StageError::usage(
            "--label-images needs --label-values, such as 255=skin",
        ));
    }
    let files = files_in_order(invocation.inputs("label_images"))?;
    let values: Vec<i32> = names.keys().copied().collect();
    let annotation = bscans::labels_from_pictures(&pictures_of(&files)?, &values)
        .map_err(|e| of_first(&files, e))?;
    if annotation.labels.dim() != (width, count, height) {
        let (w, n, h) = annotation.labels.dim();
        let fault = format!(
            "{n} label pictures of {w} × {h} pixels do not match {count} images of {width} × {height} pixels"
        );
        return Err(of_first(&files, fault));
    }
    Ok((annotation, names))
}

fn run_tiff(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Values = invocation.settings()?;
    let path = invocation.input("input")?;
    let pictures = finite_pictures(path)?;
    let intensities = bscans::stack_pages(&pictures).map_err(|e| StageError::input(path, e))?;
    let scan = scan(intensities, settings.spacing_mm)?;
    write_as(invocation, path, &scan, settings.kind, storage(&pictures))
}

/// Writes a scan as a volume, a mask or a label map, as its content says.
pub(super) fn write_as(
    invocation: &Invocation,
    path: &Path,
    scan: &Scan,
    kind: Content,
    storage: Storage,
) -> Result<Summary, StageError> {
    let summary = Summary::new().with("shape", scan.grid().shape().to_vec());
    if kind == Content::Volume {
        ports::write_scan(invocation, "output", scan, storage)?;
        return Ok(summary);
    }
    let values = scan.channel(0).filter(|_| scan.channels().len() == 1);
    let values = values
        .ok_or_else(|| StageError::input(path, "a mask or label map must have one channel"))?;
    let grid = scan.grid().clone();
    if kind == Content::Mask {
        let mask = Mask::new(grid, values.mapv(|v| v != 0.0)).map_err(StageError::inputs)?;
        ports::write_mask(invocation, "output", &mask)?;
        return Ok(summary.with("voxels", mask.count()));
    }
    // Single precision represents every integer below 2^24 exactly, so no label was rounded before.
    if values
        .iter()
        .any(|v| v.fract() != 0.0 || v.abs() >= 16_777_216.0)
    {
        return Err(StageError::input(
            path,
            "its values are not labels: labels are integers below 2^24",
        ));
    }
    let labels = LabelMap::new(grid, values.mapv(|v| v as i32), BTreeMap::new());
    ports::write_labels(invocation, "output", &labels.map_err(StageError::inputs)?)?;
    Ok(summary)
}

fn scan(intensities: Array4<f32>, spacing_mm: Option<[f64; 3]>) -> Result<Scan, StageError> {
    let (x, y, z, channels) = intensities.dim();
    let spacing = spacing_mm.map_or(Spacing::Unknown, Spacing::Millimetres);
    let grid = Grid::new([x, y, z], spacing).map_err(StageError::usage)?;
    let names = match channels {
        3 => ["red", "green", "blue"].map(str::to_owned).to_vec(),
        _ => vec!["intensity".to_owned()],
    };
    Scan::new(grid, names, intensities).map_err(StageError::inputs)
}

/// The narrowest type that represents the values of every picture.
fn storage(pictures: &[Picture]) -> Storage {
    if pictures.iter().all(|p| p.sample == Sample::Uint8) {
        Storage::Uint8
    } else if pictures.iter().all(|p| p.sample != Sample::Other) {
        Storage::Uint16
    } else {
        Storage::Float32
    }
}

fn pictures_of(files: &[PathBuf]) -> Result<Vec<Picture>, StageError> {
    let mut pictures = Vec::new();
    for path in files {
        rsom_stage::interrupt::check()?;
        pictures.extend(finite_pictures(path)?);
    }
    Ok(pictures)
}

/// Reads the pictures of a file and checks that all values are finite in single precision.
fn finite_pictures(path: &Path) -> Result<Vec<Picture>, StageError> {
    let pictures = read_pictures(path).map_err(|e| ports::at_input(path, e))?;
    let values = pictures.iter().flat_map(|picture| &picture.values);
    match values.filter(|value| !(**value as f32).is_finite()).count() {
        0 => Ok(pictures),
        count => {
            let fault = format!("{count} values are NaN, infinite or outside single precision");
            Err(StageError::input(path, fault))
        }
    }
}

/// The given files, or the files of the one given folder, in natural order of their names.
fn files_in_order(paths: &[PathBuf]) -> Result<Vec<PathBuf>, StageError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries =
            std::fs::read_dir(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
        let inside = entries.filter_map(Result::ok).map(|entry| entry.path());
        files.extend(inside.filter(|p| p.is_file() && !hidden(p)));
    }
    files.sort_by_cached_key(|path| natural(&path.to_string_lossy()));
    match files.first() {
        Some(_) => Ok(files),
        None => Err(StageError::inputs(format_args!(
            "{paths:?}: the folder has no files"
        ))),
    }
}

fn hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn of_first(files: &[PathBuf], fault: String) -> StageError {
    match files.first() {
        Some(path) => StageError::input(path, fault),
        None => StageError::inputs(fault),
    }
}

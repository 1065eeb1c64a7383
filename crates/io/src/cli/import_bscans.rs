//! `rsom-io import bscans`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log, text};
use rsom_volume::{LabelMap, Scan};

use super::pictures::{self, file_name, files_in_order, of_first, pictures_in_order, storage};
use crate::bscans::{self, Annotation, BoundaryTable};
use crate::ports;
use crate::surface_tables::Boundaries;
use rsom_formats::images::{Content, PaletteUse, Reading};

/// The command that imports B-scans and their annotations.
pub(super) fn commands() -> Vec<Command> {
    vec![Command::new("import bscans", "Convert pictures of B-scans and their annotations to a volume and a label map", run)
        .input(Port::required("images", Kind::Document, "PNG or TIFF pictures, one per B-scan, or a folder of them; in natural order").many())
        .input(Port::optional("boundaries", Kind::Document, "Tables of boundary depths, from top to bottom, or a folder of them: one row per column of the picture, one value per B-scan").many())
        .input(Port::optional("label_images", Kind::Document, "Gray pictures with labels as values, instead of boundaries").many())
        .output(Port::required("output", Kind::Volume, "Volume (x: columns, y: B-scans, z: rows)"))
        .output(Port::optional("depths", Kind::Table, "Sub-voxel depths of the boundaries at each x and y, in voxels from the center of the first row").with_table(Boundaries::contents()))
        .output(Port::optional("labels", Kind::Labels, "Label map: layer k lies between boundaries k and k + 1"))
        .parameters(Settings::declare())
        .example("rsom-io import bscans --images 'images/Subject1_*.png' --boundaries 'data/Subject1_*.txt' --output scan.nii.gz --labels labels.nii.gz")
        .example("rsom-io import bscans --images image --label-images label --label-values 255=skin --label-values 127=vessel --output scan.nii.gz --labels labels.nii.gz")]
}

#[derive(Parameters)]
struct Settings {
    /// Voxel size along x, y, z (unset: unknown).
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
    /// Names of the values in label pictures, as value=name; the other values of smoothed edges change to the nearest one.
    label_values: BTreeMap<String, String>,
    /// Which values pictures with a palette have (unset: indices for labels, colors for images in PNG files).
    palette: Option<PaletteUse>,
    /// How label pictures are paired with images: in natural order, which their names must confirm, or in any case.
    #[parameter(default = Pairing::Names)]
    pair: Pairing,
    /// Names of the layers between the boundaries, from top to bottom.
    layer_names: Option<Vec<String>>,
}

/// How label pictures are paired with images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Pairing {
    /// In natural order; numbers and words of the names must agree.
    Names,
    /// In natural order, whatever the names are.
    Order,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let images = pictures_in_order(invocation.inputs("images"))?;
    let reading = Reading {
        content: Content::Intensities,
        palette: settings.palette,
    };
    let stack = pictures::read(&images, reading)?;
    let intensities = bscans::stack_bscans(&stack.slices).map_err(|e| of_first(&images, e))?;
    if let ([Some(x), Some(z), _], None) = (stack.pixel_mm, settings.spacing_mm) {
        log::info(format_args!(
            "the pictures state pixels of {x} × {z} mm, which is not used; give --spacing-mm, with the distance of the B-scans"
        ));
    }
    let rgb = stack.slices.first().is_some_and(|picture| picture.rgb);
    let scan = pictures::scan(intensities, rgb, settings.spacing_mm)?;
    let mut summary = Summary::new().with("shape", scan.grid().shape().to_vec());
    if let Some((annotation, names)) = annotation(invocation, &settings, &images, &scan)? {
        let Annotation {
            labels,
            mended,
            missing,
        } = annotation;
        report(
            mended,
            missing,
            labels.iter().filter(|label| **label != 0).count(),
        );
        summary = summary.with("mended", mended).with("missing", missing);
        let labels =
            LabelMap::new(scan.grid().clone(), labels, names).map_err(StageError::inputs)?;
        if invocation.optional_output("labels").is_some() {
            ports::write_labels(invocation, "labels", &labels)?;
        }
    }
    ports::write_scan(invocation, "output", &scan, storage(&stack.slices))?;
    Ok(summary)
}

/// Says how much of an annotation was changed or is missing.
fn report(mended: usize, missing: usize, labeled: usize) {
    if mended > 0 {
        let percent = 100.0 * mended as f64 / labeled.max(1) as f64;
        log::warn(format_args!(
            "annotation: {mended} places corrected ({percent:.1} % of the {labeled} labeled voxels)"
        ));
    }
    if missing > 0 {
        log::info(format_args!("annotation: {missing} columns not annotated"));
    }
}

/// An annotation, with the names of its labels by label.
type NamedAnnotation = (Annotation, BTreeMap<i32, String>);

fn annotation(
    invocation: &Invocation,
    settings: &Settings,
    images: &[PathBuf],
    scan: &Scan,
) -> Result<Option<NamedAnnotation>, StageError> {
    let given = |name: &str| !invocation.inputs(name).is_empty();
    if invocation.optional_output("depths").is_some() && !given("boundaries") {
        return Err(StageError::usage("--depths needs --boundaries"));
    }
    let wanted = invocation.optional_output("labels").is_some();
    if settings.layer_names.is_some() && !wanted {
        return Err(StageError::usage("--layer-names needs --labels"));
    }
    match (given("boundaries"), given("label_images")) {
        (false, false) if wanted => Err(StageError::usage(
            "--labels needs --boundaries or --label-images",
        )),
        (false, false) => Ok(None),
        (true, true) => Err(StageError::usage(
            "give --boundaries or --label-images, not both",
        )),
        _ if !wanted && invocation.optional_output("depths").is_none() => Err(StageError::usage(
            "an annotation is given, but no output for it; add --labels",
        )),
        (true, false) => {
            let (annotation, tables) = from_boundaries(invocation, settings, scan.grid().shape())?;
            write_depths(invocation, &tables)?;
            Ok(Some(annotation))
        }
        (false, true) => from_pictures(invocation, settings, images, scan.grid().shape()).map(Some),
    }
}

fn from_boundaries(
    invocation: &Invocation,
    settings: &Settings,
    shape: [usize; 3],
) -> Result<(NamedAnnotation, Vec<BoundaryTable>), StageError> {
    let files = files_in_order(invocation.inputs("boundaries"))?;
    let mut tables = Vec::new();
    for path in &files {
        let text = text::read(path).map_err(|fault| StageError::input(path, fault))?;
        if text.is_empty() {
            return Err(StageError::input(path, "the file is empty"));
        }
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
    Ok(((annotation, names), tables))
}

fn write_depths(invocation: &Invocation, tables: &[BoundaryTable]) -> Result<(), StageError> {
    if invocation.optional_output("depths").is_none() {
        return Ok(());
    }
    let boundaries = Boundaries {
        depths_vox: bscans::ordered_depths_vox(tables),
    };
    let table = boundaries.table().map_err(StageError::failure)?;
    ports::write_table(invocation, "depths", &table)
}

fn from_pictures(
    invocation: &Invocation,
    settings: &Settings,
    images: &[PathBuf],
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
    let files = pictures_in_order(invocation.inputs("label_images"))?;
    if settings.pair == Pairing::Names {
        require_names_in_order(images, &files)?;
    }
    let values: Vec<i32> = names.keys().copied().collect();
    let reading = Reading {
        content: Content::Labels,
        palette: settings.palette,
    };
    let stack = pictures::read(&files, reading)?;
    let annotation =
        bscans::labels_from_pictures(&stack.slices, &values).map_err(|e| of_first(&files, e))?;
    if annotation.labels.dim() != (width, count, height) {
        let (w, n, h) = annotation.labels.dim();
        let fault = format!(
            "{n} label pictures of {w} × {h} pixels do not match {count} images of {width} × {height} pixels"
        );
        return Err(of_first(&files, fault));
    }
    Ok((annotation, names))
}

/// Refuses images and label pictures whose names disagree with their order.
fn require_names_in_order(images: &[PathBuf], labels: &[PathBuf]) -> Result<(), StageError> {
    let names = |files: &[PathBuf]| files.iter().map(|path| file_name(path)).collect::<Vec<_>>();
    match bscans::disagreement(&names(images), &names(labels)) {
        None => Ok(()),
        Some((image, label)) => Err(StageError::usage(format_args!(
            "in order, the labels of {image} are {label}, but their names disagree; give files whose names agree, or pair them in order with --pair order"
        ))),
    }
}

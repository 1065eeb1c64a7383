//! `rsom-report bscan`: a B-scan next to its reference and predictions.

use std::path::{Path, PathBuf};

use ndarray::{ArrayView2, Axis, Slice};
use rsom_formats::table::Column;
use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use rsom_volume::{Mask, Scan};

use super::print::{self, Print};
use super::titles::{differing_parts, stem};
use crate::Picture;
use crate::bscan::{Figure, Marks, Region, depth_window, scene};
use crate::picture::from_channels;

/// The command `bscan`.
pub fn command() -> Command {
    print::figure(Command::new("bscan", "Draw a B-scan next to its reference and predictions", run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .input(Port::required("reference", Kind::Mask, "Reference mask or label map, on the grid of the scan"))
        .input(Port::required("prediction", Kind::Mask, "Predicted masks, on the grid of the scan").many()))
        .parameters(BscanSettings::declare())
        .example("rsom-report bscan --image scan.nii.gz --reference truth.nii.gz --prediction unet.nii.gz fcn.nii.gz --output figure.png")
        .example("rsom-report bscan --image scan.nii.gz --reference truth.nii.gz --prediction unet.nii.gz --inset 120,40,60,50 --width single --output figure.pdf")
}

#[derive(Debug, Parameters)]
struct BscanSettings {
    /// Index of the B-scan along y (unset: the middle one of the B-scans with reference voxels).
    #[parameter(min = 0)]
    slice: Option<usize>,
    /// Titles of the predictions, in the same order (unset: the parts in which their file names differ).
    titles: Option<Vec<String>>,
    /// How predictions are drawn.
    #[parameter(default = Marks::Differences)]
    marks: Marks,
    /// Labels of the reference label map that form the structure (unset: the only label of the map).
    reference_labels: Option<Vec<i32>>,
    /// Margin above and below the masks: show only these depths (unset: the whole depth).
    #[parameter(min = 0, unit = "voxels")]
    margin: Option<usize>,
    /// Number of panels per row (unset: chosen from the shape of the panels).
    #[parameter(min = 1)]
    columns: Option<usize>,
    /// Part to enlarge in a corner of each panel: first x, first depth, width and depth, in voxels of the scan (unset: none).
    inset: Option<[usize; 4]>,
    #[parameter(flatten)]
    print: Print,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let wanted: BscanSettings = invocation.settings()?;
    invocation.input("prediction")?;
    let paths = invocation.inputs("prediction");
    let titles = titles(wanted.titles.clone(), paths)?;
    let scan_path = invocation.input("image")?;
    let scan = ports::load_scan(scan_path)?;
    let reference = load(
        invocation.input("reference")?,
        wanted.reference_labels.as_deref(),
        scan_path,
        &scan,
    )?;
    let predictions: Vec<Mask> = paths
        .iter()
        .map(|path| load(path, None, scan_path, &scan))
        .collect::<Result<_, _>>()?;
    let slice = chosen_slice(wanted.slice, &reference)?;
    let masks: Vec<ArrayView2<'_, bool>> = std::iter::once(&reference)
        .chain(&predictions)
        .map(|mask| mask.voxels().index_axis(Axis(1), slice))
        .collect();
    let [_, _, depth] = reference.grid().shape();
    let window = wanted
        .margin
        .and_then(|margin| depth_window(&masks, margin));
    let window = window.unwrap_or(0..depth);
    let inset = wanted
        .inset
        .map(|inset| region(inset, reference.grid().shape()[0], &window));
    let inset = inset.transpose()?;
    let window = Slice::from(window);
    let cut: Vec<_> = masks
        .iter()
        .map(|m| m.slice_axis(Axis(1), window))
        .collect();
    let figure = Figure {
        picture: picture(&scan, slice, window),
        colored: scan.channels().len() > 1,
        title: format!("B-scan {slice}"),
        spacing_mm: scan.grid().spacing().millimetres().map(|mm| [mm[0], mm[2]]),
        reference: cut[0],
        predictions: titles.into_iter().zip(cut[1..].iter().copied()).collect(),
        marks: wanted.marks,
        columns: wanted.columns,
        inset,
    };
    let look = wanted.print.look(invocation)?;
    let caption = caption(&figure);
    let print = &wanted.print;
    print.write(invocation, (scene(&figure, &look), &caption), || {
        let names = figure.predictions.iter().map(|(title, _)| title.as_str());
        let names = std::iter::once("reference").chain(names);
        columns(slice, &names.zip(masks.iter().copied()).collect::<Vec<_>>())
    })?;
    Ok(Summary::new()
        .with("slice", slice)
        .with("panels", cut.len() + 1))
}

/// `B-scan 4 with the reference, and with the predictions U-Net and FCN.`
fn caption(figure: &Figure<'_>) -> String {
    let titles = figure.predictions.iter().map(|(title, _)| title.clone());
    let titles: Vec<String> = titles.collect();
    let several = if titles.len() > 1 { "s" } else { "" };
    format!(
        "{} with the reference, and with the prediction{several} {}. {}",
        figure.title,
        print::in_words(&titles),
        figure.marks.words()
    )
}

/// A B-scan at these depths.
fn picture(scan: &Scan, slice: usize, depths: Slice) -> Picture {
    let channels: Vec<_> = (0..scan.channels().len())
        .filter_map(|c| scan.channel(c))
        .map(|c| {
            c.index_axis_move(Axis(1), slice)
                .slice_axis_move(Axis(1), depths)
        })
        .collect();
    from_channels(&channels)
}

/// The part to enlarge, in voxels of the depths that are shown.
///
/// # Errors
/// Exit code 2: it is empty, or reaches beyond the B-scan.
fn region(
    [x, z, across, down]: [usize; 4],
    width: usize,
    window: &std::ops::Range<usize>,
) -> Result<Region, StageError> {
    let is_within = |first: usize, size: usize, least: usize, end: usize| {
        let last = first.checked_add(size);
        size > 0 && first >= least && last.is_some_and(|last| last <= end)
    };
    if is_within(x, across, 0, width) && is_within(z, down, window.start, window.end) {
        return Ok(Region {
            first: [x, z - window.start],
            size: [across, down],
        });
    }
    Err(StageError::usage(format_args!(
        "--inset {x},{z},{across},{down}: it must lie within x 0 to {} and the depths {} to {}",
        width.saturating_sub(1),
        window.start,
        window.end.saturating_sub(1)
    )))
}

/// One row for each run of voxels along the depth of a mask of shape (x, z): from its first to its last voxel.
fn columns(slice: usize, masks: &[(&str, ArrayView2<'_, bool>)]) -> Vec<Column> {
    let mut rows: Vec<(&str, [usize; 3])> = Vec::new();
    for (name, mask) in masks {
        for (x, column) in mask.rows().into_iter().enumerate() {
            let mut before = false;
            for (z, &is_set) in column.iter().enumerate() {
                match rows.last_mut() {
                    Some((_, run)) if is_set && before => run[2] = z,
                    _ if is_set => rows.push((name, [x, z, z])),
                    _ => {}
                }
                before = is_set;
            }
        }
    }
    let index = |name: &str, place: usize| {
        Column::integer(name, rows.iter().map(|(_, run)| Some(run[place] as i64)))
    };
    vec![
        Column::text("mask", rows.iter().map(|(name, _)| Some(*name))),
        Column::integer("y", vec![Some(slice as i64); rows.len()]),
        index("x", 0),
        index("first_z", 1),
        index("last_z", 2),
    ]
}

fn load(
    path: &Path,
    labels: Option<&[i32]>,
    scan_path: &Path,
    scan: &Scan,
) -> Result<Mask, StageError> {
    let mask = match labels {
        Some(labels) => ports::load_labels(path)?.select(labels),
        None => ports::load_mask(path)?,
    };
    ports::require_same_grid(scan_path, scan.grid(), path, mask.grid())?;
    Ok(mask)
}

/// The requested B-scan; else the middle one of those with reference voxels, or of all.
fn chosen_slice(wanted: Option<usize>, reference: &Mask) -> Result<usize, StageError> {
    let [_, count, _] = reference.grid().shape();
    if let Some(slice) = wanted {
        if slice < count {
            return Ok(slice);
        }
        return Err(StageError::usage(format_args!(
            "--slice {slice}: the scan has {count} B-scans; choose one from 0 to {}",
            count - 1
        )));
    }
    let planes = reference.voxels().axis_iter(Axis(1)).enumerate();
    let filled: Vec<usize> = planes
        .filter(|(_, plane)| plane.iter().any(|v| *v))
        .map(|(y, _)| y)
        .collect();
    Ok(filled.get(filled.len() / 2).copied().unwrap_or(count / 2))
}

/// A title for each prediction: as given, or the parts in which file names differ, or the file name, with its folder where file names are
/// not unique.
fn titles(given: Option<Vec<String>>, paths: &[PathBuf]) -> Result<Vec<String>, StageError> {
    if let Some(given) = given {
        if given.len() == paths.len() {
            return Ok(given);
        }
        return Err(StageError::usage(format_args!(
            "--titles has {} titles for {} predictions; give one title per prediction",
            given.len(),
            paths.len()
        )));
    }
    let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
    if let Some(differing) = differing_parts(&names) {
        return Ok(differing);
    }
    let folder = |path: &Path| {
        let name = path.parent().and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    let title = |(path, name): (&PathBuf, &String)| {
        let same = names.iter().filter(|other| *other == name).count();
        match (same, folder(path)) {
            (2.., folder) if !folder.is_empty() => format!("{folder}/{name}"),
            _ => name.clone(),
        }
    };
    Ok(paths.iter().zip(&names).map(title).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        let paths = ["a/mask.nii.gz", "b/mask.nii.gz", "c/fcn.nii"].map(PathBuf::from);
        assert_eq!(titles(None, &paths).unwrap(), ["a/mask", "b/mask", "fcn"]);
    }

    #[test]
    fn titles_are_the_parts_in_which_names_differ() {
        let of = |names: &[&str]| {
            let paths: Vec<PathBuf> = names
                .iter()
                .map(|name| PathBuf::from(format!("m/{name}.nii.gz")))
                .collect();
            titles(None, &paths).unwrap()
        };
        assert_eq!(
            of(&["h01_unet_s0_fold0", "h01_unet_s100_fold0"]),
            ["s = 0", "s = 100"]
        );
        assert_eq!(
            of(&["p_unet_s0", "p_fcn7_s0.5"]),
            ["unet s = 0", "fcn7 s = 0.5"]
        );
        assert_eq!(of(&["unet", "fcn_7"]), ["unet", "fcn_7"]);
        assert_eq!(of(&["p1_unet"]), ["p1_unet"]);
    }

    #[test]
    fn a_wrong_number_of_titles_is_exit_code_2() {
        let error = titles(Some(vec!["a".into()]), &[]).unwrap_err();
        assert_eq!(error.exit_code(), rsom_stage::ExitCode::Usage);
    }
}

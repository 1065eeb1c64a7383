//! `rsom-preprocess prepare`: all steps in one command.

use std::path::Path;

use ndarray::Array2;
use rsom_io::ports;
use rsom_io::surface_tables::{Boundaries, LayerSurfaces};
use rsom_parameters::{Choice, OrNone, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log};
use rsom_volume::{LabelMap, Mask, Scan};

use super::normalize::{Details, WindowKind};
use super::{fault, resample, volumes};
use crate::{Detection, Level, Preparation, PreparedVolumes, prepare};

/// The command `prepare`.
pub(super) fn command() -> Command {
    let about = "Resample, normalize, flatten and crop a scan and its labels, in this order";
    Command::new("prepare", about, run)
        .input(Port::required("image", Kind::Volume, "Scan"))
        .input(Port::optional("labels", Kind::Labels, "Label map or mask on the grid of the scan"))
        .input(Port::optional("surface", Kind::Volume, "Surface of detect-surface, for --flatten surface"))
        .input(Port::optional("depths", Kind::Table, "Sub-voxel depths of the boundaries between the labels, of 'io import bscans'"))
        .output(Port::required("output", Kind::Volume, "The prepared scan"))
        .output(Port::optional("output_labels", Kind::Labels, "The prepared labels"))
        .output(Port::optional("output_mask", Kind::Mask, "Mask of the labels --mask-labels"))
        .output(Port::optional("output_surfaces", Kind::Table, "Sub-voxel depths of both surfaces of the layer that --mask-labels form, in the prepared scan").with_table(LayerSurfaces::contents()))
        .output(Port::optional("shifts", Kind::Labels, "Shift of each column in voxels, for unflatten"))
        .parameters(Settings::declare())
        .example("rsom-preprocess prepare --image oct.nii.gz --labels layers.nii.gz --output image.nii.gz --output-mask mask.nii.gz --mask-labels 4 --flatten detected --feature ridge --choice deepest --scale-vox 20 --depth-range-vox -112,48 --width-vox 512")
        .example("rsom-preprocess prepare --image scan.nii.gz --output prepared.nii.gz --flatten detected --depth-range-vox -40,216")
}

#[derive(Parameters)]
struct Settings {
    #[parameter(flatten)]
    target: resample::Settings,
    /// Intensities that become bottom and top: 0 and the maximum, two percentiles, or mean ± standard deviations; 'none'
    /// keeps intensities.
    #[parameter(default = WindowKind::Percentile, advanced)]
    window: OrNone<WindowKind>,
    #[parameter(flatten)]
    details: Details,
    /// Surface to level: none, the one detected in the scan, or that of --surface.
    #[parameter(default = Flatten::None)]
    flatten: Flatten,
    #[parameter(flatten)]
    detection: Detection,
    /// Range of depths to keep, counted from the leveled surface (without flattening: from the top of the scan);
    /// negative is above.
    #[parameter(unit = "voxels")]
    depth_range_vox: Option<[isize; 2]>,
    /// Width along x to keep: crop or pad both sides equally.
    #[parameter(min = 1, unit = "voxels", advanced)]
    width_vox: Option<usize>,
    /// Labels that form the mask (unset: all except 0).
    mask_labels: Option<Vec<i32>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Choice)]
enum Flatten {
    None,
    Detected,
    Surface,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    refuse_idle_ports(invocation, &settings)?;
    let path = invocation.input("image")?;
    let scan = ports::load_scan(path)?;
    let labels = match invocation.optional_input("labels") {
        Some(of_labels) => {
            let labels = ports::load_labels(of_labels)?;
            ports::require_same_grid(path, scan.grid(), of_labels, labels.grid())?;
            Some(labels)
        }
        None => None,
    };
    let preparation = preparation(invocation, &settings, path, &scan)?;
    if preparation.resample.is_some() && invocation.optional_input("depths").is_some() {
        return Err(StageError::usage(
            "--depths cannot be combined with resampling: its depths are those of the scan's own voxels",
        ));
    }
    let depths = depths(invocation, &settings, &scan)?;
    let prepared = prepare(scan, labels, &preparation).map_err(fault::of_step(path))?;
    if let Some([upper, lower]) = depths {
        let surfaces = LayerSurfaces {
            upper_vox: prepared.depths_vox(&upper),
            lower_vox: prepared.depths_vox(&lower),
        };
        let table = surfaces.table().map_err(StageError::failure)?;
        ports::write_table(invocation, "output_surfaces", &table)?;
    }
    write(invocation, &prepared, &settings)
}

/// The depths of the upper and of the lower surface of the layer in the scan, if its boundaries are given. A column where they
/// touch has no layer, and so no surfaces.
fn depths(
    invocation: &Invocation,
    settings: &Settings,
    scan: &Scan,
) -> Result<Option<[Array2<f64>; 2]>, StageError> {
    let Some(path) = invocation.optional_input("depths") else {
        return Ok(None);
    };
    let [nx, ny, _] = scan.grid().shape();
    let boundaries = Boundaries::load(path, [nx, ny])?;
    let labels = settings.mask_labels.as_deref().unwrap_or(&[]);
    let surfaces = enclosing(&boundaries, labels).map_err(|e| StageError::input(path, e))?;
    let [mut upper, mut lower] = surfaces.map(Clone::clone);
    ndarray::Zip::from(&mut upper)
        .and(&mut lower)
        .for_each(|upper, lower| {
            if *upper >= *lower {
                (*upper, *lower) = (f64::NAN, f64::NAN);
            }
        });
    Ok(Some([upper, lower]))
}

/// The boundaries above and below the layers `labels`, which must lie next to each other.
fn enclosing<'b>(
    boundaries: &'b Boundaries,
    labels: &[i32],
) -> Result<[&'b Array2<f64>; 2], String> {
    let (Some(first), Some(last)) = (labels.iter().min(), labels.iter().max()) else {
        return Err("--mask-labels names no label".to_owned());
    };
    if let Some(gap) = (*first..=*last).find(|label| !labels.contains(label)) {
        return Err(format!(
            "the labels of --mask-labels are not one layer: {gap} is missing between {first} and {last}"
        ));
    }
    let boundary = |number: i64| {
        let index = usize::try_from(number - 1).ok();
        let found = index.and_then(|i| boundaries.depths_vox.get(i));
        let count = boundaries.depths_vox.len();
        found.ok_or_else(|| format!("there is no boundary {number}; the table has {count}"))
    };
    Ok([
        boundary(i64::from(*first))?,
        boundary(i64::from(*last) + 1)?,
    ])
}

fn refuse_idle_ports(invocation: &Invocation, settings: &Settings) -> Result<(), StageError> {
    let has = |port: &str| {
        invocation.optional_input(port).is_some() || invocation.optional_output(port).is_some()
    };
    let needs = [
        (
            has("output_mask") && !has("labels"),
            "--output-mask needs --labels",
        ),
        (
            has("output_labels") && !has("labels"),
            "--output-labels needs --labels",
        ),
        (
            has("labels") && !has("output_labels") && !has("output_mask"),
            "--labels needs --output-labels or --output-mask",
        ),
        (
            settings.mask_labels.is_some() && !has("output_mask"),
            "--mask-labels needs --output-mask",
        ),
        (
            has("depths") != has("output_surfaces"),
            "--depths and --output-surfaces must be given together",
        ),
        (
            has("depths") && settings.mask_labels.is_none(),
            "--output-surfaces needs --mask-labels, the labels of the layer",
        ),
        (
            has("surface") != (settings.flatten == Flatten::Surface),
            "--surface and --flatten surface must be given together",
        ),
        (
            has("shifts") && settings.flatten == Flatten::None,
            "--shifts needs --flatten detected or surface",
        ),
    ];
    match needs.iter().find(|(missing, _)| *missing) {
        Some((_, message)) => Err(StageError::usage(message)),
        None => Ok(()),
    }
}

fn preparation(
    invocation: &Invocation,
    settings: &Settings,
    path: &Path,
    scan: &Scan,
) -> Result<Preparation, StageError> {
    let target = settings.target.target()?;
    let level = match settings.flatten {
        Flatten::None => Level::Top,
        Flatten::Detected => Level::Detected(settings.detection.clone()),
        Flatten::Surface => {
            if target.is_some() {
                return Err(StageError::usage(
                    "--surface cannot be combined with resampling: resample the scan first, then detect its surface",
                ));
            }
            let surface = invocation.input("surface")?;
            Level::Given(volumes::load_surface(surface, path, scan.grid())?)
        }
    };
    Ok(Preparation {
        resample: target,
        normalize: settings.details.window(settings.window),
        level,
        depth_range_vox: settings.depth_range_vox,
        width_vox: settings.width_vox,
    })
}

fn write(
    invocation: &Invocation,
    prepared: &PreparedVolumes,
    settings: &Settings,
) -> Result<Summary, StageError> {
    let scan = &prepared.scan;
    let mut summary = Summary::new().with("shape", scan.grid().shape().to_vec());
    ports::write_scan(invocation, "output", scan, volumes::storage(scan))?;
    if let Some(shifts) = &prepared.shifts
        && invocation.optional_output("shifts").is_some()
    {
        volumes::write_shifts(invocation, "shifts", shifts, scan.grid())?;
    }
    let Some(labels) = &prepared.labels else {
        return Ok(summary);
    };
    if invocation.optional_output("output_labels").is_some() {
        ports::write_labels(invocation, "output_labels", labels)?;
    }
    if let Some(path) = invocation.optional_output("output_mask") {
        let mask = mask(labels, settings.mask_labels.as_deref());
        if mask.count() == 0 {
            log::warn(format_args!(
                "{}: the mask is empty: no voxel in the prepared range has one of the labels; check --mask-labels and the depth range",
                path.display()
            ));
        }
        ports::write_mask(invocation, "output_mask", &mask)?;
        summary = summary.with("mask_voxels", mask.count());
    }
    Ok(summary)
}

fn mask(labels: &LabelMap, wanted: Option<&[i32]>) -> Mask {
    let all: Vec<i32>;
    let wanted = match wanted {
        Some(wanted) => wanted,
        None => {
            let present: std::collections::BTreeSet<i32> =
                labels.labels().iter().copied().collect();
            all = present.into_iter().filter(|label| *label != 0).collect();
            &all
        }
    };
    labels.select(wanted)
}

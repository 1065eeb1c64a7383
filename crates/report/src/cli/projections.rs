//! `rsom-report projections`: maximum intensity projections of a scan.

mod numbers;

use std::path::Path;

use rsom_formats::table::TableError;
use rsom_io::ports;
use rsom_measures::center_lines as columns;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, log};
use rsom_volume::{Mask, Scan};

use super::print::{self, Print};
use crate::projections::{CenterLine, Coloring, Figure, OffsetMask, scene, views};

/// The command.
pub fn command() -> Command {
    print::figure(Command::new("projections", "Draw maximum intensity projections of a scan, alone and with its masks", run)
        .input(Port::required("image", Kind::Volume, "Scan of one channel, or of two: LF (red) and HF (green)"))
        .input(Port::optional("layer", Kind::Mask, "Mask of the epidermis; its range of depths may differ from that of the scan"))
        .input(Port::optional("vessels", Kind::Mask, "Mask of the vessels; its range of depths may differ from that of the scan"))
        .input(Port::optional("centerlines", Kind::Table, "Center lines of the vessels (of 'metrics biomarkers'), to draw in colors by diameter; needs 'vessels', from whose first voxel their places count")))
        .parameters(ProjectionSettings::declare())
        .example("rsom-report projections --image scan.nii.gz --layer layer.nii.gz --vessels vessels.nii.gz --output figure.png")
        .example("rsom-report projections --image scan.nii.gz --color depth --width single --output depth.pdf --data depth.csv")
        .example("rsom-report projections --image scan.nii.gz --vessels vessels.nii.gz --centerlines centerlines.parquet --output figure.svg")
}

#[derive(Debug, Parameters)]
struct ProjectionSettings {
    /// Title of the figure (unset: none).
    title: Option<String>,
    /// Colors of the scan alone: its signal, or the depth of the maximum, with a color bar.
    #[parameter(default = Coloring::Signal)]
    color: Coloring,
    #[parameter(flatten)]
    print: Print,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: ProjectionSettings = invocation.settings()?;
    let scan_path = invocation.input("image")?;
    let scan = ports::load_scan(scan_path)?;
    let names = scan.channels();
    if names.len() > 2 {
        let fault = format!(
            "the scan has {} channels ({}), but one or two are expected; select them with 'rsom io convert --channels'",
            names.len(),
            names.join(", ")
        );
        return Err(StageError::input(scan_path, fault));
    }
    let layer = load(invocation, "layer", scan_path, &scan)?;
    let vessels = load(invocation, "vessels", scan_path, &scan)?;
    let channels = names.iter().cloned().enumerate();
    let figure = Figure {
        title: settings.title.clone(),
        coloring: settings.color,
        channels: channels
            .filter_map(|(c, name)| Some((shown(name), scan.channel(c)?)))
            .collect(),
        spacing_mm: scan.grid().spacing().millimetres(),
        layer: layer.as_ref().map(placed),
        vessels: vessels.as_ref().map(placed),
        center_lines: center_lines(invocation, vessels.as_ref(), &scan)?,
    };
    let views = views(&figure);
    let look = settings.print.look(invocation)?;
    let drawn = scene(&figure, &views, &look);
    let parts = [
        (figure.layer.is_some(), "the layer"),
        (figure.vessels.is_some(), "the vessels"),
        (!figure.center_lines.is_empty(), "their center lines"),
    ];
    let parts = parts.iter().filter(|(is_drawn, _)| *is_drawn);
    let parts: Vec<String> = parts.map(|(_, part)| (*part).to_owned()).collect();
    let with = match parts.is_empty() {
        true => String::new(),
        false => format!(", with {}", print::in_words(&parts)),
    };
    let caption = format!("Maximum projections of the scan along each axis{with}.");
    settings.print.write(invocation, (drawn, &caption), || {
        numbers::columns(&figure, &views)
    })?;
    let [z, y, x] = views.each_ref().map(|view| view.input.factor);
    let panels: usize = views
        .iter()
        .map(|v| 1 + usize::from(v.overlay.is_some()))
        .sum();
    Ok(Summary::new()
        .with("panels", panels)
        .with("hf_factor_x", x)
        .with("hf_factor_y", y)
        .with("hf_factor_z", z))
}

/// A channel's name; channels of a file without sidecar are numbered.
fn shown(name: String) -> String {
    if name.chars().all(|c| c.is_ascii_digit()) {
        return format!("channel {name}");
    }
    name
}

fn load(
    invocation: &Invocation,
    input: &str,
    scan_path: &Path,
    scan: &Scan,
) -> Result<Option<(Mask, isize)>, StageError> {
    let Some(path) = invocation.optional_input(input) else {
        return Ok(None);
    };
    let mask = ports::load_mask(path)?;
    let offset = ports::require_depth_offset(scan_path, scan.grid(), path, mask.grid())?;
    let [depth, mask_depth] = [scan.grid(), mask.grid()].map(|grid| grid.shape()[2] as isize);
    if offset >= depth || offset + mask_depth <= 0 {
        log::warn(format_args!(
            "{}: the mask has no depth in common with the scan",
            path.display()
        ));
    }
    Ok(Some((mask, offset)))
}

/// The center lines of an input, in voxels of the scan.
fn center_lines(
    invocation: &Invocation,
    vessels: Option<&(Mask, isize)>,
    scan: &Scan,
) -> Result<Vec<CenterLine>, StageError> {
    let Some(path) = invocation.optional_input("centerlines") else {
        return Ok(Vec::new());
    };
    let Some((mask, offset)) = vessels else {
        return Err(StageError::usage("--centerlines needs --vessels"));
    };
    let spacing = scan.grid().agreed_spacing(mask.grid()).millimetres();
    let Some(spacing_mm) = spacing else {
        let fault = "the voxel size of the scan is unknown, so that places in µm have no voxel";
        return Err(StageError::input(path, fault));
    };
    let table = ports::load_table(path)?;
    let of_vessels = |e: TableError| {
        StageError::input(
            path,
            format_args!("no center lines of 'metrics biomarkers': {e}"),
        )
    };
    let segments = table.integers(columns::SEGMENT).map_err(of_vessels)?;
    let diameters = table.numbers(columns::DIAMETER_UM).map_err(of_vessels)?;
    let mut places = Vec::new();
    for name in columns::PLACE_UM {
        places.push(table.numbers(name).map_err(of_vessels)?);
    }
    let mut lines: Vec<(Option<i64>, CenterLine)> = Vec::new();
    for row in 0..table.rows() {
        let mut place = [0.0; 3];
        for (axis, along) in places.iter().enumerate() {
            let um = along[row].filter(|um| um.is_finite());
            let um = um.ok_or_else(|| {
                StageError::input(path, format_args!("row {} has no place", row + 1))
            })?;
            place[axis] = um / 1000.0 / spacing_mm[axis];
        }
        place[2] += *offset as f64;
        if lines
            .last()
            .is_none_or(|(segment, _)| *segment != segments[row])
        {
            let line = CenterLine {
                places_vox: Vec::new(),
                diameters_um: Vec::new(),
            };
            lines.push((segments[row], line));
        }
        if let Some((_, line)) = lines.last_mut() {
            line.places_vox.push(place);
            line.diameters_um.push(diameters[row]);
        }
    }
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

fn placed((mask, offset): &(Mask, isize)) -> OffsetMask<'_> {
    OffsetMask {
        voxels: mask.voxels().view(),
        offset: *offset,
    }
}

//! `rsom-metrics biomarkers`: quantities of one scan.

use std::collections::BTreeMap;

use ndarray::Axis;
use rsom_formats::nifti::Storage;
use rsom_formats::table::{Column, Table, TableError};
use rsom_io::ports;
use rsom_measures::{center_lines, schema};
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use rsom_volume::{Mask, Scan};

use super::keys::RunKeys;
use super::structure::Structure;
use super::table::{self, Keys};
use crate::biomarkers::{
    Band, BiomarkerSettings, Network, Set, Signal, Skin, metrics, metrics_of_band,
    metrics_of_signals,
};
use crate::thickness::thickness_vox;
use crate::vessels::{Segment, length_by_diameter};
use crate::{Measurement, Status};

/// Columns of the table of bands.
const BAND: [&str; 3] = ["band", "depth_low_um", "depth_high_um"];
/// Columns of the histogram of diameters.
const DIAMETER: [&str; 2] = ["diameter_low_um", "diameter_high_um"];
/// Column of the table of signals.
const CHANNEL: &str = "channel";

/// The command.
pub fn command() -> Command {
    let with = |metrics: &[_], more: &[&str]| {
        let mut contents = table::contents(metrics);
        contents
            .columns
            .extend(more.iter().map(|name| (*name).to_owned()));
        contents
    };
    let about = "Measure the layer and the vessels of one scan";
    Command::new("biomarkers", about, run)
        .input(Port::required("layer", Kind::Mask, "Mask of the epidermis"))
        .input(Port::optional("vessels", Kind::Mask, "Mask of the vessels; its range of depths may differ from that of the layer"))
        .input(Port::optional("image", Kind::Volume, "Image for the signals; its range of depths may differ from that of the layer"))
        .output(Port::required("output", Kind::Table, "Table to write: one measurement per row").with_table(with(&metrics(), &[])))
        .output(Port::optional("bands_output", Kind::Table, "Vessels at several depths: one row for each band and metric").with_table(with(&metrics_of_band(), &BAND)))
        .output(Port::optional("signals_output", Kind::Table, "Signal of the image in vessels, epidermis and dermis: one row for each channel").with_table(with(&metrics_of_signals(), &[CHANNEL])))
        .output(Port::optional("diameters_output", Kind::Table, "Histogram of the diameters: the length of the center lines in each bin").with_table(with(&[schema::VESSEL_LENGTH_MM], &DIAMETER)))
        .output(Port::optional("thickness_map", Kind::Volume, "Thickness of the layer in each column, of shape (x, y, 1), in µm (in voxels where the voxel size is unknown); not a number where it is unknown"))
        .output(Port::optional("centerlines", Kind::Table, "Center lines of the vessels: one row for each point, with the diameter there; positions from the center of the first voxel of 'vessels'"))
        .parameters(CommandSettings::declare())
        .example("rsom-metrics biomarkers --layer layer.nii.gz --vessels vessels.nii.gz --output b.parquet --subject s01 --factor visit=2")
        .example("rsom-metrics biomarkers --layer layer.nii.gz --vessels vessels.nii.gz --output b.parquet --set he2023")
        .example("rsom-metrics biomarkers --layer layer.nii.gz --vessels vessels.nii.gz --image scan.nii.gz --output b.parquet --bands-output bands.parquet --signals-output signals.parquet --centerlines centerlines.parquet")
}

/// Parameters of the command.
#[derive(Debug, Parameters)]
struct CommandSettings {
    #[parameter(flatten)]
    keys: RunKeys,
    /// Labels of the label map 'layer' that form the epidermis (unset: the only label of the map).
    layer_labels: Option<Vec<i32>>,
    /// Labels of the label map 'vessels' that form the vessels (unset: the only label of the map).
    vessel_labels: Option<Vec<i32>>,
    /// Biomarkers to write: 'all', or those of a published study.
    #[parameter(default = Set::All)]
    set: Set,
    /// Bands of depth for 'bands_output', as name=from:to in µm below the junction of epidermis and dermis; an open end goes to the end of
    /// the scan (unset: capillary_loops=0:150, superficial_plexus=150:500, deep_plexus=500:).
    #[parameter(check = check_bands)]
    bands: BTreeMap<String, String>,
    /// Width of a bin of 'diameters_output'.
    #[parameter(default = 10.0, min = 0.1, unit = "µm", advanced)]
    diameter_bin_um: f64,
    #[parameter(flatten)]
    biomarkers: BiomarkerSettings,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings = invocation.settings::<CommandSettings>()?;
    require_inputs(invocation, &settings)?;
    let layer_path = invocation.input("layer")?;
    let (layer, vessels) = masks(invocation, &settings)?;
    table::warn_of_unknown_size(layer_path, layer.grid());
    let skin = Skin::new(&layer, vessels.as_ref(), &settings.biomarkers);
    let skin = skin.map_err(StageError::inputs)?;
    let mut rows = skin.biomarkers(&settings.biomarkers);
    rows.retain(|row| settings.set.contains(row.metric));
    let keys = settings.keys.keys(layer_path)?;
    let measured = table::of_measurements(&rows, &keys).map_err(StageError::failure)?;
    ports::write_table(invocation, "output", &measured)?;
    if invocation.optional_output("bands_output").is_some() {
        let found = skin.bands(&settings.bands()?);
        let table = of_bands(&found, &keys).map_err(StageError::failure)?;
        ports::write_table(invocation, "bands_output", &table)?;
    }
    if let Some(path) = invocation.optional_input("image") {
        let image = ports::load_scan(path)?;
        let found = skin
            .signals(&image)
            .map_err(|e| StageError::input(path, e))?;
        let table = of_signals(&found, &keys).map_err(StageError::failure)?;
        ports::write_table(invocation, "signals_output", &table)?;
    }
    if invocation.optional_output("diameters_output").is_some() {
        let table = of_diameters(skin.network(), settings.diameter_bin_um, &keys);
        ports::write_table(
            invocation,
            "diameters_output",
            &table.map_err(StageError::failure)?,
        )?;
    }
    if invocation.optional_output("thickness_map").is_some() {
        ports::write_scan(
            invocation,
            "thickness_map",
            &thickness_map(&layer)?,
            Storage::Float32,
        )?;
    }
    if invocation.optional_output("centerlines").is_some() {
        let table = of_centerlines(skin.network()).map_err(StageError::failure)?;
        ports::write_table(invocation, "centerlines", &table)?;
    }
    let start = Summary::new().with("rows", rows.len());
    Ok(rows.iter().fold(start, |summary, row| {
        summary.with(row.metric.name, row.value)
    }))
}

/// Refuses outputs whose input is missing, and the other way round.
fn require_inputs(invocation: &Invocation, settings: &CommandSettings) -> Result<(), StageError> {
    let has_vessels = invocation.optional_input("vessels").is_some();
    let has_image = invocation.optional_input("image").is_some();
    let has = |output: &str| invocation.optional_output(output).is_some();
    let faults = [
        (
            settings.vessel_labels.is_some() && !has_vessels,
            "--vessel-labels needs --vessels",
        ),
        (
            has("bands_output") && !has_vessels,
            "--bands-output needs --vessels",
        ),
        (
            has("centerlines") && !has_vessels,
            "--centerlines needs --vessels",
        ),
        (
            has("diameters_output") && !has_vessels,
            "--diameters-output needs --vessels",
        ),
        (
            has("signals_output") && !has_image,
            "--signals-output needs --image",
        ),
        (
            has_image && !has("signals_output"),
            "--image is for --signals-output: give both",
        ),
        (
            !settings.bands.is_empty() && !has("bands_output"),
            "--bands is for --bands-output: give both",
        ),
    ];
    match faults.into_iter().find(|(is_fault, _)| *is_fault) {
        Some((_, fault)) => Err(StageError::usage(fault)),
        None => Ok(()),
    }
}

/// Layer and vessels, with the same spacing.
fn masks(
    invocation: &Invocation,
    settings: &CommandSettings,
) -> Result<(Mask, Option<Mask>), StageError> {
    let layer_path = invocation.input("layer")?;
    let layer = Structure {
        path: layer_path,
        labels: settings.layer_labels.as_deref(),
        parameter: "--layer-labels",
    };
    let layer = layer.read()?;
    let Some(path) = invocation.optional_input("vessels") else {
        return Ok((layer, None));
    };
    let vessels = Structure {
        path,
        labels: settings.vessel_labels.as_deref(),
        parameter: "--vessel-labels",
    };
    let vessels = vessels.read()?;
    ports::require_depth_offset(layer_path, layer.grid(), path, vessels.grid())?;
    let spacing = layer.grid().agreed_spacing(vessels.grid());
    let agreed = |mask: Mask| mask.with_spacing(spacing).map_err(StageError::failure);
    Ok((agreed(layer)?, Some(agreed(vessels)?)))
}

impl CommandSettings {
    /// The bands, from the shallowest.
    ///
    /// # Errors
    /// Exit code 2: a band has no bounds; the check of the parameter has said so before.
    fn bands(&self) -> Result<Vec<Band>, StageError> {
        if self.bands.is_empty() {
            return Ok(Band::USUAL
                .map(|(name, low_um, high_um)| Band {
                    name: name.to_owned(),
                    low_um,
                    high_um,
                })
                .to_vec());
        }
        let mut bands = given_bands(&self.bands).map_err(StageError::usage)?;
        bands.sort_by(|a, b| a.low_um.total_cmp(&b.low_um));
        Ok(bands)
    }
}

fn check_bands(bands: &BTreeMap<String, String>) -> Result<(), String> {
    given_bands(bands).map(|_| ())
}

/// The bands of a parameter; a command line has a=0:150,b=150: as one word.
fn given_bands(bands: &BTreeMap<String, String>) -> Result<Vec<Band>, String> {
    let words = bands.iter().map(|(name, range)| format!("{name}={range}"));
    let words = words.collect::<Vec<_>>().join(",");
    let words = words.split(',').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (name, range) = word.split_once('=').unwrap_or((word, ""));
            band(name.trim(), range)
        })
        .collect()
}

/// A band of a name and bounds, such as 150:500.
fn band(name: &str, range: &str) -> Result<Band, String> {
    let fault = || {
        format!(
            "'{name}={range}' is no band, such as superficial_plexus=150:500 or deep_plexus=500:"
        )
    };
    let (low, high) = range.split_once(':').ok_or_else(fault)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|v| v.is_finite());
    let low_um = number(low).filter(|low| *low >= 0.0).ok_or_else(fault)?;
    let high_um = match high.trim() {
        "" => f64::INFINITY,
        text => number(text).ok_or_else(fault)?,
    };
    if low_um >= high_um {
        return Err(fault());
    }
    Ok(Band {
        name: name.to_owned(),
        low_um,
        high_um,
    })
}

/// The rows of all bands.
fn of_bands(found: &[(Band, Vec<Measurement>)], keys: &Keys<'_>) -> Result<Table, TableError> {
    let rows: Vec<Measurement> = found.iter().flat_map(|(_, rows)| rows.clone()).collect();
    let mut table = table::of_measurements(&rows, keys)?;
    let bands = || {
        found
            .iter()
            .flat_map(|(band, rows)| rows.iter().map(move |_| band))
    };
    let [name, low, high] = BAND;
    table.push(Column::text(
        name,
        bands().map(|band| Some(band.name.as_str())),
    ))?;
    table.push(Column::number(low, bands().map(|band| Some(band.low_um))))?;
    let ends = bands().map(|band| Some(band.high_um).filter(|high| high.is_finite()));
    table.push(Column::number(high, ends))?;
    Ok(table)
}

/// The rows of all signals; the label is the tissue.
fn of_signals(found: &[Signal], keys: &Keys<'_>) -> Result<Table, TableError> {
    let tables = found.iter().map(|signal| {
        let keys = Keys {
            label: Some(signal.tissue),
            ..*keys
        };
        table::of_measurements(&[signal.measurement], &keys)
    });
    let mut table = Table::concatenated(&tables.collect::<Result<Vec<_>, _>>()?)?;
    table.push(Column::text(
        CHANNEL,
        found.iter().map(|signal| Some(signal.channel.as_str())),
    ))?;
    Ok(table)
}

/// The length of the center lines by diameter, from 0 to the bin of the largest.
fn of_diameters(
    network: Option<&Network<'_>>,
    bin_um: f64,
    keys: &Keys<'_>,
) -> Result<Table, TableError> {
    let lengths = network.map_or(Vec::new(), |network| {
        let pieces = network.graph().segments.iter().flat_map(Segment::pieces);
        let largest = pieces.map(|piece| piece.diameter).fold(0.0, f64::max);
        let bins = (largest / bin_um).floor() as usize + 1;
        let edges: Vec<f64> = (0..=bins).map(|edge| edge as f64 * bin_um).collect();
        length_by_diameter(network.graph(), &edges)
    });
    let rows = lengths
        .iter()
        .map(|um| schema::VESSEL_LENGTH_MM.measured(Some(um / 1e3), Status::Ok));
    let mut table = table::of_measurements(&rows.collect::<Vec<_>>(), keys)?;
    let edge = |at: usize| Some(at as f64 * bin_um);
    let [low, high] = DIAMETER;
    table.push(Column::number(low, (0..lengths.len()).map(edge)))?;
    table.push(Column::number(high, (1..=lengths.len()).map(edge)))?;
    Ok(table)
}

/// The thickness of a layer in each column as a picture from above.
fn thickness_map(layer: &Mask) -> Result<Scan, StageError> {
    let um = layer
        .grid()
        .spacing()
        .millimetres()
        .map(|mm| mm[2] * 1000.0);
    let (name, unit) = um.map_or(("thickness_vox", 1.0), |um| ("thickness_um", um));
    let thickness = thickness_vox(layer.voxels().view());
    let values = thickness.mapv(|vox| vox.map_or(f32::NAN, |vox| (vox * unit) as f32));
    let [x, y, _] = layer.grid().shape();
    let grid = layer
        .grid()
        .window([0; 3], [x, y, 1])
        .map_err(StageError::failure)?;
    let values = values.insert_axis(Axis(2)).insert_axis(Axis(3));
    Scan::new(grid, vec![name.to_owned()], values).map_err(StageError::failure)
}

/// The points of all center lines.
fn of_centerlines(network: Option<&Network<'_>>) -> Result<Table, TableError> {
    let segments = network.map_or(&[][..], |network| network.graph().segments.as_slice());
    let points = || {
        segments.iter().enumerate().flat_map(|(number, segment)| {
            let radii = segment.radii.as_deref().unwrap_or_default();
            let points = segment.line.iter().enumerate();
            points.map(move |(i, point)| (number, *point, radii.get(i).map(|r| 2.0 * r)))
        })
    };
    let [x, y, z] = center_lines::PLACE_UM;
    let along = |axis: usize| points().map(move |(_, point, _)| Some(point[axis]));
    Table::new(vec![
        Column::integer(
            center_lines::SEGMENT,
            points().map(|(number, _, _)| Some(number as i64)),
        ),
        Column::number(x, along(0)),
        Column::number(y, along(1)),
        Column::number(z, along(2)),
        Column::number(
            center_lines::DIAMETER_UM,
            points().map(|(_, _, diameter)| diameter),
        ),
    ])
}

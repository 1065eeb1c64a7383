//! `rsom-metrics biomarkers`: quantities of one scan.

use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::keys::RunKeys;
use super::structure::Structure;
use super::table;
use crate::biomarkers::{biomarkers, metrics};

/// The command.
pub fn command() -> Command {
    Command::new(
        "biomarkers",
        "Measure the layer and the vessels of one scan",
        run,
    )
    .input(Port::required("layer", Kind::Mask, "Mask of the epidermis"))
    .input(Port::optional(
        "vessels",
        Kind::Mask,
        "Mask of the vessels; its range of depths may differ from that of the layer",
    ))
    .output(Port::required(
        "output",
        Kind::Table,
        "Table to write: one measurement per row",
    ).with_table(table::contents(&metrics())))
    .parameters(BiomarkerSettings::declare())
        .example("rsom-metrics biomarkers --layer layer.nii.gz --vessels vessels.nii.gz --output b.parquet --subject s01 --factor visit=2")
}

/// Parameters of the command.
#[derive(Debug, Parameters)]
struct BiomarkerSettings {
    #[parameter(flatten)]
    keys: RunKeys,
    /// Labels of the label map 'layer' that form the epidermis (unset: the only label of the map).
    layer_labels: Option<Vec<i32>>,
    /// Labels of the label map 'vessels' that form the vessels (unset: the only label of the map).
    vessel_labels: Option<Vec<i32>>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings = invocation.settings::<BiomarkerSettings>()?;
    let layer_path = invocation.input("layer")?;
    let layer = Structure {
        path: layer_path,
        labels: settings.layer_labels.as_deref(),
        parameter: "--layer-labels",
    };
    let mut layer = layer.read()?;
    let vessels = match invocation.optional_input("vessels") {
        Some(path) => {
            let vessels = Structure {
                path,
                labels: settings.vessel_labels.as_deref(),
                parameter: "--vessel-labels",
            };
            let vessels = vessels.read()?;
            ports::require_depth_offset(layer_path, layer.grid(), path, vessels.grid())?;
            let spacing = layer.grid().agreed_spacing(vessels.grid());
            let agreed =
                |mask: rsom_volume::Mask| mask.with_spacing(spacing).map_err(StageError::failure);
            layer = agreed(layer)?;
            Some(agreed(vessels)?)
        }
        None if settings.vessel_labels.is_some() => {
            return Err(StageError::usage("--vessel-labels needs --vessels"));
        }
        None => None,
    };
    table::warn_of_unknown_size(layer_path, layer.grid());
    let rows = biomarkers(&layer, vessels.as_ref()).map_err(StageError::inputs)?;
    let keys = settings.keys.keys(layer_path)?;
    let measured = table::of_measurements(&rows, &keys).map_err(StageError::failure)?;
    ports::write_table(invocation, "output", &measured)?;
    let start = Summary::new().with("rows", rows.len());
    Ok(rows.iter().fold(start, |summary, row| {
        summary.with(row.metric.name, row.value)
    }))
}

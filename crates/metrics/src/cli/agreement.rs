//! `rsom-metrics agreement`: compares several masks of one scan with each other.

use rsom_formats::table::{Column, Table, TableError};
use rsom_io::ports;
use rsom_measures::schema;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use rsom_volume::Mask;

use super::keys::RunKeys;
use super::structure::Structure;
use super::surface_rules::SurfaceRules;
use super::table::{self, Keys};
use crate::Settings;
use crate::agreement::{Agreement, agreement, metrics};

/// Columns with the names of the two masks of a pair.
const PAIR: [&str; 2] = ["first", "second"];

/// The command.
pub fn command() -> Command {
    let mut contents = table::contents(&metrics());
    contents.columns.extend(PAIR.map(str::to_owned));
    Command::new("agreement", "Compare several masks of one scan with each other: annotators, or networks of several folds", run)
        .input(Port::required("input", Kind::Mask, "Masks or label maps of one scan, two or more, on one grid").many())
        .output(Port::required("output", Kind::Table, "Table to write: the measures of each pair, with the columns first and second").with_table(contents))
        .parameters(AgreementSettings::declare())
        .example("rsom-metrics agreement --input anna.nii.gz ben.nii.gz --names Anna,Ben --output agreement.parquet")
}

#[derive(Debug, Parameters)]
struct AgreementSettings {
    /// Also measure every B-scan separately.
    per_slice: bool,
    #[parameter(flatten)]
    surfaces: SurfaceRules,
    #[parameter(flatten)]
    keys: RunKeys,
    /// Names of the masks, in their order (unset: the names of the files).
    names: Option<Vec<String>>,
    /// Labels that form the structure, where the inputs are label maps.
    labels: Option<Vec<i32>>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: AgreementSettings = invocation.settings()?;
    let rules = settings.surfaces.applied_to(Settings {
        per_slice: settings.per_slice,
        ..Settings::default()
    })?;
    let paths = invocation.inputs("input");
    if paths.len() < 2 {
        return Err(StageError::usage("--input: give two or more masks"));
    }
    let names = match &settings.names {
        Some(names) if names.len() != paths.len() => {
            let (names, masks) = (names.len(), paths.len());
            let fault = format_args!("--names: {names} names for {masks} masks");
            return Err(StageError::usage(fault));
        }
        Some(names) => names.clone(),
        None => {
            let of_files = paths
                .iter()
                .map(|path| path.file_name().unwrap_or_default());
            of_files
                .map(|name| name.to_string_lossy().into_owned())
                .collect()
        }
    };
    let read = |path: &std::path::PathBuf| {
        let structure = Structure {
            path,
            labels: settings.labels.as_deref(),
            parameter: "--labels",
        };
        structure.read()
    };
    let masks: Vec<Mask> = paths.iter().map(read).collect::<Result<_, _>>()?;
    for (path, mask) in paths.iter().zip(&masks).skip(1) {
        let same = masks[0].grid().require_same(mask.grid());
        same.map_err(|fault| StageError::input(path, fault))?;
    }
    table::warn_of_unknown_size(&paths[0], masks[0].grid());
    let pairs = agreement(&masks, &rules).map_err(StageError::inputs)?;
    let keys = settings.keys.keys(&paths[0])?;
    let table = of_pairs(&pairs, &names, &keys).map_err(StageError::failure)?;
    ports::write_table(invocation, "output", &table)?;
    let dice = pairs.iter().filter_map(|pair| {
        let mut rows = pair.measurements.iter();
        rows.find(|r| r.metric == schema::DICE && r.slice.is_none())?
            .value
    });
    let dice: Vec<f64> = dice.collect();
    let mean = dice.iter().sum::<f64>() / dice.len() as f64;
    Ok(Summary::new()
        .with("pairs", pairs.len())
        .with("mean_dice", mean))
}

/// The measurements of all pairs, with the names of the two masks as columns.
fn of_pairs(pairs: &[Agreement], names: &[String], keys: &Keys<'_>) -> Result<Table, TableError> {
    let of_pair = |pair: &Agreement| table::of_measurements(&pair.measurements, keys);
    let tables: Vec<Table> = pairs.iter().map(of_pair).collect::<Result<_, _>>()?;
    let mut table = Table::concatenated(&tables)?;
    let ends = |end: fn(&Agreement) -> usize| {
        let rows = pairs.iter().flat_map(move |pair| {
            let name = names[end(pair)].clone();
            std::iter::repeat_n(Some(name), pair.measurements.len())
        });
        rows.collect::<Vec<_>>()
    };
    let [first, second] = PAIR;
    table.push(Column::text(first, ends(|pair| pair.first)))?;
    table.push(Column::text(second, ends(|pair| pair.second)))?;
    Ok(table)
}

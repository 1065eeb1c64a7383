//! `rsom-report en-face`: thickness and error of a layer as seen from above.

use std::path::Path;

use ndarray::Array2;
use rsom_formats::table::Column;
use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};
use rsom_volume::Mask;

use super::print::{self, Print};
use crate::chart::ColorMap;
use crate::en_face::{Figure, Panel, scene, thickness_vox};

/// The command `en-face`.
pub fn command() -> Command {
    print::figure(
        Command::new(
            "en-face",
            "Draw the thickness of a layer as seen from above, and its difference from a reference",
            run,
        )
        .input(Port::required(
            "layer",
            Kind::Mask,
            "Mask of the layer, or label map",
        ))
        .input(Port::optional(
            "reference",
            Kind::Mask,
            "Reference mask or label map, on the same grid: adds its map and the difference",
        )),
    )
    .parameters(Settings::declare())
    .example(
        "rsom-report en-face --layer unet.nii.gz --reference truth.nii.gz --output thickness.pdf",
    )
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Labels of the label map that form the layer (unset: the only label of the map).
    layer_labels: Option<Vec<i32>>,
    /// The same for the reference.
    reference_labels: Option<Vec<i32>>,
    /// Title of the map of the layer.
    #[parameter(default = "Prediction")]
    title: String,
    /// Ends of the color bar of thickness (unset: the 0.01 and 0.99 quantiles of all maps).
    range: Option<[f64; 2]>,
    /// Ends of the color bar of the difference, on both sides of zero (unset: the 0.99 quantile of its size).
    #[parameter(above = 0.0)]
    largest_difference: Option<f64>,
    #[parameter(flatten)]
    print: Print,
}

type Map = Array2<Option<f64>>;

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    if let Some([low, high]) = settings.range.filter(|[low, high]| low >= high) {
        return Err(StageError::usage(format_args!(
            "--range {low},{high}: the first value must be below the second"
        )));
    }
    let look = settings.print.look(invocation)?;
    let path = invocation.input("layer")?;
    let layer = load(path, settings.layer_labels.as_deref())?;
    let reference = match invocation.optional_input("reference") {
        None => None,
        Some(other) => {
            let reference = load(other, settings.reference_labels.as_deref())?;
            ports::require_same_grid(path, layer.grid(), other, reference.grid())?;
            Some(reference)
        }
    };
    let spacing = layer.grid().spacing().millimetres();
    let (unit, factor) = match spacing {
        Some([_, _, depth]) => ("µm", depth * 1000.0),
        None => ("voxels", 1.0),
    };
    let thickness =
        |mask: &Mask| thickness_vox(mask.voxels().view()).mapv(|t| t.map(|t| t * factor));
    let mut maps = vec![(settings.title.clone(), thickness(&layer))];
    maps.extend(
        reference
            .as_ref()
            .map(|mask| ("Reference".to_owned(), thickness(mask))),
    );
    if maps.iter().all(|(_, map)| map.iter().all(Option::is_none)) {
        return Err(StageError::input(
            path,
            "no column has a layer that begins and ends within the scan",
        ));
    }
    let panels = panels(&maps, &settings, unit);
    let notes = maps
        .iter()
        .filter_map(|(title, map)| note(title, map, unit))
        .collect();
    let figure = Figure {
        panels,
        spacing_mm: spacing.map(|mm| [mm[0], mm[1]]),
        notes,
    };
    let caption = match reference {
        None => format!("Thickness of the layer ({unit}), seen from above."),
        Some(_) => format!(
            "Thickness of the layer ({unit}) in prediction and reference, and its difference (prediction \u{2212} reference), seen from above."
        ),
    };
    let drawn = scene(&figure, &look);
    settings
        .print
        .write(invocation, (drawn, &caption), || columns(&figure))?;
    Ok(Summary::new().with("panels", figure.panels.len()))
}

fn load(path: &Path, labels: Option<&[i32]>) -> Result<Mask, StageError> {
    match labels {
        Some(labels) => Ok(ports::load_labels(path)?.select(labels)),
        None => ports::load_mask(path),
    }
}

fn panels(maps: &[(String, Map)], settings: &Settings, unit: &str) -> Vec<Panel> {
    let values = || {
        maps.iter()
            .flat_map(|(_, map)| map.iter().copied().flatten())
    };
    let ends = settings.range.unwrap_or_else(|| {
        let sorted = sorted(values());
        apart([0.01, 0.99].map(|share| quantile(&sorted, share)))
    });
    let mut panels: Vec<Panel> = (maps.iter())
        .map(|(title, values)| Panel {
            title: title.clone(),
            bar: format!("Thickness ({unit})"),
            values: values.clone(),
            map: ColorMap::Viridis,
            ends,
        })
        .collect();
    if let [(_, layer), (_, reference)] = maps {
        let difference =
            Array2::from_shape_fn(layer.dim(), |place| Some(layer[place]? - reference[place]?));
        let sizes = sorted(difference.iter().flatten().map(|d| d.abs()));
        let most = settings
            .largest_difference
            .unwrap_or_else(|| quantile(&sizes, 0.99).max(1e-9));
        panels.push(Panel {
            title: format!("{} − reference", settings.title),
            bar: format!("Difference ({unit})"),
            values: difference,
            map: ColorMap::BlueRed,
            ends: [-most, most],
        });
    }
    panels
}

/// The ends of a range, apart even for a single value.
fn apart([low, high]: [f64; 2]) -> [f64; 2] {
    match low < high {
        true => [low, high],
        false => [low - 0.5, high + 0.5],
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted
        .get((share * last as f64).round() as usize)
        .copied()
        .unwrap_or(0.0)
}

/// Mean and standard deviation of a map, and how many columns have a value.
fn note(title: &str, map: &Map, unit: &str) -> Option<String> {
    let values: Vec<f64> = map.iter().copied().flatten().collect();
    let count = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let sd = (squares / (count - 1.0)).sqrt();
    let covered = 100.0 * count / map.len() as f64;
    let gaps = match covered < 99.95 {
        true => format!(", in {covered:.1} % of the columns"),
        false => String::new(),
    };
    Some(format!(
        "{title}: {mean:.1} ± {sd:.1} {unit} (mean ± SD{gaps})"
    ))
}

fn columns(figure: &Figure) -> Vec<Column> {
    let rows = || {
        figure.panels.iter().flat_map(|panel| {
            panel
                .values
                .indexed_iter()
                .map(move |(place, value)| (panel, place, *value))
        })
    };
    vec![
        Column::text("map", rows().map(|(panel, ..)| Some(panel.title.clone()))),
        Column::integer("x", rows().map(|(_, (x, _), _)| Some(x as i64))),
        Column::integer("y", rows().map(|(_, (_, y), _)| Some(y as i64))),
        Column::number("value", rows().map(|(.., value)| value)),
    ]
}

//! `rsom-report normals`: histograms of the angles of surface normals.

use std::collections::BTreeMap;

use rsom_formats::table::{Cell, Column, Table, TableError};
use rsom_io::ports;
use rsom_measures::{column, schema};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::print::{self, Print};
use crate::factor::ordered;
use crate::normals::{Histogram, Panel, scene, shares};

/// The command `normals`.
pub fn command() -> Command {
    print::figure(Command::new(
        "normals",
        "Draw histograms of the angles between surface normals and depth",
        run,
    )
    .input(
        Port::required("input", Kind::Table, "Histograms of 'metrics evaluate --normals'").many(),
    ))
    .parameters(NormalsSettings::declare())
    .names_in_tables("input", Named::Column, &["series", "panel"])
    .example("rsom-report normals --input runs/*_normals.parquet --series s --panel net --output figure4.svg")
}

#[derive(Debug, Parameters)]
struct NormalsSettings {
    /// Column of the lines of a panel, such as s.
    #[parameter(required)]
    series: String,
    /// Column of the panels, such as net (unset: one panel).
    panel: Option<String>,
    /// Surface: 'upper', 'lower' or 'both' added up.
    #[parameter(default = Side::Both)]
    surface: Side,
    /// Structure to draw, where the tables contain several.
    label: Option<String>,
    /// Printed names, such as unet=U-Net.
    names: BTreeMap<String, String>,
    #[parameter(flatten)]
    print: Print,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Side {
    Upper,
    Lower,
    Both,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: NormalsSettings = invocation.settings()?;
    let table = ports::read_table(invocation, "input")?;
    for column in std::iter::once(&settings.series).chain(&settings.panel) {
        // A wrong column name is a usage error, not a fault of the table.
        table.values(column).map_err(StageError::usage)?;
    }
    require_one_label(&table, &settings)?;
    let panels = panels(&table, &settings).map_err(StageError::inputs)?;
    let counted = |histogram: &Histogram| histogram.counts.iter().sum::<f64>() > 0.0;
    if !panels.iter().flat_map(|panel| &panel.series).any(counted) {
        return Err(StageError::inputs(
            "the tables have no counts of this surface; the masks may be empty, or their voxel size is unknown",
        ));
    }
    let look = settings.print.look(invocation)?;
    let figure = scene(&panels, &look);
    let surface = match settings.surface {
        Side::Upper => "the upper surface",
        Side::Lower => "the lower surface",
        Side::Both => "both surfaces",
    };
    let caption = format!(
        "Share of the columns by the angle between the normal of {surface} and depth, by {} (logarithmic axis).",
        settings.series
    );
    settings
        .print
        .write(invocation, (figure, &caption), || columns(&panels))?;
    let lines: usize = panels.iter().map(|panel| panel.series.len()).sum();
    Ok(Summary::new()
        .with("panels", panels.len())
        .with("histograms", lines))
}

/// Counts by panel, series and bin.
fn panels(table: &Table, settings: &NormalsSettings) -> Result<Vec<Panel>, Fault> {
    let words = |column: &str| -> Result<Vec<String>, TableError> {
        let word = |cell: Cell<'_>| match cell {
            Cell::Null => "(none)".to_owned(),
            cell => cell.to_string(),
        };
        Ok(table.values(column)?.cells().map(word).collect())
    };
    let series = words(&settings.series)?;
    let panel = match &settings.panel {
        Some(column) => words(column)?,
        None => vec![String::new(); table.rows()],
    };
    let bins = Bins::of(table, settings)?;
    let title = |word: &str| settings.names.get(word).cloned().unwrap_or(word.to_owned());
    let counts = |metric: &str, fits: &dyn Fn(usize) -> bool| bins.counts(metric, fits);
    let panels = ordered(panel.iter().map(String::as_str)).into_iter();
    let drawn = panels.map(|name| {
        let of_panel = |row: usize| panel[row] == name;
        let lines = ordered(series.iter().map(String::as_str)).into_iter();
        let line = |word: String| Histogram {
            name: match settings.names.get(&word) {
                Some(printed) => printed.clone(),
                None => format!("{} = {word}", settings.series),
            },
            counts: counts(schema::NORMAL_COUNT.name, &|row| {
                of_panel(row) && series[row] == word
            }),
        };
        Panel {
            title: title(name),
            reference: Some(Histogram {
                name: "reference".into(),
                counts: counts(schema::REFERENCE_NORMAL_COUNT.name, &of_panel),
            }),
            series: lines.map(|word| line(word.to_owned())).collect(),
        }
    });
    Ok(drawn.collect())
}

/// One row for each bin of each histogram.
fn columns(panels: &[Panel]) -> Vec<Column> {
    let mut rows: Vec<(&str, &str, [f64; 3], Option<f64>)> = Vec::new();
    for panel in panels {
        for histogram in panel.reference.iter().chain(&panel.series) {
            let width = 90.0 / histogram.counts.len().max(1) as f64;
            let bins = histogram.counts.iter().zip(shares(histogram)).enumerate();
            rows.extend(bins.map(|(bin, (count, share))| {
                let low = bin as f64 * width;
                let numbers = [low, low + width, *count];
                (
                    panel.title.as_str(),
                    histogram.name.as_str(),
                    numbers,
                    share,
                )
            }));
        }
    }
    let number =
        |name: &str, place: usize| Column::number(name, rows.iter().map(|row| Some(row.2[place])));
    vec![
        Column::text("panel", rows.iter().map(|row| Some(row.0))),
        Column::text("series", rows.iter().map(|row| Some(row.1))),
        number(LOW, 0),
        number(HIGH, 1),
        number("count", 2),
        Column::number("share", rows.iter().map(|row| row.3)),
    ]
}

const LOW: &str = "angle_low_deg";
const HIGH: &str = "angle_high_deg";
/// Most bins, as in 'metrics evaluate'.
const MOST_BINS: f64 = 1000.0;

/// An error in the tables of histograms.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(
        "row {row}: the bin from {low} to {high} degrees is not one of {bins} equal bins from 0 to 90; draw tables of one --angle-bins"
    )]
    Bin {
        row: usize,
        low: f64,
        high: f64,
        bins: usize,
    },
    #[error("row {0}: the bin has no bounds, or they are not between 0 and 90 degrees")]
    Bounds(usize),
}

/// The number of equal bins from 0 to 90 degrees, all of the width of the first.
fn number_of_bins(low: &[Option<f64>], high: &[Option<f64>]) -> Result<usize, Fault> {
    let mut bins = None;
    for (row, bounds) in low.iter().zip(high).enumerate() {
        let row = row + 1;
        let (Some(low), Some(high)) = bounds else {
            return Err(Fault::Bounds(row));
        };
        let count = (90.0 / (high - low)).round();
        if !(*low >= 0.0 && *high <= 90.0 && (1.0..=MOST_BINS).contains(&count)) {
            return Err(Fault::Bounds(row));
        }
        let bins = *bins.get_or_insert(count as usize);
        let place = low / 90.0 * bins as f64;
        let same = count as usize == bins && (place - place.round()).abs() < 1e-6;
        if !same {
            let (low, high) = (*low, *high);
            return Err(Fault::Bin {
                row,
                low,
                high,
                bins,
            });
        }
    }
    Ok(bins.unwrap_or(1))
}

fn require_one_label(table: &Table, settings: &NormalsSettings) -> Result<(), StageError> {
    let labels = table.texts(column::LABEL).map_err(StageError::inputs)?;
    let labels = ordered(
        labels
            .iter()
            .map(|label| label.as_deref().unwrap_or("(none)")),
    );
    match &settings.label {
        None if labels.len() > 1 => Err(StageError::usage(format_args!(
            "the tables have several structures; choose one with --label: {}",
            labels.join(", ")
        ))),
        Some(label) if !labels.contains(&label.as_str()) => Err(StageError::usage(format_args!(
            "--label {label}: the tables have {}",
            labels.join(", ")
        ))),
        _ => Ok(()),
    }
}

/// The counts of a table, with their bins.
struct Bins {
    metric: Vec<Option<String>>,
    count: Vec<Option<f64>>,
    /// Index of the bin of each row; `None` for rows of another surface.
    bin: Vec<Option<usize>>,
    bins: usize,
}

impl Bins {
    fn of(table: &Table, settings: &NormalsSettings) -> Result<Self, Fault> {
        let low = table.numbers(LOW)?;
        let high = table.numbers(HIGH)?;
        let surface = table.texts(column::SURFACE)?;
        let label = table.texts(column::LABEL)?;
        let bins = number_of_bins(&low, &high)?;
        let chosen = |row: usize| {
            let side = settings.surface;
            let of_side = side == Side::Both || surface[row].as_deref() == Some(side.as_str());
            of_side && (settings.label.is_none() || label[row] == settings.label)
        };
        let bin = |row: usize| {
            let low = low[row].filter(|_| chosen(row))?;
            Some((low / 90.0 * bins as f64).round() as usize)
        };
        Ok(Self {
            metric: table.texts(column::METRIC)?,
            count: table.numbers(column::VALUE)?,
            bin: (0..table.rows()).map(bin).collect(),
            bins,
        })
    }

    fn counts(&self, metric: &str, fits: &dyn Fn(usize) -> bool) -> Vec<f64> {
        let mut counts = vec![0.0; self.bins];
        for (row, bin) in self.bin.iter().enumerate() {
            let of_metric = self.metric[row].as_deref() == Some(metric);
            let bin = bin.filter(|_| of_metric && fits(row));
            if let Some(count) = bin.and_then(|bin| counts.get_mut(bin)) {
                *count += self.count[row].unwrap_or(0.0);
            }
        }
        counts
    }
}

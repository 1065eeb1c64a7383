//! `rsom-report normals`: histograms of the angles of surface normals.

use std::collections::BTreeMap;

use rsom_formats::table::{Cell, Table, TableError};
use rsom_io::ports;
use rsom_measures::{column, schema};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::output;
use crate::factor::ordered;
use crate::normals::{Histogram, Panel, scene};

/// The command `normals`.
pub fn command() -> Command {
    Command::new(
        "normals",
        "Draw histograms of the angles between surface normals and depth",
        run,
    )
    .input(
        Port::required("input", Kind::Table, "Histograms of 'metrics evaluate --normals'").many(),
    )
    .output(Port::required("output", Kind::Figure, "Figure: .svg or .png"))
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
    /// Printed names, such as unet=U-Net.
    names: BTreeMap<String, String>,
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
    let panels = panels(&table, &settings).map_err(StageError::inputs)?;
    let counted = |histogram: &Histogram| histogram.counts.iter().sum::<f64>() > 0.0;
    if !panels.iter().flat_map(|panel| &panel.series).any(counted) {
        return Err(StageError::inputs(
            "the tables have no counts of this surface; the masks may be empty, or their voxel size is unknown",
        ));
    }
    output::write(invocation, &scene(&panels), output::PRINT_SCALE)?;
    let lines: usize = panels.iter().map(|panel| panel.series.len()).sum();
    Ok(Summary::new()
        .with("panels", panels.len())
        .with("histograms", lines))
}

/// Counts by panel, series and bin; the bins of all tables must be the same.
fn panels(table: &Table, settings: &NormalsSettings) -> Result<Vec<Panel>, TableError> {
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
    let bins = Bins::of(table, settings.surface)?;
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

/// The counts of a table, with their bins.
struct Bins {
    metric: Vec<Option<String>>,
    count: Vec<Option<f64>>,
    /// Index of the bin of each row; `None` for rows of another surface.
    bin: Vec<Option<usize>>,
    bins: usize,
}

impl Bins {
    fn of(table: &Table, side: Side) -> Result<Self, TableError> {
        let low = table.numbers("angle_low_deg")?;
        let high = table.numbers("angle_high_deg")?;
        let surface = table.texts(column::SURFACE)?;
        let widths = low
            .iter()
            .zip(&high)
            .filter_map(|(l, h)| Some((*h)? - (*l)?));
        let width = widths.fold(90.0, f64::min);
        let bins = (90.0 / width).round().max(1.0) as usize;
        let of_side =
            |row: usize| side == Side::Both || surface[row].as_deref() == Some(side.as_str());
        let bin = |row: usize| {
            let low = low[row].filter(|_| of_side(row))?;
            Some(((low / width).round() as usize).min(bins - 1))
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
            if let Some(bin) = bin.filter(|_| of_metric && fits(row)) {
                counts[bin] += self.count[row].unwrap_or(0.0);
            }
        }
        counts
    }
}

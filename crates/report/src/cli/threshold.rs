//! `rsom-report threshold`: the Dice score of a calibration against the threshold.

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table, TableError};
use rsom_io::ports;
use rsom_measures::threshold_curve as curve;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::print::{self, Print};
use crate::threshold::{Figure, scene};

/// The command `threshold`.
pub fn command() -> Command {
    print::figure(
        Command::new(
            "threshold",
            "Draw the Dice score of a calibration against the threshold",
            run,
        )
        .input(Port::required(
            "curve",
            Kind::Table,
            "Curve of 'vesselseg calibrate': columns threshold, scan, dice, mean_dice and best",
        )),
    )
    .parameters(Settings::declare())
    .example("rsom-report threshold --curve curve.parquet --output curve.svg")
}

#[derive(Debug, Parameters)]
struct Settings {
    #[parameter(flatten)]
    print: Print,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let path = invocation.input("curve")?;
    let table = ports::load_table(path)?;
    let figure = figure(&table).map_err(|e| StageError::input(path, e))?;
    let look = settings.print.look(invocation)?;
    let caption = "Dice of each scan and their mean against the threshold of the probabilities; the threshold with the largest mean is marked.";
    let drawn = scene(&figure, &look);
    settings
        .print
        .write(invocation, (drawn, caption), || columns(&figure))?;
    Ok(Summary::new()
        .with("scans", figure.scans.len())
        .with("thresholds", figure.thresholds.len())
        .with("best", figure.thresholds[figure.best]))
}

/// One row for each threshold and scan, as in the curve.
fn columns(figure: &Figure) -> Vec<Column> {
    let scans = figure.scans.len();
    let rows: Vec<(usize, usize)> = (0..figure.thresholds.len())
        .flat_map(|at| (0..scans).map(move |scan| (at, scan)))
        .collect();
    let number = |name: &str, of: &dyn Fn(usize, usize) -> f64| {
        Column::number(name, rows.iter().map(|(at, scan)| Some(of(*at, *scan))))
    };
    vec![
        number(curve::THRESHOLD, &|at, _| figure.thresholds[at]),
        Column::text(
            curve::SCAN,
            rows.iter()
                .map(|(_, scan)| Some(figure.scans[*scan].0.clone())),
        ),
        number(curve::DICE, &|at, scan| figure.scans[scan].1[at]),
        number(curve::MEAN_DICE, &|at, _| figure.mean[at]),
        Column::boolean(
            curve::BEST,
            rows.iter().map(|(at, _)| Some(*at == figure.best)),
        ),
    ]
}

/// The curve from a table with one row per threshold and scan, in any order.
fn figure(table: &Table) -> Result<Figure, Fault> {
    let columns = Columns::of(table)?;
    // Positive numbers have the same order as their bit patterns.
    let mut at: BTreeMap<u64, Row> = BTreeMap::new();
    let mut scans: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for row in 0..table.rows() {
        let threshold = share(curve::THRESHOLD, &columns.threshold, row)?;
        let scan = columns.scan[row].as_deref().unwrap_or("(none)");
        let scan = *scans.entry(scan).or_insert_with(|| {
            names.push(scan.to_owned());
            names.len() - 1
        });
        let entry = at.entry(threshold.abs().to_bits()).or_insert_with(|| Row {
            threshold: threshold.abs(),
            ..Row::default()
        });
        let dice = share(curve::DICE, &columns.dice, row)?;
        if entry.dice.insert(scan, dice).is_some() {
            return Err(Fault::Repeated(row + 1));
        }
        entry.mean = share(curve::MEAN_DICE, &columns.mean, row)?;
        entry.best |= columns.best[row] == Some(true);
    }
    let rows: Vec<Row> = at.into_values().collect();
    if rows.is_empty() {
        return Err(Fault::Empty);
    }
    if rows.iter().any(|row| row.dice.len() != scans.len()) {
        return Err(Fault::Uneven);
    }
    let marked: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].best).collect();
    let [best] = marked[..] else {
        return Err(Fault::Best(marked.len()));
    };
    Ok(Figure {
        thresholds: rows.iter().map(|row| row.threshold).collect(),
        scans: names
            .into_iter()
            .enumerate()
            .map(|(scan, name)| (name, rows.iter().map(|row| row.dice[&scan]).collect()))
            .collect(),
        mean: rows.iter().map(|row| row.mean).collect(),
        best,
    })
}

/// The data of one threshold.
#[derive(Default)]
struct Row {
    threshold: f64,
    dice: BTreeMap<usize, f64>,
    mean: f64,
    best: bool,
}

struct Columns {
    threshold: Vec<Option<f64>>,
    scan: Vec<Option<String>>,
    dice: Vec<Option<f64>>,
    mean: Vec<Option<f64>>,
    best: Vec<Option<bool>>,
}

impl Columns {
    fn of(table: &Table) -> Result<Self, TableError> {
        Ok(Self {
            threshold: table.numbers(curve::THRESHOLD)?,
            scan: table.texts(curve::SCAN)?,
            dice: table.numbers(curve::DICE)?,
            mean: table.numbers(curve::MEAN_DICE)?,
            best: table.booleans(curve::BEST)?,
        })
    }
}

/// A value of a column, which must be a number from 0 to 1.
fn share(column: &'static str, values: &[Option<f64>], row: usize) -> Result<f64, Fault> {
    let fits = |value: &f64| (0.0..=1.0).contains(value);
    let fault = Fault::Share {
        column,
        row: row + 1,
    };
    values[row].filter(fits).ok_or(fault)
}

/// An error in the table of the curve.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("column '{column}' must have a number from 0 to 1 in row {row}")]
    Share { column: &'static str, row: usize },
    #[error("row {0} repeats a threshold of the same scan")]
    Repeated(usize),
    #[error("the curve has no rows")]
    Empty,
    #[error("not every scan has a Dice score at every threshold")]
    Uneven,
    #[error("{0} thresholds are marked as best, but one is expected")]
    Best(usize),
}

#[cfg(test)]
mod tests {
    use rsom_formats::table::Column;

    use super::*;

    /// Rows of threshold, scan, Dice score, mean and whether the threshold is the best.
    fn table(rows: &[(f64, &str, f64, f64, bool)]) -> Table {
        Table::new(vec![
            Column::number(curve::THRESHOLD, rows.iter().map(|r| Some(r.0))),
            Column::text(curve::SCAN, rows.iter().map(|r| Some(r.1))),
            Column::number(curve::DICE, rows.iter().map(|r| Some(r.2))),
            Column::number(curve::MEAN_DICE, rows.iter().map(|r| Some(r.3))),
            Column::boolean(curve::BEST, rows.iter().map(|r| Some(r.4))),
        ])
        .unwrap()
    }

    const CURVE: [(f64, &str, f64, f64, bool); 4] = [
        (0.5, "b", 0.7, 0.6, true),
        (0.1, "a", 0.2, 0.3, false),
        (0.5, "a", 0.5, 0.6, true),
        (0.1, "b", 0.4, 0.3, false),
    ];

    fn fault(change: impl Fn(&mut [(f64, &str, f64, f64, bool); 4])) -> String {
        let mut rows = CURVE;
        change(&mut rows);
        figure(&table(&rows)).unwrap_err().to_string()
    }

    #[test]
    fn rows_are_put_in_order() {
        let figure = figure(&table(&CURVE)).unwrap();
        assert_eq!(figure.thresholds, [0.1, 0.5]);
        // In the order in which they first appear.
        let scan = |name: &str, dice: [f64; 2]| (name.to_owned(), dice.to_vec());
        assert_eq!(figure.scans, [scan("b", [0.4, 0.7]), scan("a", [0.2, 0.5])]);
        assert_eq!((figure.mean, figure.best), (vec![0.3, 0.6], 1));
    }

    #[test]
    fn a_table_that_is_no_curve_says_why() {
        assert_eq!(
            fault(|rows| rows[1].0 = 2.0),
            "column 'threshold' must have a number from 0 to 1 in row 2"
        );
        assert_eq!(
            fault(|rows| rows[3].2 = f64::NAN),
            "column 'dice' must have a number from 0 to 1 in row 4"
        );
        assert_eq!(
            fault(|rows| rows[3].1 = "a"),
            "row 4 repeats a threshold of the same scan"
        );
        assert_eq!(
            fault(|rows| rows[3].1 = "c"),
            "not every scan has a Dice score at every threshold"
        );
        assert_eq!(
            fault(|rows| rows[1].4 = true),
            "2 thresholds are marked as best, but one is expected"
        );
        let empty = figure(&table(&[])).unwrap_err().to_string();
        assert_eq!(empty, "the curve has no rows");
    }
}

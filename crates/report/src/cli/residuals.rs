//! `rsom-report residuals`: whether the residuals of a model are as it assumes.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::table::Table;
use rsom_io::ports;
use rsom_measures::{Metric, column};
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::points;
use super::print::{self, Print};
use super::rows::rows_where;
use crate::scatter::{Line, Panel, scene};

/// Columns of residuals that do not name a group.
const OWN: [&str; 9] = [
    column::UNIT,
    "fitted",
    "residual",
    "standardized",
    "normal_quantile",
    column::SUBJECT,
    column::SCAN,
    column::SLICE,
    "formula",
];

/// The command `residuals`.
pub fn command() -> Command {
    print::figure(
        Command::new(
            "residuals",
            "Draw the residuals of a model against its fitted values, and against normal quantiles",
            run,
        )
        .input(
            Port::required(
                "input",
                Kind::Table,
                "Residuals of 'stats model --residuals'",
            )
            .many(),
        ),
    )
    .parameters(Settings::declare())
    .example("rsom-report residuals --input residuals.parquet --output residuals.svg")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Use only rows with this value in a column, such as metric=ra_um or net=unet, where the table has several models.
    r#where: BTreeMap<String, String>,
    #[parameter(flatten)]
    print: Print,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let table = ports::read_table(invocation, "input")?;
    let rows = chosen(&table, &settings.r#where)?;
    let numbers = |name: &str| -> Result<Vec<f64>, StageError> {
        let values = table.numbers(name).map_err(StageError::inputs)?;
        let chosen = rows.iter().map(|row| values[*row]);
        let chosen: Option<Vec<f64>> = chosen.collect();
        chosen.ok_or_else(|| {
            StageError::inputs(format_args!("column '{name}' has a row without a value"))
        })
    };
    let (fitted, residuals) = (numbers("fitted")?, numbers("residual")?);
    let (quantiles, standardized) = (numbers("normal_quantile")?, numbers("standardized")?);
    let word = |name: &str| -> Option<String> {
        let values = table.texts(name).ok()?;
        rows.first().and_then(|row| values[*row].clone())
    };
    let metric = word(column::METRIC).unwrap_or_default();
    let metric = Metric::named(&metric).map_or(metric, |known| known.title.to_owned());
    let unit = word(column::UNIT).filter(|unit| unit != "1");
    let unit = unit.map_or(String::new(), |unit| format!(" ({unit})"));
    let level = |intercept: f64, slope: f64| Line {
        intercept,
        slope,
        is_dashed: true,
        interval: None,
        words: Vec::new(),
    };
    let points = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| [*x, *y]).collect();
    let panels = [
        Panel {
            title: format!("{metric}: residuals"),
            across: format!("Fitted value{unit}"),
            up: format!("Residual{unit}"),
            points: points(&fitted, &residuals),
            lines: vec![level(0.0, 0.0)],
        },
        Panel {
            title: format!("{metric}: normal quantiles"),
            across: "Quantile of a normal distribution".to_owned(),
            up: "Standardized residual".to_owned(),
            points: points(&quantiles, &standardized),
            lines: vec![level(0.0, 1.0)],
        },
    ];
    let look = settings.print.look(invocation)?;
    let caption = format!(
        "Residuals of the model of {metric} against its fitted values, and their quantiles against those of a normal distribution."
    );
    let figure = scene(&panels, &[], &look);
    settings
        .print
        .write(invocation, (figure, &caption), || points::columns(&panels))?;
    Ok(Summary::new().with("points", rows.len()))
}

/// The rows of one model.
///
/// # Errors
/// Exit code 2: a condition that no row meets, or rows of several models, with the column that tells them apart.
fn chosen(table: &Table, filter: &BTreeMap<String, String>) -> Result<Vec<usize>, StageError> {
    let rows = rows_where(table, filter)?;
    for column in table
        .columns()
        .iter()
        .filter(|c| !OWN.contains(&c.name.as_str()))
    {
        let found: BTreeSet<String> = rows
            .iter()
            .map(|row| column.values.cell(*row).to_string())
            .collect();
        if found.len() > 1 {
            let listed: Vec<&str> = found.iter().take(5).map(String::as_str).collect();
            return Err(StageError::usage(format_args!(
                "the table has residuals of several models, with the {} {}; choose one with --where {}={}",
                column.name,
                listed.join(", "),
                column.name,
                listed[0]
            )));
        }
    }
    Ok(rows)
}

//! `rsom-report agreement`: Bland–Altman plots.

use std::collections::BTreeMap;

use rsom_formats::table::{Table, TableError};
use rsom_io::ports;
use rsom_measures::{Metric, Surface, column};
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::points;
use super::print::{self, Print};
use super::rows::rows_where;
use crate::scatter::{Line, Panel, scene};
use crate::scene::Point;

/// Most panels of a figure.
const MOST_PANELS: usize = 12;
/// The lines of a panel: the measure of agreement, its words, and whether it is dashed.
const LINES: [(&str, &str, bool); 3] = [
    ("limit_upper", "upper limit", true),
    ("bias", "mean", false),
    ("limit_lower", "lower limit", true),
];

/// The command `agreement`.
pub fn command() -> Command {
    print::figure(Command::new(
        "agreement",
        "Draw the differences of two methods or raters against their means, with limits of agreement (Bland-Altman)",
        run,
    )
    .input(Port::required("input", Kind::Table, "Points of 'stats agreement --points'"))
    .input(Port::required("measures", Kind::Table, "The measures of the same call, its --output")))
    .parameters(Settings::declare())
    .example("rsom-report agreement --input points.parquet --measures agreement.parquet --output bland_altman.svg")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Draw only rows with this value in a column, such as metric=thickness_um; without it, there is a panel for each comparison.
    r#where: BTreeMap<String, String>,
    /// Printed names, such as thickness_um=Thickness.
    names: BTreeMap<String, String>,
    #[parameter(flatten)]
    print: Print,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let points = ports::read_table(invocation, "input")?;
    let measures = ports::read_table(invocation, "measures")?;
    let keys = Keys::of(&points, &measures);
    let rows = rows_where(&points, &settings.r#where)?;
    let mut comparisons: Vec<Vec<String>> = Vec::new();
    for row in &rows {
        let key = keys.of_row(&points, *row);
        if !comparisons.contains(&key) {
            comparisons.push(key);
        }
    }
    if comparisons.len() > MOST_PANELS {
        return Err(StageError::usage(format_args!(
            "the table has {} comparisons, and a figure at most {MOST_PANELS} panels; choose some with --where, such as --where {}={}",
            comparisons.len(),
            keys.0[0],
            comparisons[0][0]
        )));
    }
    let found: Result<Vec<(Panel, i64)>, TableError> = (comparisons.iter())
        .map(|key| {
            let of_key = |table: &Table| {
                let rows = 0..table.rows();
                rows.filter(|row| keys.of_row(table, *row) == *key)
                    .collect::<Vec<_>>()
            };
            let drawn = Drawn {
                points: (&points, of_key(&points)),
                measures: (&measures, of_key(&measures)),
                settings: &settings,
            };
            Ok((drawn.panel(&keys.others(key))?, drawn.missing()))
        })
        .collect();
    let found = found.map_err(StageError::inputs)?;
    let (panels, missing): (Vec<Panel>, Vec<i64>) = found.into_iter().unzip();
    let look = settings.print.look(invocation)?;
    let levels = measures.numbers("ci_level").unwrap_or_default();
    let notes = notes(&panels, &levels, &missing);
    let caption = "Differences of two methods or raters against their means (Bland\u{2013}Altman), with the mean difference and the limits of agreement.";
    let figure = scene(&panels, &notes, &look);
    settings
        .print
        .write(invocation, (figure, caption), || points::columns(&panels))?;
    let drawn: usize = panels.iter().map(|panel| panel.points.len()).sum();
    Ok(Summary::new()
        .with("panels", panels.len())
        .with("points", drawn))
}

/// What stands below the figure: what lines and bars are, with the level of the intervals where it is the same everywhere, and the number
/// of points of each panel, and of units that have none.
fn notes(panels: &[Panel], levels: &[Option<f64>], missing: &[i64]) -> Vec<String> {
    let lines = || panels.iter().flat_map(|panel| &panel.lines);
    let mut notes = vec![match lines().any(|line| line.is_dashed) {
        true => "dashed: limits of agreement".to_owned(),
        false => "no limits of agreement: the differences have no spread".to_owned(),
    }];
    if lines().any(|line| line.interval.is_some()) {
        let level = same(levels.iter().copied().flatten());
        let level = level.map_or(String::new(), |level| {
            format!("{} % ", (1e4 * level).round() / 100.0)
        });
        notes.push(format!(
            "bars at the right: {level}confidence intervals, of the mean in gray"
        ));
    }
    let counts = panels.iter().zip(missing).map(|(panel, missing)| {
        let count = panel.points.len();
        match missing {
            0 => count.to_string(),
            _ => format!("{count} ({missing} without a pair)"),
        }
    });
    let counts: Vec<String> = counts.collect();
    match same(counts.iter()) {
        Some(count) => notes.push(format!("n = {count}")),
        None => notes.push(format!(
            "n = {}, in the order of the panels",
            counts.join(", ")
        )),
    }
    notes
}

/// The value that all have.
fn same<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// The columns that tell comparisons apart.
struct Keys(Vec<String>);

impl Keys {
    /// The columns that both tables have, but for units of metrics.
    fn of(points: &Table, measures: &Table) -> Self {
        let shared = points
            .names()
            .filter(|name| measures.column(name).is_some());
        let shared = shared.filter(|name| *name != column::UNIT);
        Self(shared.map(str::to_owned).collect())
    }

    fn of_row(&self, table: &Table, row: usize) -> Vec<String> {
        let cell = |name: &String| table.values(name).map(|v| v.cell(row).to_string());
        self.0
            .iter()
            .map(|name| cell(name).unwrap_or_default())
            .collect()
    }

    /// The levels of the groups of a comparison, with their names.
    fn others(&self, key: &[String]) -> Vec<(String, String)> {
        const NAMED: [&str; 6] = [
            column::METRIC,
            column::LABEL,
            column::SURFACE,
            "factor",
            "level",
            "baseline",
        ];
        let all = self.0.iter().zip(key);
        let groups = all.filter(|(name, _)| !NAMED.contains(&name.as_str()));
        groups
            .map(|(name, level)| (name.clone(), level.clone()))
            .collect()
    }
}

/// The rows of one comparison.
struct Drawn<'a> {
    points: (&'a Table, Vec<usize>),
    measures: (&'a Table, Vec<usize>),
    settings: &'a Settings,
}

impl Drawn<'_> {
    fn panel(&self, groups: &[(String, String)]) -> Result<Panel, TableError> {
        let (table, rows) = &self.points;
        let (means, differences) = (table.numbers("mean")?, table.numbers("difference")?);
        let word = |name: &str| -> Option<String> {
            let values = table.values(name).ok()?;
            let word = values.cell(*rows.first()?).to_string();
            (!word.is_empty()).then_some(word)
        };
        let printed = |word: String| self.settings.names.get(&word).cloned().unwrap_or(word);
        let metric = word(column::METRIC).unwrap_or_default();
        let known = Metric::named(&metric);
        let title = known.map(|known| known.title.to_owned());
        let name = self
            .settings
            .names
            .get(&metric)
            .cloned()
            .or(title)
            .unwrap_or(metric);
        let unit = word(column::UNIT).or(known.map(|known| known.unit.as_str().to_owned()));
        let unit = unit.filter(|unit| unit != "1");
        let unit = unit.map_or(String::new(), |unit| format!(" ({unit})"));
        let surface = word(column::SURFACE).filter(|s| s != Surface::Both.as_str());
        let groups = groups
            .iter()
            .map(|(name, level)| match level.parse::<f64>() {
                Ok(_) => format!("{name} = {level}"),
                Err(_) => printed(level.clone()),
            });
        let title: Vec<String> = [name].into_iter().chain(surface).chain(groups).collect();
        let [level, baseline] =
            ["level", "baseline"].map(|name| printed(word(name).unwrap_or_default()));
        let point = |row: &usize| -> Option<Point> { Some([means[*row]?, differences[*row]?]) };
        let points: Vec<Point> = rows.iter().filter_map(point).collect();
        let mut lines = self.lines()?;
        if !lines.iter().any(|line| !line.is_dashed) && !points.is_empty() {
            lines.push(mean_of(&points));
        }
        Ok(Panel {
            title: title.join(", "),
            across: format!("Mean of both{unit}"),
            up: format!("{level} − {baseline}{unit}"),
            points,
            lines,
        })
    }

    /// Number of units without a pair.
    fn missing(&self) -> i64 {
        let (table, rows) = &self.measures;
        let counts = table.integers("n_missing").unwrap_or_default();
        let of_rows = rows.iter().filter_map(|row| counts.get(*row).copied()?);
        of_rows.max().unwrap_or(0)
    }

    /// Bias and limits, and their intervals; those that are defined.
    fn lines(&self) -> Result<Vec<Line>, TableError> {
        let (table, rows) = &self.measures;
        let names = table.texts("measure")?;
        let [value, low, high] = ["value", "ci_low", "ci_high"].map(|name| table.numbers(name));
        let (value, low, high) = (value?, low?, high?);
        let mut lines = Vec::new();
        for (measure, words, is_dashed) in LINES {
            let row = rows
                .iter()
                .find(|row| names[**row].as_deref() == Some(measure));
            let Some((row, intercept)) = row.and_then(|row| Some((*row, value[*row]?))) else {
                continue;
            };
            lines.push(Line {
                intercept,
                slope: 0.0,
                is_dashed,
                interval: low[row].zip(high[row]).map(|(low, high)| [low, high]),
                words: vec![words.to_owned(), three_digits(intercept)],
            });
        }
        Ok(lines)
    }
}

/// The mean of the differences, where the measures have none because the differences have no spread.
fn mean_of(points: &[Point]) -> Line {
    let sum: f64 = points.iter().map(|[_, difference]| difference).sum();
    let mean = sum / points.len() as f64;
    Line {
        intercept: mean,
        slope: 0.0,
        is_dashed: false,
        interval: None,
        words: vec!["mean".to_owned(), three_digits(mean)],
    }
}

/// A number with three significant digits and a minus sign.
fn three_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = libm::floor(libm::log10(value.abs()));
    let decimals = (2.0 - size).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::three_digits;

    #[test]
    fn numbers_keep_three_digits() {
        let shown = [12.345, -0.012_345, 1234.5, 0.0].map(three_digits);
        assert_eq!(shown, ["12.3", "−0.0123", "1234", "0"].map(str::to_owned));
    }
}

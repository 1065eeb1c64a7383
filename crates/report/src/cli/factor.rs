//! `rsom-report factor`: measures against a factor.

mod numbers;
mod references;
mod rows;
mod settings;
mod tests;

use rsom_io::ports;
use rsom_parameters::Choice;
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::print::{self, Print};
use crate::factor::{Drawn, Figure, Panel, Placing, ordered, scene};
use rows::Rows;
use settings::FactorSettings;
use tests::Tests;

/// The command `factor`.
pub fn command() -> Command {
    print::figure(Command::new("factor", "Plot measures against a factor of the runs, or groups side by side, with tests", run)
        .input(Port::required("input", Kind::Table, "Tables of measurements").many())
        .input(Port::optional("tests", Kind::Table, "Tests of 'stats compare' or 'stats groups' of the same factor: brackets with adjusted p-values")))
        .parameters(settings::declare())
        .names_in_tables("input", Named::Metric, &["metric"])
        .names_in_tables("input", Named::Column, &["factor", "group", "unit_by"])
        .example("rsom-report factor --input runs/*.parquet --metric dice,ra_vox --factor s --group net --output figure.svg")
        .example("rsom-report factor --input runs/*.parquet --tests tests.parquet --metric dice --factor net --names unet=U-Net --names fcn7=FCN --reference 'human repeatability=0.93' --width single --output figure.pdf")
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let parameters: FactorSettings = invocation.settings()?;
    let look = parameters.print.look(invocation)?;
    let table = ports::read_table(invocation, "input")?;
    let named = std::iter::once(&parameters.factor)
        .chain(&parameters.group)
        .chain(&parameters.unit_by);
    for column in named {
        // A wrong column name is a usage error, not a fault of the table.
        table.values(column).map_err(StageError::usage)?;
    }
    let rows = Rows::of(&table, &parameters).map_err(StageError::inputs)?;
    rows.require_one_label(&parameters)?;
    let mut panels: Vec<Panel> = parameters
        .metric
        .iter()
        .map(|metric| rows::panel(&rows, metric, &parameters))
        .collect::<Result<_, _>>()?;
    references::add(&mut panels, &parameters.reference)?;
    let test = match invocation.optional_input("tests") {
        None => String::new(),
        Some(path) => {
            let tests = Tests::read(path, &parameters)?;
            tests.add(&mut panels, &parameters)?;
            tests.words(&parameters.metric)
        }
    };
    let titles = print::metrics_in_words(&parameters.metric);
    let (figure, print) = figure(parameters, panels, test)?;
    let groups = match figure.group.as_str() {
        "" => String::new(),
        group => format!(" for each {group}"),
    };
    let caption = format!("{titles} by {}{groups}.", figure.factor);
    print.write(invocation, (scene(&figure, &look), &caption), || {
        numbers::columns(&figure)
    })?;
    let count: usize = figure.panels.iter().map(|p| p.records.len()).sum();
    let brackets: usize = figure.panels.iter().map(|p| p.tests.len()).sum();
    Ok(Summary::new()
        .with("panels", figure.panels.len())
        .with("units", count)
        .with("tests", brackets)
        .with("axis", figure.placing.kind.as_str()))
}

fn figure(
    parameters: FactorSettings,
    panels: Vec<Panel>,
    test: String,
) -> Result<(Figure, Print), StageError> {
    let records = || panels.iter().flat_map(|p| &p.records);
    let found = ordered(records().map(|r| r.level.as_str()));
    if let Some(unknown) = parameters
        .levels
        .iter()
        .find(|level| !found.contains(&level.as_str()))
    {
        return Err(StageError::usage(format_args!(
            "--levels {unknown}: {} has no such level; it has {}",
            parameters.factor,
            found.join(", ")
        )));
    }
    let first = parameters.levels.iter().cloned();
    let rest = found
        .iter()
        .filter(|level| !parameters.levels.iter().any(|l| l == *level));
    let levels: Vec<String> = match parameters.levels.is_empty() {
        true => rest.map(|level| (*level).to_owned()).collect(),
        false => first.collect(),
    };
    let words: Vec<&str> = levels.iter().map(String::as_str).collect();
    let placing = Placing::of(&words, parameters.axis).map_err(StageError::usage)?;
    let given = |choice: settings::Shown| choice.given();
    let drawn = Drawn::of(
        &panels,
        &placing,
        parameters.marks.given(),
        [given(parameters.points), given(parameters.lines)],
    );
    let name = |word: &String| {
        parameters
            .names
            .get(word)
            .cloned()
            .unwrap_or_else(|| word.clone())
    };
    let units: Vec<String> = parameters.unit_by.iter().map(name).collect();
    let figure = Figure {
        factor: name(&parameters.factor),
        group: parameters.group.as_ref().map_or(String::new(), name),
        unit: units.join(", "),
        spread: parameters.spread,
        panels,
        levels,
        placing,
        drawn,
        p_values: parameters.p,
        test,
        names: parameters.names,
    };
    Ok((figure, parameters.print))
}

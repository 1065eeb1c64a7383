//! `rsom-report training`: the curves of trainings.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_formats::table::{Column, Table};
use rsom_io::ports;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::print::{self, Print};
use super::titles::differing_parts;
use crate::chart::{Entry, Look, Sample};
use crate::color::GRAY;
use crate::curves::{Curve, Panel, Weight, scene};
use crate::natural::natural;
use crate::scene::{Point, Stroke};

/// Parts of a quantity: the beginning of its column, whether it is drawn faintly, and its name in the legend.
const PARTS: [(&str, Weight, &str); 3] = [
    ("train_", Weight::Faint, "training"),
    ("validation_", Weight::Full, "validation"),
    ("", Weight::Full, ""),
];
/// Quantities that are drawn unasked, where histories have them.
const USUAL: [&str; 4] = ["loss", "dice", "s", "learning_rate"];
const EPOCH: &str = "epoch";
/// Ratio of the largest to the smallest value from which an axis is logarithmic.
const WIDE: f64 = 30.0;

/// The command `training`.
pub fn command() -> Command {
    print::figure(Command::new("training", "Draw the curves of trainings: losses, scores, s and the learning rate over the epochs", run)
        .input(Port::required("input", Kind::Table, "Histories of 'layerseg train' or 'vesselseg train'").many()))
        .parameters(Settings::declare())
        .example("rsom-report training --input train/unet_s*_fold*.parquet --output training.pdf")
        .example("rsom-report training --input train/*.parquet --quantity loss,bce,smoothness,dice --output training.svg")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Quantities, one panel each: loss, a term of it such as bce, dice, s, learning_rate (unset: loss, dice, s and learning_rate, where
    /// histories have them).
    #[parameter(default = Vec::new())]
    quantity: Vec<String>,
    /// Give each history a color of its own (otherwise folds and seeds of one training share one).
    single: bool,
    /// Printed names of the series, such as unet=U-Net.
    names: BTreeMap<String, String>,
    #[parameter(flatten)]
    print: Print,
}

/// The history of a training.
struct History {
    /// Its series: the file's name without fold and seed.
    series: String,
    /// The file's name.
    name: String,
    table: Table,
    epochs: Vec<f64>,
    best: Option<usize>,
}

/// A curve with its history, quantity and part.
struct Drawn {
    history: usize,
    quantity: String,
    part: &'static str,
    curve: Curve,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let look = settings.print.look(invocation)?;
    let histories = histories(invocation, settings.single)?;
    let series = series(&histories);
    let quantities = quantities(&histories, &settings.quantity)?;
    let mut drawn = Vec::new();
    for quantity in &quantities {
        for (index, history) in histories.iter().enumerate() {
            let place = series.iter().position(|name| *name == history.series);
            drawn.extend(
                curves_of(history, quantity, place.unwrap_or(0))
                    .map_err(StageError::inputs)?
                    .into_iter()
                    .map(|(part, curve)| Drawn {
                        history: index,
                        quantity: quantity.clone(),
                        part,
                        curve,
                    }),
            );
        }
    }
    let all = histories.iter().flat_map(|history| &history.epochs);
    let mut epochs: Vec<f64> = all.copied().collect();
    if let Some(only) = epochs
        .first()
        .copied()
        .filter(|e| epochs.iter().all(|o| o == e))
    {
        epochs.extend([only - 1.0, only + 1.0]);
    }
    let panels: Vec<Panel> = quantities
        .iter()
        .map(|quantity| panel(quantity, &drawn, &epochs))
        .collect();
    let entries = entries(&series, &drawn, &settings, &look);
    let mut notes = Vec::new();
    if histories.iter().any(|history| history.best.is_some()) {
        notes.push("marker: best epoch".to_owned());
    }
    if histories.len() > series.len() {
        notes.push(format!(
            "{} trainings; folds and seeds share a color",
            histories.len()
        ));
    }
    notes.extend(lost(&histories, &drawn));
    let figure = scene(&panels, &entries, &notes, &look);
    settings
        .print
        .write(invocation, (figure, &caption(&panels)), || {
            columns(&histories, &drawn)
        })?;
    Ok(Summary::new()
        .with("trainings", histories.len())
        .with("panels", panels.len()))
}

fn histories(invocation: &Invocation, single: bool) -> Result<Vec<History>, StageError> {
    invocation.input("input")?;
    let paths = invocation.inputs("input");
    let stem = |path: &Path| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
    let groups: Vec<String> = match single {
        true => names.clone(),
        false => names.iter().map(|name| without_folds(name)).collect(),
    };
    let mut distinct = groups.clone();
    distinct.sort_unstable();
    distinct.dedup();
    // Titles say in which parts the names of series differ.
    let titles = differing_parts(&distinct).unwrap_or_else(|| distinct.clone());
    let mut histories = Vec::new();
    for ((path, name), group) in paths.iter().zip(names).zip(groups) {
        let table = ports::load_table(path)?;
        let no_history = |e: &dyn std::fmt::Display| {
            StageError::input(path, format_args!("no history of a training: {e}"))
        };
        let epochs = table.numbers(EPOCH).map_err(|e| no_history(&e))?;
        let epochs: Option<Vec<f64>> = epochs.into_iter().collect();
        let epochs = epochs.ok_or_else(|| no_history(&"an epoch has no number"))?;
        if epochs.is_empty() {
            return Err(no_history(&"it has no epochs"));
        }
        let best = table.booleans("best").ok();
        let place = distinct
            .iter()
            .position(|known| *known == group)
            .unwrap_or(0);
        histories.push(History {
            series: titles[place].clone(),
            name,
            best: best.and_then(|best| best.iter().rposition(|best| *best == Some(true))),
            epochs,
            table,
        });
    }
    Ok(histories)
}

/// A name without its parts `fold…` and `seed…`.
fn without_folds(name: &str) -> String {
    let is_repetition = |part: &&str| {
        let number = part.strip_prefix("fold").or(part.strip_prefix("seed"));
        number
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let parts: Vec<&str> = name
        .split('_')
        .filter(|part| !is_repetition(part))
        .collect();
    parts.join("_")
}

fn caption(panels: &[Panel]) -> String {
    let titles: Vec<String> = panels.iter().map(|panel| panel.up.clone()).collect();
    format!("{} of each epoch of training.", print::in_words(&titles))
}

/// The series of all trainings, each once.
fn series(histories: &[History]) -> Vec<&str> {
    let mut series: Vec<&str> = Vec::new();
    for history in histories {
        if !series.contains(&history.series.as_str()) {
            series.push(&history.series);
        }
    }
    series.sort_by_key(|name| natural(name));
    series
}

/// The quantities to draw.
fn quantities(histories: &[History], wanted: &[String]) -> Result<Vec<String>, StageError> {
    let has = |quantity: &str| {
        let column = |history: &History| {
            PARTS.iter().any(|(start, ..)| {
                history
                    .table
                    .column(&format!("{start}{quantity}"))
                    .is_some()
            })
        };
        histories.iter().any(column)
    };
    if let Some(unknown) = wanted.iter().find(|quantity| !has(quantity)) {
        let mut known: Vec<String> = Vec::new();
        for name in histories.iter().flat_map(|history| history.table.names()) {
            let short = name
                .strip_prefix("train_")
                .or(name.strip_prefix("validation_"))
                .unwrap_or(name);
            if ![EPOCH, "status", "best"].contains(&short) && !known.iter().any(|k| k == short) {
                known.push(short.to_owned());
            }
        }
        return Err(StageError::usage(format_args!(
            "--quantity {unknown}: the histories do not have it; they have {}",
            known.join(", ")
        )));
    }
    if !wanted.is_empty() {
        return Ok(wanted.to_vec());
    }
    let usual = USUAL.iter().filter(|quantity| has(quantity));
    Ok(usual.map(|quantity| (*quantity).to_owned()).collect())
}

/// The curves of a quantity in a history, with their parts.
fn curves_of(
    history: &History,
    quantity: &str,
    series: usize,
) -> Result<Vec<(&'static str, Curve)>, rsom_formats::table::TableError> {
    let mut found = Vec::new();
    for (start, weight, part) in PARTS {
        let name = format!("{start}{quantity}");
        if history.table.column(&name).is_none() {
            continue;
        }
        let values = history.table.numbers(&name)?;
        let point = |(epoch, value): (&f64, &Option<f64>)| -> Option<Point> {
            Some([*epoch, value.filter(|v| v.is_finite())?])
        };
        let points: Vec<Point> = history
            .epochs
            .iter()
            .zip(&values)
            .filter_map(point)
            .collect();
        let best = history.best.filter(|_| start == "validation_");
        let mark = best.and_then(|row| point((&history.epochs[row], &values[row])));
        let curve = Curve {
            series,
            weight,
            points,
            band: Vec::new(),
            mark,
        };
        found.push((part, curve));
    }
    Ok(found)
}

/// The note that curves end before the last epoch of their training, as where a loss became infinite; a quantity that is only measured
/// in some epochs is no such curve.
fn lost(histories: &[History], drawn: &[Drawn]) -> Option<String> {
    let mut lost: Vec<String> = Vec::new();
    for curve in drawn {
        let epochs = &histories[curve.history].epochs;
        let end = curve.curve.points.last().map(|point| point[0]);
        let left: Vec<&f64> = (epochs.iter())
            .filter(|epoch| end.is_none_or(|end| **epoch > end))
            .collect();
        let found = curve.curve.points.len();
        let is_bare = || {
            let mut same = drawn.iter().filter(|d| d.quantity == curve.quantity);
            same.all(|d| d.curve.points.is_empty())
        };
        let is_lost = match found {
            0 => is_bare(),
            _ => left.len() >= epochs.len().div_ceil(found),
        };
        if !is_lost {
            continue;
        }
        let words = format!("{} from epoch {}", curve.quantity, left[0]);
        if !lost.contains(&words) {
            lost.push(words);
        }
    }
    (!lost.is_empty()).then(|| format!("no finite values: {}", lost.join(", ")))
}

fn panel(quantity: &str, drawn: &[Drawn], epochs: &[f64]) -> Panel {
    let curves: Vec<Curve> = (drawn.iter())
        .filter(|drawn| drawn.quantity == quantity)
        .map(|drawn| drawn.curve.clone())
        .collect();
    let values = || {
        curves
            .iter()
            .flat_map(|curve| &curve.points)
            .map(|point| point[1])
    };
    let (least, most) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(0.0, f64::max),
    );
    let title = match quantity {
        "loss" => "Loss",
        "dice" => "Dice",
        "bce" => "Binary cross-entropy",
        "smoothness" => "Smoothness term",
        "s" => "Smoothness weight s",
        "learning_rate" => "Learning rate",
        other => other,
    };
    Panel {
        across: "Epoch".to_owned(),
        up: title.to_owned(),
        log: least > 0.0 && most / least >= WIDE,
        include: if ["s", "learning_rate"].contains(&quantity) {
            // A weight that is always 0 has no sign.
            vec![0.0, if most > 0.0 { 0.0 } else { 1.0 }]
        } else {
            Vec::new()
        },
        include_across: epochs.to_vec(),
        curves,
    }
}

fn entries(series: &[&str], drawn: &[Drawn], settings: &Settings, look: &Look) -> Vec<Entry> {
    // A series may have several words, such as unet s = 10; each may have a printed name.
    let printed = |word: &str| {
        settings
            .names
            .get(word)
            .map_or(word, String::as_str)
            .to_owned()
    };
    let name = |words: &&str| match settings.names.get(*words) {
        Some(name) => name.clone(),
        None => words.split(' ').map(printed).collect::<Vec<_>>().join(" "),
    };
    let entry = |(index, word): (usize, &&str)| Entry {
        words: name(word),
        sample: Sample::Line(look.stroke(index), Some(look.marker(index))),
    };
    let mut entries: Vec<Entry> = Vec::new();
    if series.len() > 1 || !series.iter().all(|word| word.is_empty()) {
        entries.extend(series.iter().enumerate().map(entry));
    }
    let part = |wanted: &str| drawn.iter().any(|drawn| drawn.part == wanted);
    if part("training") && part("validation") {
        for (weight, words) in [(0.6, "training (thin)"), (1.0, "validation")] {
            entries.push(Entry {
                words: words.to_owned(),
                sample: Sample::Line(Stroke::solid(GRAY, weight * look.line()), None),
            });
        }
    }
    entries
}

fn columns(histories: &[History], drawn: &[Drawn]) -> Vec<Column> {
    let rows: Vec<(&Drawn, &Point)> = drawn
        .iter()
        .flat_map(|d| d.curve.points.iter().map(move |p| (d, p)))
        .collect();
    let text = |name: &str, of: &dyn Fn(&Drawn) -> String| {
        Column::text(name, rows.iter().map(|(d, _)| Some(of(d))))
    };
    vec![
        text("training", &|d| histories[d.history].name.clone()),
        text("series", &|d| histories[d.history].series.clone()),
        text("quantity", &|d| d.quantity.clone()),
        text("part", &|d| d.part.to_owned()),
        Column::number("epoch", rows.iter().map(|(_, point)| Some(point[0]))),
        Column::number("value", rows.iter().map(|(_, point)| Some(point[1]))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_seeds_are_one_series() {
        let found = ["unet_s10_fold0", "unet_seed12_s0", "unet_folded", "fold3"].map(without_folds);
        assert_eq!(found, ["unet_s10", "unet_s0", "unet_folded", ""]);
    }
}

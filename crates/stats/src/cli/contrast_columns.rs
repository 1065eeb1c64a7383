//! The first columns of tables with one row per contrast: the quantity, the groups and the levels.

use rsom_formats::table::Column;
use rsom_measures::column;
use serde_json::{Value, json};

use super::measurements::SelectedMeasurements;
use crate::{Contrast, Level, Quantity};

/// The columns of the quantity, the groups, the factor and both levels.
pub(super) fn contrast_columns(
    contrasts: &[&Contrast],
    selected: &SelectedMeasurements,
    factor: &str,
    group_by: &[String],
) -> Vec<Column> {
    let quantities: Vec<&Quantity> = contrasts.iter().map(|c| &c.quantity).collect();
    let groups: Vec<&[Level]> = contrasts.iter().map(|c| c.group.as_slice()).collect();
    let mut columns = quantity_columns(&quantities, selected);
    columns.extend(group_columns(&groups, group_by));
    let side = |of: fn(&Contrast) -> &Level| -> Vec<Option<Level>> {
        contrasts.iter().map(|c| Some(of(c).clone())).collect()
    };
    let (level, baseline) = (side(|c| &c.level), side(|c| &c.baseline));
    // Level and baseline have the same type.
    let both = level.iter().chain(&baseline).flatten();
    let texts = both.into_iter().any(|l| matches!(l, Level::Text(_)));
    columns.push(Column::repeated("factor", factor, contrasts.len()));
    columns.push(level_column("level", &level, texts));
    columns.push(level_column("baseline", &baseline, texts));
    columns
}

/// The columns metric, unit, label and surface.
pub(super) fn quantity_columns(
    quantities: &[&Quantity],
    selected: &SelectedMeasurements,
) -> Vec<Column> {
    let unit = |q: &&Quantity| selected.traits.get(q)?.unit.clone();
    let labels: Vec<Option<Level>> = quantities.iter().map(|q| q.label.clone()).collect();
    vec![
        Column::text(
            column::METRIC,
            quantities.iter().map(|q| Some(q.metric.as_str())),
        ),
        Column::text(column::UNIT, quantities.iter().map(unit)),
        level_column(column::LABEL, &labels, false),
        Column::text(
            column::SURFACE,
            quantities.iter().map(|q| q.surface.clone()),
        ),
    ]
}

/// One column for each grouping factor.
pub(super) fn group_columns(groups: &[&[Level]], group_by: &[String]) -> Vec<Column> {
    let of_place = |(place, name): (usize, &String)| {
        let levels: Vec<Option<Level>> = groups.iter().map(|g| g.get(place).cloned()).collect();
        level_column(name, &levels, false)
    };
    group_by.iter().enumerate().map(of_place).collect()
}

/// A column of numbers when all levels are numbers and `as_text` is false, else of texts.
pub(super) fn level_column(name: &str, levels: &[Option<Level>], as_text: bool) -> Column {
    let numbers: Option<Vec<Option<f64>>> = levels
        .iter()
        .map(|level| match level {
            Some(Level::Number(number)) => Some(Some(*number)),
            Some(Level::Text(_)) => None,
            None => Some(None),
        })
        .collect();
    match numbers {
        Some(numbers) if !as_text && numbers.iter().any(Option::is_some) => {
            Column::number(name, numbers)
        }
        _ => Column::text(
            name,
            levels.iter().map(|l| l.as_ref().map(ToString::to_string)),
        ),
    }
}

/// A level as a JSON number or text.
pub(super) fn level_value(level: &Level) -> Value {
    match level {
        Level::Number(number) => json!(number),
        Level::Text(text) => json!(text),
    }
}

/// The entries of a JSON object that name a contrast.
pub(super) fn contrast_json(
    contrast: &Contrast,
    group_by: &[String],
) -> serde_json::Map<String, Value> {
    let mut entries = quantity_json(&contrast.quantity);
    entries.insert("group".to_owned(), group_json(&contrast.group, group_by));
    entries.insert("level".to_owned(), level_value(&contrast.level));
    entries.insert("baseline".to_owned(), level_value(&contrast.baseline));
    entries
}

/// The entries of a JSON object that name a quantity.
pub(super) fn quantity_json(quantity: &Quantity) -> serde_json::Map<String, Value> {
    let entries = [
        ("metric", json!(quantity.metric)),
        ("label", json!(quantity.label.as_ref().map(level_value))),
        ("surface", json!(quantity.surface)),
    ];
    entries
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// The levels of the grouping factors as a JSON object.
pub(super) fn group_json(group: &[Level], group_by: &[String]) -> Value {
    let levels = group_by.iter().zip(group);
    Value::Object(
        levels
            .map(|(name, level)| (name.clone(), level_value(level)))
            .collect(),
    )
}

/// `net unet, ` for each group.
pub(super) fn group_text(group: &[Level], group_by: &[String]) -> String {
    let levels = group_by.iter().zip(group);
    levels
        .map(|(name, level)| format!("{name} {level}, "))
        .collect()
}

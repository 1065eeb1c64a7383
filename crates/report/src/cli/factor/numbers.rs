//! The numbers of a factor figure as columns.

use rsom_formats::table::Column;

use crate::factor::{Datum, Figure, data};

/// The columns, one row for each summary, unit, reference and test.
pub fn columns(figure: &Figure) -> Vec<Column> {
    let all = data(figure);
    let text =
        |name: &str, of: &dyn Fn(&Datum) -> Option<String>| Column::text(name, all.iter().map(of));
    let number =
        |name: &str, of: &dyn Fn(&Datum) -> Option<f64>| Column::number(name, all.iter().map(of));
    let count = |name: &str, place: usize| {
        let of = |d: &Datum| d.counts.map(|counts| counts[place] as i64);
        Column::integer(name, all.iter().map(of))
    };
    let printed = |word: &Option<String>| word.as_deref().map(|word| figure.name(word));
    vec![
        text("metric", &|d| Some(d.metric.clone())),
        text("kind", &|d| Some(d.kind.to_owned())),
        text("group", &|d| printed(&d.cell[0])),
        text("level", &|d| printed(&d.cell[1])),
        text("other_group", &|d| printed(&d.other[0])),
        text("other_level", &|d| printed(&d.other[1])),
        text("name", &|d| d.name.clone()),
        number("value", &|d| d.value),
        number("low", &|d| d.ends.map(|e| e[0])),
        number("high", &|d| d.ends.map(|e| e[1])),
        number("whisker_low", &|d| d.whiskers.map(|w| w[0])),
        number("whisker_high", &|d| d.whiskers.map(|w| w[1])),
        count("n_valid", 0),
        count("n", 1),
    ]
}

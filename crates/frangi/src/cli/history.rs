//! The history of a search, as a table.

use rsom_formats::table::{Column, Table, TableError};

use rsom_parameters::Choice as _;

use crate::{Choice, Scales, Search, Settings};

/// One row per pair of thresholds: the settings (c is null for half of the largest norm), the thresholds, mean Dice
/// over the training scans, mean Dice over the validation scans (for the best row only), and whether the row is the
/// best.
pub(super) fn table(
    search: &Search,
    candidates: &[Settings],
    validation_dice: Option<f64>,
) -> Result<Table, TableError> {
    let rows = &search.tried;
    let is_best = |choice: &Choice| *choice == search.best;
    let of = |choice: &Choice| &candidates[choice.candidate];
    let number = |name: &str, value: &dyn Fn(&Choice) -> f64| {
        Column::number(name, rows.iter().map(|row| Some(value(row))))
    };
    let polarity = |choice: &Choice| of(choice).polarity.as_str();
    Table::new(vec![
        Column::text("sigma", rows.iter().map(|row| Some(shown(&of(row).scales)))),
        number("beta", &|row| of(row).beta),
        Column::number("c", rows.iter().map(|row| of(row).c)),
        Column::text("polarity", rows.iter().map(|row| Some(polarity(row)))),
        number("low", &|row| f64::from(row.thresholds.low)),
        number("high", &|row| f64::from(row.thresholds.high)),
        number("train_dice", &|row| row.dice),
        Column::number(
            "validation_dice",
            rows.iter()
                .map(|row| validation_dice.filter(|_| is_best(row))),
        ),
        Column::boolean("best", rows.iter().map(|row| Some(is_best(row)))),
    ])
}

/// Scales in the notation of `train`, with their unit.
pub(super) fn shown(scales: &Scales) -> String {
    let (sigmas, unit) = match scales {
        Scales::Um(sigmas) => (sigmas, "µm"),
        Scales::Vox(sigmas) => (sigmas, "voxels"),
    };
    let sigmas: Vec<String> = sigmas.iter().map(f64::to_string).collect();
    format!("{} {unit}", sigmas.join("+"))
}

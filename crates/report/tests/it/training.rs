//! The command `training`.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Folder, Program};

use crate::svg::{elements, paths, text};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));

/// Histories of two folds of one training and of another one, of three epochs.
pub fn folder() -> Folder {
    let folder = Folder::new();
    for (name, factor) in [
        ("unet_s0_fold0", 1.0),
        ("unet_s0_fold1", 2.0),
        ("unet_s10_fold0", 3.0),
    ] {
        let table = Table::new(vec![
            Column::integer("epoch", [Some(1), Some(2), Some(3)]),
            Column::number("learning_rate", [Some(0.003); 3]),
            Column::number("train_loss", [900.0, 90.0, 9.0].map(|v| Some(v * factor))),
            Column::number("validation_loss", [Some(800.0), None, Some(8.0)]),
            Column::number("validation_dice", [0.1, 0.8, 0.9].map(Some)),
            Column::boolean("best", [Some(false), Some(false), Some(true)]),
        ]);
        let path = folder.join(format!("{name}.parquet"));
        parquet::write(&path, &table.unwrap(), &BTreeMap::new()).unwrap();
    }
    folder
}

#[test]
fn each_training_has_its_curves_and_folds_share_a_color() {
    let folder = folder();
    let line = "training --input unet_s0_fold0.parquet unet_s0_fold1.parquet unet_s10_fold0.parquet --output t.svg";
    REPORT.done(&folder, format!("{line} --data t.csv"));
    let figure = elements(&folder.text("t.svg"));
    let count = |class: &str| paths(&figure, "class", class).len();
    // Training and validation loss, Dice and learning rate of three trainings; two quantities have a best epoch.
    assert_eq!(
        (count("faint"), count("curve"), count("mark"), count("axes")),
        (3, 9, 6, 3)
    );
    for words in [
        "s = 0",
        "s = 10",
        "validation",
        "Loss",
        "Learning rate",
        "1000",
    ] {
        text(&figure, words);
    }
    let curves = paths(&figure, "class", "curve");
    assert_eq!(
        curves[0].attributes["stroke"],
        curves[1].attributes["stroke"]
    );
    assert_ne!(
        curves[0].attributes["stroke"],
        curves[2].attributes["stroke"]
    );
    assert!(
        folder
            .text("t.csv")
            .contains("unet_s0_fold1,s = 0,loss,training,2.0,180.0")
    );
    // A missing value is left out.
    assert_eq!(
        folder
            .text("t.csv")
            .matches("unet_s0_fold0,s = 0,loss,validation")
            .count(),
        2
    );
}

#[test]
fn what_is_no_history_is_said() {
    let folder = folder();
    let line = "training --input unet_s0_fold0.parquet --output t.svg";
    REPORT.refused(
        &folder,
        format!("{line} --quantity iou"),
        2,
        "they have learning_rate, loss, dice",
    );
    let table = Table::new(vec![Column::integer("scan", [Some(1)])]).unwrap();
    parquet::write(&folder.join("other.parquet"), &table, &BTreeMap::new()).unwrap();
    let line = "training --input other.parquet --output t.svg";
    REPORT.refused(&folder, line, 3, "no history of a training");
}

#[test]
fn a_training_that_diverged_keeps_its_epochs_and_one_epoch_is_a_point() {
    let folder = Folder::new();
    let write = |name: &str, epochs: usize, finite: usize| {
        let losses = (0..epochs).map(|i| Some(if i < finite { 9.0 - i as f64 } else { f64::NAN }));
        let table = Table::new(vec![
            Column::integer("epoch", (1..=epochs as i64).map(Some)),
            Column::number("learning_rate", vec![Some(0.003); epochs]),
            Column::number("train_loss", losses),
        ]);
        parquet::write(&folder.join(name), &table.unwrap(), &BTreeMap::new()).unwrap();
    };
    write("lost.parquet", 10, 5);
    REPORT.done(&folder, "training --input lost.parquet --output t.svg");
    let svg = folder.text("t.svg");
    assert!(
        svg.contains("no finite values: loss from epoch 6."),
        "{svg}"
    );
    let figure = elements(&svg);
    let tens = figure.iter().filter(|e| e.text == "10").count();
    assert_eq!(tens, 2, "both axes of epochs end at 10");
    write("one.parquet", 1, 1);
    REPORT.done(&folder, "training --input one.parquet --output t.svg");
    let figure = elements(&folder.text("t.svg"));
    assert_eq!(paths(&figure, "class", "only").len(), 2);
}

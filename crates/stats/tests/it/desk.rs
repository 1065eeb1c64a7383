//! A folder with a table of measures, and the commands of the stage in it.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Finished, Folder, Program};

const STATS: Program = Program::new(env!("CARGO_BIN_EXE_rsom-stats"));

/// How the column `s` is written.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Integer,
    Number,
    Text,
}

/// Eight subjects with two scans each, U-Net at s = 0, 10, 1000: Dice is unchanged, Ra falls, at 1000 nothing is predicted.
pub fn study(kind: Kind) -> Table {
    let mut metric = Vec::new();
    let (mut subject, mut scan, mut surface, mut value, mut status, mut s) =
        (vec![], vec![], vec![], vec![], vec![], vec![]);
    for strength in [0i64, 10, 1000] {
        for eye in 0..8 {
            for visit in 0..2 {
                let place = eye as f64 * 0.01 + f64::from(visit) * 0.002;
                let wobble = if eye % 2 == 0 { 0.001 } else { -0.001 };
                let dead = strength == 1000;
                let dice = if dead {
                    0.0
                } else {
                    0.8 + place + wobble * strength as f64 / 10.0
                };
                let ra = (!dead).then(|| 0.12 + place - 0.005 * (strength as f64).sqrt());
                for (name, on, v) in [("dice", None, Some(dice)), ("ra_vox", Some("both"), ra)] {
                    metric.push(Some(name));
                    subject.push(Some(format!("eye{eye}")));
                    scan.push(Some(format!("eye{eye}-{visit}")));
                    surface.push(on);
                    value.push(v);
                    status.push(Some(if dead { "empty_prediction" } else { "ok" }));
                    s.push(Some(strength));
                }
            }
        }
    }
    let rows = value.len();
    let factor = match kind {
        Kind::Integer => Column::integer("s", s),
        Kind::Number => Column::number("s", s.into_iter().map(|v| v.map(|v| v as f64))),
        Kind::Text => Column::text("s", s.into_iter().map(|v| v.map(|v| v.to_string()))),
    };
    Table::new(vec![
        Column::text("subject", subject),
        Column::text("scan", scan),
        Column::integer("slice", vec![None; rows]),
        Column::text("surface", surface),
        Column::text("metric", metric),
        Column::number("value", value),
        Column::repeated("unit", "1", rows),
        Column::text("status", status),
        Column::repeated("net", "unet", rows),
        factor,
    ])
    .unwrap()
}

pub struct Desk {
    pub folder: Folder,
}

impl Desk {
    pub fn with(table: &Table) -> Self {
        let desk = Self {
            folder: Folder::new(),
        };
        parquet::write(&desk.at("m.parquet"), table, &BTreeMap::new()).unwrap();
        desk
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn run(&self, line: &str) -> Finished {
        STATS.run(&self.folder, line)
    }

    pub fn compare(&self, more: &str) -> Finished {
        self.run(&format!(
            "compare --input m.parquet --factor s --baseline 0 --output t.parquet {more}"
        ))
    }

    pub fn fails(&self, line: &str, code: i32, message: &str) {
        STATS.refused(&self.folder, line, code, message);
        assert!(!self.at("t.parquet").exists());
    }
}

pub fn outcomes(path: &Path) -> Table {
    parquet::read(path).unwrap()
}

pub fn number(table: &Table, name: &str, row: usize) -> f64 {
    table.numbers(name).unwrap()[row].unwrap()
}

/// Eight subjects at three arms, in a unit.
pub fn three_arms(unit: &str, subjects: usize, arms: &[&str]) -> Table {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut rows = Vec::new();
    for (place, arm) in arms.iter().enumerate() {
        for (i, subject) in names.iter().take(subjects).enumerate() {
            let value = 0.5 + 0.01 * (i + 1) as f64 * (place + 1) as f64;
            rows.push((*subject, 1, None, *arm, value));
        }
    }
    let mut table = dice(&rows);
    table
        .push(Column::repeated("unit", unit, rows.len()))
        .unwrap();
    table
}

/// A table of Dice with the columns subject, scan, slice, arm.
pub fn dice(rows: &[(&str, i64, Option<i64>, &str, f64)]) -> Table {
    Table::new(vec![
        Column::text("subject", rows.iter().map(|r| Some(r.0))),
        Column::integer("scan", rows.iter().map(|r| Some(r.1))),
        Column::integer("slice", rows.iter().map(|r| r.2)),
        Column::text("arm", rows.iter().map(|r| Some(r.3))),
        Column::repeated("metric", "dice", rows.len()),
        Column::number("value", rows.iter().map(|r| Some(r.4))),
    ])
    .unwrap()
}

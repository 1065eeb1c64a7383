//! Parquet tables, and texts with the depths of boundaries.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_formats::table::{Column, Table, csv, parquet, wide};
use rsom_io::bscans::parse_boundary_table;
use rsom_io::inspect::inspect;
use rsom_io::surface_tables::{Boundaries, LayerSurfaces};

use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{require, told};

fn table(rows: usize) -> Vec<u8> {
    let some = |i: usize| (!i.is_multiple_of(3)).then_some(i);
    let numbers = 0..rows;
    let text = |i: usize| some(i).map(|i| format!("s{}", i % 4));
    let columns = vec![
        Column::text("subject", numbers.clone().map(text)),
        Column::text("metric", numbers.clone().map(|_| Some("dice"))),
        Column::number(
            "value",
            numbers.clone().map(|i| some(i).map(|i| i as f64 / 7.0)),
        ),
        Column::integer("slice", numbers.clone().map(|i| some(i).map(|i| i as i64))),
        Column::boolean("higher_is_better", numbers.map(|i| some(i).map(|i| i > 4))),
    ];
    let metadata = BTreeMap::from([("rsom".to_owned(), r#"{"tool": "rsom"}"#.to_owned())]);
    let table = Table::new(columns).expect("a table");
    parquet::to_bytes(&table, &metadata).expect("a Parquet file")
}

fn check(path: &Path) -> Result<bool, String> {
    told(parquet::metadata(path))?;
    let table = told(parquet::read(path))?;
    if let Some(table) = &table {
        for column in table.columns() {
            let fits = column.values.len() == table.rows();
            require(fits, || format!("column {:?}", column.name))?;
        }
        told(csv::to_bytes(table))?;
        told(wide(table, &["subject".into()], &["dice".into()]))?;
        if let Some(bytes) = told(parquet::to_bytes(table, &BTreeMap::new()))? {
            let copy = path.with_file_name("copy.parquet");
            std::fs::write(&copy, bytes).map_err(|e| e.to_string())?;
            let again = parquet::read(&copy).map_err(|e| format!("its copy: {e}"))?;
            require(again == *table, || "its copy differs".into())?;
        }
    }
    told(inspect(path))?;
    Ok(table.is_some())
}

fn check_depths(path: &Path) -> Result<bool, String> {
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    let depths = told(parse_boundary_table(&String::from_utf8_lossy(&bytes)))?;
    if let Some(depths) = &depths {
        require(!depths.is_empty(), || "no depths".into())?;
    }
    told(inspect(path))?;
    Ok(depths.is_some())
}

/// The surfaces of a layer in a scan of 3 × 2 columns, or the two boundaries around it.
fn surfaces(boundaries: bool) -> Vec<u8> {
    let rows = 0..if boundaries { 12 } else { 6 };
    let integers = |name: &str, of: fn(i64) -> i64| {
        Column::integer(name, rows.clone().map(|row| Some(of(row))))
    };
    let depths = |name: &str, first: f64| {
        let depth = |row: i64| (row != 4).then_some(first + row as f64 / 8.0);
        Column::number(name, rows.clone().map(depth))
    };
    let mut columns = vec![
        integers("x", |row| row % 3),
        integers("y", |row| row / 3 % 2),
    ];
    if boundaries {
        columns.extend([
            integers("boundary", |row| 1 + row / 6),
            depths("depth_vox", 3.0),
        ]);
    } else {
        columns.extend([depths("upper_vox", 3.5), depths("lower_vox", 9.0)]);
    }
    let table = Table::new(columns).expect("a table");
    parquet::to_bytes(&table, &BTreeMap::new()).expect("a Parquet file")
}

fn check_surfaces(path: &Path) -> Result<bool, String> {
    let layer = told(LayerSurfaces::load(path, [3, 2]))?;
    if let Some(layer) = &layer {
        let mut pairs = layer.upper_vox.iter().zip(&layer.lower_vox);
        let crossed = pairs.any(|(upper, lower)| upper > lower);
        require(!crossed, || {
            "an upper surface is below the lower one".into()
        })?;
    }
    let boundaries = told(Boundaries::load(path, [3, 2]))?;
    Ok(layer.is_some() || boundaries.is_some())
}

#[test]
fn tables_surfaces() {
    let target = Target {
        name: "surfaces",
        seeds: vec![
            Seed::new("surfaces.parquet", surfaces(false)),
            Seed::new("boundaries.parquet", surfaces(true)),
        ],
        text: false,
        check: check_surfaces,
    };
    target.run();
}

#[test]
fn tables_parquet() {
    let target = Target {
        name: "parquet",
        seeds: vec![
            Seed::new("small.parquet", table(3)),
            Seed::new("table.parquet", table(40)),
            Seed::new("empty.parquet", table(0)),
        ],
        text: false,
        check,
    };
    target.run();
}

#[test]
fn tables_depths() {
    let target = Target {
        name: "depths",
        seeds: vec![
            Seed::new("depths.txt", "1.5 2\n3 nan\n4 5e1\n"),
            Seed::new("depths.csv", "1.5,2\n3,\n4,5\n"),
        ],
        text: true,
        check: check_depths,
    };
    target.run();
}

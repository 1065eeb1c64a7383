//! Parquet tables, and texts with the depths of boundaries.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_formats::table::{Column, Table, csv, parquet, wide};
use rsom_io::bscans::parse_boundary_table;
use rsom_io::inspect::inspect;

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

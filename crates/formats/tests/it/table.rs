//! Tables: invariants, gathering, and what Parquet and CSV files give back.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use rsom_formats::table::{Cell, Column, Table, TableError, Values, csv, parquet};
use rsom_testing::Folder;

fn sample() -> Table {
    Table::new(vec![
        Column::text("subject", [Some("a"), None, Some("ü,\"x\"")]),
        Column::number("value", [Some(0.1), Some(-3.0), None]),
        Column::integer("slice", [Some(1), None, Some(i64::MIN)]),
        Column::boolean("higher_is_better", [Some(true), Some(false), None]),
    ])
    .unwrap()
}

#[test]
fn columns_of_different_length_and_equal_names_are_refused() {
    let mut table = sample();
    let error = table.push(Column::integer("fold", [Some(1)])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column 'fold' has 1 rows, but 3 are expected"
    );
    let twice = Column::number("value", [None, None, None]);
    assert_eq!(
        table.push(twice),
        Err(TableError::DuplicateColumn("value".into()))
    );
}

#[test]
fn an_absent_column_is_named_with_those_there_are() {
    let error = sample().numbers("valeu").unwrap_err().to_string();
    assert_eq!(
        error,
        "the table has no column 'valeu'; it has subject, value, slice, higher_is_better"
    );
}

#[test]
fn integers_read_as_numbers_and_whole_numbers_as_integers() {
    let table = Table::new(vec![
        Column::integer("i", [Some(2), None]),
        Column::number("whole", [Some(4.0), None]),
        Column::number("half", [Some(0.5), None]),
        Column::text("nothing", [None::<&str>, None]),
    ])
    .unwrap();
    assert_eq!(table.numbers("i").unwrap(), [Some(2.0), None]);
    assert_eq!(table.integers("whole").unwrap(), [Some(4), None]);
    assert!(table.integers("half").is_err());
    assert_eq!(table.numbers("nothing").unwrap(), [None, None]);
    assert!(sample().numbers("subject").is_err());
}

#[test]
fn a_table_never_holds_nan() {
    let table = Table::new(vec![Column::number("x", [Some(f64::NAN), Some(1.0)])]).unwrap();
    assert_eq!(table.numbers("x").unwrap(), [None, Some(1.0)]);
}

#[test]
fn rows_of_different_tables_gather_with_nulls_and_one_type_a_column() {
    let left = Table::new(vec![
        Column::text("scan", [Some("a")]),
        Column::integer("s", [Some(0)]),
        Column::integer("value", [Some(1)]),
    ]);
    let right = Table::new(vec![
        Column::number("value", [Some(0.5), None]),
        Column::text("s", [Some("none"), None]),
        Column::boolean("late", [Some(true), None]),
    ]);
    let all = Table::concatenated(&[left.unwrap(), right.unwrap()]).unwrap();
    assert_eq!(
        all.names().collect::<Vec<_>>(),
        ["scan", "s", "value", "late"]
    );
    assert_eq!(all.texts("scan").unwrap(), [Some("a".into()), None, None]);
    assert_eq!(
        all.texts("s").unwrap(),
        [Some("0".into()), Some("none".into()), None]
    );
    assert_eq!(all.numbers("value").unwrap(), [Some(1.0), Some(0.5), None]);
    assert_eq!(all.booleans("late").unwrap(), [None, Some(true), None]);
}

#[test]
fn a_column_without_values_takes_the_type_of_the_others() {
    let empty = Table::new(vec![Column::text("x", [None::<&str>])]).unwrap();
    let full = Table::new(vec![Column::integer("x", [Some(3)])]).unwrap();
    let all = Table::concatenated(&[empty, full]).unwrap();
    assert_eq!(
        all.values("x").unwrap(),
        &Values::Integer(vec![None, Some(3)])
    );
}

#[test]
fn sorting_is_stable_and_puts_nulls_first() {
    let table = Table::new(vec![
        Column::text("k", [Some("b"), None, Some("a"), Some("b")]),
        Column::integer("row", [Some(0), Some(1), Some(2), Some(3)]),
    ])
    .unwrap();
    let sorted = table.sorted_by(&["k"]).unwrap();
    assert_eq!(
        sorted.integers("row").unwrap(),
        [Some(1), Some(2), Some(0), Some(3)]
    );
    assert!(table.sorted_by(&["absent"]).is_err());
    assert!(table.take(&[4]).is_err());
}

#[test]
fn parquet_gives_back_the_table_and_its_metadata() {
    let folder = Folder::new();
    let path = folder.join("t.parquet");
    let metadata = BTreeMap::from([("rsom".to_owned(), "{\"tool\":\"x\"}".to_owned())]);
    parquet::write(&path, &sample(), &metadata).unwrap();
    assert_eq!(parquet::read(&path).unwrap(), sample());
    assert_eq!(parquet::metadata(&path).unwrap(), metadata);
    assert_eq!(
        parquet::to_bytes(&sample(), &metadata).unwrap(),
        parquet::to_bytes(&sample(), &metadata).unwrap()
    );
}

#[test]
fn csv_quotes_what_needs_it_and_leaves_nulls_empty() {
    let bytes = csv::to_bytes(&sample()).unwrap();
    let expected = "subject,value,slice,higher_is_better\na,0.1,1,true\n,-3.0,,false\n\"ü,\"\"x\"\"\",,-9223372036854775808,\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn files_that_are_no_parquet_get_one_clear_line() {
    let folder = Folder::new();
    let path = folder.join("t.parquet");
    let good = parquet::to_bytes(&sample(), &BTreeMap::new()).unwrap();
    let mut long_footer = good.clone();
    let footer = long_footer.len() - 8;
    long_footer[footer..footer + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    for (bytes, fault) in [
        (&b"PAR1"[..], "too few"),
        (
            &b"subject,scan\n1,2\n"[..],
            "does not start with PAR1 but is a text, such as CSV; tables are read as Parquet",
        ),
        (&b"PK\x03\x04 and more bytes"[..], "a spreadsheet (.xlsx)"),
        (&good[..good.len() - 3], "truncated"),
        (&long_footer, "a footer of 4294967295 bytes does not fit"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = parquet::read(&path).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
    assert!(parquet::read(Path::new("/absent.parquet")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_table_survives_parquet(
        rows in prop::collection::vec(
            (any::<Option<i64>>(), any::<Option<f64>>(), any::<Option<bool>>(), any::<Option<String>>()),
            0..20,
        )
    ) {
        let table = Table::new(vec![
            Column::integer("i", rows.iter().map(|r| r.0)),
            Column::number("n", rows.iter().map(|r| r.1)),
            Column::boolean("b", rows.iter().map(|r| r.2)),
            Column::text("t", rows.iter().map(|r| r.3.clone())),
        ]).unwrap();
        let folder = Folder::new();
        let path = folder.join("t.parquet");
        parquet::write(&path, &table, &BTreeMap::new()).unwrap();
        prop_assert_eq!(parquet::read(&path).unwrap(), table);
    }

    #[test]
    fn a_damaged_parquet_gives_a_table_or_an_error(at in 0.0..1.0_f64, byte: u8, cut: bool) {
        let mut bytes = parquet::to_bytes(&sample(), &BTreeMap::new()).unwrap();
        let at = (at * bytes.len() as f64) as usize;
        if cut { bytes.remove(at); } else { bytes[at] ^= byte; }
        let folder = Folder::new();
        let path = folder.join("t.parquet");
        std::fs::write(&path, bytes).unwrap();
        // Either is right; what must not happen is a panic or an endless loop.
        if let Ok(table) = parquet::read(&path) {
            prop_assert!(table.columns().iter().all(|c| c.values.len() == table.rows()));
        }
    }

    #[test]
    fn a_number_prints_as_text_that_reads_back(value: f64) {
        prop_assume!(!value.is_nan());
        prop_assert_eq!(Cell::Number(value).to_string().parse::<f64>().unwrap(), value);
    }
}

/// Three rows that pyarrow 25 wrote without compression: `scan`, `value`, and one column of each type that tables do or
/// do not hold.
pub fn foreign() -> Folder {
    let packed = include_bytes!("parquet/foreign.parquet.gz");
    let mut bytes = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(&packed[..]);
    std::io::Read::read_to_end(&mut decoder, &mut bytes).unwrap();
    let folder = Folder::new();
    std::fs::write(folder.join("t.parquet"), bytes).unwrap();
    folder
}

#[test]
fn columns_of_other_types_are_kept_aside_and_refused_by_name_where_they_are_needed() {
    let table = parquet::read(&foreign().join("t.parquet")).unwrap();
    assert_eq!(
        table.numbers("value").unwrap(),
        [Some(1.0), Some(2.0), Some(3.0)]
    );
    assert_eq!(table.texts("dict").unwrap()[2].as_deref(), Some("a"));
    for (column, kind) in [
        ("date", "dates"),
        ("datedict", "dates"),
        ("time", "times"),
        ("tz", "times"),
        ("tod", "times of day"),
        ("list", "lists"),
        ("lists", "lists"),
        ("map", "lists"),
        ("struct", "nested records"),
        ("dec", "decimals"),
        ("bytes", "bytes"),
        ("fixed", "bytes"),
        ("f16", "numbers of 16 bits"),
        ("u64", "integers beyond 9223372036854775807"),
    ] {
        let error = table.values(column).unwrap_err().to_string();
        assert!(
            error.contains(&format!("column '{column}' holds {kind},")),
            "{error}"
        );
    }
    assert_eq!(table.integers("u64s").unwrap(), [Some(5); 3]);
    assert!(
        table
            .values("gone")
            .unwrap_err()
            .to_string()
            .contains("no column 'gone'")
    );
}

#[test]
fn a_table_with_columns_aside_is_not_written_without_them() {
    let table = parquet::read(&foreign().join("t.parquet")).unwrap();
    let copies = [
        table.take(&[0]).unwrap(),
        Table::concatenated(&[sample(), table]).unwrap(),
    ];
    for copy in copies {
        for error in [
            csv::to_bytes(&copy).unwrap_err(),
            parquet::to_bytes(&copy, &BTreeMap::new()).unwrap_err(),
        ] {
            assert!(
                error
                    .to_string()
                    .contains("column 'u64' holds integers beyond"),
                "{error}"
            );
        }
    }
}

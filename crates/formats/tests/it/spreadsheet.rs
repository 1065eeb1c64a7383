//! Spreadsheets as their programs write them, and those that cannot be read without a guess.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use proptest::prelude::*;
use rsom_formats::spreadsheet::{Spreadsheet, parse, read, read_with_words};
use rsom_formats::table::{Column, Values, csv, parquet};

fn parsed(text: &str) -> Spreadsheet {
    parse(text.as_bytes()).unwrap()
}

fn fault(text: &str) -> String {
    parse(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn programs_and_countries_give_the_same_table() {
    let expected = parsed(
        "subject,group,age,height,note\nS01,control,34,1.5,\"a, b\"\nS02,patient,NA,1.75,\n",
    );
    let table = &expected.table;
    assert_eq!(table.texts("note").unwrap(), [Some("a, b".into()), None]);
    assert_eq!(
        table.values("age").unwrap(),
        &Values::Integer(vec![Some(34), None])
    );
    assert_eq!(table.numbers("height").unwrap(), [Some(1.5), Some(1.75)]);
    assert_eq!(expected.lines, [2, 3]);
    for text in [
        // German spreadsheet.
        "subject;group;age;height;note\r\nS01;control;34;1,5;a, b\r\nS02;patient;NA;1,75;\r\n",
        // Tabs, spaces around cells, no-break spaces, a column and a cell too many.
        "subject\tgroup\tage\theight\tnote\t\nS01\t control\u{a0}\t34\t1.5\ta, b\nS02\tpatient\tNA\t1.75\t\t\t\n",
        // Quoted.
        "\"subject\",\"group\",\"age\",\"height\",\"note\"\n\"S01\",\"control\",34,\"1.5\",\"a, b\"\n\"S02\",\"patient\",NA,\"1.75\",\"\"\n",
    ] {
        assert_eq!(parsed(text), expected, "{text}");
    }
    // A first line for Excel, and empty lines: the lines of the file are counted.
    let stated = parsed("sep=;\nsubject;x\n\n;\nS01;1,5\n");
    assert_eq!(stated.lines, [5]);
    assert_eq!(stated.table.numbers("x").unwrap(), [Some(1.5)]);
}

#[test]
fn types_go_by_all_cells_of_a_column() {
    let sheet = parsed(
        "id,n,x,smoker,date,empty,age\n007,1,1,TRUE,2020-01-02,,34\n010,2,0.5,FALSE,2020-01-03,,35\n011,,2e3,,,,40y\n",
    );
    let values = |name: &str| sheet.table.values(name).unwrap().clone();
    let texts =
        |cells: [Option<&str>; 3]| Values::Text(cells.map(|c| c.map(str::to_owned)).to_vec());
    assert_eq!(values("id"), texts([Some("007"), Some("010"), Some("011")]));
    assert_eq!(values("n"), Values::Integer(vec![Some(1), Some(2), None]));
    assert_eq!(
        values("x"),
        Values::Number(vec![Some(1.0), Some(0.5), Some(2000.0)])
    );
    assert_eq!(
        values("smoker"),
        Values::Boolean(vec![Some(true), Some(false), None])
    );
    assert_eq!(
        values("date"),
        texts([Some("2020-01-02"), Some("2020-01-03"), None])
    );
    assert_eq!(values("empty"), texts([None; 3]));
    assert_eq!(values("age"), texts([Some("34"), Some("35"), Some("40y")]));
    let note = "line 4, column 'age': '40y' is no number, so the whole column is read as text; for numbers, write digits alone, and leave unknown values empty";
    assert_eq!(sheet.notes, [note]);
}

#[test]
fn what_needs_a_guess_is_refused_with_its_place() {
    for (text, said) in [
        ("", "it has no header"),
        ("\n\n", "it has no header"),
        (
            "a,b\n1,2\n3,4,5\n",
            "line 3 has 3 cells, but the header names 2 columns; put a text that contains a comma",
        ),
        ("a,,c\n1,2,3\n", "line 2: column 2 has values but no name"),
        ("a,b,a\n1,2,3\n", "columns 1 and 3 are both named 'a'"),
        (
            "a,b\n1,\"open\n2,3\n",
            "line 2: a quotation mark is not closed",
        ),
        (
            "a;b\n1;1,5\n2;1.5\n",
            "column 'b' has a decimal comma in line 2 and a decimal point in line 3",
        ),
        (
            "a\tb\n1\t1,234\n",
            "line 2, column 'b': '1,234' can be read in two ways",
        ),
        (
            "a,b\n1,\"1,234,567\"\n",
            "line 2, column 'b': '1,234,567' can be read in two ways",
        ),
        (
            "a;b;c\n1;0,5;1.234\n",
            "line 2, column 'c': '1.234' can be read in two ways",
        ),
        (
            "s,age\na,34\nb,2-May\n",
            "line 3, column 'age': '2-May' is a date, but the column holds numbers",
        ),
        (
            "s;x\na;0,5\nb;1. Mai\n",
            "line 3, column 'x': '1. Mai' is a date",
        ),
    ] {
        let message = fault(text);
        assert!(message.contains(said), "{text:?}: {message}");
        assert!(!message.contains('\n'));
    }
}

#[test]
fn words_of_a_person_stay_as_they_were_typed() {
    let folder = rsom_testing::Folder::new();
    folder.write(
        "m.csv",
        "scan,note,x\na,NA,NA\nb,\"1,5\",2\nc,,3\nd,2.5.2020,4\n",
    );
    let table = read_with_words(&folder.join("m.csv"), &["note"])
        .unwrap()
        .table;
    let words =
        ["NA", "1,5", "", "2.5.2020"].map(|word| (!word.is_empty()).then(|| word.to_owned()));
    assert_eq!(table.texts("note").unwrap(), words);
    let numbers = &Values::Integer(vec![None, Some(2), Some(3), Some(4)]);
    assert_eq!(table.values("x").unwrap(), numbers);
}

#[test]
fn a_clear_decimal_comma_decides_for_the_others() {
    let sheet = parsed("s;x;y\na;1,234;0,5\nb;2,5;0,125\n");
    assert_eq!(sheet.table.numbers("x").unwrap(), [Some(1.234), Some(2.5)]);
    let sheet = parsed("s;x;y\na;1,234;0,5\n");
    assert_eq!(sheet.table.numbers("x").unwrap(), [Some(1.234)]);
}

#[test]
fn signs_and_none_are_missing_among_numbers_and_values_among_texts() {
    let sheet = parsed(
        "s,x,mutation,drug,note\na,1,+,None,-\nb,-,-,aspirin,-\nc,?,+,None,\nd,.,-,aspirin,-\n",
    );
    let texts = |name: &str| sheet.table.texts(name).unwrap();
    assert_eq!(
        sheet.table.numbers("x").unwrap(),
        [Some(1.0), None, None, None]
    );
    assert_eq!(
        texts("mutation"),
        ["+", "-", "+", "-"].map(|t| Some(t.to_owned()))
    );
    assert_eq!(texts("drug")[0].as_deref(), Some("None"));
    assert_eq!(
        texts("note")[..3],
        [Some("-".into()), Some("-".into()), None]
    );
}

#[test]
fn a_point_between_semicolons_needs_a_clear_decimal_point() {
    let told = "line 2, column 'x': '1.234' can be read in two ways";
    assert!(fault("s;x\na;1.234\nb;2.345\n").contains(told));
    let sheet = parsed("s;x;y\na;1.234;0.5\nb;2.345;1\n");
    assert_eq!(
        sheet.table.numbers("x").unwrap(),
        [Some(1.234), Some(2.345)]
    );
    // Tabs do not say more: German programs write 1.200 for 1200.
    assert!(fault("s\tx\na\t1.234\n").contains(told));
    let sheet = parsed("s\tx\ty\na\t1.234\t0.5\n");
    assert_eq!(sheet.table.numbers("x").unwrap(), [Some(1.234)]);
}

#[test]
fn numbers_with_signs_and_words_for_unknown_are_named_or_missing() {
    let sheet = parsed("s;a;b;c;d\nx;45%;1 500;k.A.;P1\ny;50%;1 600;3;P2\nz;55%;900;unknown;P3\n");
    let notes: Vec<&str> = sheet
        .notes
        .iter()
        .map(|n| n.split(" is no").next().unwrap())
        .collect();
    assert_eq!(
        notes,
        ["line 2, column 'a': '45%'", "line 2, column 'b': '1 500'"]
    );
    assert_eq!(
        sheet.table.values("c").unwrap(),
        &Values::Integer(vec![None, Some(3), None])
    );
    let half = parsed("s,age\na,34\nb,later\nc,35\nd,later\n");
    assert!(
        half.notes[0].starts_with("line 3, column 'age': 'later'"),
        "{:?}",
        half.notes
    );
}

#[test]
fn a_parquet_table_is_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("participants.parquet");
    let table = parsed("s,x\na,1\nb,2\n").table;
    std::fs::write(
        &path,
        parquet::to_bytes(&table, &Default::default()).unwrap(),
    )
    .unwrap();
    let sheet = read(&path).unwrap();
    assert_eq!((sheet.table, sheet.lines), (table, vec![1, 2]));
    let foreign = read(&crate::table::foreign().join("t.parquet")).unwrap();
    let told = "column 'date' holds dates and is not read";
    assert!(
        foreign.notes.iter().any(|note| note == told),
        "{:?}",
        foreign.notes
    );
}

proptest! {
    #[test]
    fn a_table_of_ours_comes_back(
        names in proptest::collection::vec("[ -~äß]{0,8}", 1..6),
        numbers in proptest::collection::vec(proptest::option::of(-1e6_f64..1e6), 6),
    ) {
        let text = |name: &String| Some(format!("t {}", name.replace('"', "'").trim()).trim().to_owned());
        let rows = names.len();
        let columns = vec![
            Column::text("name", names.iter().map(text)),
            Column::number("x", numbers.into_iter().take(rows).chain(std::iter::repeat(Some(0.5))).take(rows)),
        ];
        let table = rsom_formats::table::Table::new(columns).unwrap();
        let again = parse(&csv::to_bytes(&table).unwrap()).unwrap().table;
        prop_assert_eq!(again.texts("name").unwrap(), table.texts("name").unwrap());
        prop_assert_eq!(again.numbers("x"), table.numbers("x"));
    }

    #[test]
    fn any_bytes_give_a_table_or_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(fault) = parse(&bytes) {
            prop_assert!(!fault.to_string().is_empty());
        }
    }
}

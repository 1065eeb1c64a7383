//! What a user should look at in a spreadsheet whose values could be read: empty cells, and dates that may not be what was typed.

use std::collections::BTreeSet;

use rsom_formats::spreadsheet::{Spreadsheet, is_date};
use rsom_formats::table::{Cell, Column};

/// Most cells that are named.
const NAMED: usize = 3;

/// One line for each thing to look at. `used` are the rows of scans.
pub(super) fn notes(sheet: &Spreadsheet, used: &BTreeSet<usize>) -> Vec<String> {
    let columns = sheet.table.columns();
    let dates = columns
        .iter()
        .filter_map(|column| dates(column, &sheet.lines));
    let serial = columns.iter().filter_map(serial_dates);
    let notes = empty(sheet, used).into_iter();
    notes.chain(dates).chain(serial).collect()
}

/// Words in the names of columns with dates.
const DATE_WORDS: [&str; 4] = ["date", "datum", "birth", "geburt"];
/// The days from 1982 to 2064, as spreadsheet programs count them.
const SERIAL_DAYS: std::ops::Range<i64> = 30_000..60_000;

/// Dates that a spreadsheet program wrote as numbers of days.
fn serial_dates(column: &Column) -> Option<String> {
    let name = column.name.to_lowercase();
    if !DATE_WORDS.iter().any(|word| name.contains(word)) {
        return None;
    }
    let mut first = None;
    for cell in column.values.cells() {
        match cell {
            Cell::Null => {}
            Cell::Integer(days) if SERIAL_DAYS.contains(&days) => first = first.or(Some(days)),
            _ => return None,
        }
    }
    let first = first?;
    Some(format!(
        "column '{}' of the table holds numbers such as {first}, which may be dates as a spreadsheet program counts days; format the column as dates such as 2024-02-01 and save it again",
        column.name
    ))
}

/// The empty cells of the rows of scans.
fn empty(sheet: &Spreadsheet, used: &BTreeSet<usize>) -> Option<String> {
    let cells: Vec<String> = (used.iter())
        .flat_map(|row| {
            let columns = sheet.table.columns().iter();
            let empty = columns.filter(|column| column.values.cell(*row) == Cell::Null);
            empty.map(|column| format!("'{}' in line {}", column.name, sheet.lines[*row]))
        })
        .collect();
    let more = match cells.len().checked_sub(NAMED) {
        None => return (!cells.is_empty()).then(|| said_of_empty(&cells, "")),
        Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
    };
    Some(said_of_empty(&cells[..NAMED], &more))
}

fn said_of_empty(cells: &[String], more: &str) -> String {
    format!(
        "the table has no value for {}{more}; fill in what is known",
        cells.join(", ")
    )
}

/// Dates of a column of texts that differ in their form, stand among other texts, or may have been a number.
fn dates(column: &Column, lines: &[usize]) -> Option<String> {
    let texts = column.values.cells().zip(lines);
    let texts = texts.filter_map(|(cell, line)| match cell {
        Cell::Text(text) => Some((text, *line)),
        _ => None,
    });
    let (dates, others): (Vec<_>, Vec<_>) = texts.partition(|(text, _)| is_date(text));
    let (first, line) = dates.first()?;
    let name = &column.name;
    if let Some((other, at)) = dates.iter().find(|(text, _)| form(text) != form(first)) {
        return Some(format!(
            "column '{name}' of the table has dates of two forms, '{first}' in line {line} and '{other}' in line {at}; write them alike, such as 2024-02-01"
        ));
    }
    let may_be_number = form(first).len() == 2;
    (may_be_number || !others.is_empty()).then(|| {
        format!(
            "column '{name}' of the table: '{first}' in line {line} is a date; if a spreadsheet program changed it, write the value again"
        )
    })
}

/// What the parts of a date are: a year of four digits, another number, a name.
fn form(date: &str) -> Vec<&'static str> {
    let parts = date.split(['-', '/', '.', ' ']);
    let parts = parts.filter(|part| !part.is_empty());
    let kinds = parts.map(|part| match part.bytes().all(|b| b.is_ascii_digit()) {
        true if part.len() == 4 => "year",
        true => "number",
        false => "month",
    });
    kinds.collect()
}

#[cfg(test)]
mod tests {
    use rsom_formats::table::Table;

    use super::*;

    fn sheet(texts: [Option<&str>; 4]) -> Spreadsheet {
        Spreadsheet {
            table: Table::new(vec![Column::text("seen", texts)]).unwrap(),
            lines: vec![2, 3, 4, 5],
            notes: Vec::new(),
        }
    }

    fn said(texts: [&str; 4]) -> Vec<String> {
        notes(&sheet(texts.map(Some)), &BTreeSet::from([0, 1, 2, 3]))
    }

    #[test]
    fn dates_of_one_form_and_other_texts_are_no_doubt() {
        assert!(said(["2024-02-01", "2024-02-03", "2023-12-24", "2024-01-01"]).is_empty());
        assert!(said(["01.02.2024", "3.2.2024", "24.12.2023", "1.1.2024"]).is_empty());
        assert!(said(["control", "psoriasis", "S01", "a-2"]).is_empty());
    }

    #[test]
    fn doubtful_dates_are_named_by_line_and_column() {
        let two = said(["01.02.2024", "01.02.2024", "Mar-24", "2024-02-03"]);
        assert_eq!(
            two,
            [
                "column 'seen' of the table has dates of two forms, '01.02.2024' in line 2 and 'Mar-24' in line 4; write them alike, such as 2024-02-01"
            ]
        );
        for texts in [["Mar-24"; 4], ["low", "2024-02-01", "low", "high"]] {
            let said = said(texts);
            assert!(
                said[0].contains("is a date; if a spreadsheet program"),
                "{said:?}"
            );
        }
    }

    #[test]
    fn empty_cells_of_scans_are_named() {
        let sheet = sheet([None; 4]);
        let said = notes(&sheet, &BTreeSet::from([1]));
        assert_eq!(
            said,
            ["the table has no value for 'seen' in line 3; fill in what is known"]
        );
        let said = notes(&sheet, &BTreeSet::from([0, 1, 2, 3]));
        assert!(said[0].contains("'seen' in line 4 and 1 more;"), "{said:?}");
        assert!(notes(&sheet, &BTreeSet::new()).is_empty());
    }

    #[test]
    fn days_that_are_counted_are_named() {
        let sheet = |name: &str, days: [i64; 2]| Spreadsheet {
            table: Table::new(vec![Column::integer(name, days.map(Some))]).unwrap(),
            lines: vec![2, 3],
            notes: Vec::new(),
        };
        let said = notes(&sheet("Visit date", [45_048, 45_049]), &BTreeSet::new());
        assert!(said[0].contains("'Visit date'") && said[0].contains("45048"));
        assert!(notes(&sheet("Visit date", [45_048, 7]), &BTreeSet::new()).is_empty());
        assert!(notes(&sheet("cells", [45_048, 45_049]), &BTreeSet::new()).is_empty());
    }
}

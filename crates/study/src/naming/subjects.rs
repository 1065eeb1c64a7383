//! Which part of the names holds the ids of a spreadsheet.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use super::form::Form;
use super::ids::Ids;
use super::marks::{are_visits, is_date, is_number};

/// Most pieces of a name that an id consists of.
const LONGEST: usize = 4;

/// Why the subjects are not certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// Two parts of a name may be the subject.
    Two { name: String, parts: [String; 2] },
    /// A name has another form than most.
    Odd {
        name: String,
        more: usize,
        usual: String,
    },
    /// A part of a name is an id that is written otherwise.
    Otherwise {
        name: String,
        part: String,
        id: String,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Two {
                name,
                parts: [a, b],
            } => {
                write!(f, "the subject of {name} may be '{a}' or '{b}'")
            }
            Self::Odd { name, more, usual } => {
                let and = match more {
                    0 => String::new(),
                    more => format!(" (and {more} more)"),
                };
                write!(
                    f,
                    "'{name}'{and} has another form than most names, such as '{usual}': rename it, or move it to another folder"
                )
            }
            Self::Otherwise { name, part, id } => write!(
                f,
                "'{part}' in {name} may be '{id}' of the table: write both alike (spreadsheet programs drop zeros at the start of numbers; a column of text keeps them)"
            ),
        }
    }
}

/// A part of all names.
struct Column<'n> {
    span: Range<usize>,
    texts: Vec<&'n str>,
    /// Visits, sides, runs, dates.
    is_visit: bool,
}

/// The rows that a column finds.
struct Reading<'c, 'n> {
    column: &'c Column<'n>,
    rows: Vec<Option<usize>>,
}

impl Reading<'_, '_> {
    fn found(&self) -> usize {
        self.rows.iter().flatten().collect::<BTreeSet<_>>().len()
    }

    /// Whether two readings give a name to different rows.
    fn differs(&self, other: &Self) -> Option<usize> {
        let mut both = self.rows.iter().zip(&other.rows);
        both.position(|(a, b)| a.is_some() && b.is_some() && a != b)
    }
}

/// The row of the spreadsheet of each name without its ending; `None` where no id is in it.
///
/// # Errors
/// It is not certain.
pub(crate) fn rows_of(stems: &[&str], texts: &[String]) -> Result<Vec<Option<usize>>, Doubt> {
    let ids = Ids::of(texts);
    match Form::of(stems) {
        Some(form) => {
            let reading = best(&columns(&form), stems, &ids)?;
            Ok(reading.unwrap_or_else(|| vec![None; stems.len()]))
        }
        None => stems.iter().map(|stem| row_of(stem, &ids)).collect(),
    }
}

/// The place of the piece that holds the ids of a spreadsheet, among pieces of names; `pieces` has the texts of each place, by name.
/// `None` if none does.
///
/// # Errors
/// It is not certain.
pub(crate) fn column_of_ids(
    pieces: &[Vec<&str>],
    stems: &[&str],
    texts: &[String],
) -> Result<Option<usize>, Doubt> {
    let ids = Ids::of(texts);
    let mut columns: Vec<Column<'_>> = (0..pieces.len())
        .map(|place| Column {
            span: place..place + 1,
            texts: pieces[place].clone(),
            is_visit: are_visits(&pieces[place], before(pieces, place)),
        })
        .collect();
    if let Some(form) = Form::of(stems).filter(|form| form.len() == pieces.len()) {
        let dates = dates(&form);
        for column in &mut columns {
            column.is_visit |= dates.contains(&column.span.start);
        }
    }
    let rows = best(&columns, stems, &ids)?;
    let place = rows.and_then(|rows| {
        let is_it = |column: &&Column<'_>| !column.is_visit && reading(column, &ids).rows == rows;
        columns.iter().find(is_it).map(|column| column.span.start)
    });
    Ok(place)
}

/// All parts of names of one form, up to the length of an id.
fn columns<'n>(form: &Form<'n>) -> Vec<Column<'n>> {
    let pieces: Vec<Vec<&str>> = (0..form.len())
        .map(|at| form.column(&(at..at + 1)))
        .collect();
    let dates = dates(form);
    let mut columns = Vec::new();
    for start in 0..form.len() {
        for end in start + 1..=form.len().min(start + LONGEST) {
            let texts = form.column(&(start..end));
            let is_visit = (start..end).any(|piece| dates.contains(&piece))
                || are_visits(&texts, before(&pieces, start));
            columns.push(Column {
                span: start..end,
                texts,
                is_visit,
            });
        }
    }
    columns
}

/// The pieces that are a part of a date such as `2024-03-08`.
fn dates(form: &Form<'_>) -> BTreeSet<usize> {
    let starts = 0..form.len().saturating_sub(2);
    let is_date = |start: &usize| {
        form.column(&(*start..start + 3))
            .iter()
            .all(|text| is_date(text))
    };
    starts
        .filter(is_date)
        .flat_map(|start| start..start + 3)
        .collect()
}

/// The piece before a place, if it is the same in all names.
fn before<'n>(pieces: &[Vec<&'n str>], place: usize) -> Option<&'n str> {
    let before = pieces.get(place.checked_sub(1)?)?;
    let first = before.first()?;
    before.iter().all(|piece| piece == first).then_some(*first)
}

fn reading<'c, 'n>(column: &'c Column<'n>, ids: &Ids<'_>) -> Reading<'c, 'n> {
    let rows = column.texts.iter().map(|text| ids.exact(text)).collect();
    Reading { column, rows }
}

/// The rows that the part with the most ids finds.
fn best(
    columns: &[Column<'_>],
    stems: &[&str],
    ids: &Ids<'_>,
) -> Result<Option<Vec<Option<usize>>>, Doubt> {
    let usable = || columns.iter().filter(|column| !column.is_visit);
    let readings: Vec<Reading<'_, '_>> = usable().map(|column| reading(column, ids)).collect();
    let most = readings.iter().map(Reading::found).max().unwrap_or(0);
    let best = readings
        .iter()
        .find(|reading| reading.found() == most && most > 0);
    if most < ids.len() {
        // An id that is written otherwise finds more.
        for column in usable() {
            let rows: Vec<Option<usize>> =
                column.texts.iter().map(|text| ids.loose(text)).collect();
            let loose = Reading { column, rows };
            let is_other = best.is_none_or(|best| best.differs(&loose).is_some());
            if is_other && loose.found() > most {
                return Err(otherwise(&loose, stems, ids));
            }
        }
    }
    let Some(best) = best else { return Ok(None) };
    let two = |name: usize, other: &Column<'_>| Doubt::Two {
        name: stems[name].to_owned(),
        parts: [best.column.texts[name], other.texts[name]].map(str::to_owned),
    };
    for other in readings.iter().filter(|other| other.found() == most) {
        if let Some(name) = best.differs(other) {
            return Err(two(name, other.column));
        }
    }
    // A number that finds a part of the ids may be a visit, where another part tells more names apart.
    if most < ids.len() && best.column.texts.iter().all(|text| is_number(text)) {
        let distinct = |column: &Column<'_>| column.texts.iter().collect::<BTreeSet<_>>().len();
        let is_apart = |column: &&Column<'_>| {
            column.span.len() == 1 && column.span != best.column.span && distinct(column) > most
        };
        if let Some(other) = usable().find(is_apart) {
            return Err(two(0, other));
        }
    }
    Ok(Some(best.rows.clone()))
}

fn otherwise(loose: &Reading<'_, '_>, stems: &[&str], ids: &Ids<'_>) -> Doubt {
    let texts = loose.column.texts.iter().zip(&loose.rows).enumerate();
    let mut differing = texts.filter_map(|(name, (text, row))| {
        let id = ids.text((*row)?);
        (id != *text).then_some((name, *text, id))
    });
    let (name, part, id) = differing.next().unwrap_or_default();
    Doubt::Otherwise {
        name: stems.get(name).copied().unwrap_or_default().to_owned(),
        part: part.to_owned(),
        id: id.to_owned(),
    }
}

/// The row of a name that has no form in common with the others.
fn row_of(stem: &str, ids: &Ids<'_>) -> Result<Option<usize>, Doubt> {
    let Some(form) = Form::of(&[stem]) else {
        return Ok(None);
    };
    let columns = columns(&form);
    let found = |column: &&Column<'_>| !column.is_visit && ids.exact(column.texts[0]).is_some();
    let found: Vec<&Column<'_>> = columns.iter().filter(found).collect();
    // The longest id, such as 'a_1' beside '1'.
    let is_within = |inner: &Column<'_>, outer: &Column<'_>| {
        inner.span != outer.span
            && outer.span.start <= inner.span.start
            && inner.span.end <= outer.span.end
    };
    let outer: Vec<&Column<'_>> = (found.iter().copied())
        .filter(|column| !found.iter().any(|other| is_within(column, other)))
        .collect();
    let Some(first) = outer.first() else {
        return Ok(None);
    };
    let row = |column: &Column<'_>| ids.exact(column.texts[0]);
    let others = outer.iter().find(|other| row(other) != row(first));
    // A plain number beside another part may be a visit.
    let is_doubtful = first.span.len() == 1 && is_number(first.texts[0]);
    let beside = columns.iter().find(|other| {
        let is_piece = other.span.len() == 1 && other.span != first.span;
        is_doubtful
            && is_piece
            && !other.is_visit
            && other.texts[0].contains(|c: char| c.is_ascii_digit())
    });
    match others.copied().or(beside) {
        Some(other) => Err(Doubt::Two {
            name: stem.to_owned(),
            parts: [first, other].map(|column| column.texts[0].to_owned()),
        }),
        None => Ok(row(first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn subjects(stems: &[&str], ids: &[&str]) -> Vec<Option<String>> {
        let rows = rows_of(stems, &owned(ids)).unwrap();
        let text = |row: Option<usize>| row.map(|row| ids[row].to_owned());
        rows.into_iter().map(text).collect()
    }

    fn doubt(stems: &[&str], ids: &[&str]) -> String {
        rows_of(stems, &owned(ids)).unwrap_err().to_string()
    }

    const SIX: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

    fn visits(name: impl Fn(usize, usize) -> String) -> Vec<String> {
        (1..=6).flat_map(|s| [name(s, 1), name(s, 2)]).collect()
    }

    #[test]
    fn the_part_that_finds_the_most_ids_is_the_subject_and_not_the_visit() {
        for names in [
            visits(|s, v| format!("{s}_{v}")),
            visits(|s, v| format!("{v}/{s}")),
            visits(|s, v| format!("sub-{s}_ses-{v}")),
            visits(|s, v| format!("2024-03-0{v}_{s}")),
        ] {
            let stems: Vec<&str> = names.iter().map(String::as_str).collect();
            let expected: Vec<Option<String>> =
                (2..14).map(|place| Some((place / 2).to_string())).collect();
            assert_eq!(subjects(&stems, &SIX), expected, "{names:?}");
        }
        let of = |id: &str| Some(id.to_owned());
        assert_eq!(
            subjects(&["20240101_P7", "20240102_P8"], &["P7", "P8", "P9"]),
            [of("P7"), of("P8")]
        );
        assert_eq!(
            subjects(&["Müller", "S 1"], &["Mu\u{308}ller", "S 1"]),
            [of("Mu\u{308}ller"), of("S 1")]
        );
        assert_eq!(
            subjects(&["sub-01_x", "sub-02_x"], &["sub-01", "sub-02"]),
            [of("sub-01"), of("sub-02")]
        );
        assert_eq!(subjects(&["a_1", "b"], &["a_1", "b"]), [of("a_1"), of("b")]);
        assert_eq!(subjects(&["x1", "x2"], &["S1"]), [None, None]);
    }

    #[test]
    fn days_and_months_are_no_subjects() {
        let names: Vec<String> = (1..=12)
            .map(|s| format!("2024-03-{:02}_{s:02}", 25 - s))
            .collect();
        let stems: Vec<&str> = names.iter().map(String::as_str).collect();
        let ids: Vec<String> = (1..=24).map(|s| format!("{s:02}")).collect();
        let rows = rows_of(&stems, &ids).unwrap();
        assert_eq!(rows, (0..12).map(Some).collect::<Vec<_>>());
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let names = visits(|s, v| format!("S{s:02}_{v}"));
        let stems: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(
            doubt(&stems, &SIX),
            "the subject of S01_1 may be '1' or 'S01'"
        );
        assert_eq!(
            doubt(&["1_2", "2_1"], &["1", "2"]),
            "the subject of 1_2 may be '1' or '2'"
        );
        assert!(doubt(&["S01_1", "S02"], &["1", "2"]).contains("'1' or 'S01'"));
    }

    #[test]
    fn ids_that_lost_their_zeros_or_capitals_are_named() {
        let names = visits(|s, v| format!("{s:03}_{v}"));
        let stems: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(doubt(&stems, &SIX).starts_with("'001' in 001_1 may be '1' of the table"));
        assert!(doubt(&["S01", "S02"], &["s01", "s02"]).starts_with("'S01' in S01 may be 's01'"));
    }
}

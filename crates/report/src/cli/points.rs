//! The numbers of panels of points, as columns.

use rsom_formats::table::Column;

use crate::scatter::Panel;

/// One row for each point and each line; the value of a line is where x = 0. Lines with intervals add their ends.
pub(super) fn columns(panels: &[Panel]) -> Vec<Column> {
    type Row<'a> = (&'a str, String, Option<f64>, f64, Option<[f64; 2]>);
    let mut rows: Vec<Row<'_>> = Vec::new();
    for panel in panels {
        let title = panel.title.as_str();
        let points = panel.points.iter();
        rows.extend(points.map(|[x, y]| (title, "point".to_owned(), Some(*x), *y, None)));
        rows.extend(panel.lines.iter().map(|line| {
            let kind = line.words.first().cloned();
            let kind = kind.unwrap_or_else(|| "line".to_owned());
            (title, kind, None, line.intercept, line.interval)
        }));
    }
    let interval = |end: usize| rows.iter().map(move |row| row.4.map(|ends| ends[end]));
    let mut columns = vec![
        Column::text("panel", rows.iter().map(|row| Some(row.0))),
        Column::text("kind", rows.iter().map(|row| Some(row.1.clone()))),
        Column::number("x", rows.iter().map(|row| row.2)),
        Column::number("y", rows.iter().map(|row| Some(row.3))),
    ];
    if rows.iter().any(|row| row.4.is_some()) {
        columns.push(Column::number("y_low", interval(0)));
        columns.push(Column::number("y_high", interval(1)));
    }
    columns
}

//! Tables of boundary depths: one row for each column of the picture, one value for each B-scan.

use ndarray::Array2;

/// Depth of one boundary in rows, sub-pixel, of shape (column, B-scan); NaN where it is not annotated.
pub type BoundaryTable = Array2<f64>;

/// Reads numbers separated by commas, semicolons, tabs or spaces; `nan` and empty fields are not annotated.
///
/// # Errors
/// A field that is not a number; commas next to other separators, which are decimal commas; rows of different length; no rows. The message states the line.
pub fn parse_boundary_table(text: &str) -> Result<BoundaryTable, String> {
    let mut values = Vec::new();
    let mut width = None;
    let mut rows = 0;
    // Spreadsheets begin their CSV files with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        if line.contains(',') && line.contains([';', '\t']) {
            return Err(format!(
                "line {}: commas next to semicolons or tabs: decimal commas are not read; write decimal points, as in 2.5",
                number + 1
            ));
        }
        let row = parse_row(line)
            .map_err(|field| format!("line {}: '{field}' is not a depth; write a number, or nan where nothing is annotated", number + 1))?;
        let expected = *width.get_or_insert(row.len());
        if expected != row.len() {
            return Err(format!(
                "line {}: {} values, but the first line has {expected}",
                number + 1,
                row.len()
            ));
        }
        values.extend(row);
        rows += 1;
    }
    let width = width.ok_or("the table is empty")?;
    Array2::from_shape_vec((rows, width), values).map_err(|e| e.to_string())
}

fn parse_row(line: &str) -> Result<Vec<f64>, String> {
    let fields: Vec<&str> = if line.contains([',', ';', '\t']) {
        line.split([',', ';', '\t']).map(str::trim).collect()
    } else {
        line.split_whitespace().collect()
    };
    let depth = |field: &str| match field {
        "" => Ok(f64::NAN),
        _ => field.parse().map_err(|_| field.chars().take(20).collect()),
    };
    fields.into_iter().map(depth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_spaces_and_gaps_are_read() {
        let table = parse_boundary_table("1.5,2\n3,\n").unwrap();
        assert_eq!(table.shape(), [2, 2]);
        assert_eq!(
            parse_boundary_table("\u{feff}1.5,2\n3,\n").unwrap()[[0, 0]],
            1.5
        );
        assert_eq!(table[[0, 0]], 1.5);
        assert!(table[[1, 1]].is_nan());
        assert_eq!(
            parse_boundary_table("1 2 3\n\n4 5 6\n").unwrap().shape(),
            [2, 3]
        );
    }

    #[test]
    fn faults_name_their_line() {
        assert!(
            parse_boundary_table("1,2\n3\n")
                .unwrap_err()
                .contains("line 2")
        );
        assert!(
            parse_boundary_table("1,2\n3,x\n")
                .unwrap_err()
                .contains("line 2: 'x'")
        );
        assert!(parse_boundary_table("\n").is_err());
        for decimal_commas in ["1.5;2\n2,5;3,5\n", "2,5\t3,5\n"] {
            let fault = parse_boundary_table(decimal_commas).unwrap_err();
            assert!(fault.contains("decimal commas are not read"), "{fault}");
        }
    }
}

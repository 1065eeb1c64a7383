//! Tables of sub-voxel depths: the surfaces of one layer, and the boundaries between layers.
//!
//! Depths count in voxels from the center of the first voxel: the face between voxel z − 1 and voxel z is at z − 0.5. So the upper
//! surface of a mask whose first voxel is z has the depth z − 0.5, and the lower surface of one whose last voxel is z has z + 0.5.

use std::path::Path;

use ndarray::Array2;
use rsom_formats::table::{Column, Table, TableError};
use rsom_stage::{StageError, TableContents};

use crate::ports;

/// The upper and the lower surface of a layer, each of shape (x, y); NaN where there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSurfaces {
    /// Depth of the upper surface, in voxels.
    pub upper_vox: Array2<f64>,
    /// Depth of the lower surface, in voxels.
    pub lower_vox: Array2<f64>,
}

/// The boundaries between layers, from top to bottom; layer k lies between boundary k and k + 1, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundaries {
    /// For each boundary its depth in voxels, of shape (x, y); NaN where it is not annotated.
    pub depths_vox: Vec<Array2<f64>>,
}

const X: &str = "x";
const Y: &str = "y";
const UPPER: &str = "upper_vox";
const LOWER: &str = "lower_vox";
const BOUNDARY: &str = "boundary";
const DEPTH: &str = "depth_vox";

/// An error in a table of depths.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("row {row}: {column} is {value}, but the scan has {count} voxels along it")]
    Outside {
        row: usize,
        column: &'static str,
        value: i64,
        count: usize,
    },
    #[error("row {row}: column '{column}' has no value")]
    Missing { row: usize, column: &'static str },
    #[error("row {0} repeats the place of an earlier row")]
    Repeated(usize),
    #[error("row {row}: the upper surface ({upper}) is below the lower one ({lower})")]
    Crossed { row: usize, upper: f64, lower: f64 },
    #[error(
        "{rows} rows do not fit a scan of {nx} × {ny} columns; the table belongs to a scan of another size, or rows are missing"
    )]
    Size { rows: usize, nx: usize, ny: usize },
    #[error(
        "row {row}: boundary {number}, but with its rows the table has {count} boundaries, counted from 1"
    )]
    Boundary {
        row: usize,
        number: i64,
        count: usize,
    },
}

impl LayerSurfaces {
    /// The columns of the table.
    #[must_use]
    pub fn contents() -> TableContents {
        contents(&[X, Y, UPPER, LOWER])
    }

    /// The table: one row for each x and y; null where there is no surface.
    ///
    /// # Errors
    /// None for arrays of one shape.
    pub fn table(&self) -> Result<Table, TableError> {
        let mut columns = places(&self.upper_vox, 1);
        columns.push(depths(UPPER, &self.upper_vox));
        columns.push(depths(LOWER, &self.lower_vox));
        Table::new(columns)
    }

    /// Reads a table for a scan of `columns` voxels along x and y, with one row for each of them.
    ///
    /// # Errors
    /// Exit code 3: the file is no such table, or of a scan of another size; or an upper surface is below the lower one.
    pub fn load(path: &Path, columns: [usize; 2]) -> Result<Self, StageError> {
        let table = ports::load_table(path)?;
        Self::of(&table, columns).map_err(|e| StageError::input(path, e))
    }

    fn of(table: &Table, columns: [usize; 2]) -> Result<Self, Fault> {
        let (upper, lower) = (table.numbers(UPPER)?, table.numbers(LOWER)?);
        let nothing = || Array2::from_elem(columns, f64::NAN);
        let mut surfaces = Self {
            upper_vox: nothing(),
            lower_vox: nothing(),
        };
        require_layers(table, columns, Some(1))?;
        let mut seen = Array2::from_elem(columns, false);
        for (row, place) in each_place(table, columns)?.into_iter().enumerate() {
            if std::mem::replace(&mut seen[place], true) {
                return Err(Fault::Repeated(row + 1));
            }
            if let (Some(upper), Some(lower)) = (upper[row], lower[row])
                && upper > lower
            {
                let row = row + 1;
                return Err(Fault::Crossed { row, upper, lower });
            }
            surfaces.upper_vox[place] = upper[row].unwrap_or(f64::NAN);
            surfaces.lower_vox[place] = lower[row].unwrap_or(f64::NAN);
        }
        Ok(surfaces)
    }
}

impl Boundaries {
    /// The columns of the table.
    #[must_use]
    pub fn contents() -> TableContents {
        contents(&[X, Y, BOUNDARY, DEPTH])
    }

    /// The table: one row for each boundary, x and y; null where it is not annotated.
    ///
    /// # Errors
    /// None for arrays of one shape.
    pub fn table(&self) -> Result<Table, TableError> {
        let Some(first) = self.depths_vox.first() else {
            return Table::new(Vec::new());
        };
        let mut columns = places(first, self.depths_vox.len());
        let numbers = (1_i64..).zip(&self.depths_vox);
        let numbers = numbers.flat_map(|(k, depths)| depths.iter().map(move |_| Some(k)));
        columns.push(Column::integer(BOUNDARY, numbers));
        let all = self.depths_vox.iter().flatten();
        columns.push(Column::number(DEPTH, all.map(|z| finite(*z))));
        Table::new(columns)
    }

    /// Reads a table for a scan of `columns` voxels along x and y, with one row for each of them and each boundary.
    ///
    /// # Errors
    /// Exit code 3: the file is no such table, or of a scan of another size.
    pub fn load(path: &Path, columns: [usize; 2]) -> Result<Self, StageError> {
        let table = ports::load_table(path)?;
        Self::of(&table, columns).map_err(|e| StageError::input(path, e))
    }

    fn of(table: &Table, columns: [usize; 2]) -> Result<Self, Fault> {
        let (numbers, depths) = (table.integers(BOUNDARY)?, table.numbers(DEPTH)?);
        let count = require_layers(table, columns, None)?;
        let mut boundaries = vec![Array2::from_elem(columns, f64::NAN); count];
        let mut seen = vec![Array2::from_elem(columns, false); count];
        for (row, place) in each_place(table, columns)?.into_iter().enumerate() {
            let depth = depths[row].unwrap_or(f64::NAN);
            let row = row + 1;
            let column = BOUNDARY;
            let number = numbers[row - 1].ok_or(Fault::Missing { row, column })?;
            let known = usize::try_from(number).ok();
            let known = known.filter(|k| (1..=count).contains(k));
            let k = known.ok_or(Fault::Boundary { row, number, count })?;
            if std::mem::replace(&mut seen[k - 1][place], true) {
                return Err(Fault::Repeated(row));
            }
            boundaries[k - 1][place] = depth;
        }
        Ok(Self {
            depths_vox: boundaries,
        })
    }
}

/// How many times the rows of a table cover each x and y of the scan; `wanted` times, if that is given.
fn require_layers(
    table: &Table,
    [nx, ny]: [usize; 2],
    wanted: Option<usize>,
) -> Result<usize, Fault> {
    let rows = table.rows();
    let places = (nx * ny).max(1);
    let count = rows / places;
    match rows.is_multiple_of(places) && count == wanted.unwrap_or(count.max(1)) {
        true => Ok(count),
        false => Err(Fault::Size { rows, nx, ny }),
    }
}

fn contents(columns: &[&str]) -> TableContents {
    TableContents {
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        ..TableContents::default()
    }
}

/// The columns x and y for each element of an array, `times` times.
fn places(array: &Array2<f64>, times: usize) -> Vec<Column> {
    let index = |i: usize| i64::try_from(i).ok();
    let all = || (0..times).flat_map(|_| array.indexed_iter().map(|(place, _)| place));
    vec![
        Column::integer(X, all().map(|(x, _)| index(x))),
        Column::integer(Y, all().map(|(_, y)| index(y))),
    ]
}

fn depths(name: &str, array: &Array2<f64>) -> Column {
    Column::number(name, array.iter().map(|z| finite(*z)))
}

fn finite(depth: f64) -> Option<f64> {
    depth.is_finite().then_some(depth)
}

/// x and y of each row.
fn each_place(table: &Table, columns: [usize; 2]) -> Result<Vec<[usize; 2]>, Fault> {
    let along = |column: &'static str, count: usize| -> Result<Vec<usize>, Fault> {
        let values = table.integers(column)?;
        let index = |(row, value): (usize, Option<i64>)| {
            let row = row + 1;
            let value = value.ok_or(Fault::Missing { row, column })?;
            let index = usize::try_from(value).ok().filter(|i| *i < count);
            index.ok_or(Fault::Outside {
                row,
                column,
                value,
                count,
            })
        };
        values.into_iter().enumerate().map(index).collect()
    };
    let (x, y) = (along(X, columns[0])?, along(Y, columns[1])?);
    Ok(x.into_iter().zip(y).map(|(x, y)| [x, y]).collect())
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    #[test]
    fn surfaces_return_from_their_table() {
        let surfaces = LayerSurfaces {
            upper_vox: arr2(&[[1.25, f64::NAN], [0.5, 3.0]]),
            lower_vox: arr2(&[[4.0, f64::NAN], [f64::NAN, 9.75]]),
        };
        let table = surfaces.table().unwrap();
        let back = LayerSurfaces::of(&table, [2, 2]).unwrap();
        assert_eq!(back.table().unwrap(), table);
        assert_eq!(back.upper_vox[[1, 1]], 3.0);
        // Of a larger, of a smaller, and of a turned scan.
        for (columns, words) in [
            ([2, 1], "4 rows do not fit a scan of 2 × 1 columns"),
            ([2, 3], "4 rows do not fit a scan of 2 × 3 columns"),
            ([4, 1], "row 2: y is 1"),
        ] {
            let fault = LayerSurfaces::of(&table, columns).unwrap_err().to_string();
            assert!(fault.contains(words), "{fault}");
        }
    }

    #[test]
    fn boundaries_return_from_their_table() {
        let boundaries = Boundaries {
            depths_vox: vec![arr2(&[[1.25, 2.0]]), arr2(&[[f64::NAN, 2.5]])],
        };
        let table = boundaries.table().unwrap();
        let back = Boundaries::of(&table, [1, 2]).unwrap();
        assert_eq!(back.table().unwrap(), table);
        assert!(Boundaries::of(&table, [1, 1]).is_err());
        assert!(Boundaries::of(&table, [1, 3]).is_err());
    }

    #[test]
    fn swapped_surfaces_are_refused() {
        let surfaces = LayerSurfaces {
            upper_vox: arr2(&[[4.0]]),
            lower_vox: arr2(&[[1.0]]),
        };
        let fault = LayerSurfaces::of(&surfaces.table().unwrap(), [1, 1]).unwrap_err();
        assert!(
            fault.to_string().contains("row 1: the upper surface"),
            "{fault}"
        );
    }

    #[test]
    fn a_wild_boundary_and_a_repeated_place_are_refused() {
        // Two columns and two boundaries; the number of the last row is wrong.
        let of = |last: i64| {
            Table::new(vec![
                Column::integer(X, [Some(0), Some(1), Some(0), Some(1)]),
                Column::integer(Y, [Some(0); 4]),
                Column::integer(BOUNDARY, [Some(1), Some(1), Some(2), Some(last)]),
                Column::number(DEPTH, [Some(1.0); 4]),
            ])
        };
        assert!(Boundaries::of(&of(2).unwrap(), [2, 1]).is_ok());
        for number in [0, 1, 3, 4, i64::MAX] {
            assert!(Boundaries::of(&of(number).unwrap(), [2, 1]).is_err());
        }
        let twice = Table::new(vec![
            Column::integer(X, [Some(0), Some(0)]),
            Column::integer(Y, [Some(0), Some(0)]),
            Column::number(UPPER, [Some(1.0), Some(2.0)]),
            Column::number(LOWER, [Some(3.0), Some(4.0)]),
        ]);
        let fault = LayerSurfaces::of(&twice.unwrap(), [2, 1]).unwrap_err();
        assert!(fault.to_string().contains("row 2 repeats"));
    }
}

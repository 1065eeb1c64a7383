//! The contrasts of a factor.

use super::formula::Variable;
use crate::Level;

/// Which columns a factor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Those of the model: one for each level but the first, the reference (R's `contr.treatment`), or one for every level
    /// where R's rules ask for it.
    Model,
    /// One for every level, in every term.
    AllLevels,
}

/// The value of a variable in one row of the model matrix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell {
    Number(f64),
    /// Index of a level.
    Level(usize),
    /// The mean over the levels, each with the same weight.
    MeanOfLevels,
}

/// The columns of a cell of a factor with this many levels: 1 at its level; one for each level if `all`, else for each but
/// the first.
pub(crate) fn coded(cell: Cell, levels: usize, all: bool) -> Vec<f64> {
    let value = |level: usize| match cell {
        Cell::Level(own) => f64::from(u8::from(own == level)),
        _ => 1.0 / levels as f64,
    };
    (usize::from(!all)..levels).map(value).collect()
}

/// Names of the columns `age`, or variable and level, such as `groupB`.
pub(crate) fn labels(variable: &Variable, levels: Option<&[Level]>, all: bool) -> Vec<String> {
    match levels {
        None => vec![variable.to_string()],
        Some(levels) => levels
            .iter()
            .skip(usize::from(!all))
            .map(|level| format!("{variable}{level}"))
            .collect(),
    }
}

//! The model matrix: columns of numbers that stand for the fixed terms.

use std::collections::BTreeSet;

use super::coding::{Cell, Coding, coded, labels};
use super::formula::{Formula, Term, Variable};
use super::frame::{Frame, Values};
use crate::moments::mean;
use crate::{Level, StatsError};

/// How the fixed terms become columns.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    pub intercept: bool,
    pub variables: Vec<DesignVariable>,
    pub terms: Vec<DesignTerm>,
}

/// A variable of the formula.
#[derive(Debug, Clone)]
pub(crate) struct DesignVariable {
    pub variable: Variable,
    /// Levels of a factor, the reference first; `None` for numbers.
    pub levels: Option<Vec<Level>>,
    /// Mean of the numbers; 0 for a factor.
    pub mean: f64,
}

/// A term of the formula.
#[derive(Debug, Clone)]
pub(crate) struct DesignTerm {
    pub term: Term,
    /// Index of each variable, and whether it has a column for every level.
    pub variables: Vec<(usize, bool)>,
    /// Number of columns.
    pub columns: usize,
}

impl Design {
    /// The design of a formula for these rows. `references` names the reference level of a factor: (column, level).
    pub(crate) fn of(
        formula: &Formula,
        frame: &Frame,
        references: &[(String, String)],
    ) -> Result<Self, StatsError> {
        let variables: Vec<DesignVariable> = frame
            .variables
            .iter()
            .map(|v| match &v.values {
                Values::Numbers(values) => Ok(DesignVariable {
                    variable: v.variable.clone(),
                    levels: None,
                    mean: mean(values),
                }),
                Values::Levels(values) => Ok(DesignVariable {
                    variable: v.variable.clone(),
                    levels: Some(levels(&v.variable, values, references)?),
                    mean: 0.0,
                }),
            })
            .collect::<Result<_, _>>()?;
        check_references(&variables, references)?;
        let terms = terms(formula, &variables);
        Ok(Self {
            intercept: formula.intercept,
            terms,
            variables,
        })
    }

    /// The columns of the model matrix for the rows.
    pub(crate) fn matrix(&self, frame: &Frame, coding: Coding) -> Vec<Vec<f64>> {
        let indices: Vec<Option<Vec<usize>>> = frame
            .variables
            .iter()
            .zip(&self.variables)
            .map(
                |(values, variable)| match (&values.values, &variable.levels) {
                    (Values::Levels(values), Some(levels)) => Some(indices(values, levels)),
                    _ => None,
                },
            )
            .collect();
        let mut columns = Vec::new();
        for row in 0..frame.outcome.len() {
            let cells = frame.variables.iter().zip(&indices);
            let cells = cells.map(|(values, indices)| match (&values.values, indices) {
                (Values::Numbers(values), _) => Cell::Number(values[row]),
                (_, Some(indices)) => Cell::Level(indices[row]),
                _ => Cell::MeanOfLevels,
            });
            let cells: Vec<Cell> = cells.collect();
            let values = self.row(&cells, coding);
            columns.resize(values.len(), Vec::with_capacity(frame.outcome.len()));
            for (column, value) in columns.iter_mut().zip(values) {
                column.push(value);
            }
        }
        columns
    }

    /// One row of the model matrix.
    pub(crate) fn row(&self, cells: &[Cell], coding: Coding) -> Vec<f64> {
        let mut row = vec![1.0; usize::from(self.intercept)];
        for term in &self.terms {
            let mut values = vec![1.0];
            for &(variable, all) in &term.variables {
                let levels = self.variables[variable].levels.as_deref();
                let factors = match (cells[variable], levels) {
                    (Cell::Number(value), _) => vec![value],
                    (cell, levels) => {
                        let all = all || coding == Coding::AllLevels;
                        coded(cell, levels.map_or(0, <[Level]>::len), all)
                    }
                };
                let products = factors
                    .iter()
                    .flat_map(|f| values.iter().map(move |v| v * f));
                values = products.collect();
            }
            row.extend(values);
        }
        row
    }

    /// The columns of a term, from … to.
    pub(crate) fn range(&self, term: usize) -> std::ops::Range<usize> {
        let before = self.terms[..term].iter().map(|term| term.columns);
        let start = usize::from(self.intercept) + before.sum::<usize>();
        start..start + self.terms[term].columns
    }

    /// The place of each column of the model matrix among the columns with all levels of every factor.
    pub(crate) fn places_among_all_levels(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..usize::from(self.intercept)).collect();
        let mut start = places.len();
        for term in &self.terms {
            let (mut own, mut stride) = (vec![start], 1);
            for &(variable, all) in &term.variables {
                let levels = self.variables[variable].levels.as_ref().map(Vec::len);
                let first = usize::from(levels.is_some() && !all);
                let levels = levels.unwrap_or(1);
                own = (first..levels)
                    .flat_map(|level| own.iter().map(move |place| place + level * stride))
                    .collect();
                stride *= levels;
            }
            places.extend(own);
            start += stride;
        }
        places
    }

    /// Whether a term has all variables of another, the same ones of numbers, and more factors (SAS; lmerTest).
    pub(crate) fn contains(&self, larger: usize, smaller: usize) -> bool {
        let variables = |term: usize| self.terms[term].variables.iter().map(|(v, _)| *v);
        let all = variables(smaller).all(|v| variables(larger).any(|w| v == w));
        let mut more = variables(larger).filter(|v| variables(smaller).all(|w| w != *v));
        all && larger != smaller && more.all(|v| self.variables[v].levels.is_some())
    }

    /// Names of the columns, as R's.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = vec!["(Intercept)".to_owned(); usize::from(self.intercept)];
        for term in &self.terms {
            let mut joined: Vec<String> = vec![String::new()];
            for (place, &(variable, all)) in term.variables.iter().enumerate() {
                let variable = &self.variables[variable];
                let parts = labels(&variable.variable, variable.levels.as_deref(), all);
                let separator = if place == 0 { "" } else { ":" };
                joined = parts
                    .iter()
                    .flat_map(|part| joined.iter().map(move |j| format!("{j}{separator}{part}")))
                    .collect();
            }
            names.extend(joined);
        }
        names
    }
}

/// The terms, each factor coded by R's rules: it has a column for every level when the model has other variables of the
/// term, but not the term without this factor; without an intercept, so does the first factor of the first term with one.
fn terms(formula: &Formula, variables: &[DesignVariable]) -> Vec<DesignTerm> {
    let mut first_of_all = !formula.intercept;
    let terms = formula.terms.iter().map(|term| {
        let mut coded = Vec::new();
        for variable in &term.variables {
            let Some(index) = variables.iter().position(|v| v.variable == *variable) else {
                continue;
            };
            let is_factor = variables[index].levels.is_some();
            let all = is_factor && (lacks_margin(formula, term, variable) || first_of_all);
            first_of_all &= !is_factor;
            coded.push((index, all));
        }
        let widths = coded.iter().map(|(index, all)| {
            let levels = variables[*index].levels.as_ref();
            levels.map_or(1, |levels| levels.len() - usize::from(!all))
        });
        DesignTerm {
            term: term.clone(),
            columns: widths.product(),
            variables: coded,
        }
    });
    terms.collect()
}

/// Whether the term has other variables, and the model lacks the term of these.
fn lacks_margin(formula: &Formula, term: &Term, variable: &Variable) -> bool {
    let others: Vec<&Variable> = term.variables.iter().filter(|v| *v != variable).collect();
    let is_margin = |t: &Term| {
        t.variables.len() == others.len() && others.iter().all(|v| t.variables.contains(v))
    };
    !others.is_empty() && !formula.terms.iter().any(is_margin)
}

fn levels(
    variable: &Variable,
    values: &[Level],
    references: &[(String, String)],
) -> Result<Vec<Level>, StatsError> {
    let sorted: BTreeSet<&Level> = values.iter().collect();
    let mut levels: Vec<Level> = sorted.into_iter().cloned().collect();
    if levels.len() < 2 {
        return Err(StatsError::BadModel(format!(
            "the factor {variable} has only the level {} in the rows without missing values; remove it from the formula",
            levels.first().map_or(String::new(), Level::to_string)
        )));
    }
    if let Some((_, wanted)) = references.iter().find(|(c, _)| *c == variable.column) {
        let place = Level::meant(wanted, &levels).map(|level| level.place_in(&levels));
        let Some(place) = place else {
            let known: Vec<String> = levels.iter().map(Level::to_string).collect();
            return Err(StatsError::BadModel(format!(
                "the factor {variable} has no level {wanted} to be its reference; its levels are {}",
                known.join(", ")
            )));
        };
        levels[..=place].rotate_right(1);
    }
    Ok(levels)
}

fn check_references(
    variables: &[DesignVariable],
    references: &[(String, String)],
) -> Result<(), StatsError> {
    for (column, level) in references {
        let is_factor = |v: &DesignVariable| v.variable.column == *column && v.levels.is_some();
        if !variables.iter().any(is_factor) {
            return Err(StatsError::BadModel(format!(
                "the reference {column} = {level} names no factor of the formula; write C({column}) to make a column of numbers a factor"
            )));
        }
    }
    Ok(())
}

fn indices(values: &[Level], levels: &[Level]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by(|a, b| levels[*a].cmp(&levels[*b]));
    let place = |value: &Level| {
        let found = order.binary_search_by(|index| levels[*index].cmp(value));
        found.map_or(0, |at| order[at])
    };
    values.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::super::frame::frame;
    use super::super::table::{Column, Table};
    use super::*;

    fn design(text: &str) -> (Design, Vec<Vec<f64>>) {
        let g: Vec<&str> = (0..12).map(|i| ["a", "b", "c"][i % 3]).collect();
        let sex: Vec<&str> = (0..12).map(|i| ["F", "M"][i / 3 % 2]).collect();
        let age = [1., 5., 2., 8., 3., 3., 9., 1., 4., 7., 6., 2.];
        let table = Table::new(vec![
            ("y", Column::Numbers(&age)),
            ("age", Column::Numbers(&age)),
            ("g", Column::Texts(&g)),
            ("sex", Column::Texts(&sex)),
        ]);
        let formula = Formula::parse(text).unwrap();
        let frame = frame(&formula, &table.unwrap()).unwrap();
        let design = Design::of(&formula, &frame, &[]).unwrap();
        let columns = design.matrix(&frame, Coding::Model);
        (design, columns)
    }

    // R 4.2: colnames(model.matrix(~ …, data))
    #[test]
    fn columns_are_those_of_r() {
        for (formula, names) in NAMES {
            let (design, columns) = design(formula);
            assert_eq!(design.names(), *names, "{formula}");
            assert_eq!(columns.len(), names.len(), "{formula}");
        }
    }

    #[test]
    fn a_column_of_an_interaction_is_the_product_of_its_parts() {
        let (design, columns) = design("y ~ age*g*sex");
        let names = design.names();
        let column = |name: &str| &columns[names.iter().position(|n| n == name).unwrap()];
        for row in 0..12 {
            let product = column("age")[row] * column("gc")[row] * column("sexM")[row];
            assert_eq!(column("age:gc:sexM")[row], product);
        }
        assert!(column("age:gc:sexM").contains(&2.0));
    }

    #[test]
    fn columns_with_all_levels_contain_those_of_the_model() {
        for (formula, _) in NAMES {
            let (design, columns) = design(formula);
            let places = design.places_among_all_levels();
            assert_eq!(places.len(), columns.len());
            assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{formula}");
        }
    }

    const NAMES: &[(&str, &[&str])] = &[
        (
            "y ~ age * g * sex",
            &[
                "(Intercept)",
                "age",
                "gb",
                "gc",
                "sexM",
                "age:gb",
                "age:gc",
                "age:sexM",
                "gb:sexM",
                "gc:sexM",
                "age:gb:sexM",
                "age:gc:sexM",
            ],
        ),
        (
            "y ~ 0 + g:sex",
            &[
                "ga:sexF", "gb:sexF", "gc:sexF", "ga:sexM", "gb:sexM", "gc:sexM",
            ],
        ),
        (
            "y ~ 0 + age + g * sex",
            &["age", "ga", "gb", "gc", "sexM", "gb:sexM", "gc:sexM"],
        ),
        (
            "y ~ age:g + sex",
            &["(Intercept)", "sexM", "age:ga", "age:gb", "age:gc"],
        ),
        ("y ~ 0 + age:g", &["age:ga", "age:gb", "age:gc"]),
        (
            "y ~ sex + g:sex",
            &[
                "(Intercept)",
                "sexM",
                "sexF:gb",
                "sexM:gb",
                "sexF:gc",
                "sexM:gc",
            ],
        ),
        (
            "y ~ 0 + age * g",
            &["age", "ga", "gb", "gc", "age:gb", "age:gc"],
        ),
    ];
}

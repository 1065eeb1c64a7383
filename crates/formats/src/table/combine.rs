//! Concatenates tables.

use super::{Cell, Column, Table, TableError, Values};

impl Table {
    /// Concatenates the rows of all tables.
    ///
    /// Columns are in the order of first appearance; rows of tables without a column are null. A column with integers
    /// in one table and numbers in another has numbers; any other mixture becomes text, so that a factor with the
    /// values `0`, `10` and `none` is one column. A column without any value takes the type of the others.
    ///
    /// A column that one table keeps aside is aside in the result.
    ///
    /// # Errors
    /// Never for tables that keep their invariants.
    pub fn concatenated(tables: &[Table]) -> Result<Self, TableError> {
        let mut names: Vec<&str> = Vec::new();
        let aside = || tables.iter().flat_map(Table::aside);
        for name in tables.iter().flat_map(Table::names) {
            if aside().all(|other| other.name != name) && !names.contains(&name) {
                names.push(name);
            }
        }
        let columns = names.iter().map(|name| Column {
            name: (*name).to_owned(),
            values: gathered(tables, name),
        });
        let mut whole = Self::new(columns.collect())?;
        aside().for_each(|other| whole.set_aside(other.clone()));
        Ok(whole)
    }
}

fn gathered(tables: &[Table], name: &str) -> Values {
    let parts: Vec<Option<&Values>> = tables
        .iter()
        .map(|t| t.column(name).map(|c| &c.values))
        .collect();
    let cells = || {
        tables.iter().zip(&parts).flat_map(|(table, part)| {
            (0..table.rows()).map(move |row| part.map_or(Cell::Null, |v| v.cell(row)))
        })
    };
    match common_type(&parts) {
        Type::Text => {
            let text = |cell: Cell<'_>| (cell != Cell::Null).then(|| cell.to_string());
            Values::Text(cells().map(text).collect())
        }
        Type::Number => {
            let number = |cell| match cell {
                Cell::Number(v) => Some(v),
                Cell::Integer(v) => Some(v as f64),
                _ => None,
            };
            Values::Number(cells().map(number).collect())
        }
        Type::Integer => {
            let integer = |cell| match cell {
                Cell::Integer(v) => Some(v),
                _ => None,
            };
            Values::Integer(cells().map(integer).collect())
        }
        Type::Boolean => {
            let boolean = |cell| match cell {
                Cell::Boolean(v) => Some(v),
                _ => None,
            };
            Values::Boolean(cells().map(boolean).collect())
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Text,
    Number,
    Integer,
    Boolean,
}

fn common_type(parts: &[Option<&Values>]) -> Type {
    let present = || parts.iter().flatten();
    let typed: Vec<Type> = present().filter(|v| !v.all_null()).map(|v| of(v)).collect();
    // A column without a value keeps its type when no other table has one.
    let typed = if typed.is_empty() {
        present().map(|v| of(v)).collect()
    } else {
        typed
    };
    let both = |a, b| match (a, b) {
        (a, b) if a == b => a,
        (Type::Integer, Type::Number) | (Type::Number, Type::Integer) => Type::Number,
        _ => Type::Text,
    };
    typed.into_iter().reduce(both).unwrap_or(Type::Text)
}

fn of(values: &Values) -> Type {
    match values {
        Values::Text(_) => Type::Text,
        Values::Number(_) => Type::Number,
        Values::Integer(_) => Type::Integer,
        Values::Boolean(_) => Type::Boolean,
    }
}

//! Places the boxes of a graph in columns, so that arrows lead to the right and rarely cross.

use crate::inspect::nodes::Graph;

/// Rounds of ordering. More change little.
const ROUNDS: usize = 8;

/// A graph in columns.
#[derive(Debug)]
pub(crate) struct Layers {
    /// What stands in each column, from top to bottom.
    pub columns: Vec<Vec<Item>>,
    /// The way of each arrow: its items, from left to right, as numbers of column and row. In the order of the arrows.
    pub ways: Vec<Vec<(usize, usize)>>,
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// The box with this number.
    Node(usize),
    /// The place where the arrow with this number passes.
    Pass(usize),
}

impl Layers {
    /// Puts each box into the column after the last of those that have arrows to it (Sugiyama et al. 1981, IEEE Transactions on
    /// Systems, Man and Cybernetics 11, 109–125): arrows over several columns pass through places of their own, and the order in
    /// each column follows the mean place of the neighbors.
    pub fn of(graph: &Graph) -> Self {
        let mut column_of = vec![0; graph.boxes.len()];
        for number in 0..graph.boxes.len() {
            let before = graph.arrows.iter().filter(|(_, to)| *to == number);
            let last = before.map(|(from, _)| column_of[*from] + 1).max();
            column_of[number] = last.unwrap_or(0);
        }
        let count = column_of.iter().max().map_or(0, |last| last + 1);
        let mut columns: Vec<Vec<Item>> = vec![Vec::new(); count];
        for (number, column) in column_of.iter().enumerate() {
            columns[*column].push(Item::Node(number));
        }
        let mut items_of: Vec<Vec<Item>> = Vec::new();
        for (number, (from, to)) in graph.arrows.iter().enumerate() {
            let between = column_of[*from] + 1..column_of[*to];
            let mut way = vec![Item::Node(*from)];
            for column in between {
                columns[column].push(Item::Pass(number));
                way.push(Item::Pass(number));
            }
            way.push(Item::Node(*to));
            items_of.push(way);
        }
        let starts: Vec<usize> = graph
            .arrows
            .iter()
            .map(|(from, _)| column_of[*from])
            .collect();
        order(&mut columns, &items_of, &starts);
        let place = |column: usize, item: &Item| {
            let row = columns[column].iter().position(|other| other == item);
            (column, row.unwrap_or(0))
        };
        let ways = items_of.iter().zip(&starts).map(|(way, start)| {
            let items = way.iter().enumerate();
            items
                .map(|(step, item)| place(start + step, item))
                .collect()
        });
        Self {
            ways: ways.collect(),
            columns,
        }
    }
}

/// Sorts each column by the mean place of the neighbors in the column before, then after, and so on.
fn order(columns: &mut [Vec<Item>], ways: &[Vec<Item>], starts: &[usize]) {
    for round in 0..ROUNDS {
        let to_the_right = round % 2 == 0;
        for step in 1..columns.len() {
            let (column, other) = match to_the_right {
                true => (step, step - 1),
                false => (columns.len() - 1 - step, columns.len() - step),
            };
            let mean = |item: &Item| {
                let neighbors = ways.iter().zip(starts).filter_map(|(way, start)| {
                    let own = way.get(column.checked_sub(*start)?)?;
                    let next = way.get(other.checked_sub(*start)?)?;
                    let row = columns[other].iter().position(|i| i == next)?;
                    (own == item).then_some(row as f64)
                });
                let rows: Vec<f64> = neighbors.collect();
                match rows.len() {
                    0 => None,
                    n => Some(rows.iter().sum::<f64>() / n as f64),
                }
            };
            let own = columns[column].iter().enumerate();
            // An item without neighbors there keeps its row.
            let mut keyed: Vec<(f64, Item)> = own
                .map(|(row, item)| (mean(item).unwrap_or(row as f64), *item))
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            columns[column] = keyed.into_iter().map(|(_, item)| item).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::inspect::nodes::Node;

    fn graph(count: usize, arrows: &[(usize, usize)]) -> Graph {
        let of = |number: usize| Node {
            name: number.to_string(),
            about: String::new(),
        };
        Graph {
            boxes: (0..count).map(of).collect(),
            arrows: arrows.iter().copied().collect::<BTreeSet<_>>(),
        }
    }

    #[test]
    fn boxes_follow_each_other_and_long_arrows_pass_between() {
        let layers = Layers::of(&graph(3, &[(0, 1), (1, 2), (0, 2)]));
        assert_eq!(layers.columns.len(), 3);
        assert_eq!(layers.columns[0], [Item::Node(0)]);
        // The arrow from 0 to 2 is the second in order.
        assert!(layers.columns[1].contains(&Item::Pass(1)));
        assert_eq!(layers.ways[1].len(), 3);
        assert_eq!(layers.ways[1][2], (2, 0));
    }

    #[test]
    fn crossing_arrows_are_untangled() {
        let layers = Layers::of(&graph(4, &[(0, 3), (1, 2)]));
        let row = |number| {
            layers
                .columns
                .iter()
                .find_map(|c| c.iter().position(|i| *i == Item::Node(number)))
        };
        assert_eq!(row(0) < row(1), row(3) < row(2));
    }

    #[test]
    fn a_graph_without_boxes_has_no_columns() {
        assert!(Layers::of(&graph(0, &[])).columns.is_empty());
    }
}
